# Se connecter, se déconnecter, l’accueil.

username = Identifiant
password = Mot de passe
email = Adresse de courriel
school = École

sign-in-title = Se connecter
sign-in-username-hint = Numéro d’élève, adresse de courriel ou identifiant reçu de l’école
sign-in-username-example = Exemple : { $example }. Le numéro d’élève seul marche aussi.
sign-in-first-visit = Première visite ? Créer mon compte
sign-in-recover = Je n’arrive pas à me connecter
sign-in-username-missing = Écrivez votre identifiant ou votre numéro d’élève.
sign-in-username-long = C’est trop long pour un identifiant. Écrivez seulement l’identifiant ou le numéro d’élève.
sign-in-no-longer-here = Cet appareil ne montre plus ce prénom. Écrivez l’identifiant.
sign-in-people = Qui est là ?

password-title = Votre mot de passe
password-as = Pour
password-not-you = Ce n’est pas vous ? Changer
password-hint = Les majuscules et les minuscules comptent.
password-shared = Cet appareil sert à plusieurs personnes
password-shared-hint = Alors vous serez déconnecté plus tôt.
password-forgotten = Mot de passe oublié ?
password-missing = Écrivez votre mot de passe.
password-wrong = { $left ->
    [0] Cet identifiant et ce mot de passe ne vont pas ensemble. Avant le prochain essai, il faudra attendre un peu.
    [one] Cet identifiant et ce mot de passe ne vont pas ensemble. Regardez l’identifiant ci-dessus, les majuscules et les espaces. Il reste un essai avant une pause.
   *[other] Cet identifiant et ce mot de passe ne vont pas ensemble. Regardez l’identifiant ci-dessus, les majuscules et les espaces. Il reste { $left } essais avant une pause.
}
password-wait = Il y a eu trop d’essais. Le prochain essai comptera { $until }. Rien n’est perdu : attendez, ou demandez un nouveau mot de passe.
password-closed = Il y a eu trop d’essais : ce mot de passe ne sert plus. Choisissez-en un nouveau avec « Mot de passe oublié ? », ou écrivez à l’école.
password-once-more = Envoyez votre mot de passe encore une fois.

sign-out = Se déconnecter
sign-out-title = Voulez-vous vous déconnecter ?
sign-out-lead = La prochaine personne devra se connecter avec son propre compte.
sign-out-asked-by = { $app } demande de vous déconnecter du compte de l’école.
sign-out-stay = Rester connecté

signed-out-title = Vous êtes déconnecté
signed-out-lead = Cet appareil est prêt pour une autre personne.
signed-out-again = Se connecter de nouveau
signed-out-goes-on = Cette page continue toute seule. Sinon, choisissez « Continuer ».
signed-out-apps = Vous êtes aussi déconnecté de :
signed-out-of = Déconnexion de { $app }

home-title = Bonjour, { $name }
home-username = Votre identifiant :
home-apps = Vos applications
home-no-apps = Pas encore d’application
home-no-apps-hint = Quand votre école en ajoute une, elle apparaît ici.
home-account = Mon compte

welcome-title = Le compte de l’école
welcome-lead = Élèves, parents, personnel : un seul compte pour toutes les applications de l’école.

account-title = Mon compte
account-name = Nom
account-wrong = Quelque chose n’est pas juste ?
account-password = Choisir un autre mot de passe
account-questions = Changer mes questions
account-preferences = Langue et messages
account-done-password = Votre mot de passe est changé. Les autres appareils sont déconnectés.
account-done-questions = Vos questions sont changées.
account-done-preferences = C’est noté.
account-address = Changer mon adresse de courriel
account-done-address = Votre adresse est changée. Nous l’avons dit à celle d’avant, qui peut l’annuler pendant une semaine.

address-undo-title = Reprendre votre adresse ?
address-undo = L’adresse de ce compte a été changée. Un clic remet celle d’avant et déconnecte tous les appareils.
address-undo-button = Remettre mon adresse
address-undo-done-title = Votre adresse est remise
address-undo-done = Tous les appareils sont déconnectés. Choisissez maintenant un autre mot de passe.
address-undo-recover = Choisir un mot de passe
address-undo-late = Il a déjà servi, ou il a plus d’une semaine. L’école peut vous aider.

