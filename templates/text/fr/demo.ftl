# L’application d’exemple et la boîte aux lettres de la démonstration.

demo-sample = Démonstration
demo-fictional = Tout est inventé ici : les personnes, les écoles, les adresses.

demo-app-title = Le cahier de textes de la classe
demo-app-lead = Cette application ne connaît personne. Elle demande au compte de l’école qui vous êtes.
demo-app-sign-in = Se connecter avec le compte de l’école
demo-app-hello = Bonjour,
demo-app-signed-in = Le compte de l’école nous a dit qui vous êtes.
demo-app-claims = Ce que l’application a reçu
demo-app-problem = La connexion n’a pas abouti :

demo-mailbox-title = Boîte aux lettres
demo-mailbox-lead = Les messages que le compte de l’école a envoyés, à tout le monde.
demo-mailbox-empty = Aucun message
demo-mailbox-empty-hint = Changez un mot de passe, par exemple : un message arrivera ici.
demo-letter-from = De
demo-letter-to = À
demo-letter-when = Le
demo-letter-back = Tous les messages
