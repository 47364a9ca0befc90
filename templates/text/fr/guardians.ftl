# La preuve par courriel, les enfants, ce que l’école sait.

check-mail-title = Ouvrez votre courriel
check-mail-lead-address = Si ce que vous avez écrit correspond au dossier de l’école, un message est en route vers { $address }. Ouvrez-le et suivez le lien, ou tapez ici son code.
check-mail-lead = Si ce que vous avez écrit correspond à un dossier, un message est en route vers l’adresse que l’école connaît. Ouvrez-le et suivez le lien, ou tapez ici son code.
check-mail-meant = Vouliez-vous écrire { $meant } ? Si oui, changez l’adresse plus bas.
check-mail-sent = Dernier message : { $moment }.
check-mail-wait = Plusieurs messages sont déjà partis. Le prochain pourra partir { $until }. D’ici là, cherchez le dernier reçu.
check-mail-code = Code du message
check-mail-code-hint = 8 chiffres. Il sert pendant 10 minutes ; le lien, plus longtemps.
check-mail-no-code = Le code ne sert plus. Le lien du message marche peut-être encore ; sinon, demandez un nouveau message.
check-mail-again = Envoyer un nouveau message
check-mail-spam = Rien dans la boîte ? Regardez aussi dans le courrier indésirable.
check-mail-other = Ce n’est pas la bonne adresse ?
check-mail-change = La changer
check-mail-nothing = Toujours rien après 10 minutes ?
check-mail-refresh = J’ai suivi le lien : continuer
check-mail-missing = Tapez le code du message.
check-mail-length = Le code a 8 chiffres.
check-mail-over = Ce message ne sert plus. Demandez-en un nouveau.
check-mail-wrong = { $left ->
    [0] Ce n’est pas le code du dernier message. Demandez un nouveau message.
    [one] Ce n’est pas le code du dernier message. Il reste un essai.
   *[other] Ce n’est pas le code du dernier message. Il reste { $left } essais.
}
mail-link-title = C’est bien vous ?
mail-link-here = Vous avez ouvert le lien du message. Un clic, et vous continuez.
mail-link-elsewhere = Vous avez commencé sur un autre appareil ou dans un autre navigateur. Vous pouvez continuer ici ; là-bas, la page s’arrêtera.
mail-link-confirm = Continuer ici
mail-link-code = Pour continuer là-bas, tapez-y plutôt le code du message.
mail-link-not-you = Vous n’avez rien demandé ? Fermez cette page : il ne se passera rien.
mail-link-late-title = Ce lien ne sert plus
mail-link-late = Il a déjà servi, un message plus récent l’a remplacé, ou il est trop vieux. Rien n’est perdu.
mail-link-go-on = Continuer où j’en étais
mail-link-begin-again = Recommencer
children-title = { $count ->
    [one] Votre enfant
   *[other] Vos enfants
}
children-lead = Votre compte donne accès à tous vos enfants que l’école connaît. Un seul compte suffit.
children-legend = Reliés à votre compte
children-right = C’est juste
children-missing = Il manque un enfant : le dire à l’école
details-title = Ce que l’école sait de vous
details-lead = Regardez si tout est juste. Vous pouvez continuer même si quelque chose est à corriger.
details-phone = Téléphone
details-language = Langue
details-none = non indiqué
details-right = Continuer
details-report = Quelque chose est à corriger : le demander à l’école
