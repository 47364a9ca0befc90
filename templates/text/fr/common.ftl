# Ce qui entoure chaque page, et les mots que toutes les pages partagent.

frame-skip = Aller au contenu
frame-account-of = Compte de l’école
frame-language = Langue
frame-language-set = Changer
frame-signed-in-as = Connecté : { $name }
frame-switch = Changer de personne
frame-help = Besoin d’aide ? Écrire à l’école
frame-privacy = Vos données
frame-accessibility = Accessibilité
frame-roster-of = Listes de l’école reçues { $moment }
frame-roster-next = Prochaines : { $moment }
frame-title = { $page } · { $district }
frame-title-mistakes = À corriger : { $page } · { $district }
frame-home = Accueil
frame-footer = Aide et informations

asked-by = Pour continuer vers
asked-by-policy = Ses règles sur vos données
asked-by-terms = Ses conditions

progress-step = Étape { $step } sur { $steps }

errors-title = { $count ->
    [one] Il reste une chose à corriger
   *[other] Il reste { $count } choses à corriger
}

continue = Continuer
send = Envoyer
optional = facultatif
show-password = Afficher
hide-password = Masquer
caps-lock = Les majuscules sont verrouillées.
print-page = Imprimer cette page
or = ou
choose-one = Choisissez
yard-words = Un seul compte pour l’école : les notes, le carnet, la bibliothèque, les messages.
nothing-lost = Vous pouvez fermer cette page et continuer demain sur cet appareil : rien n’est perdu.

day = { $which ->
    [first] 1er { $month } { $year }
   *[other] { $day } { $month } { $year }
}
clock-time = { $whole ->
    [yes] { $hour } h
   *[no] { $hour } h { $minute }
}
moment-today = aujourd’hui à { $time }
moment-yesterday = hier à { $time }
moment-tomorrow = demain à { $time }
moment-day = le { $day } à { $time }
wait-seconds = { $count ->
    [one] { $count } seconde
   *[other] { $count } secondes
}
wait-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
wait-hours = { $count ->
    [one] { $count } heure
   *[other] { $count } heures
}
wait-days = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

mail-why = Ce message vient du compte de l’école ({ $district }).
mail-help = Besoin d’aide ? Écrire à l’école
