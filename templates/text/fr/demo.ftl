# L’application d’exemple et la boîte aux lettres de la démonstration.

demo-sample = Démonstration
demo-fictional = Tout est inventé ici : les personnes, les écoles, les adresses.

demo-app-title = Le cahier de textes de la classe
demo-app-lead = Cette application ne connaît personne. Elle demande au compte de l’école qui vous êtes.
demo-app-sign-in = Se connecter avec le compte de l’école
demo-app-hello = Bonjour,
demo-app-signed-in = Le compte de l’école nous a dit qui vous êtes.
demo-app-claims = Ce que l’application a reçu
demo-app-name = Cahier de textes
demo-app-refresh = Demander à nouveau au compte de l’école
demo-app-denied = La connexion a été refusée. L’application n’a rien reçu.
demo-app-refused = Le compte de l’école n’a pas accepté la demande de l’application. Réessayez ; si cela se répète, dites-le à votre école :
demo-app-unreachable = Le compte de l’école ne répond pas. Réessayez dans un instant.
demo-app-untrusted = La réponse ne correspond pas à la demande, alors l’application ne s’en sert pas. Recommencez la connexion.
demo-app-stale = Cette connexion a commencé ailleurs ou il y a trop longtemps. Recommencez-la ici.
demo-app-over = Votre visite est terminée. Connectez-vous de nouveau pour continuer.

demo-mailbox-title = Boîte aux lettres
demo-mailbox-lead = Les messages que le compte de l’école a envoyés, à tout le monde.
demo-mailbox-empty = Aucun message
demo-mailbox-empty-hint = Changez un mot de passe, par exemple : un message arrivera ici.
demo-mailbox-reload = Voir les nouveaux messages
demo-letter-html = Voir la version mise en forme
demo-letter-from = De
demo-letter-to = À
demo-letter-when = Le
demo-letter-back = Tous les messages
