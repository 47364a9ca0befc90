# The sample app and the mailbox of the demonstration.

demo-sample = Demonstration
demo-fictional = Everything here is made up: people, schools, addresses.

demo-app-title = The homework diary of the class
demo-app-lead = This app knows nobody. It asks the school account who you are.
demo-app-sign-in = Sign in with the school account
demo-app-hello = Hello,
demo-app-signed-in = The school account told us who you are.
demo-app-claims = What the app received
demo-app-problem = Signing in did not work:

demo-mailbox-title = Mailbox
demo-mailbox-lead = The messages that the school account sent, to everybody.
demo-mailbox-empty = No messages
demo-mailbox-empty-hint = Change a password, for example: a message will arrive here.
demo-letter-from = From
demo-letter-to = To
demo-letter-when = On
demo-letter-back = All messages
