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
given-name-missing = Write the first name.
family-name-missing = Write the last name.
student-number-missing = Write the student number.
name-long = { $most } characters are enough for a name.
student-number-long = { $most } characters are enough for a number.
birth-date-missing = Write the birth date.
birth-date-odd = Write the date with the year first. Example: 2012-03-31

new-password-title = Choose a password
new-password-lead = Three or four words that have nothing to do with each other: easy to remember, hard to guess.
new-password = New password
new-password-hint = At least { $least } characters
new-password-again = The same once more
new-password-missing = Choose a password.
new-password-short = It needs at least { $least } characters; it has { $had }.
new-password-long = { $most } characters at most.
new-password-common = This password is one of those that are guessed first. Add a word or two.
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
enrolled-go-to = Go to { $app }
enrolled-go-home = See my apps

not-matched-title = We did not find you
not-matched-lead = This happens often, and it can be sorted out. Here is what to do, in this order.
not-matched-check = Look at the report card: are the name and the number the same?
not-matched-again = Correct them
not-matched-new = Are you new at the school?
not-matched-lists = The school’s lists arrived { $moment }. New students are in the next lists: try again tomorrow.
not-matched-no-lists = The school’s lists have not arrived yet: try again tomorrow.
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
