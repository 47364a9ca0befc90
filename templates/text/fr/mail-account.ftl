# Les lettres qui disent ce qui est arrivé à un compte.

mail-password-changed-title = { $name } : nouveau mot de passe
mail-password-changed-when = Le mot de passe a été changé { $moment }.
mail-password-changed-you = Si c’était vous, il n’y a rien à faire.
mail-password-changed-not-you = Ce n’était pas vous ? Reprenez le compte tout de suite, puis prévenez l’école.
mail-password-changed-recover = Reprendre le compte

mail-second-factor-added = { $name } : un deuxième verrou est ajouté
mail-second-factor-removed = { $name } : un deuxième verrou est enlevé
mail-second-factor-renamed = { $name } : une application de codes a un autre nom
mail-second-factor-codes = { $name } : nouveaux codes de secours
mail-second-factor-code-used = { $name } : un code de secours a servi
mail-second-factor-when = C’était { $moment }.

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

mail-new-device-title = { $name } : connexion sur un nouvel appareil
mail-new-device-when = Le compte a été ouvert { $moment } sur un appareil que nous ne connaissions pas.
mail-new-device-on = Le compte a été ouvert { $moment } sur un appareil que nous ne connaissions pas : { $device }.
mail-new-device-you = Si c’était vous, ou votre enfant, il n’y a rien à faire.
mail-new-device-not-you = Ce n’était personne de la famille ? Ce bouton ferme le compte partout, jusqu’à ce que vous choisissiez un autre mot de passe. Il marche jusqu’à { $until }.
mail-new-device-button = Ce n’était pas moi

mail-alarm-title-sign-in = Beaucoup de mots de passe faux en ce moment
mail-alarm-title-claim = Beaucoup de demandes qui ne correspondent à personne en ce moment
mail-alarm-figures = Dix minutes avant { $moment } : { $failures } comptes ou dossiers différents. D’habitude à cette heure : { $usual }.
mail-alarm-sign-in = Quelqu’un essaie peut-être des mots de passe sur toute la liste. Tant que cela dure, un appareil inconnu attend quelques secondes avant chaque essai. Personne n’est bloqué.
mail-alarm-claim = Quelqu’un essaie peut-être des noms et des numéros. Tant que cela dure, on ne peut activer un compte qu’avec une lettre ou un code. Le reste fonctionne.
mail-alarm-next = Pour voir qui et d’où : preau audit list. L’alarme se lève d’elle-même dix minutes après la dernière alerte.

mail-passkey-added-title = { $name } : nouvelle clé d’accès
mail-passkey-added-when = Une clé d’accès a été ajoutée au compte { $moment }. Elle ouvre le compte sans mot de passe.
mail-passkey-removed-title = { $name } : une clé d’accès est enlevée
mail-passkey-removed-when = Une clé d’accès a été enlevée du compte { $moment }. Les autres appareils sont déconnectés.
mail-passkey-you = Si c’était vous, il n’y a rien à faire.
mail-passkey-not-you = Ce n’était pas vous ? Reprenez le compte tout de suite, regardez « Mes clés d’accès », puis prévenez l’école.

mail-data-taken-own = { $name } : une copie des données a été prise
mail-data-taken-guardian = { $name } : un adulte responsable a pris une copie des données
mail-data-taken-guardian-not-you = Ce n’était personne de la famille ? Écrivez à l’école : elle retrouve de quel compte il s’agit.
mail-data-taken-school = { $name } : l’école a pris une copie des données
mail-data-taken-what = La copie contient tout ce que le compte de l’école tient, sans mot de passe.
mail-account-changed-questions = { $name } : nouvelles questions de sécurité
mail-account-changed-news = { $name } : autre adresse pour les nouvelles
mail-account-changed-passkey = { $name } : une clé d’accès a un autre nom
mail-account-changed-reset = { $name } : l’école a remis le compte à zéro
mail-account-changed-locked = { $name } : l’école a bloqué le mot de passe
mail-account-changed-unlocked = { $name } : l’école a rouvert les essais
mail-account-changed-disabled = { $name } : l’école a fermé le compte
mail-account-changed-enabled = { $name } : l’école a rouvert le compte
mail-account-changed-given = { $name } : l’école a donné un mot de passe temporaire
mail-account-changed-you = Si vous le saviez, il n’y a rien à faire.
mail-account-changed-school-not-you = Cela vous surprend, ou vous ne pouvez plus entrer ? Écrivez à l’école : elle vous répond et peut revenir en arrière.
mail-account-erased-title = { $name } : les données du compte sont effacées
mail-account-erased-when = L’école a effacé le compte et ce qu’il savait { $moment }. Cela ne se reprend pas. Si le nom est encore dans les listes de l’école, un nouveau compte peut être créé.
mail-account-erased-not-you = Vous ne l’aviez pas demandé, ou vous ne comprenez pas pourquoi ? Écrivez à l’école.
mail-counter-password-title = { $name } : nouveau mot de passe au guichet
mail-counter-password-when = Un nouveau mot de passe a été choisi { $moment } au guichet : { $school }.
mail-counter-password-you = Si c’était vous, ou votre enfant, il n’y a rien à faire.
mail-counter-password-not-you = Ce n’était personne de la famille ? Ce bouton ferme le compte partout, jusqu’à ce que vous choisissiez un autre mot de passe. Il marche jusqu’à { $until }. Appelez aussi l’école.
mail-counter-alarm-title = Beaucoup de séances au guichet
mail-counter-alarm-who = { $name } a ouvert 40 séances au guichet en un jour ; la suivante a été refusée { $moment }.
mail-counter-alarm-next = Si ce n’est pas la rentrée, demandez-lui ce qui se passe. Le journal dit pour qui : preau audit list.
