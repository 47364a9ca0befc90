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
