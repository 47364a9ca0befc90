# Revenir quand on n’arrive plus à se connecter.

recover-title = Retrouver mon compte
recover-lead = Dites-nous qui vous êtes. Nous cherchons ensuite comment vous faire rentrer.
recover-no-username = Je ne connais pas mon identifiant
recover-remembered = Revenir à la connexion

recovery-way-title = Comment voulez-vous faire ?
recovery-way-mail = Recevoir un message
recovery-way-mail-hint = À l’adresse que l’école connaît, avec un lien et un code
recovery-way-recall = Répondre à mes questions
recovery-way-recall-hint = Celles que vous avez choisies en créant le compte
recovery-way-help = Demander à l’école
recovery-way-help-hint = Un enseignant ou le secrétariat vous aide

recall-questions-title = Vos questions
recall-questions-lead = Répondez comme le jour où vous avez créé le compte. Les accents et les majuscules ne comptent pas.
recall-questions-forgotten = Je ne sais plus les réponses

recovery-way-missing = Choisissez une des possibilités.

recall-questions-reset = L’école a remis mon compte à zéro : le créer de nouveau
recall-questions-missing = Répondez aussi à cette question.
recall-questions-wrong = { $left ->
    [0] Ces réponses ne sont pas toutes celles qui ont été données. Avant le prochain essai, il faudra attendre. L’école peut aussi vous aider.
    [one] Ces réponses ne sont pas toutes celles qui ont été données. Essayez d’autres mots. Il reste un essai avant une pause.
   *[other] Ces réponses ne sont pas toutes celles qui ont été données. Essayez d’autres mots. Il reste { $left } essais avant une pause.
}
recall-questions-wait = Il y a eu trop d’essais. Le prochain essai comptera { $until }. Si c’est pressé, demandez à l’école.
recall-questions-closed = Il y a eu trop d’essais : ces questions ne servent plus. Demandez à l’école, elle peut vous faire rentrer.
recall-questions-once-more = Envoyez vos réponses encore une fois.
