# Courriels de l’école autour des comptes : listes, rappels, messages.

mail-lists-came-title = Les listes de l’école sont arrivées
mail-lists-came-lead = Vous aviez demandé que nous vous écrivions quand de nouvelles listes de l’école arriveraient. Les voici : essayez encore.
mail-lists-came-answered-title = L’école a regardé votre demande
mail-lists-came-answered-lead = L’école a regardé votre demande. Essayez encore.
mail-lists-came-same-device = Sur l’appareil où vous aviez commencé, ce que vous aviez écrit y est encore.
mail-lists-came-button = Essayer encore
mail-lists-came-not-found = Toujours rien ? Écrivez à l’école avec le numéro de votre demande.
mail-lists-came-once = Ce message part une seule fois, et votre adresse est effacée. Il ne dit pas si le compte se trouve maintenant dans les listes.
mail-lists-came-why = { $district } vous écrit parce que cette adresse a été donnée sur la page d’un compte. Ce n’était pas vous ? Ne faites rien.

mail-roster-held-title = À regarder : l’import de { $source } attend
mail-roster-refused-title = L’import de { $source } n’a pas eu lieu
mail-roster-trouble-lead = L’import prévu a été essayé { $moment }. Rien n’a changé : tout le monde voit les listes d’avant.
mail-roster-held-what = Regardez ce qui changerait avec « preau roster import --dry-run ». Si c’est juste, importez avec --approve.
mail-roster-refused-what = Corrigez l’export. Le prochain fichier sera importé à son heure.
mail-roster-trouble-once = Pour ces fichiers, ce message part une seule fois. « preau roster history » montre tous les imports.
mail-roster-trouble-why = Vous recevez ce message parce que vous veillez sur les listes de l’école ({ $district }).

mail-invitation-ends-title = Votre invitation prend fin le { $day }
mail-invitation-ends-mail = Nous vous avons envoyé un courriel avec un code pour ouvrir votre compte. Le compte n’est pas encore ouvert.
mail-invitation-ends-paper = L’école vous a remis une lettre avec un code pour ouvrir votre compte. Le compte n’est pas encore ouvert.
mail-invitation-ends-password = L’école vous a remis une lettre avec un identifiant et un mot de passe provisoire. Votre compte n’est pas encore ouvert.
mail-invitation-ends-not-here = Par sécurité, rien de ce qui l’ouvre n’est répété ici.
mail-invitation-ends-again = Vous ne retrouvez plus le courriel ? Demandez-le de nouveau.
mail-invitation-ends-lost = Vous ne retrouvez plus la lettre ? L’école peut en imprimer une autre.
mail-invitation-ends-after = Après ce jour, rien n’est perdu : l’école peut vous inviter de nouveau.
mail-reminder-why = { $district } vous écrit parce que l’école vous a invité et que votre compte n’est pas encore ouvert. Dès qu’il l’est, il n’y a plus de rappel.

mail-campaign-title = Votre compte de l’école, d’ici le { $day }
mail-campaign-children-title = Le compte de { $children }, d’ici le { $day }
mail-campaign-lead = { $district } vous demande d’ouvrir votre compte de l’école.
mail-campaign-children-lead = { $district } demande que chaque élève ait ouvert son compte. Il manque encore : { $children }.
mail-campaign-until = Faites-le au plus tard le { $day }.
mail-campaign-button = Ouvrir le compte
mail-campaign-help = Quelque chose ne va pas ? L’école vous aide : écrivez-lui ou passez la voir.
mail-campaign-why = { $district } vous écrit parce que ce compte n’est pas encore ouvert. Dès qu’il l’est, il n’y a plus de rappel.

mail-announcement-open = Ce message se trouve aussi dans votre compte :
mail-announcement-button = Lire dans mon compte
mail-announcement-why = { $district } vous écrit parce que vous avez un compte de l’école. L’adresse se change dans « Langue et messages ».