not-me-title = Ce n’était pas vous ?
not-me = Un clic ferme le compte partout : le mot de passe ne marche plus et tous les appareils sont déconnectés. Vous choisissez ensuite un autre mot de passe.
not-me-button = Fermer le compte partout
not-me-done-title = Le compte est fermé partout
not-me-done = Plus personne n’y entre. Choisissez maintenant un autre mot de passe : il ouvre le compte de nouveau.
not-me-late = Il a déjà servi, ou il a plus d’une semaine. Dans le doute, choisissez un autre mot de passe.

account-children = Mes enfants
account-children-lead = Ceux que l’école relie à vous. Un seul compte suffit pour tous.
account-no-children = Pas d’enfant ici
account-no-children-hint = L’école relie les enfants à leurs parents. Si quelque chose manque, écrivez-lui.
account-add-child = Ajouter un enfant avec un code
account-child-missing = Il manque un enfant ? Le dire à l’école

account-sessions = Mes appareils connectés
account-sessions-lead = Un appareil que vous ne connaissez pas ? Déconnectez-le, puis changez de mot de passe.
account-sessions-here = Cet appareil
account-sessions-elsewhere = Un autre appareil
account-sessions-since = Connecté { $since }. Utilisé { $seen }.
account-sessions-end = Déconnecter les autres appareils
account-sessions-end-one = Déconnecter
account-sessions-end-this = Déconnecter { $device }
account-sessions-at-school = À l’école.
account-sessions-network = Adresse { $network }.
account-sessions-only-here = Votre compte n’est ouvert nulle part ailleurs.

account-receipts = Ce que les applications ont vu
account-receipts-lead = Chaque application ne voit que ce qui est écrit ici. Aucune ne voit votre mot de passe.
account-receipts-when = La dernière fois : { $when }
account-receipts-withdraw = Ne plus l’autoriser
account-receipts-district = L’école a choisi cette application et en répond.
account-receipts-none = Aucune application n’a rien vu
account-receipts-none-hint = Quand vous en ouvrez une, elle apparaît ici avec ce qu’elle a vu.

account-apps = Mes applications

identity-source-title = Où vous connectez-vous ?
identity-source-missing = Choisissez un des boutons.
identity-source-remember = Se souvenir de mon choix sur cet appareil
identity-source-last = Votre choix de la dernière fois
identity-source-other = Se connecter ailleurs
identity-source-unknown = Vous êtes bien connecté là-bas, mais l’école n’a pas de dossier qui y correspond. Écrivez-lui, ou choisissez un autre bouton.
identity-source-refused = La connexion n’a pas été confirmée là-bas. Essayez encore, ou choisissez un autre bouton.
identity-source-silent = La connexion n’a pas abouti : ce service ne répond pas comme il devrait. Essayez encore dans quelques minutes.
source-leave-title = Vers { $source }
source-leave = Vous vous connectez là-bas, puis vous revenez ici.
source-silent-title = { $source } ne répond pas
source-silent = Ce n’est pas votre faute. Essayez encore dans quelques minutes.
source-try-again = Essayer encore

account-approvals = { $count ->
    [one] Une demande de votre enfant vous attend
   *[other] { $count } demandes de vos enfants vous attendent
}
approvals-title = Dire oui à votre enfant
approvals-lead = Demandez à votre enfant les deux chiffres sur son écran. Ne dites oui que s’il est à côté de vous ou au téléphone.
approvals-title-pupil = Dire oui à un élève
approvals-lead-pupil = Demandez à l’élève les deux chiffres sur son écran. Ne dites oui que s’il est devant vous.
approvals-yes-pupil = Oui, c’est bien mon élève
approvals-none = Rien ne vous attend
approvals-none-hint = Quand un de vos enfants vous demande de l’aider à entrer, c’est ici.
approvals-back-in = Rentrer dans son compte. Depuis { $since }.
approvals-open = Ouvrir son compte. Depuis { $since }.
approvals-matching = Les chiffres sur son écran
approvals-matching-missing = Choisissez les chiffres que votre enfant voit.
approvals-matching-wrong = Ce ne sont pas les chiffres de votre enfant. Par prudence, la demande est refusée : qu’il recommence.
approvals-yes = Oui, c’est bien mon enfant
approvals-no = Non

