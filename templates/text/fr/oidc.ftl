# Ce qu’une application veut savoir, et avec quel compte.

consent-title = { $app } veut vous connaître
consent-lead = Si vous acceptez, { $app } verra :
consent-unknown = Le district ne connaît pas encore { $app }. Vous seriez envoyé vers { $host }. Si vous n’attendiez pas cette demande, refusez.
consent-sees-number = un numéro rien que pour cette application, qui ne dit pas qui vous êtes
consent-sees-profile = votre nom, votre prénom, votre nom d’utilisateur et votre langue
consent-sees-email = votre adresse de courriel
consent-sees-phone = votre numéro de téléphone
consent-sees-roles = ce que vous êtes à l’école (élève, parent, enseignant…)
consent-sees-schools = le nom de votre école
consent-sees-grade = votre niveau
consent-sees-student-number = votre numéro d’élève
consent-sees-children = le prénom et l’école de vos enfants
consent-stays = L’application pourra encore voir cela quand vous n’êtes pas là.
consent-never = Elle ne verra jamais votre mot de passe.
consent-allow = Accepter
consent-deny = Refuser

choose-account-title = Avec quel compte ?
choose-account-lead = Choisissez qui utilise l’application.
choose-account-other = Prendre un autre compte

form-post-title = Retour à l’application
form-post-lead = Cette page continue toute seule. Sinon, choisissez « Continuer ».
