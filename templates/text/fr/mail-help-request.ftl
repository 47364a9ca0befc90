# La lettre à l’école : quelqu’un demande de l’aide.

mail-help-request-subject = Demande d’aide : { $name }
mail-help-request-title = { $name } demande de l’aide
mail-help-request-message = Son message :
mail-help-request-name = Nom :
mail-help-request-email = Courriel :
mail-help-request-school = École :
mail-help-request-case = Dossier :
mail-help-request-none = non indiqué
mail-help-request-care = Le nom et l’adresse ont été écrits par la personne elle-même : rien ne prouve encore qui elle est. Vérifiez avant de rouvrir un compte ou de donner un renseignement.
mail-help-request-why = Cette adresse reçoit les demandes d’aide du compte de l’école.

mail-help-request-phone = Téléphone :
mail-help-request-child = Enfant :
mail-help-request-proven = La personne était connectée, ou a prouvé qu’elle lit l’adresse de courriel du dossier.
mail-help-request-queue = La demande est aussi dans la file des demandes, avec le dossier qu’elle concerne sans doute.
mail-help-request-address = Demande : l’adresse de courriel du dossier a changé.
mail-help-request-child-missing = Demande : il manque un enfant.
mail-help-request-details = Demande : corriger le dossier.
mail-help-request-technical = Demande technique : une page, un mot de passe ou un courriel.
mail-help-request-number = Son numéro :
