# The letters that ask for a proof, and those that say there is nothing to prove.

mail-hello = Hello { $name },
mail-proof-code = On the device where you began, you can also type this code within 10 minutes:
mail-proof-asked = Asked for { $moment }.
mail-proof-device = Device: { $device }.
mail-enroll-proof-title = Your parent account: go on
mail-enroll-proof-lead = Somebody, most likely you, is creating your parent account. Follow this link within 24 hours to choose your password:
mail-enroll-proof-button = Go on
mail-enroll-proof-not-you = It was not you? Do not follow the link and give the code to nobody: without them nothing happens. You can tell the school.
mail-recover-proof-title = Choose a new password
mail-recover-proof-lead = Somebody, most likely you, forgot the password. Follow this link within half an hour to choose a new one:
mail-recover-proof-button = Choose a password
mail-recover-proof-not-you = It was not you? Do not follow the link and give the code to nobody: the old password stays the right one. You can tell the school.
mail-sign-in-code-title = Your code to sign in
mail-sign-in-code-lead = Type this code in the window where you are signing in. It works for 10 minutes:
mail-sign-in-code-not-you = It was not you? Give this code to nobody, not even to the school. Somebody knows your password: change it.
mail-sign-in-code-recover = Change the password
mail-claim-not-matched-title = Your account is not created yet
mail-claim-not-matched-lead = Somebody, most likely you, wanted to create your parent account. Part of what was written is not the same as on file at school, or there were too many tries.
mail-claim-not-matched-what = Try again, or write to the school: it sees what is wrong and can put it right.
mail-claim-not-matched-not-you = It was not you? Nothing was created. Tell the school: somebody knows your address.
mail-account-exists-title = You have an account already
mail-account-exists-lead = Somebody, most likely you, wanted to create your parent account. It exists already: just sign in.
mail-account-exists-forgotten = Forgotten your password?
mail-account-exists-not-you = It was not you? There is nothing to do: nothing has changed.

mail-temporary-password-title = A temporary password
mail-temporary-password-lead = Here is the password that the school gives you. Type it as it is, with the strokes:
mail-temporary-password-how = It works once, until this moment: { $until }. When you sign in, you choose another one.
mail-temporary-password-given = The school gave it { $moment }.
mail-temporary-password-not-you = You did not ask for it? Tell the school.

mail-approval-title = { $name } needs your yes
mail-approval-what = Since { $moment }, { $name } has been asking to open their school account, or to get back into it.
mail-approval-how = Ask for the two digits on their screen. Then open your account: the request is waiting there.
mail-approval-button = Open my account
mail-approval-not = Your child asked for nothing? Do nothing: nothing will happen.
