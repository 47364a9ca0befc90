# Les lettres sur papier que l’école distribue : codes d’activation et mots de passe provisoires.

letters-document = Lettres de l’école
letters-code = Code d’activation
letters-identifier = Identifiant
letters-password = Mot de passe provisoire
letters-address = À taper à cette adresse
letters-scan = Ou photographiez ce carré avec un téléphone.
letters-scan-alternative = Carré à photographier avec un téléphone : il ouvre la page où l’on continue.
letters-logo-alternative = Logo
letters-steps = Que faire ?
letters-help = Besoin d’aide ?
letters-note = Pour qui ?
letters-pupil = Élève
letters-class = Classe
letters-number = Lettre nº
letters-date = Le { $day }
letters-valid = Valable jusqu’au { $day }.
letters-help-office = Le secrétariat répond à vos questions et peut imprimer une nouvelle lettre. Celle-ci ne vaut alors plus rien.
letters-step-address = Allez à l’adresse ci-dessus, ou photographiez le carré avec un téléphone.

letters-guardian-salutation = Madame, Monsieur,
letters-guardian-code-title = Votre code pour ouvrir un compte de parent
letters-guardian-code-purpose = Avec ce code, vous ouvrez votre compte et suivez la scolarité de { $name } : notes, absences, devoirs et messages de l’école.
letters-guardian-code-note = Ce code est pour un seul adulte responsable de { $name }. Chaque parent reçoit le sien. Ne le donnez à personne.
letters-guardian-password-title = Votre compte de parent
letters-guardian-password-purpose = Avec ce compte, vous suivez la scolarité de { $name } : notes, absences, devoirs et messages de l’école.
letters-guardian-password-note = Ce compte est pour un seul adulte responsable de { $name }. L’école ne vous demandera jamais le mot de passe.

letters-owner-salutation = Bonjour { $name },
letters-owner-code-title = Ton code pour ouvrir ton compte
letters-owner-code-purpose = Avec ce code, tu ouvres ton compte. Il sert à tout à l’école : notes, devoirs, bibliothèque et messages.
letters-owner-code-note = Ce code est pour { $name } seulement. Ne le montre à personne, même pas à tes amis.
letters-owner-password-title = Ton compte à l’école
letters-owner-password-purpose = Ce compte sert à tout à l’école : notes, devoirs, bibliothèque et messages.
letters-owner-password-note = Ce compte est pour { $name } seulement. Personne à l’école ne demandera le mot de passe.

letters-code-step-type = Tapez le code. Majuscules et minuscules, c’est pareil.
letters-code-step-end = Choisissez un mot de passe. C’est fini : le code ne sert qu’une fois.
letters-password-step-type = Tapez l’identifiant et le mot de passe provisoire.
letters-password-step-end = Choisissez votre propre mot de passe. Le provisoire ne sert plus.

letters-claim-until = À faire d’ici le { $day }.
letters-claim-help = Le secrétariat répond à vos questions.
letters-claim-step-type = Écrivez ce que la page demande, comme sur le bulletin.
letters-claim-step-end = Choisissez un mot de passe. C’est fini.
