# What an app wants to know, and with which account.

consent-title = { $app } wants to know you
consent-lead = If you say yes, { $app } will see:
consent-unknown = The district does not know { $app } yet. You would be sent to { $host }. If you did not expect this, refuse.
consent-sees-number = a number made for this app alone, which does not say who you are
consent-sees-profile = your name, your username and your language
consent-sees-email = your e-mail address
consent-sees-phone = your phone number
consent-sees-roles = what you are at school (student, parent, teacher…)
consent-sees-schools = the name of your school
consent-sees-grade = your grade
consent-sees-student-number = your student number
consent-sees-children = your children’s first names and schools
consent-stays = The app can go on seeing this when you are away.
consent-never = It never sees your password.
consent-allow = Allow
consent-deny = Refuse

choose-account-title = Which account?
choose-account-lead = Choose who is using the app.
choose-account-other = Use another account

form-post-title = Back to the app
form-post-lead = This page goes on by itself. If it does not, choose “Continue”.

device-title = Connect a device
device-lead = Your device (board, television, printer…) shows a code. Type it here.
device-code = The device’s code
device-code-hint = Eight letters, for example BCDF-GHJK.
device-code-missing = Type the code that the device shows.
device-code-wrong = This code is not right, or no longer. Look at the device: it may show a new one.
device-warning = Say yes only for a device that you see in front of you. Nobody sends you such a code in a message.
device-confirm-title = Let { $app } in?
device-confirm-lead = { $app } will be open on that device in the name of { $name }, and will see:
device-allow = Yes, it is my device
device-done-title = Done
device-done-lead = The device goes on by itself. You can close this page.
device-denied-title = Refused
device-denied-lead = The device does not get in. You can close this page.
