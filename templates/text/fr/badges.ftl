# Les cartes des plus jeunes : lire la carte, montrer ses images, et ce que l’école en fait.

badge-title = Montre ta carte
badge-lead = Tiens la carte devant l’appareil photo, puis touche l’adresse qui apparaît.
badge-reader = Carte lue par un lecteur
badge-reader-hint = Avec un lecteur de codes, passe la carte : il écrit ici tout seul.
badge-another = Essayer encore avec la carte
badge-sign-in = Se connecter sans carte
badge-elsewhere-title = Les cartes marchent à l’école
badge-elsewhere = Ici, ou à cette heure, une carte n’ouvre rien. Connecte-toi avec ton identifiant et ton mot de passe. Tu ne les as pas ? Demande à un adulte de l’école.
badge-over-title = Cette carte ne marche plus
badge-over = Cette carte ne marche plus. Dis-le à ton enseignant : l’école t’en donne une autre.
badge-asleep-title = Cette carte se repose
badge-asleep = Il y a eu trop d’essais. La carte se repose une heure. Ton enseignant le sait et peut la réveiller.
badge-not-open-title = Cette carte n’ouvre pas encore de compte
badge-not-open = Cette carte n’ouvre pas de compte. Dis-le à ton enseignant.
badge-unknown-title = Cette carte n’est pas lisible
badge-unknown = Ce n’est pas une carte de l’école, ou elle a été mal lue. Essaie encore.

badge-choose-title = { $name }, choisis ton secret
badge-again-title = Encore une fois
badge-show-title = Bonjour { $name } !
badge-choose-pictures = Touche trois images, l’une après l’autre. Ce sera ton secret : retiens-les dans l’ordre, et ne les dis à personne.
badge-again-pictures = Touche les mêmes trois images, dans le même ordre.
badge-show-pictures = Touche tes trois images, dans l’ordre.
badge-choose-pin = Choisis quatre à six chiffres. Ce sera ton secret : ne les dis à personne.
badge-again-pin = Écris les mêmes chiffres.
badge-show-pin = Écris tes chiffres.
badge-picture-of = Image { $number } sur { $most }
badge-pin = Tes chiffres
badge-pin-hint = De quatre à six chiffres.
badge-start-over = Recommencer
badge-not-you = Ce n’est pas ma carte

badge-pictures-missing = Touche une image.
badge-pictures-all-same = Trois fois la même image, c’est trop facile. Choisis-en au moins deux.
badge-pin-missing = Écris tes chiffres.
badge-pin-odd = Il faut de quatre à six chiffres, et rien d’autre.
badge-pin-weak = Ces chiffres se devinent tout de suite. Mélange-les un peu.
badge-not-the-same = Ce n’était pas pareil. Recommence : choisis ton secret.
badge-chosen-already = Quelqu’un a choisi avec cette carte juste avant. Montre ce qui a été choisi, ou demande à ton enseignant.
badge-wrong = { $left ->
    [one] Ce n’est pas ça. Encore un essai, puis la carte se repose.
   *[other] Ce n’est pas ça. Encore { $left } essais, puis la carte se repose.
}
badge-wait = La carte se repose jusqu’à { $until }. Ton enseignant peut la réveiller.
badge-closed = La carte ne marche plus : trop d’essais. Ton enseignant peut te redonner un secret.
badge-once-more = Essaie encore une fois.
badge-of-elsewhere = Cette carte marche dans son école, à ses heures. Demande à un adulte de l’école.
badge-no-longer-here = Les cartes ne marchent plus à cette heure. Demande à un adulte de l’école.

picture-sun = Soleil
picture-moon = Lune
picture-star = Étoile
picture-heart = Cœur
picture-house = Maison
picture-tree = Arbre
picture-boat = Bateau
picture-umbrella = Parapluie

badges-title = Cartes des élèves
badges-lead = Une carte perdue ? Touchez « Carte perdue » : elle n’ouvre plus rien tout de suite. L’école en imprime une autre.
badges-choose = Choisissez une classe.
badges-none = Aucune classe n’est à vous dans les listes de l’école.
badges-no-pupils = Personne ici ne reçoit de carte.
badges-other = Autre classe
badges-whole-school = Toute l’école
badges-state-none = Pas de carte
badges-state-new = Carte imprimée { $since }, pas encore utilisée
badges-state-works = Carte utilisée { $since }
badges-state-asleep = La carte se repose : trop d’essais
badges-state-over = Carte annulée { $since }
badges-state-not-open = Carte imprimée, mais le compte n’est pas encore ouvert
badges-lost = Carte perdue
badges-lost-of = Carte perdue : { $name }
badges-new-secret = Nouveau secret
badges-new-secret-of = Nouveau secret : { $name }
badges-wake = Réveiller
badges-wake-of = Réveiller la carte : { $name }
badges-done-lost = La carte de { $name } n’ouvre plus rien.
badges-done-secret = { $name } choisira un nouveau secret la prochaine fois.
badges-done-woken = La carte de { $name } est réveillée.
account-badges = Cartes des élèves

badges-paper-document = Cartes des élèves
badges-paper-title = Cartes : { $class }
badges-paper-note = Découpez, plastifiez. Une carte marche à l’école seulement, avec le secret de l’enfant. Perdue : { $address }. Imprimer de nouveau annule celles d’avant.
badges-paper-card = Marche à l’école
badges-paper-square = Carré de la carte de { $name } : un appareil photo l’ouvre à l’école.

mail-badge-asleep-title = La carte de { $name } se repose
mail-badge-asleep-lead = Cinq essais de suite n’étaient pas les bons avec la carte de { $name }, { $moment }. La carte se repose jusqu’à { $until }.
mail-badge-asleep-what = L’enfant a oublié son secret ? Donnez-lui un nouveau secret. Quelqu’un d’autre tient la carte ? Touchez « Carte perdue ».
mail-badge-asleep-button = Voir les cartes
mail-badge-asleep-why = Vous recevez ce message parce que { $district } vous a inscrit comme adresse de l’école.
