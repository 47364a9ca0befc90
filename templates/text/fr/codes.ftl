# Le deuxième verrou : application de codes et codes de secours.

second-factor-title = Votre code
second-factor-lead = Votre compte a un deuxième verrou : le mot de passe seul ne suffit pas.
second-factor-code = Code
second-factor-hint = Les six chiffres de votre application de codes, ou un code de secours de votre feuille.
second-factor-passkey-title = Votre clé d’accès
second-factor-passkey-where = Elle est sur le téléphone ou l’ordinateur où vous l’avez ajoutée. Un autre appareil peut la demander au téléphone, par un code à photographier.
second-factor-passkey-lost = Plus de cet appareil ? L’école vous aide.
second-factor-clock = Les chiffres changent toutes les trente secondes. S’ils ne passent jamais, mettez l’heure du téléphone sur « automatique ».
second-factor-lost = Plus de téléphone ? Prenez un code de secours. Plus de feuille non plus ? L’école vous aide.
second-factor-not-now = Continuer sans
second-factor-mail-title = Le code reçu par courriel
second-factor-mail-lead = Le mot de passe seul ne suffit pas ici. Un code part à l’adresse courriel de votre compte.
second-factor-mail-hint = 8 chiffres. Il sert pendant 10 minutes, dans cette fenêtre seulement.
second-factor-mail-over = Ce code ne sert plus. Demandez un nouveau message.
second-factor-mail-weak = Un code par courriel protège moins qu’une application de codes ou qu’une clé d’accès : qui lit vos courriels l’a aussi. Une fois dans votre compte, vous pouvez ajouter mieux, et ce code ne sera plus demandé.
second-factor-mail-lost = Vous n’avez plus cette adresse ? L’école vous aide.
second-factor-mail-instead = Recevoir un code par courriel à la place
second-factor-mail-instead-weak = C’est moins sûr que votre application ou votre clé : qui lit vos courriels a aussi ce code.
second-factor-missing = Écrivez le code.
second-factor-six = Le code de l’application a six chiffres.
second-factor-length = Un code de secours a seize lettres, par groupes de quatre.
second-factor-slip = Regardez le groupe { $group } du code de secours : une lettre n’y est pas juste.
second-factor-wrong = { $left ->
    [0] Ce code n’est pas le bon, ou il a déjà servi. Avant le prochain essai, il faudra attendre un peu.
    [one] Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant, et regardez si l’heure du téléphone est juste. Il reste un essai avant une pause.
   *[other] Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant, et regardez si l’heure du téléphone est juste. Il reste { $left } essais avant une pause.
}
second-factor-wait = Il y a eu trop d’essais. Le prochain essai comptera { $until }. Rien n’est perdu.
second-factor-closed = Il y a eu trop d’essais : les codes ne servent plus. Écrivez à l’école, qui les rouvre.

authenticator-title = Ajouter une application de codes
authenticator-lead = Avec elle, personne n’entre dans votre compte avec votre mot de passe seul.
authenticator-asked = Pour continuer, il faut un deuxième verrou. Une fois suffit : ensuite, l’application vous donne un code quand il le faut.
authenticator-install = Ouvrez une application de codes sur votre téléphone, ou installez-en une : toutes conviennent.
authenticator-scan = Visez cette image avec elle.
authenticator-picture = Image à viser avec l’application de codes
authenticator-link = L’application est sur cet appareil
authenticator-by-hand = Sans appareil photo, écrivez ceci dans l’application :
authenticator-code = Le code que l’application montre
authenticator-code-hint = Six chiffres. Rien ne change avant que ce code soit le bon.
authenticator-name = Le nom de cette application
authenticator-name-hint = Par exemple : mon téléphone
authenticator-name-long = C’est trop long pour un nom : quarante lettres au plus.
authenticator-code-missing = Écrivez les six chiffres.
authenticator-wrong = Ce n’est pas le code de cette image. Attendez le suivant, ou visez l’image encore une fois.
authenticator-clock = { $minutes ->
    [one] Votre application est la bonne, mais l’heure du téléphone est fausse d’une minute environ. Mettez-la sur « automatique », puis écrivez le nouveau code.
   *[other] Votre application est la bonne, mais l’heure du téléphone est fausse de { $minutes } minutes environ. Mettez-la sur « automatique », puis écrivez le nouveau code.
}
authenticator-many = Ce compte a déjà cinq applications. Enlevez-en une d’abord.
authenticator-until = Vous pouvez le faire plus tard, jusqu’à { $until }.
authenticator-later = Plus tard

recovery-codes-title = Vos codes de secours
recovery-codes-lead = Si le téléphone se perd, un de ces codes ouvre à sa place. Imprimez-les ou recopiez-les maintenant : cette page ne revient pas.
recovery-codes-whose = Pour { $username }
recovery-codes-once = Chaque code sert une fois.
recovery-codes-where = Gardez la feuille à la maison, pas avec le téléphone.
recovery-codes-kept = Je les ai gardés

authenticators-title = Renommer ou enlever une application
authenticators-app = Quelle application ?
authenticators-name = Son nouveau nom
authenticators-rename = Renommer
authenticators-remove = Enlever
authenticators-removed = Si vous l’enlevez, vos autres appareils sont déconnectés.
authenticators-which = Choisissez une application.
authenticators-name-missing = Écrivez le nouveau nom.
authenticators-last = C’est votre dernier verrou, et l’école en demande un. Ajoutez d’abord une autre application.

codes-title = Codes et deuxième verrou
codes-lead = Une application sur votre téléphone donne un code à six chiffres. On vous le demande après le mot de passe.
codes-none = Pas encore de deuxième verrou
codes-none-hint = Le mot de passe seul ouvre votre compte.
codes-app-nameless = Application de codes
codes-app-since = Ajoutée { $since }.
codes-app-used = A servi { $used }.
codes-left = { $left ->
    [0] Il ne reste aucun code de secours des { $all }. Faites-en de nouveaux.
    [one] Il reste un code de secours sur { $all }.
   *[other] Il reste { $left } codes de secours sur { $all }.
}
codes-no-sheet = Vous n’avez pas de codes de secours.
codes-add = Ajouter une application de codes
codes-add-another = Ajouter une autre application
codes-new-sheet = Faire de nouveaux codes de secours
codes-password-first = Avant chaque changement, on vous demande votre mot de passe.
codes-no-password = Vous vous connectez ailleurs : le deuxième verrou s’ajoute là-bas.
codes-done-added = L’application est ajoutée. On vous demandera son code à la prochaine connexion.
codes-done-changed = C’est fait.
codes-done-sheet = Vos nouveaux codes de secours servent. Les anciens ne servent plus.
