# Les lettres qui demandent une preuve, et celles qui disent qu’il n’y a rien à prouver.

mail-hello = Bonjour { $name },
mail-proof-code = Sur l’appareil où vous avez commencé, vous pouvez aussi taper ce code dans les 10 minutes :
mail-proof-asked = Demandé { $moment }.
mail-proof-device = Appareil : { $device }.
mail-enroll-proof-title = Votre compte de parent : continuez
mail-enroll-proof-lead = Quelqu’un, sans doute vous, crée votre compte de parent. Suivez ce lien dans les 24 heures pour choisir votre mot de passe :
mail-enroll-proof-button = Continuer
mail-enroll-proof-not-you = Ce n’était pas vous ? Ne suivez pas le lien et ne donnez le code à personne : sans eux, rien ne se fait. Vous pouvez prévenir l’école.
mail-recover-proof-title = Choisissez un nouveau mot de passe
mail-recover-proof-lead = Quelqu’un, sans doute vous, a oublié le mot de passe. Suivez ce lien dans la demi-heure pour en choisir un nouveau :
mail-recover-proof-button = Choisir un mot de passe
mail-recover-proof-not-you = Ce n’était pas vous ? Ne suivez pas le lien et ne donnez le code à personne : l’ancien mot de passe reste le bon. Vous pouvez prévenir l’école.
mail-sign-in-code-title = Votre code pour vous connecter
mail-sign-in-code-lead = Tapez ce code dans la fenêtre où vous vous connectez. Il sert pendant 10 minutes :
mail-sign-in-code-not-you = Ce n’était pas vous ? Ne donnez ce code à personne, pas même à l’école. Quelqu’un connaît votre mot de passe : changez-le.
mail-sign-in-code-recover = Changer le mot de passe
mail-claim-not-matched-title = Votre compte n’est pas encore créé
mail-claim-not-matched-lead = Quelqu’un, sans doute vous, a voulu créer votre compte de parent. Une partie de ce qui a été écrit n’est pas pareille au dossier de l’école, ou il y a eu trop d’essais.
mail-claim-not-matched-what = Essayez encore, ou écrivez à l’école : elle voit ce qui ne va pas et peut le corriger.
mail-claim-not-matched-not-you = Ce n’était pas vous ? Rien n’a été créé. Dites-le à l’école : quelqu’un connaît votre adresse.
mail-account-exists-title = Vous avez déjà un compte
mail-account-exists-lead = Quelqu’un, sans doute vous, a voulu créer votre compte de parent. Il existe déjà : il suffit de se connecter.
mail-account-exists-forgotten = Mot de passe oublié ?
mail-account-exists-not-you = Ce n’était pas vous ? Il n’y a rien à faire : rien n’a changé.

mail-temporary-password-title = Un mot de passe temporaire
mail-temporary-password-lead = Voici le mot de passe que l’école vous donne. Tapez-le tel quel, avec les traits :
mail-temporary-password-how = Il sert une seule fois, jusqu’au moment suivant : { $until }. En vous connectant, vous en choisirez un autre.
mail-temporary-password-given = L’école l’a donné { $moment }.
mail-temporary-password-not-you = Vous n’avez rien demandé ? Prévenez l’école.

mail-approval-title = { $name } a besoin de votre oui
mail-approval-what = { $name } demande depuis { $moment } à ouvrir son compte de l’école, ou à y rentrer.
mail-approval-how = Demandez-lui les deux chiffres sur son écran. Puis ouvrez votre compte : la demande vous y attend.
mail-approval-button = Ouvrir mon compte
mail-approval-not = Votre enfant n’a rien demandé ? Ne faites rien : rien ne se passera.
