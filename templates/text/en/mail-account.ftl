# The letters that say what happened to an account.

mail-password-changed-title = { $name }: new password
mail-password-changed-when = The password was changed { $moment }.
mail-password-changed-you = If it was you, there is nothing to do.
mail-password-changed-not-you = It was not you? Take the account back at once, then tell the school.
mail-password-changed-recover = Take the account back

mail-second-factor-added = { $name }: a second lock was added
mail-second-factor-removed = { $name }: a second lock was removed
mail-second-factor-renamed = { $name }: a code app has another name
mail-second-factor-codes = { $name }: new recovery codes
mail-second-factor-code-used = { $name }: a recovery code was used
mail-second-factor-when = It happened { $moment }.

mail-account-created-title = { $name }: the account is ready
mail-account-created-when = It was created { $moment }.
mail-account-created-username = The username:
mail-account-created-not-you = Nobody in the family created it? Write to the school: it can block the account at once.

mail-address-changed-title = { $name }: another e-mail address
mail-address-changed-when = The address of the account was changed { $moment }.
mail-address-changed-you = If it was you, there is nothing to do.
mail-address-changed-undo = It was not you? Until { $until }, this link brings your address back and signs every device out.
mail-address-changed-button = Bring my address back
mail-address-changed-not-you = It was neither you nor your child? Tell the school.

mail-new-device-title = { $name }: signed in on a new device
mail-new-device-when = The account was opened { $moment } on a device that we did not know.
mail-new-device-on = The account was opened { $moment } on a device that we did not know: { $device }.
mail-new-device-you = If it was you, or your child, there is nothing to do.
mail-new-device-not-you = It was nobody of the family? This button closes the account everywhere, until you choose another password. It works until { $until }.
mail-new-device-button = This was not me

mail-alarm-title-sign-in = Many wrong passwords right now
mail-alarm-title-claim = Many claims that match nobody right now
mail-alarm-figures = In the ten minutes before { $moment }: { $failures } different accounts or records. Usual at this hour: { $usual }.
mail-alarm-sign-in = Somebody may be trying passwords on the whole list. While it lasts, an unknown device waits a few seconds before each try. Nobody is locked out.
mail-alarm-claim = Somebody may be trying names and numbers. While it lasts, an account can be claimed with a letter or a code alone. Everything else works.
mail-alarm-next = To see who and from where: preau audit list. The alarm ends by itself ten minutes after the last sign of it.

mail-passkey-added-title = { $name }: new passkey
mail-passkey-added-when = A passkey was added to the account { $moment }. It opens the account without the password.
mail-passkey-removed-title = { $name }: a passkey was taken away
mail-passkey-removed-when = A passkey was taken away from the account { $moment }. The other devices are signed out.
mail-passkey-you = If it was you, there is nothing to do.
mail-passkey-not-you = It was not you? Take the account back at once, look at “My passkeys”, then tell the school.

mail-data-taken-own = { $name }: a copy of the data was taken
mail-data-taken-guardian = { $name }: a guardian took a copy of the data
mail-data-taken-guardian-not-you = Nobody of the family did? Write to the school: it finds out whose account it was.
mail-data-taken-school = { $name }: the school took a copy of the data
mail-data-taken-what = The copy holds everything that the school account holds, without a password.
mail-account-changed-questions = { $name }: new security questions
mail-account-changed-news = { $name }: another address for news
mail-account-changed-passkey = { $name }: a passkey has another name
mail-account-changed-reset = { $name }: the school has reset the account
mail-account-changed-locked = { $name }: the school has shut the password
mail-account-changed-unlocked = { $name }: the school has opened the tries again
mail-account-changed-disabled = { $name }: the school has shut the account
mail-account-changed-enabled = { $name }: the school has opened the account again
mail-account-changed-given = { $name }: the school gave a temporary password
mail-account-changed-you = If you knew of it, there is nothing to do.
mail-account-changed-school-not-you = It surprises you, or you cannot get in any more? Write to the school: it answers you and can take it back.
mail-account-erased-title = { $name }: the data of the account is erased
mail-account-erased-when = The school erased the account and what it knew { $moment }. This cannot be taken back. If the name still stands in the school’s lists, a new account can be created.
mail-account-erased-not-you = You had not asked for it, or do not understand why? Write to the school.
mail-counter-password-title = { $name }: a new password at the counter
mail-counter-password-when = A new password was chosen { $moment } at the counter: { $school }.
mail-counter-password-you = If it was you, or your child, there is nothing to do.
mail-counter-password-not-you = It was nobody of the family? This button closes the account everywhere, until you choose another password. It works until { $until }. Call the school too.
mail-counter-alarm-title = Many sessions at the counter
mail-counter-alarm-who = { $name } opened 40 sessions at the counter within a day; the next one was refused { $moment }.
mail-counter-alarm-next = If it is not the first week of school, ask them what is going on. The log says for whom: preau audit list.
