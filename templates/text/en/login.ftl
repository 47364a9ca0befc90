# Signing in, signing out, the home page.

username = Username
password = Password
email = E-mail address
school = School

sign-in-title = Sign in
sign-in-username-hint = Student number, e-mail address or the username you got from the school
sign-in-username-example = Example: { $example }. The student number alone works too.
sign-in-first-visit = First visit? Create my account
sign-in-recover = I cannot sign in
sign-in-username-missing = Write your username or your student number.
sign-in-username-long = That is too long for a username. Write only the username or the student number.
sign-in-no-longer-here = This device no longer shows that name. Write the username.
sign-in-people = Who is there?

password-title = Your password
password-as = For
password-not-you = Not you? Change
password-hint = Capital and small letters matter.
password-shared = Several people use this device
password-shared-hint = Then you are signed out sooner.
password-forgotten = Forgot your password?
password-missing = Write your password.
password-wrong = { $left ->
    [0] This username and this password do not go together. You will have to wait a little before the next try.
    [one] This username and this password do not go together. Look at the username above, at capital letters and spaces. One try is left before a pause.
   *[other] This username and this password do not go together. Look at the username above, at capital letters and spaces. { $left } tries are left before a pause.
}
password-wait = There were too many tries. The next try counts { $until }. Nothing is lost: wait, or ask for a new password.
password-closed = There were too many tries: this password no longer works. Choose a new one with “Forgot your password?”, or write to the school.
password-once-more = Send your password once more.

sign-out = Sign out
sign-out-title = Do you want to sign out?
sign-out-lead = The next person will have to sign in with their own account.
sign-out-asked-by = { $app } asks to sign you out of the school account.
sign-out-stay = Stay signed in

signed-out-title = You are signed out
signed-out-lead = This device is ready for somebody else.
signed-out-again = Sign in again
signed-out-goes-on = This page goes on by itself. If it does not, choose “Continue”.
signed-out-apps = You are also being signed out of:
signed-out-of = Signing out of { $app }

home-title = Hello, { $name }
home-username = Your username:
home-apps = Your apps
home-no-apps = No apps yet
home-no-apps-hint = When your school adds one, it appears here.
home-account = My account

welcome-title = The school account
welcome-lead = Students, parents, staff: one account for all the apps of the school.

account-title = My account
account-name = Name
account-wrong = Is something wrong?
account-password = Choose another password
account-questions = Change my questions
account-preferences = Language and messages
account-done-password = Your password is changed. Other devices are signed out.
account-done-questions = Your questions are changed.
account-done-preferences = Noted.
account-address = Change my e-mail address
account-done-address = Your address is changed. We told the one from before, which can undo it for a week.

address-undo-title = Take your address back?
address-undo = The address of this account was changed. One click brings back the one from before and signs every device out.
address-undo-button = Bring my address back
address-undo-done-title = Your address is back
address-undo-done = Every device is signed out. Now choose another password.
address-undo-recover = Choose a password
address-undo-late = It was used already, or is more than a week old. The school can help you.

not-me-title = It was not you?
not-me = One click closes the account everywhere: the password stops working and every device is signed out. You then choose another password.
not-me-button = Close the account everywhere
not-me-done-title = The account is closed everywhere
not-me-done = Nobody gets in any more. Now choose another password: it opens the account again.
not-me-late = It was used already, or is more than a week old. If in doubt, choose another password.

account-children = My children
account-children-lead = Those whom the school ties to you. One account is enough for all.
account-no-children = No child here
account-no-children-hint = The school ties children to their parents. If something is missing, write to it.
account-add-child = Add a child with a code
account-child-missing = A child is missing? Tell the school

account-sessions = Where I am signed in
account-sessions-lead = A device you do not know? Sign it out, then change your password.
account-sessions-here = This device
account-sessions-elsewhere = Another device
account-sessions-since = Signed in { $since }. Used { $seen }.
account-sessions-end = Sign out the other devices
account-sessions-end-one = Sign out
account-sessions-end-this = Sign out { $device }
account-sessions-at-school = At school.
account-sessions-network = Address { $network }.
account-sessions-only-here = Your account is open nowhere else.

account-receipts = What apps have seen
account-receipts-lead = Each app sees only what is written here. None sees your password.
account-receipts-when = The last time: { $when }
account-receipts-withdraw = Do not allow it any more
account-receipts-district = The school chose this app and answers for it.
account-receipts-none = No app has seen anything
account-receipts-none-hint = When you open one, it appears here with what it saw.

account-apps = My apps

