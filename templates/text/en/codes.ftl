# The second lock: code apps and recovery codes.

second-factor-title = Your code
second-factor-lead = Your account has a second lock: the password alone is not enough.
second-factor-code = Code
second-factor-hint = The six digits of your code app, or a recovery code from your sheet.
second-factor-passkey-title = Your passkey
second-factor-passkey-where = It is on the phone or computer where you added it. Another device can ask the phone for it, by a code to photograph.
second-factor-passkey-lost = That device is gone? The school helps you.
second-factor-clock = The digits change every thirty seconds. If they never work, set the phone’s clock to “automatic”.
second-factor-lost = No phone any more? Use a recovery code. No sheet either? The school helps you.
second-factor-not-now = Continue without it
second-factor-mail-title = The code in your e-mail
second-factor-mail-lead = The password alone is not enough here. A code is on its way to the e-mail address of your account.
second-factor-mail-hint = 8 digits. It works for 10 minutes, in this window only.
second-factor-mail-over = This code does not work any more. Ask for a new message.
second-factor-mail-weak = A code by e-mail protects less than a code app or a passkey: whoever reads your e-mail has it too. Once you are in, you can add something better, and this code is not asked for any more.
second-factor-mail-lost = You do not have that address any more? The school helps you.
second-factor-mail-instead = Get a code by e-mail instead
second-factor-mail-instead-weak = It is weaker than your app or your passkey: whoever reads your e-mail has this code too.
second-factor-missing = Type the code.
second-factor-six = The app’s code has six digits.
second-factor-length = A recovery code has sixteen letters, in groups of four.
second-factor-slip = Look at group { $group } of the recovery code: one letter is not right.
second-factor-wrong = { $left ->
    [0] This is not the right code, or it was used already. Before the next try you will have to wait a little.
    [one] This is not the right code, or it was used already. Wait for the next one, and check that the phone’s clock is right. One try is left before a pause.
   *[other] This is not the right code, or it was used already. Wait for the next one, and check that the phone’s clock is right. { $left } tries are left before a pause.
}
second-factor-wait = There were too many tries. The next one counts { $until }. Nothing is lost.
second-factor-closed = There were too many tries: codes do not work any more. Write to the school, which opens them again.

authenticator-title = Add a code app
authenticator-lead = With it, nobody gets into your account with your password alone.
authenticator-asked = To go on, you need a second lock. Once is enough: after that, the app gives you a code when one is needed.
authenticator-install = Open a code app on your phone, or install one: any of them will do.
authenticator-scan = Point it at this picture.
authenticator-picture = Picture to point the code app at
authenticator-link = The app is on this device
authenticator-by-hand = Without a camera, type this into the app:
authenticator-code = The code that the app shows
authenticator-code-hint = Six digits. Nothing changes before this code is right.
authenticator-name = A name for this app
authenticator-name-hint = For example: my phone
authenticator-name-long = This is too long for a name: forty letters at most.
authenticator-code-missing = Type the six digits.
authenticator-wrong = This is not the code for this picture. Wait for the next one, or point the app at the picture again.
authenticator-clock = { $minutes ->
    [one] Your app is the right one, but the phone’s clock is wrong by about a minute. Set it to “automatic”, then type the new code.
   *[other] Your app is the right one, but the phone’s clock is wrong by about { $minutes } minutes. Set it to “automatic”, then type the new code.
}
authenticator-many = This account has five apps already. Remove one first.
authenticator-until = You can do this later, until { $until }.
authenticator-later = Later

recovery-codes-title = Your recovery codes
recovery-codes-lead = If the phone is lost, one of these codes opens in its place. Print or copy them now: this page does not come back.
recovery-codes-whose = For { $username }
recovery-codes-once = Each code works once.
recovery-codes-where = Keep the sheet at home, not with the phone.
recovery-codes-kept = I have kept them

authenticators-title = Rename or remove an app
authenticators-app = Which app?
authenticators-name = Its new name
authenticators-rename = Rename
authenticators-remove = Remove
authenticators-removed = If you remove it, your other devices are signed out.
authenticators-which = Choose an app.
authenticators-name-missing = Type the new name.
authenticators-last = This is your last lock, and the school asks for one. Add another app first.

codes-title = Codes and second lock
codes-lead = An app on your phone gives a code of six digits. You are asked for it after the password.
codes-none = No second lock yet
codes-none-hint = The password alone opens your account.
codes-app-nameless = Code app
codes-app-since = Added { $since }.
codes-app-used = Used { $used }.
codes-left = { $left ->
    [0] None of the { $all } recovery codes is left. Make new ones.
    [one] One recovery code of { $all } is left.
   *[other] { $left } recovery codes of { $all } are left.
}
codes-no-sheet = You have no recovery codes.
codes-add = Add a code app
codes-add-another = Add another app
codes-new-sheet = Make new recovery codes
codes-password-first = Before every change, you are asked for your password.
codes-no-password = You sign in elsewhere: the second lock is added there.
codes-done-added = The app is added. You will be asked for its code at the next sign-in.
codes-done-changed = Done.
codes-done-sheet = Your new recovery codes work. The old ones do not any more.
