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

device-title = Connecter un appareil
device-lead = Votre appareil (tableau, téléviseur, imprimante…) montre un code. Écrivez-le ici.
device-code = Code de l’appareil
device-code-hint = Huit lettres, par exemple BCDF-GHJK.
device-code-missing = Écrivez le code que montre l’appareil.
device-code-wrong = Ce code n’est pas bon, ou il n’est plus valable. Regardez l’appareil : il peut en montrer un nouveau.
device-warning = N’acceptez que pour un appareil que vous voyez devant vous. Personne ne vous envoie un tel code par message.
device-confirm-title = Laisser entrer { $app } ?
device-confirm-lead = { $app } sera ouvert sur cet appareil au nom de { $name }, et verra :
device-allow = Oui, c’est mon appareil
device-done-title = C’est fait
device-done-lead = L’appareil continue tout seul. Vous pouvez fermer cette page.
device-denied-title = Refusé
device-denied-lead = L’appareil n’entre pas. Vous pouvez fermer cette page.
