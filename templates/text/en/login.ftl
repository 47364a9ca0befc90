# Signing in, signing out, the home page.

username = Username
password = Password
email = E-mail address
school = School

sign-in-title = Sign in
sign-in-username-hint = Student number, e-mail address or the username you got from the school
sign-in-username-example = Example: { $example }. The student number alone works too.
sign-in-first-visit = First visit? Create my account
sign-in-recover = I cannot sign in

password-title = Your password
password-as = For
password-not-you = Not you? Change
password-hint = Capital and small letters matter.
password-shared = Several people use this device
password-shared-hint = Then you are signed out sooner.
password-forgotten = Forgot your password?

sign-out = Sign out
sign-out-title = Do you want to sign out?
sign-out-lead = The next person will have to sign in with their own account.
sign-out-asked-by = { $app } asks to sign you out of the school account.
sign-out-stay = Stay signed in

signed-out-title = You are signed out
signed-out-lead = This device is ready for somebody else.
signed-out-again = Sign in again

home-title = Hello, { $name }
home-username = Your username:
home-apps = Your apps
home-no-apps = No apps yet
home-no-apps-hint = When your school adds one, it appears here.
home-account = My account

welcome-title = The school account
welcome-lead = Students, parents, staff: one account for all the apps of the school.
