# Créer son compte.

given-name = Prénom
family-name = Nom de famille
student-number = Numéro d’élève
student-number-hint = Sur le bulletin ou la carte d’élève. Avec ou sans la lettre S devant.
birth-date = Date de naissance
birth-date-hint = Celle de l’élève
email-hint = Celle que l’école connaît
civic-number = Numéro de rue
civic-number-hint = Seulement le numéro de la maison ou de l’immeuble. Exemple : 148

enroll-title = Créer mon compte
enroll-lead = L’école vous connaît déjà. Il reste à dire qui vous êtes et à choisir un mot de passe.
enroll-begun = Vous aviez commencé.
enroll-go-on = Continuer : { $title }
enroll-none = On ne peut pas créer de compte ici
enroll-none-hint = L’école vous donne un identifiant et un mot de passe.
enroll-have-account = J’ai déjà un compte

roster-match-title = Qui êtes-vous ?
roster-match-lead = Écrivez le nom comme sur le bulletin. Les accents et les majuscules ne comptent pas.
roster-match-wait = Trop d’essais depuis ce réseau. Revenez dans { $wait }.
roster-match-letters = Trop d’essais échouent en ce moment dans tout le réseau scolaire. Cette page rouvre dans { $wait }. Avec une lettre ou un code de l’école, vous pouvez continuer dès maintenant.
given-name-missing = Écrivez le prénom.
family-name-missing = Écrivez le nom de famille.
student-number-missing = Écrivez le numéro d’élève.
name-long = { $most } caractères suffisent pour un nom.
student-number-long = { $most } caractères suffisent pour un numéro.
birth-date-missing = Écrivez la date de naissance.
birth-date-odd = Écrivez la date avec l’année d’abord. Exemple : 2012-03-31

code = Code
code-title = Le code de la lettre
code-title-mailed = Le code de votre courriel
code-lead = L’école vous a remis une lettre avec un code. Il prouve que vous êtes le parent.
code-lead-mailed = L’école vous a écrit un courriel avec un code de sécurité.
code-hint = Quatre groupes de quatre lettres. Majuscules ou minuscules, avec ou sans traits. Exemple : BCDF-GHJK-LMNP-QRST
code-family-name-hint = Le vôtre, comme l’école l’écrit
code-scanned = Votre code a été lu. Il ne reste qu’à continuer.
code-square = Vous avez scanné le carré de la lettre et la case est vide ? Tapez le code imprimé à côté.
code-opened = Vous avez ouvert le lien du courriel et la case est vide ? Tapez le code du courriel.
code-resend = Je n’ai pas reçu le courriel
code-none = Je n’ai pas de code
code-missing = Tapez le code.
code-length = Le code a 16 lettres ; il y en a { $had }.
code-slip = { $count ->
    [one] Il y a une faute dans le groupe { $groups }. Regardez-le lettre par lettre.
   *[other] Il y a une faute dans les groupes { $groups }. Regardez-les lettre par lettre.
}
code-unknown = Ce code n’ouvre rien. Regardez s’il vient de la dernière lettre reçue ; sinon, demandez-en un autre à l’école.
code-unknown-mailed = Le code et le nom n’ouvrent rien ensemble. Regardez s’il vient du dernier courriel reçu et écrivez le nom comme l’école.
code-pause = Trop d’essais avec ce code. Il reste bon : revenez dans { $wait }.
code-yours = Vous avez déjà utilisé ce code. Il n’y a plus rien à faire.
code-wait = Trop d’essais depuis ce réseau. Revenez dans { $wait }.

code-child-title = { $count ->
    [one] Est-ce votre enfant ?
   *[other] Est-ce que ce sont vos enfants ?
}
code-child-lead = { $count ->
    [one] Le code est juste. Voici pour qui il est.
   *[other] Le code est juste. Voici pour qui il est : un seul compte les montrera tous.
}
code-child-yes = Oui, créer mon compte
code-child-have = J’ai déjà un compte
code-child-mine = Oui, ajouter à mon compte { $username }
code-child-new = Créer un autre compte
code-child-has-account = Vous avez déjà un compte. Il n’y a rien à créer : connectez-vous.
code-child-sign-in = Se connecter
code-child-other-name = Quelqu’un d’autre est connecté ici. Ce code est au nom d’une autre personne : c’est son compte à elle qui sera créé.
code-child-not = Ce n’est pas le bon enfant ?

