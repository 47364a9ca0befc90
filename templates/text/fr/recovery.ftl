# Revenir quand on n’arrive plus à se connecter.

recover-title = Retrouver mon compte
recover-lead = Dites-nous qui vous êtes. Nous cherchons ensuite comment vous faire rentrer.
recover-no-username = Je ne connais pas mon identifiant
recover-remembered = Revenir à la connexion

recovery-way-title = Comment voulez-vous faire ?
recovery-way-recall = Répondre à mes questions
recovery-way-recall-hint = Celles que vous avez choisies en créant le compte
recovery-way-help = Demander à l’école
recovery-way-help-hint = Un enseignant ou le secrétariat vous aide

recall-questions-title = Vos questions
recall-questions-lead = Répondez comme le jour où vous avez créé le compte. Les accents et les majuscules ne comptent pas.
recall-questions-forgotten = Je ne sais plus les réponses
