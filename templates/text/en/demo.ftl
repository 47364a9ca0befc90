# The sample app and the mailbox of the demonstration.

demo-sample = Demonstration
demo-fictional = Everything here is made up: people, schools, addresses.

demo-app-title = The homework diary of the class
demo-app-lead = This app knows nobody. It asks the school account who you are.
demo-app-sign-in = Sign in with the school account
demo-app-hello = Hello,
demo-app-signed-in = The school account told us who you are.
demo-app-claims = What the app received
demo-app-name = Cahier de textes
demo-app-refresh = Ask the school account again
demo-app-denied = Signing in was declined. The app received nothing.
demo-app-refused = The school account did not accept the app’s request. Try again; if it happens again, tell your school:
demo-app-unreachable = The school account does not answer. Try again in a moment.
demo-app-untrusted = The answer does not fit the request, so the app does not use it. Start signing in again.
demo-app-stale = This sign-in began somewhere else or too long ago. Start again here.
demo-app-over = Your visit is over. Sign in again to continue.

demo-mailbox-title = Mailbox
demo-mailbox-lead = The messages that the school account sent, to everybody.
demo-mailbox-empty = No messages
demo-mailbox-empty-hint = Change a password, for example: a message will arrive here.
demo-mailbox-reload = Look for new messages
demo-letter-html = See the formatted version
demo-letter-from = From
demo-letter-to = To
demo-letter-when = On
demo-letter-back = All messages