about-you-title = Qui êtes-vous ?
about-you-lead = L’école connaît l’enfant, pas encore vous.
about-you-lead-email = L’école n’a pas votre adresse. Elle sera votre identifiant.
about-you-given-name = Votre prénom
about-you-family-name = Votre nom de famille
about-you-email-hint = Elle sera votre identifiant
about-you-email-missing = Écrivez votre adresse.
about-you-email-odd = Ce n’est pas une adresse complète. Exemple : prenom.nom@courriel.example
about-you-taken = Cette adresse ne peut pas servir ici. Si vous avez déjà un compte, connectez-vous. Sinon, demandez à l’école un code à votre nom.
about-you-wait = Trop d’essais avec ce code. Revenez dans { $wait }.

code-over-title = Ce code ne sert plus
code-over-shut-title = L’école doit vous aider
code-over-used = Il vient d’être utilisé. Si c’est par vous, connectez-vous.
code-over-revoked = L’école l’a repris ou remplacé. Prenez celui de la dernière lettre.
code-over-expired = Sa date est passée pendant que vous étiez ici.
code-over-untied = L’école a changé ses listes : ce code ne mène plus à un enfant.
code-over-claimed = Ce compte existe déjà. Si c’est le vôtre, connectez-vous.
code-over-shut = Ce code est juste, mais l’école doit d’abord corriger quelque chose.
code-over-school = L’école peut vous aider et vous donner un autre code.
code-over-again = Recommencer avec un autre code

invitation-again-title = Recevoir le courriel encore une fois
invitation-again-lead = Le code d’avant ne servira plus : prenez celui du nouveau courriel.
invitation-again-send = Envoyer le courriel
invitation-sent-title = C’est demandé
invitation-sent-lead = Si l’école vous a invité à cette adresse, un courriel vient de partir.
invitation-sent-wait = Attendez quelques minutes.
invitation-sent-spam = Regardez aussi dans les indésirables.
invitation-sent-school = Toujours rien ? L’école a peut-être une autre adresse. Écrivez-lui.
invitation-sent-code = J’ai le code

new-password-title = Choisissez un mot de passe
new-password-lead = Trois ou quatre mots qui n’ont rien à voir ensemble : c’est facile à retenir et difficile à deviner.
new-password = Nouveau mot de passe
new-password-hint = Au moins { $least } caractères
new-password-hint-mixed = Au moins { $letters } lettres, ou { $least } caractères avec des majuscules, des chiffres et des signes
new-password-again = Encore une fois, le même
new-password-ideas = Trois idées tirées au hasard. Choisissez une ligne, recopiez tous ses mots et gardez cela pour vous.
new-password-missing = Choisissez un mot de passe.
new-password-short = Il faut au moins { $least } caractères ; il y en a { $had }.
new-password-long = { $most } caractères au plus.
new-password-common = Ce mot de passe est de ceux que l’on devine en premier. Ajoutez un ou deux mots.
new-password-keys = Des touches côte à côte se devinent en premier. Prenez plutôt quelques mots.
new-password-repeat = Une répétition se devine en premier. Prenez plutôt quelques mots.
new-password-sequence = Des lettres ou des chiffres dans l’ordre se devinent en premier. Prenez plutôt quelques mots.
new-password-date = Une date ou une année se devine en premier. Prenez plutôt quelques mots.
new-password-name = Un nom seul se devine en premier. Ajoutez des mots qui n’ont rien à voir avec lui.
new-password-word = Un mot seul se devine en premier. Ajoutez-en deux ou trois autres.
new-password-mixed = { $more ->
    [one] Il manque encore un caractère. Ou mélangez majuscules, chiffres et signes.
   *[other] Il manque encore { $more } caractères. Ou mélangez majuscules, chiffres et signes.
}
new-password-other-ideas = D’autres idées
new-password-meter-short = { $had } caractères sur { $least }
new-password-meter-mixed = Pas encore assez. Continuez, ou mélangez majuscules, chiffres et signes.
new-password-meter-enough = C’est assez long.
new-password-meter-more = C’est assez long. Un mot de plus le rend bien plus difficile à deviner.
new-password-known = Les autres connaissent « { $word } ». Prenez des mots qui n’ont rien à voir avec vous.
new-password-used = Ce mot de passe a déjà servi. Prenez-en un nouveau.
new-password-differs = Les deux ne sont pas pareils. Écrivez-le encore une fois.

