# The letters on paper that a school hands out: activation codes and provisional passwords.

letters-document = Letters from school
letters-code = Activation code
letters-identifier = Username
letters-password = Provisional password
letters-address = Type it at this address
letters-scan = Or point a phone’s camera at this square.
letters-scan-alternative = Square for a phone’s camera: it opens the page where one goes on.
letters-logo-alternative = Logo
letters-steps = What to do
letters-help = Need help?
letters-note = Who is it for?
letters-pupil = Pupil
letters-class = Class
letters-number = Letter No.
letters-date = { $day }
letters-valid = Valid until { $day }.
letters-help-office = The school office answers your questions and can print a new letter. This one is then worth nothing.
letters-step-address = Go to the address above, or point a phone’s camera at the square.

letters-guardian-salutation = Dear parent or guardian,
letters-guardian-code-title = Your code to open a parent account
letters-guardian-code-purpose = With this code you open your account and follow how { $name } is doing: marks, absences, homework and messages from school.
letters-guardian-code-note = This code is for one adult responsible for { $name }. Each parent gets their own. Give it to nobody.
letters-guardian-password-title = Your parent account
letters-guardian-password-purpose = With this account you follow how { $name } is doing: marks, absences, homework and messages from school.
letters-guardian-password-note = This account is for one adult responsible for { $name }. The school will never ask you for the password.

letters-owner-salutation = Hello { $name },
letters-owner-code-title = Your code to open your account
letters-owner-code-purpose = With this code you open your account. It is for everything at school: marks, homework, the library and messages.
letters-owner-code-note = This code is for { $name } alone. Show it to nobody, not even to friends.
letters-owner-password-title = Your school account
letters-owner-password-purpose = This account is for everything at school: marks, homework, the library and messages.
letters-owner-password-note = This account is for { $name } alone. Nobody at school will ask for the password.

letters-code-step-type = Type the code. Capital or small letters, both work.
letters-code-step-end = Choose a password. That is all: the code works once.
letters-password-step-type = Type the username and the provisional password.
letters-password-step-end = Choose a password of your own. The provisional one stops working.

letters-claim-until = To be done by { $day }.
letters-claim-help = The school office answers your questions.
letters-claim-step-type = Write what the page asks, as on the report card.
letters-claim-step-end = Choose a password. That is all.
