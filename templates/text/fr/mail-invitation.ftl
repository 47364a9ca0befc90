# L’invitation d’un parent, avec son code de sécurité.

mail-invitation-subject = { $district } : suivre l’école de { $children } ({ $school })
mail-invitation-title = Bonjour { $name }
mail-invitation-about = { $district } vous ouvre un compte de parent pour suivre l’école de { $children }.
mail-invitation-open = Ouvrez ce lien, écrivez votre nom de famille et choisissez un mot de passe :
mail-invitation-button = Ouvrir mon compte
mail-invitation-type = Sur un autre appareil, ouvrez { $address } et tapez ce code :
mail-invitation-name = On vous demandera votre nom de famille, comme l’école l’écrit.
mail-invitation-until = Le code sert une seule fois, jusqu’au { $day }. Ouvrir le lien ne l’use pas.
mail-invitation-not-you = Ce n’est pas vous, ou pas votre enfant ? N’ouvrez rien et dites-le à l’école.