identity-source-title = Where do you sign in?
identity-source-missing = Choose one of the buttons.
identity-source-remember = Remember my choice on this device
identity-source-last = Your choice last time
identity-source-other = Sign in elsewhere
identity-source-unknown = You are signed in over there, but the school has no record that belongs to it. Write to the school, or choose another button.
identity-source-refused = The sign-in was not confirmed over there. Try again, or choose another button.
identity-source-silent = The sign-in did not come through: that service does not answer as it should. Try again in a few minutes.
source-leave-title = To { $source }
source-leave = You sign in over there, then you come back here.
source-silent-title = { $source } does not answer
source-silent = It is not your fault. Try again in a few minutes.
source-try-again = Try again

account-approvals = { $count ->
    [one] A request of your child is waiting
   *[other] { $count } requests of your children are waiting
}
approvals-title = Say yes to your child
approvals-lead = Ask your child for the two digits on their screen. Say yes only if they are beside you or on the phone.
approvals-title-pupil = Say yes to a pupil
approvals-lead-pupil = Ask the pupil for the two digits on their screen. Say yes only if they stand before you.
approvals-yes-pupil = Yes, it is my pupil
approvals-none = Nothing is waiting
approvals-none-hint = When one of your children asks you to help them in, it is here.
approvals-back-in = To get back into their account. Since { $since }.
approvals-open = To open their account. Since { $since }.
approvals-matching = The digits on their screen
approvals-matching-missing = Choose the digits that your child sees.
approvals-matching-wrong = These are not your child’s digits. To be safe the request is refused: let them begin again.
approvals-yes = Yes, it is my child
approvals-no = No

account-invite = Invite a parent
invite-title = Invite a parent
invite-lead = Your parent gets an e-mail with a code to open an account of their own. There they see what the school shows them of you: your name, your school, your class.
invite-email = Their e-mail address
invite-send = Send the invitation
invite-sees = If the school knows this address, the e-mail leaves at once. If not, the school has a look first.
invite-sent = Your invitations
invite-withdraw = Take my invitations back

account-device = Show my first name on this device
account-device-lead = For a tablet or a computer that your family shares. The sign-in page then shows your first name and a picture, and you tap it instead of writing your username.
account-device-people = The sign-in page shows here:
account-device-animal = Choose your animal
account-device-other-animal = Choose another animal
account-device-hint = The password is asked each time, and you are signed out after two hours. Nobody else sees your name: only who holds this device.
account-device-show = Show me here
account-device-leave = Show me here no more
account-device-clear = Empty this list
account-device-full = Eight people are shown here, and no more fit. Empty the list, or ask somebody to leave it.
animal-bird = Bird
animal-butterfly = Butterfly
animal-cat = Cat
animal-cow = Cow
animal-dog = Dog
animal-fish = Fish
animal-horse = Horse
animal-rabbit = Rabbit

passkey-use = Sign in with a passkey
passkey-none = No passkey was used. Try again, or write your username and password.
passkey-wrong = This passkey does not open this account. Try again, or write your username and password.

passkeys-title = My passkeys
passkeys-lead = With a passkey you sign in by your finger, your face or your device’s own code. There is nothing to remember, and nobody can ask you for it by mail.
passkeys-needs = This browser cannot make a passkey, or JavaScript is not allowed in it. Open this page on a newer phone or computer. Your password works everywhere.
passkeys-none-made = No passkey was made. The device must have a code, a fingerprint or a face to unlock it. You can try again, or stay with your password.
passkeys-have = This device already has a passkey for this account.
passkeys-name = Name of this device
passkeys-name-hint = To know the passkey in the list.
passkeys-add = Add a passkey
passkeys-not-added = The passkey could not be added. That happens when the page has been open for long, or when the passkey is here already. Try again.
passkeys-full = You have twenty passkeys, as many as there can be. Take one away to add another.
passkeys-off = In these schools no passkeys are added.
passkeys-yours = Your passkeys
passkeys-unnamed = Passkey without a name
passkeys-used = Added { $made }. Used { $used }.
passkeys-unused = Added { $made }. Not used yet.
passkeys-copied = Somebody seems to have a copy of this passkey: it opens nothing any more. Take it away, then choose another password.
passkeys-change = Change or take away
passkeys-rename-to = New name
passkeys-rename = Give this name
passkeys-remove = Take this passkey away
passkeys-remove-hint = Your other devices will be signed out. Your password stays the same.
passkeys-added = Your passkey is added. Next time, choose it on the sign-in page.
passkeys-renamed = Noted.
passkeys-last = Your school asks for a second lock, and this passkey is the only one. First add another passkey or an app for codes.
passkeys-removed = The passkey is gone. The other devices are signed out.

add-passkey-title = A passkey?
add-passkey-without = Go on without a passkey
add-passkey-later = You can add one later in “My account”.

sign-in-card = I have a card