account-invite = Inviter un parent
invite-title = Inviter un parent
invite-lead = Ton parent reçoit un courriel avec un code pour ouvrir son propre compte. Il y verra ce que l’école lui montre de toi : ton nom, ton école, ta classe.
invite-email = Son adresse de courriel
invite-send = Envoyer l’invitation
invite-sees = Si l’école connaît cette adresse, le courriel part tout de suite. Sinon, l’école regarde d’abord.
invite-sent = Tes invitations
invite-withdraw = Reprendre mes invitations

account-device = Montrer mon prénom sur cet appareil
account-device-lead = Pour une tablette ou un ordinateur que votre famille partage. La page de connexion montre alors votre prénom et une image : touchez-la au lieu d’écrire votre identifiant.
account-device-people = La page de connexion montre ici :
account-device-animal = Choisissez votre animal
account-device-other-animal = Choisissez un autre animal
account-device-hint = Le mot de passe est demandé chaque fois, et vous êtes déconnecté après deux heures. Personne d’autre ne voit votre prénom : seulement qui tient cet appareil.
account-device-show = Me montrer ici
account-device-leave = Ne plus me montrer ici
account-device-clear = Vider cette liste
account-device-full = Huit personnes sont montrées ici, et il n’y a plus de place. Videz la liste, ou demandez à quelqu’un d’en sortir.
animal-bird = Oiseau
animal-butterfly = Papillon
animal-cat = Chat
animal-cow = Vache
animal-dog = Chien
animal-fish = Poisson
animal-horse = Cheval
animal-rabbit = Lapin

passkey-use = Me connecter avec une clé d’accès
passkey-none = Aucune clé d’accès n’a servi. Essayez encore, ou écrivez votre identifiant et votre mot de passe.
passkey-wrong = Cette clé d’accès n’ouvre pas ce compte. Essayez encore, ou écrivez votre identifiant et votre mot de passe.

passkeys-title = Mes clés d’accès
passkeys-lead = Avec une clé d’accès, vous vous connectez par votre doigt, votre visage ou le code de votre appareil. Il n’y a rien à retenir, et personne ne peut vous la demander par courriel.
passkeys-needs = Ce navigateur ne sait pas faire de clé d’accès, ou JavaScript n’y est pas permis. Ouvrez cette page sur un téléphone ou un ordinateur plus récent. Votre mot de passe marche partout.
passkeys-none-made = Aucune clé d’accès n’a été faite. L’appareil doit avoir un code, une empreinte ou un visage pour le déverrouiller. Vous pouvez essayer encore, ou en rester à votre mot de passe.
passkeys-have = Cet appareil a déjà une clé d’accès pour ce compte.
passkeys-name = Nom de cet appareil
passkeys-name-hint = Pour reconnaître la clé dans la liste.
passkeys-add = Ajouter une clé d’accès
passkeys-not-added = La clé n’a pas pu être ajoutée. Cela arrive quand la page est ouverte depuis longtemps, ou quand la clé est déjà là. Essayez encore.
passkeys-full = Vous avez vingt clés d’accès : c’est le plus possible. Enlevez-en une pour en ajouter une autre.
passkeys-off = Dans ce réseau d’écoles, on n’ajoute pas de clé d’accès.
passkeys-yours = Vos clés
passkeys-unnamed = Clé sans nom
passkeys-used = Ajoutée { $made }. Utilisée { $used }.
passkeys-unused = Ajoutée { $made }. Pas encore utilisée.
passkeys-copied = Quelqu’un semble avoir une copie de cette clé : elle n’ouvre plus rien. Enlevez-la, puis choisissez un autre mot de passe.
passkeys-change = Changer ou enlever
passkeys-rename-to = Nouveau nom
passkeys-rename = Donner ce nom
passkeys-remove = Enlever cette clé
passkeys-remove-hint = Vos autres appareils seront déconnectés. Votre mot de passe reste le même.
passkeys-added = Votre clé d’accès est ajoutée. La prochaine fois, choisissez-la à la page de connexion.
passkeys-renamed = C’est noté.
passkeys-last = Votre école demande un deuxième verrou, et cette clé est le seul. Ajoutez d’abord une autre clé ou une application de codes.
passkeys-removed = La clé est enlevée. Les autres appareils sont déconnectés.

add-passkey-title = Une clé d’accès ?
add-passkey-without = Continuer sans clé d’accès
add-passkey-later = Vous pourrez en ajouter une plus tard dans « Mon compte ».

sign-in-card = J’ai une carte
