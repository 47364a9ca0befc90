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
given-name-missing = Écrivez le prénom.
family-name-missing = Écrivez le nom de famille.
student-number-missing = Écrivez le numéro d’élève.
name-long = { $most } caractères suffisent pour un nom.
student-number-long = { $most } caractères suffisent pour un numéro.
birth-date-missing = Écrivez la date de naissance.
birth-date-odd = Écrivez la date avec l’année d’abord. Exemple : 2012-03-31

new-password-title = Choisissez un mot de passe
new-password-lead = Trois ou quatre mots qui n’ont rien à voir ensemble : c’est facile à retenir et difficile à deviner.
new-password = Nouveau mot de passe
new-password-hint = Au moins { $least } caractères
new-password-again = Encore une fois, le même
new-password-missing = Choisissez un mot de passe.
new-password-short = Il faut au moins { $least } caractères ; il y en a { $had }.
new-password-long = { $most } caractères au plus.
new-password-common = Ce mot de passe est de ceux que l’on devine en premier. Ajoutez un ou deux mots.
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
enrolled-go-to = Aller vers { $app }
enrolled-go-home = Voir mes applications

not-matched-title = Nous ne vous avons pas trouvé
not-matched-lead = Cela arrive souvent, et cela s’arrange. Voici quoi faire, dans l’ordre.
not-matched-check = Regardez le bulletin : le nom et le numéro sont-ils les mêmes ?
not-matched-again = Corriger
not-matched-new = Vous venez d’arriver à l’école ?
not-matched-lists = Les listes de l’école sont arrivées { $moment }. Les nouveaux élèves sont dans les listes suivantes : essayez encore demain.
not-matched-no-lists = Les listes de l’école ne sont pas encore arrivées : essayez encore demain.
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