security-questions-title = { $count ->
    [one] Choisissez une question
   *[other] Choisissez { $count } questions
}
security-questions-lead = Si vous oubliez votre mot de passe, vos réponses vous feront rentrer. Prenez des réponses que vous seul connaissez.
security-questions-number = Question { $number }
security-questions-choose = La question
security-questions-answer = Votre réponse
security-question-missing = Choisissez une question.
security-question-twice = Cette question est déjà prise. Choisissez-en une autre.
security-answer-missing = Écrivez votre réponse.
security-answer-short = C’est trop court : on la devinerait. Il faut au moins 3 lettres, pas toutes pareilles.
security-answer-long = 200 caractères suffisent pour une réponse.
security-answer-number = Pas de date, de numéro ni d’adresse : d’autres les connaissent.
security-answer-common = C’est une des premières réponses que l’on essaierait. Prenez-en une que vous seul connaissez.
security-answer-same = Cette réponse sert déjà à une autre question.
security-answer-question = La réponse est dans la question. Prenez d’autres mots.
security-answer-known = L’école et vos camarades connaissent cette réponse. Prenez-en une que vous seul connaissez.

child-birth-date-title = La date de naissance de votre enfant
child-birth-date-lead = Celle d’un de vos enfants suffit. Elle nous dit que la lettre est bien arrivée chez vous.
child-birth-date-youngest-title = La date de naissance de votre plus jeune enfant
child-birth-date-all-title = Les dates de naissance de vos enfants
child-birth-date-all-lead = De tous ceux qui vont à l’école ici, dans n’importe quel ordre.
child-birth-date-nth = Enfant { $number }
child-birth-date-own-title = Ta date de naissance
child-birth-date-own-lead = Elle nous dit que la lettre est bien arrivée chez toi.
child-birth-date-wrong = L’école a une autre date. Vérifiez-la, et si elle est juste, écrivez à l’école.
child-birth-date-wait = Trop d’essais. Le prochain comptera { $until }.
child-birth-date-closed = Trop d’essais. Écrivez à l’école : elle peut vous donner une nouvelle lettre.

email-title = Votre adresse de courriel
email-lead = Pour les nouvelles importantes, et pour rentrer si vous oubliez votre mot de passe.
email-on-file = L’école connaît { $address }. Laissez vide pour la garder, ou écrivez-en une autre.
email-proof-hint = Nous y envoyons un message pour vérifier qu’elle est à vous.
email-none = Je n’ai pas d’adresse

http-title = Une dernière vérification
http-again = Vérifier de nouveau
http-silent = Le service de l’école ne répond pas pour le moment. Rien n’est perdu : essayez encore dans une minute.
http-not-yet = Ce n’est pas encore cela. Vérifiez ce que vous avez écrit.

charter-renewed = Les règles ont changé depuis la dernière fois. Lisez-les encore une fois.
charter-accept = J’ai lu ces règles et je les suivrai.
charter-accept-missing = Pour continuer, cochez la case.
charter-changed = Le texte vient de changer. Lisez-le encore une fois.

preferences-title = Comment vous écrire ?
preferences-lead = Vous pourrez changer d’avis à tout moment.
preferences-language = Langue des pages et des messages
preferences-language-missing = Choisissez une langue.
preferences-date-format = Écriture des dates
preferences-date-format-words = En toutes lettres
preferences-date-format-missing = Choisissez une écriture de la liste.
preferences-notification-email = Une autre adresse pour les nouvelles
preferences-notification-email-hint = Seulement si vous en voulez une autre que celle de l’école. Elle ne sert pas à se connecter.

confirm-title = Tout est juste ?
confirm-lead = Le compte n’est pas encore créé.
confirm-name = Nom
confirm-create = Créer mon compte
confirm-wrong = Quelque chose est faux ?
confirm-wrong-help = Le dire à l’école

