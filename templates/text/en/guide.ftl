# The guide, what works at this moment, and each child's access.

guide-link = How do I get in? The guide
guide-title = How do I get in?
guide-lead = Type your username, then your password. No account yet? Your first visit is explained below.
guide-for = Whose guide?
guide-for-student = I am a student
guide-for-guardian = I am a parent
guide-address = The address of these pages: { $address }

guide-back-title = Signing in
guide-back-caption = The first page asks for the username; the next one, for the password.
guide-back-username = Type your username.
guide-back-password = Type your password. “{ $button }” shows it while you type.
guide-back-passkey = Did you add a passkey in “My account”? Write nothing: choose “{ $button }”, or touch the username field.

guide-join-title = First visit
guide-password = Choose a password.
guide-keep = Write down the username of the last page: you will come back with it.
guide-other = The first page says what you need at hand.

guide-number-title = With the student number
guide-number-caption = The first page asks for what is on the report card.
guide-number-who = Write the first name, the last name and the student number.
guide-number-questions = Answer the questions. They let you in if you forget the password.

guide-mailbox-title = With the e-mail address that the school knows
guide-mailbox-caption = The first page asks for what the school knows about you.
guide-mailbox-who = Write your address, your name and what the page asks about your child.
guide-mailbox-letter = An e-mail arrives. Type its code, or open its link and press the button.
guide-mailbox-children = See whether all your children are there.

guide-code-title = With the letter that has a code
guide-code-caption = The first page asks for the code of the letter.
guide-code-type = Type the code, or scan the square on the letter with a phone.
guide-code-child = Say whether it is your child. A code in your name shows all those whom the school ties to you.

guide-invitation-title = With the e-mail by which the school invites you
guide-invitation-caption = The page asks for the code of the e-mail and your last name.
guide-invitation-open = Open the link in the e-mail. On another device, type the code that is written there.
guide-invitation-name = Write your last name as the school writes it.
guide-invitation-again = No e-mail? On the page of the code, choose “{ $link }”.

guide-letter-title = With the identifier and the provisional password of a letter
guide-letter-title-pupils = Students: with the letter and its provisional password
guide-letter-title-parents = Parents: with the letter and its provisional password
guide-letter-caption = The password of the letter is typed on the sign-in page, like any other.
guide-letter-type = Type the identifier of the letter, then its password.
guide-letter-pupil = Say your birth date and agree to the charter.
guide-letter-parent = Say a child’s birth date, then your address. An e-mail arrives: type its code.
guide-letter-until = Go on to the end before the date on the letter. After it, ask for another letter: nothing else is lost.

guide-forgotten-title = Forgotten password
guide-forgotten = On the sign-in page, choose “{ $link }”.
guide-forgotten-pupil = Students answer their questions, or ask a parent or a teacher to say yes on their own screen. At the school office you choose a new password in ten minutes.
guide-forgotten-letter = An e-mail arrives with a link. Nobody else can choose your password.

guide-children = One account shows all your children, at several schools too.
guide-children-code = With another code you add a child to this account.
guide-children-missing = If one is missing, tell the school.
guide-children-data = On the page “{ $link }” you take a copy of what the school account holds about a young child. Older children take theirs themselves.
guide-children-check = Before the first day of school, “{ $link }” says for each child whether they can get in.

guide-shared-title = One device for several people
guide-shared-tick = Tick “{ $box }” below the password.
guide-shared-out = When you are done, choose “{ $link }”.
guide-shared-other = Somebody else is signed in? “{ $link }” is at the top of every page.
guide-shared-card = A card with a square, for the youngest? It works at school only, with the child’s own secret. At home: the username and the password. Lost? Tell the school.
guide-shared-names = Too many usernames? “{ $link }”, in your account: then a first name and an animal are enough, with the password.

guide-ask-title = Whom to ask
guide-ask = Write to the school, also without an account. If a page gave you a case number, add it.
guide-never = Nobody at school will ask for your password.
guide-works = Nothing opens, or everything is slow?

frame-status = Is everything working?
frame-telephone = { $name }:

no-network = No network any more. What you wrote stays here: go on when the connection is back.
status-title = Is everything working?
status-lead = Seen { $moment }.
status-works = Yes
status-page = The network and these pages
status-busy = Yes, but many people are here: wait a little.
status-mail = Sending e-mails
status-mail-late = Late: the oldest has been waiting since { $moment }.
status-lists = The lists of the school
status-lists-came = Received { $moment }
status-lists-none = Not received yet
status-what-title = What you see, and what to do
status-network = The page does not open at all
status-network-do = It is the network or the device. Try another site; if that does not open either, look at the Wi-Fi connection.
status-password = The username and the password do not go together
status-password-do = Everything works: it is one of the two that needs a look.
status-new-do = Perhaps the school does not have you in its lists yet, or writes a name differently. The page gives you a case number.
status-broken-do = It is on our side. Try again in a few minutes, then write to the school.

yes = Yes
no = No

check-title = Check access
check-lead = Can each child get in? Look before the first day of school.
check-account = Has an account
check-opened = Has opened it
check-way-back = Can come back after forgetting the password
check-ready = All is ready.
check-do-account = The account must be created.
check-do-account-link = Create a student account
check-do-open = Try together, with the username and the password that was chosen.
check-do-way-back = Sign in together, then choose questions in “My account”. Or ask the school to note an e-mail address.
check-do-shut = This account is shut. The school knows why and can open it.
