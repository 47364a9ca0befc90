# Le guide, ce qui marche en ce moment, et l’accès de chaque enfant.

guide-link = Comment entrer ? Le guide
guide-title = Comment entrer ?
guide-lead = Tapez votre identifiant, puis votre mot de passe. Pas encore de compte ? Votre première visite est expliquée plus bas.
guide-for = Le guide de qui ?
guide-for-student = Je suis élève
guide-for-guardian = Je suis parent
guide-address = L’adresse de ces pages : { $address }

guide-back-title = Se connecter
guide-back-caption = La première page demande l’identifiant ; la suivante, le mot de passe.
guide-back-username = Tapez votre identifiant.
guide-back-password = Tapez votre mot de passe. « { $button } » le montre pendant que vous tapez.
guide-back-passkey = Vous avez ajouté une clé d’accès dans « Mon compte » ? N’écrivez rien : choisissez « { $button } », ou touchez le champ de l’identifiant.

guide-join-title = Première visite
guide-password = Choisissez un mot de passe.
guide-keep = Notez l’identifiant de la dernière page : c’est avec lui que vous reviendrez.
guide-other = La première page dit ce qu’il faut avoir sous la main.

guide-number-title = Avec le numéro d’élève
guide-number-caption = La première page demande ce qui est sur le bulletin.
guide-number-who = Écrivez le prénom, le nom de famille et le numéro d’élève.
guide-number-questions = Répondez aux questions. Elles vous feront entrer si vous oubliez le mot de passe.

guide-mailbox-title = Avec l’adresse de courriel que l’école connaît
guide-mailbox-caption = La première page demande ce que l’école sait de vous.
guide-mailbox-who = Écrivez votre adresse, votre nom et ce que la page demande sur votre enfant.
guide-mailbox-letter = Un courriel arrive. Tapez son code, ou ouvrez son lien et appuyez sur le bouton.
guide-mailbox-children = Regardez si tous vos enfants sont là.

guide-code-title = Avec la lettre qui porte un code
guide-code-caption = La première page demande le code de la lettre.
guide-code-type = Tapez le code, ou scannez le carré de la lettre avec un téléphone.
guide-code-child = Dites si c’est bien votre enfant. Un code à votre nom montre tous ceux que l’école relie à vous.

guide-invitation-title = Avec le courriel d’invitation de l’école
guide-invitation-caption = La page demande le code du courriel et votre nom de famille.
guide-invitation-open = Ouvrez le lien du courriel. Sur un autre appareil, tapez le code qui y est écrit.
guide-invitation-name = Écrivez votre nom de famille, comme l’école l’écrit.
guide-invitation-again = Pas de courriel ? Sur la page du code, choisissez « { $link } ».

guide-letter-title = Avec l’identifiant et le mot de passe provisoire d’une lettre
guide-letter-title-pupils = Élèves : avec la lettre et son mot de passe provisoire
guide-letter-title-parents = Parents : avec la lettre et son mot de passe provisoire
guide-letter-caption = Le mot de passe de la lettre se tape sur la page de connexion, comme tout autre.
guide-letter-type = Tapez l’identifiant de la lettre, puis son mot de passe.
guide-letter-pupil = Dites votre date de naissance et acceptez la charte.
guide-letter-parent = Dites la date de naissance d’un enfant, puis votre adresse. Un courriel arrive : tapez son code.
guide-letter-until = Allez jusqu’au bout avant la date écrite sur la lettre. Après, demandez une autre lettre : rien d’autre n’est perdu.

guide-forgotten-title = Mot de passe oublié
guide-forgotten = Sur la page de connexion, choisissez « { $link } ».
guide-forgotten-pupil = Les élèves répondent à leurs questions, ou demandent à un parent ou à un enseignant de dire oui sur son propre écran. Au secrétariat de l’école, on choisit un nouveau mot de passe en dix minutes.
guide-forgotten-letter = Un courriel arrive avec un lien. Personne d’autre ne peut choisir votre mot de passe.

guide-children = Un seul compte montre tous vos enfants, même dans plusieurs écoles.
guide-children-code = Avec un autre code, vous ajoutez un enfant à ce compte.
guide-children-missing = S’il en manque un, dites-le à l’école.
guide-children-data = Sur la page « { $link } », vous prenez une copie de ce que le compte de l’école tient sur un jeune enfant. Les plus grands prennent la leur eux-mêmes.
guide-children-check = Avant la rentrée, « { $link } » dit pour chaque enfant s’il peut entrer.

guide-shared-title = Un appareil pour plusieurs
guide-shared-tick = Cochez « { $box } » sous le mot de passe.
guide-shared-out = Quand vous avez fini, choisissez « { $link } ».
guide-shared-other = Quelqu’un d’autre est connecté ? « { $link } » est en haut de chaque page.
guide-shared-card = Une carte avec un carré, pour les plus jeunes ? Elle marche à l’école seulement, avec le secret de l’enfant. À la maison : l’identifiant et le mot de passe. Perdue ? Dites-le à l’école.
guide-shared-names = Trop d’identifiants à retenir ? « { $link } », dans votre compte : un prénom et un animal suffisent alors, avec le mot de passe.

guide-ask-title = À qui demander
guide-ask = Écrivez à l’école, même sans compte. Si une page vous a donné un numéro de dossier, joignez-le.
guide-never = Personne à l’école ne vous demandera votre mot de passe.
guide-works = Rien ne s’ouvre, ou tout est lent ?

frame-status = Est-ce que tout marche ?
frame-telephone = { $name } :

no-network = Plus de réseau. Ce que vous avez écrit reste ici : continuez quand la connexion est revenue.
status-title = Est-ce que tout marche ?
status-lead = Vu { $moment }.
status-works = Oui
status-page = Le réseau et ces pages
status-busy = Oui, mais il y a beaucoup de monde : attendez un peu.
status-mail = L’envoi des courriels
status-mail-late = En retard : le plus ancien attend depuis { $moment }.
status-lists = Les listes de l’école
status-lists-came = Reçues { $moment }
status-lists-none = Pas encore reçues
status-what-title = Ce que vous voyez, et ce qu’il faut faire
status-network = La page ne s’ouvre pas du tout
status-network-do = C’est le réseau ou l’appareil. Essayez un autre site ; s’il ne s’ouvre pas non plus, regardez la connexion Wi-Fi.
status-password = L’identifiant et le mot de passe ne vont pas ensemble
status-password-do = Tout marche : c’est l’un des deux qu’il faut regarder.
status-new-do = L’école ne vous a peut-être pas encore dans ses listes, ou elle écrit un nom autrement. La page vous donne un numéro de dossier.
status-broken-do = C’est chez nous. Essayez dans quelques minutes, puis écrivez à l’école.

yes = Oui
no = Non

check-title = Vérifier les accès
check-lead = Chaque enfant peut-il entrer ? Regardez avant la rentrée.
check-account = A un compte
check-opened = L’a déjà ouvert
check-way-back = Peut revenir s’il oublie le mot de passe
check-ready = Tout est prêt.
check-do-account = Il faut créer le compte.
check-do-account-link = Créer un compte d’élève
check-do-open = Essayez ensemble, avec l’identifiant et le mot de passe choisi.
check-do-way-back = Connectez-vous ensemble, puis choisissez des questions dans « Mon compte ». Ou demandez à l’école de noter une adresse de courriel.
check-do-shut = Ce compte est fermé. L’école sait pourquoi et peut l’ouvrir.
