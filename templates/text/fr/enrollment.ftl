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

new-password-title = Choisissez un mot de passe
new-password-lead = Trois ou quatre mots qui n’ont rien à voir ensemble : c’est facile à retenir et difficile à deviner.
new-password = Nouveau mot de passe
new-password-hint = Au moins { $least } caractères
new-password-again = Encore une fois, le même

security-questions-title = { $count ->
    [one] Choisissez une question
   *[other] Choisissez { $count } questions
}
security-questions-lead = Si vous oubliez votre mot de passe, vos réponses vous feront rentrer. Prenez des réponses que vous seul connaissez.
security-questions-number = Question { $number }
security-questions-choose = La question
security-questions-answer = Votre réponse

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
not-matched-next = Les prochaines listes arrivent { $moment }. Essayez encore après.
not-matched-day = Essayez encore dans 24 heures.
not-matched-claimed = Le compte existe peut-être déjà.
not-matched-sign-in = Se connecter
not-matched-case = Toujours rien ? Écrivez à l’école. Elle verra votre demande sous ce numéro :

question-first-pet = Comment s’appelait votre premier animal, ou votre première peluche ?
question-first-teacher = Quel surnom donniez-vous à une personne de l’école ?
question-first-friend = Qui était votre premier ami ou votre première amie ?
question-street = Quel nom donnez-vous à votre cachette préférée ?
question-book = Quelle histoire vous lisait-on quand vous étiez petit ?
question-meal = Quel plat ne voulez-vous jamais manger ?
question-place = Où aimeriez-vous aller un jour ?
question-game = À quel jeu gagnez-vous le plus souvent ?
