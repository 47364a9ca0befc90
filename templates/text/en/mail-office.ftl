# E-mails of the school around accounts: lists, reminders, messages.

mail-lists-came-title = The school’s lists have arrived
mail-lists-came-lead = You had asked us to write to you when new lists of the school arrive. Here they are: try again.
mail-lists-came-answered-title = The school has looked at your request
mail-lists-came-answered-lead = The school has looked at your request. Try again.
mail-lists-came-same-device = On the device where you began, what you had written is still there.
mail-lists-came-button = Try again
mail-lists-came-not-found = Still nothing? Write to the school with the number of your request.
mail-lists-came-once = This message leaves once, and your address is erased. It does not say whether the account is in the lists now.
mail-lists-came-why = { $district } writes to you because this address was given on the page of an account. It was not you? Do nothing.

mail-roster-held-title = To look at: the import of { $source } waits
mail-roster-refused-title = The import of { $source } did not take place
mail-roster-trouble-lead = The import of the schedule was tried { $moment }. Nothing changed: everybody sees the lists of before.
mail-roster-held-what = Look at what would change with “preau roster import --dry-run”. If it is right, import with --approve.
mail-roster-refused-what = Correct the export. The next file is imported at its hour.
mail-roster-trouble-once = For these files this message leaves once. “preau roster history” shows every import.
mail-roster-trouble-why = You get this message because you look after the school lists of { $district }.

mail-invitation-ends-title = Your invitation ends on { $day }
mail-invitation-ends-mail = We sent you an e-mail with a code to open your account. The account is not open yet.
mail-invitation-ends-paper = The school gave you a letter with a code to open your account. The account is not open yet.
mail-invitation-ends-password = The school gave you a letter with a username and a provisional password. Your account is not open yet.
mail-invitation-ends-not-here = For safety, nothing that opens it is repeated here.
mail-invitation-ends-again = You cannot find the e-mail? Ask for it again.
mail-invitation-ends-lost = You cannot find the letter? The school can print another.
mail-invitation-ends-after = After that day nothing is lost: the school can invite you again.
mail-reminder-why = { $district } writes to you because the school invited you and your account is not open yet. Once it is, there are no more reminders.

mail-campaign-title = Your school account, by { $day }
mail-campaign-children-title = The account of { $children }, by { $day }
mail-campaign-lead = { $district } asks you to open your school account.
mail-campaign-children-lead = { $district } asks that every student has opened their account. Still missing: { $children }.
mail-campaign-until = Please do it by { $day }.
mail-campaign-button = Open the account
mail-campaign-help = Something does not work? The school helps you: write to it or call in.
mail-campaign-why = { $district } writes to you because this account is not open yet. Once it is, there are no more reminders.

mail-announcement-open = This message is also in your account:
mail-announcement-button = Read it in my account
mail-announcement-why = { $district } writes to you because you have a school account. The address can be changed under “Language and messages”.
