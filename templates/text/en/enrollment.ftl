# Creating an account.

given-name = First name
family-name = Last name
student-number = Student number
student-number-hint = On the report card or student card. With or without the letter S in front.
birth-date = Birth date
birth-date-hint = The student’s
email-hint = The one the school knows
civic-number = House number
civic-number-hint = Only the number of the house or building. Example: 148

enroll-title = Create my account
enroll-lead = The school knows you already. All that is left is to say who you are and choose a password.
enroll-begun = You had begun.
enroll-go-on = Go on: { $title }
enroll-none = Accounts cannot be created here
enroll-none-hint = The school gives you a username and a password.
enroll-have-account = I have an account

roster-match-title = Who are you?
roster-match-lead = Write the name as on the report card. Accents and capitals do not matter.
roster-match-wait = Too many tries from this network. Come back in { $wait }.
roster-match-letters = Too many tries fail in the whole district right now. This page opens again in { $wait }. With a letter or a code from the school you can go on at once.
given-name-missing = Write the first name.
family-name-missing = Write the last name.
student-number-missing = Write the student number.
name-long = { $most } characters are enough for a name.
student-number-long = { $most } characters are enough for a number.
birth-date-missing = Write the birth date.
birth-date-odd = Write the date with the year first. Example: 2012-03-31

code = Code
code-title = The code of the letter
code-title-mailed = The code of your e-mail
code-lead = The school gave you a letter with a code. It proves that you are the parent.
code-lead-mailed = The school sent you an e-mail with a security code.
code-hint = Four groups of four letters. Capitals or not, with or without hyphens. Example: BCDF-GHJK-LMNP-QRST
code-family-name-hint = Yours, as the school writes it
code-scanned = Your code was read. All that is left is to continue.
code-square = You scanned the square of the letter and the box is empty? Type the code printed beside it.
code-opened = You opened the link of the e-mail and the box is empty? Type the code of the e-mail.
code-resend = I did not get the e-mail
code-none = I have no code
code-missing = Type the code.
code-length = The code has 16 letters; there are { $had }.
code-slip = { $count ->
    [one] There is a mistake in group { $groups }. Look at it letter by letter.
   *[other] There is a mistake in groups { $groups }. Look at them letter by letter.
}
code-unknown = This code opens nothing. See whether it is from the last letter you got; if it is, ask the school for another.
code-unknown-mailed = The code and the name open nothing together. See whether it is from the last e-mail you got, and write the name as the school does.
code-pause = Too many tries with this code. It is still good: come back in { $wait }.
code-yours = You have used this code already. There is nothing left to do.
code-wait = Too many tries from this network. Come back in { $wait }.

code-child-title = { $count ->
    [one] Is this your child?
   *[other] Are these your children?
}
code-child-lead = { $count ->
    [one] The code is right. This is who it is for.
   *[other] The code is right. This is who it is for: one account will show them all.
}
code-child-yes = Yes, create my account
code-child-have = I have an account already
code-child-mine = Yes, add to my account { $username }
code-child-new = Create another account
code-child-has-account = You have an account already. There is nothing to create: sign in.
code-child-sign-in = Sign in
code-child-other-name = Somebody else is signed in here. This code is in another person’s name: it is their account that will be created.
code-child-not = Not the right child?

about-you-title = Who are you?
about-you-lead = The school knows the child, but not you yet.
about-you-lead-email = The school does not have your e-mail address. It will be your username.
about-you-given-name = Your first name
about-you-family-name = Your last name
about-you-email-hint = It will be your username
about-you-email-missing = Write your e-mail address.
about-you-email-odd = This is not a whole address. Example: first.last@mail.example
about-you-taken = This address cannot be used here. If you have an account already, sign in. If not, ask the school for a code in your name.
about-you-wait = Too many tries with this code. Come back in { $wait }.

code-over-title = This code does not work any more
code-over-shut-title = The school must help you
code-over-used = It has just been used. If it was you, sign in.
code-over-revoked = The school has taken it back or replaced it. Take the one of the last letter.
code-over-expired = Its date went by while you were here.
code-over-untied = The school has changed its lists: this code does not lead to a child any more.
code-over-claimed = This account exists already. If it is yours, sign in.
code-over-shut = This code is right, but the school must put something right first.
code-over-school = The school can help you and give you another code.
code-over-again = Begin again with another code

