# Quand une demande ne mène nulle part, et les pages du pied de page.

go-home = Aller à l’accueil

error-title = Cette application n’a pas pu ouvrir la page
error-lead = Ce n’est pas votre faute : l’application a envoyé une demande que nous ne pouvons pas suivre.
error-what-to-do = Revenez à l’application et essayez encore une fois. Si cela recommence, montrez cette page à l’école.
error-for-support = Pour la personne qui vous aide
error-code = Code
error-detail = Détail

not-found-title = Cette page n’existe pas
not-found-lead = L’adresse est peut-être mal recopiée, ou la page a changé de place.

not-allowed-title = Cette page n’est pas pour vous
not-allowed-lead = Vous êtes bien connecté, mais cette page est réservée à d’autres personnes.

busy-title = Beaucoup de monde en ce moment
busy-lead = Nous n’avons pas pu répondre tout de suite. Rien n’est perdu.
busy-what-to-do = Attendez dix secondes, puis rechargez la page.

expired-title = Cette page est trop vieille
expired-lead = Elle est restée ouverte trop longtemps, ou elle a été ouverte dans un autre navigateur. Par prudence, il faut recommencer.
expired-again = Recommencer

too-many-title = Trop d’essais
too-many-lead = Vous pourrez essayer encore dans { $wait }.
too-many-what-to-do = Cette attente protège votre compte. Si vous êtes pressé, écrivez à l’école.

broken-title = Quelque chose ne marche pas chez nous
broken-lead = Ce n’est pas votre faute. Essayez encore dans quelques minutes.
broken-request = Si cela recommence, donnez ce numéro à l’école :

challenge-title = Un instant
challenge-lead = Nous vérifions que vous n’êtes pas un robot. Attendez { $seconds } secondes, puis continuez.

privacy-title = Vos données
privacy-lead = { $district } : voici ce que votre compte garde, et pourquoi.
privacy-what-title = Ce qui est gardé
privacy-what = Ce que l’école sait déjà : le nom, la date de naissance, le numéro d’élève, les écoles et les classes. Et ce que vous choisissez ici : un mot de passe et des réponses secrètes. Ceux-là sont gardés sous une forme que personne ne peut lire. Et, pour chaque connexion, l’appareil et l’adresse d’où elle vient, pour que vous puissiez la reconnaître : c’est effacé un jour après sa fin.
privacy-why-title = Pourquoi
privacy-why = Pour vous reconnaître, et pour ouvrir les applications de l’école. Il n’y a pas de publicité, et rien n’est vendu.
privacy-who-title = Qui le voit
privacy-who = L’école, et les applications que vous ouvrez. Chaque application reçoit seulement ce qu’il lui faut.
privacy-browser-title = Dans votre navigateur
privacy-browser = Quelques petits fichiers (des cookies) se souviennent de votre connexion et de votre langue. Aucun ne vous suit ailleurs, et ces pages ne chargent rien d’un autre site.
privacy-ask-title = Voir, corriger, effacer
privacy-ask = Vous avez le droit de voir vos données et de les faire corriger. Vous pouvez aussi demander qu’on les efface. Les enfants ont ce droit aussi. Il suffit d’écrire à l’école.
privacy-contact = Ou à :

accessibility-lead = Ces pages sont faites pour tout le monde. Nous visons le niveau AA des règles WCAG 2.2.
accessibility-how-title = Ce que vous pouvez faire
accessibility-keyboard = Tout faire au clavier, sans souris.
accessibility-reader = Écouter chaque page avec un lecteur d’écran : les champs, les aides et les erreurs sont dits.
accessibility-look = Agrandir le texte à 400 %, choisir des couleurs sombres, imprimer.
accessibility-paste = Coller un mot de passe, ou laisser le navigateur le remplir.
accessibility-script = Vous passer de JavaScript.
accessibility-limits-title = Ce qui n’est pas encore vérifié
accessibility-limits = Un programme contrôle ces pages à chaque changement, mais aucun audit complet n’a encore été fait. Si quelque chose vous bloque, dites-le à l’école : elle peut vous aider autrement.
