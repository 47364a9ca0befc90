# Ce que l’école fait autour des comptes : écrire à qui attend les listes, messages reçus.

write-to-me-title = Vous écrire quand les listes seront là
write-to-me-lead = Nous vous envoyons un seul message dès que de nouvelles listes de l’école sont arrivées.
write-to-me-next = Elles sont attendues { $moment }.
write-to-me-hint = L’adresse sert à ce message, puis elle est effacée.
write-to-me-send = M’écrire
write-to-me-back = Revenir à ma demande
write-to-me-sent-title = C’est noté
write-to-me-sent-lead = Nous vous écrivons dès que de nouvelles listes de l’école sont arrivées.
write-to-me-sent-device = Ouvrez le message sur cet appareil : ce que vous avez écrit y sera encore.

inbox-title = Messages de l’école
inbox-lead = Les messages que l’école vous a envoyés. Une copie part aussi par courriel.
inbox-none = Pas encore de message
inbox-none-hint = Quand l’école vous écrit, son message apparaît ici.
inbox-new = Nouveau
inbox-received = Reçu { $moment }
inbox-read = Lu { $moment }
inbox-mark-read = C’est lu
inbox-back = Tous les messages
home-messages = { $count ->
    [one] 1 nouveau message de l’école
   *[other] { $count } nouveaux messages de l’école
}

help-kind = De quoi s’agit-il ?
help-kind-data = Mon compte ou mon enfant (nom, date, adresse)
help-kind-technical = Un problème technique (page, mot de passe, courriel)
