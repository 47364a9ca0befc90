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

new-password-title = Choose a password
new-password-lead = Three or four words that have nothing to do with each other: easy to remember, hard to guess.
new-password = New password
new-password-hint = At least { $least } characters
new-password-again = The same once more

security-questions-title = { $count ->
    [one] Choose a question
   *[other] Choose { $count } questions
}
security-questions-lead = If you forget your password, your answers let you back in. Take answers that only you know.
security-questions-number = Question { $number }
security-questions-choose = The question
security-questions-answer = Your answer

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
not-matched-next = The next lists arrive { $moment }. Try again after that.
not-matched-day = Try again in 24 hours.
not-matched-claimed = Perhaps the account exists already.
not-matched-sign-in = Sign in
not-matched-case = Still nothing? Write to the school. It sees your request under this number:

question-first-pet = What was the name of your first pet, or your first cuddly toy?
question-first-teacher = What nickname did you give to someone at school?
question-first-friend = Who was your first friend?
question-street = What do you call your favourite hiding place?
question-book = Which story was read to you when you were little?
question-meal = Which dish do you never want to eat?
question-place = Where would you like to go one day?
question-game = Which game do you win most often?
