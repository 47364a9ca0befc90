# Écrire à l’école.

help-title = Écrire à l’école
help-lead = Quelqu’un de l’école lira votre message et vous aidera. Pas besoin d’avoir un compte.
help-case = Votre numéro de dossier { $number } sera joint au message.
help-name = Votre nom
help-email = Votre adresse de courriel
help-email-hint = Pas d’adresse ? Dites dans le message comment vous répondre : un numéro de téléphone, ou le nom de votre enseignant.
help-school = Votre école
help-message = Votre message
help-message-hint = Dites ce que vous vouliez faire et ce que la page a répondu. N’écrivez jamais votre mot de passe.
help-sent-title = Message envoyé
help-sent-done = C’est parti
help-sent-lead = L’école a reçu votre message. Elle répond en général pendant les heures de classe.

help-name-missing = Écrivez votre nom, pour que l’école sache qui l’appelle à l’aide.
help-email-odd = Cette adresse n’est pas complète. Exemple : prenom.nom@exemple.ca
help-message-missing = Écrivez quelques mots sur ce qui vous arrête.
help-message-long = Le message est trop long. Il peut avoir 2000 caractères ; le vôtre en a { $length }.

help-title-address = Mon adresse a changé
help-title-child = Il manque un enfant
help-title-details = Corriger ce que l’école sait
help-lead-request = C’est une demande : l’école la lit, vérifie qui vous êtes, puis corrige le dossier.
help-email-new = Votre nouvelle adresse de courriel
help-phone = Téléphone de jour
help-child = Nom de l’enfant
help-child-hint = Prénom et nom, si vous écrivez au sujet d’un enfant
help-grade = Son année d’étude
help-sent-back = Continuer où j’en étais
help-email-missing = Écrivez votre nouvelle adresse.
help-child-missing = Écrivez le prénom et le nom de l’enfant.
