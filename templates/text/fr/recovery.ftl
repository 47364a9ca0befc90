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

waiting-title = Quelqu’un doit dire oui
waiting-lead-both = Un parent, sur la page de son compte, ou l’école, si vous lui lisez ce numéro.
waiting-lead-guardian = Un de vos parents, sur la page de son compte. Nous lui avons écrit, s’il a une adresse.
waiting-lead-school = L’école, si vous lui lisez ce numéro.
waiting-lead-teacher = Un parent ou un de vos enseignants, sur la page de son compte. Ou l’école, si vous lui lisez ce numéro.
waiting-number = Numéro pour l’école
waiting-matching = Chiffres pour la personne qui dit oui
waiting-until = On peut dire oui jusqu’à { $until }. Vous pouvez fermer cette page et la rouvrir ici.
waiting-look = Voir si c’est fait
waiting-approved-title = C’est oui
waiting-approved = Vous pouvez continuer.
waiting-refused-title = C’est non
waiting-refused = La personne n’a pas dit oui, ou elle n’avait pas vos chiffres sous les yeux. Parlez-lui, puis recommencez.
waiting-over-title = Trop tard
waiting-over = Personne n’a répondu à temps. Recommencez, ou passez au secrétariat.
waiting-again = Recommencer
recovery-way-approval = Demander à un parent ou à l’école
recovery-way-approval-hint = Quelqu’un qui vous connaît dit oui