invitation-again-title = Get the e-mail once more
invitation-again-lead = The code from before will stop working: take the one of the new e-mail.
invitation-again-send = Send the e-mail
invitation-sent-title = It is on its way
invitation-sent-lead = If the school invited you at this address, an e-mail has just left.
invitation-sent-wait = Wait a few minutes.
invitation-sent-spam = Look among junk mail too.
invitation-sent-school = Still nothing? The school may have another address. Write to it.
invitation-sent-code = I have the code

new-password-title = Choose a password
new-password-lead = Three or four words that have nothing to do with each other: easy to remember, hard to guess.
new-password = New password
new-password-hint = At least { $least } characters
new-password-hint-mixed = At least { $letters } letters, or { $least } characters with capital letters, digits and signs
new-password-again = The same once more
new-password-ideas = Three ideas, drawn by chance. Choose one, write it just like that and keep it to yourself.
new-password-missing = Choose a password.
new-password-short = It needs at least { $least } characters; it has { $had }.
new-password-long = { $most } characters at most.
new-password-common = This password is one of those that are guessed first. Add a word or two.
new-password-keys = Keys that lie side by side are guessed first. Take a few words instead.
new-password-repeat = The same again and again is guessed first. Take a few words instead.
new-password-sequence = Letters or digits in their order are guessed first. Take a few words instead.
new-password-date = A date or a year is guessed first. Take a few words instead.
new-password-name = A name alone is guessed first. Add words that have nothing to do with it.
new-password-word = One word alone is guessed first. Add two or three others.
new-password-mixed = { $more ->
    [one] One more character is missing. Or mix in capital letters, digits and signs.
   *[other] { $more } more characters are missing. Or mix in capital letters, digits and signs.
}
new-password-other-ideas = Other ideas
new-password-meter-short = { $had } of { $least } characters
new-password-meter-mixed = Not enough yet. Go on, or mix in capital letters, digits and signs.
new-password-meter-enough = Long enough.
new-password-meter-more = Long enough. One more word makes it much harder to guess.
new-password-known = Others know “{ $word }”. Take words that have nothing to do with you.
new-password-used = This password was used before. Take a new one.
new-password-differs = The two are not the same. Write it once more.

security-questions-title = { $count ->
    [one] Choose a question
   *[other] Choose { $count } questions
}
security-questions-lead = If you forget your password, your answers let you back in. Take answers that only you know.
security-questions-number = Question { $number }
security-questions-choose = The question
security-questions-answer = Your answer
security-question-missing = Choose a question.
security-question-twice = This question is taken already. Choose another.
security-answer-missing = Write your answer.
security-answer-short = That is too short: it would be guessed. It needs at least 3 letters, not all the same.
security-answer-long = 200 characters are enough for an answer.
security-answer-number = No dates, numbers or addresses: others know them.
security-answer-common = That is one of the first answers anybody would try. Take one that only you know.
security-answer-same = This answer already serves another question.
security-answer-question = The answer stands in the question. Take other words.
security-answer-known = The school and your classmates know this answer. Take one that only you know.

child-birth-date-title = Your child’s birth date
child-birth-date-lead = That of one of your children is enough. It tells us that the letter reached the right family.
child-birth-date-youngest-title = Your youngest child’s birth date
child-birth-date-all-title = Your children’s birth dates
child-birth-date-all-lead = Of all who go to school here, in any order.
child-birth-date-nth = Child { $number }
child-birth-date-own-title = Your birth date
child-birth-date-own-lead = It tells us that the letter reached you.
child-birth-date-wrong = The school has another date. Check it, and if it is right, write to the school.
child-birth-date-wait = Too many tries. The next one counts { $until }.
child-birth-date-closed = Too many tries. Write to the school: it can give you a new letter.

email-title = Your e-mail address
email-lead = For important news, and to get back in if you forget your password.
email-on-file = The school knows { $address }. Leave this empty to keep it, or write another one.
email-proof-hint = We send a message there to check that it is yours.
email-none = I have no address

