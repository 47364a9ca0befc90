# Les lettres qui disent ce qui est arrivé à un compte.

mail-password-changed-title = { $name } : nouveau mot de passe
mail-password-changed-when = Le mot de passe a été changé { $moment }.
mail-password-changed-you = Si c’était vous, il n’y a rien à faire.
mail-password-changed-not-you = Ce n’était pas vous ? Reprenez le compte tout de suite, puis prévenez l’école.
mail-password-changed-recover = Reprendre le compte

mail-account-created-title = { $name } : le compte est prêt
mail-account-created-when = Il a été créé { $moment }.
mail-account-created-username = L’identifiant :
mail-account-created-not-you = Personne de la famille ne l’a créé ? Écrivez à l’école : elle peut le bloquer tout de suite.

mail-address-changed-title = { $name } : autre adresse de courriel
mail-address-changed-when = L’adresse du compte a été changée { $moment }.
mail-address-changed-you = Si c’était vous, il n’y a rien à faire.
mail-address-changed-undo = Ce n’était pas vous ? Jusqu’à { $until }, ce lien remet votre adresse et déconnecte tous les appareils.
mail-address-changed-button = Remettre mon adresse
mail-address-changed-not-you = Ce n’était pas vous, ni votre enfant ? Prévenez l’école.