enrolled-title = Bienvenue, { $name }
enrolled-done = Compte créé
enrolled-username = Votre identifiant :
enrolled-keep = Notez-le : vous en aurez besoin avec votre mot de passe.
enrolled-ways = Si vous oubliez votre mot de passe
enrolled-way-mail = Sur la page de connexion, « Je n’arrive pas à me connecter », puis un lien par courriel.
enrolled-way-questions = Au même endroit, vos questions et les réponses que vous venez de choisir.
enrolled-way-guardian = Au même endroit, un parent dit oui sur la page de son compte.
enrolled-way-school = L’école : le secrétariat, avec une pièce d’identité.
enrolled-go-to = Aller vers { $app }
enrolled-go-home = Voir mes applications

not-matched-title = Nous ne vous avons pas trouvé
not-matched-lead = Cela arrive souvent, et cela s’arrange. Voici quoi faire, dans l’ordre.
not-matched-check = Regardez le bulletin : le nom et le numéro sont-ils les mêmes ?
not-matched-again = Corriger
not-matched-new = Vous venez d’arriver à l’école ?
not-matched-lists = Les listes de l’école sont arrivées { $moment }. Les nouveaux élèves sont dans les listes suivantes : essayez encore demain.
not-matched-no-lists = Les listes de l’école ne sont pas encore arrivées : essayez encore demain.
not-matched-lists-next = Les listes de l’école sont arrivées { $moment }. Les suivantes sont attendues { $next } : les nouveaux élèves y seront.
not-matched-no-lists-next = Les listes de l’école sont attendues { $next }.
not-matched-write-to-me = M’écrire quand elles seront là
not-matched-newer = De nouvelles listes de l’école sont arrivées depuis.
not-matched-newer-again = Essayer encore, avec ce que vous aviez écrit
not-matched-claimed = Le compte existe peut-être déjà.
not-matched-sign-in = Se connecter
not-matched-case = Toujours rien ? Écrivez à l’école. Elle verra votre demande sous ce numéro :

already-claimed-title = Ce compte existe déjà
already-claimed-lead = Bonne nouvelle : il n’y a rien à créer. Connectez-vous avec le mot de passe choisi à sa création.
already-claimed-sign-in = Se connecter
already-claimed-recover = J’ai oublié le mot de passe
already-claimed-not-you = Vous ne l’avez jamais créé ?
already-claimed-tell = Quelqu’un l’a peut-être fait à votre place. L’école peut bloquer ce compte et vous le rendre. Donnez-lui ce numéro.
already-claimed-write = Écrire à l’école

question-imaginary-friend = Quel nom donniez-vous à un ami imaginaire, ou à une peluche à qui vous parliez ?
question-first-dream-job = Quel est le premier métier que vous avez rêvé de faire ?
question-invented-word = Quel mot inventé disiez-vous, plus jeune ?
question-place-to-hide = Où est votre meilleure cachette ?
question-toy-kept = Quel jouet gardez-vous depuis toujours ?
question-song-by-heart = Quelle chanson savez-vous par cœur depuis longtemps ?
question-dish-never-again = Quel plat ne voulez-vous plus jamais manger ?
question-first-film-cinema = Quel est le premier film que vous avez vu au cinéma ?
question-animal-wish = Quel animal auriez-vous aimé avoir ?
question-book-read-twice = Quel livre avez-vous lu plus d’une fois ?

roster-match-lead-guardian = Écrivez ce qui figure au dossier de l’école. Les accents et les majuscules ne comptent pas.
roster-match-changed = Votre adresse ou votre nom a changé ?
roster-match-changed-tell = Le dire à l’école
your-given-name = Votre prénom
your-family-name = Votre nom de famille
birth-date-youngest = Date de naissance de votre plus jeune enfant
birth-date-youngest-hint = Le plus jeune de ceux qui vont à l’école ici
birth-date-child = Date de naissance d’un de vos enfants
birth-date-child-hint = N’importe lequel de ceux qui vont à l’école ici
school-of-child = Son école
email-missing = Écrivez votre adresse de courriel.
email-odd = Cette adresse n’est pas complète. Exemple : prenom.nom@exemple.ca
school-missing = Choisissez l’école.
civic-number-odd = Écrivez le numéro de la maison ou de l’immeuble. Exemple : 148