http-title = One last check
http-again = Check again
http-silent = The school’s service does not answer at the moment. Nothing is lost: try again in a minute.
http-not-yet = That is not it yet. Please check what you wrote.

charter-renewed = The rules have changed since last time. Please read them once more.
charter-accept = I have read these rules and I will follow them.
charter-accept-missing = To go on, tick the box.
charter-changed = The text has just changed. Please read it once more.

preferences-title = How should we write to you?
preferences-lead = You can change your mind at any time.
preferences-language = Language of pages and messages
preferences-language-missing = Choose a language.
preferences-date-format = How dates are written
preferences-date-format-words = In words
preferences-date-format-missing = Choose one of the list.
preferences-notification-email = Another address for news
preferences-notification-email-hint = Only if you want one other than the one the school has. You cannot sign in with it.

confirm-title = Is everything right?
confirm-lead = The account has not been made yet.
confirm-name = Name
confirm-create = Create my account
confirm-wrong = Is something wrong?
confirm-wrong-help = Tell the school

enrolled-title = Welcome, { $name }
enrolled-done = Account created
enrolled-username = Your username:
enrolled-keep = Write it down: you will need it with your password.
enrolled-ways = If you forget your password
enrolled-way-mail = On the sign-in page, “I cannot sign in”, then a link by e-mail.
enrolled-way-questions = In the same place, your questions and the answers that you have just chosen.
enrolled-way-guardian = In the same place, a parent says yes on the page of their account.
enrolled-way-school = The school: its office, with proof of who you are.
enrolled-go-to = Go to { $app }
enrolled-go-home = See my apps

not-matched-title = We did not find you
not-matched-lead = This happens often, and it can be sorted out. Here is what to do, in this order.
not-matched-check = Look at the report card: are the name and the number the same?
not-matched-again = Correct them
not-matched-new = Are you new at the school?
not-matched-lists = The school’s lists arrived { $moment }. New students are in the next lists: try again tomorrow.
not-matched-no-lists = The school’s lists have not arrived yet: try again tomorrow.
not-matched-lists-next = The school’s lists arrived { $moment }. The next ones are expected { $next }: new students will be in them.
not-matched-no-lists-next = The school’s lists are expected { $next }.
not-matched-write-to-me = Write to me when they are here
not-matched-newer = New lists of the school have arrived since.
not-matched-newer-again = Try again, with what you had written
not-matched-claimed = Perhaps the account exists already.
not-matched-sign-in = Sign in
not-matched-case = Still nothing? Write to the school. It sees your request under this number:

already-claimed-title = This account exists already
already-claimed-lead = Good news: there is nothing to create. Sign in with the password chosen when it was made.
already-claimed-sign-in = Sign in
already-claimed-recover = I forgot the password
already-claimed-not-you = You never created it?
already-claimed-tell = Somebody may have done it in your place. The school can block this account and give it back to you. Tell it this number.
already-claimed-write = Write to the school

question-imaginary-friend = What did you call an imaginary friend, or a cuddly toy you talked to?
question-first-dream-job = What is the first job you dreamt of doing?
question-invented-word = Which made-up word did you say when you were younger?
question-place-to-hide = Where is your best hiding place?
question-toy-kept = Which toy have you always kept?
question-song-by-heart = Which song have you known by heart for a long time?
question-dish-never-again = Which dish do you never want to eat again?
question-first-film-cinema = What is the first film you saw at the cinema?
question-animal-wish = Which animal would you have liked to have?
question-book-read-twice = Which book have you read more than once?

roster-match-lead-guardian = Write what is on file at school. Accents and capitals do not matter.
roster-match-changed = Has your address or your name changed?
roster-match-changed-tell = Tell the school
your-given-name = Your first name
your-family-name = Your last name
birth-date-youngest = Birth date of your youngest child
birth-date-youngest-hint = The youngest of those who go to school here
birth-date-child = Birth date of one of your children
birth-date-child-hint = Any of those who go to school here
school-of-child = Their school
email-missing = Write your e-mail address.
email-odd = This address is not complete. Example: first.last@example.ca
school-missing = Choose the school.
civic-number-odd = Write the number of the house or building. Example: 148
