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
