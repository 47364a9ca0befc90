# Writing to the school.

help-title = Write to the school
help-lead = Someone at the school will read your message and help you. You do not need an account.
help-case = Your case number { $number } goes with the message.
help-name = Your name
help-email = Your e-mail address
help-email-hint = No address? Say in the message how to answer you: a phone number, or your teacher’s name.
help-school = Your school
help-message = Your message
help-message-hint = Say what you wanted to do and what the page answered. Never write your password.
help-sent-title = Message sent
help-sent-done = It is on its way
help-sent-lead = The school has your message. It usually answers during school hours.

help-name-missing = Write your name, so that the school knows who is asking.
help-email-odd = This address is not complete. Example: first.last@example.com
help-message-missing = Write a few words about what stops you.
help-message-long = The message is too long. It can have 2000 characters; yours has { $length }.

help-title-address = My address has changed
help-title-child = A child is missing
help-title-details = Correct what the school knows
help-lead-request = This is a request: the school reads it, checks who you are, then corrects the file.
help-email-new = Your new e-mail address
help-phone = Daytime telephone
help-child = Name of the child
help-child-hint = First and last name, if you write about a child
help-grade = Their grade
help-sent-back = Go on where I was
help-email-missing = Write your new address.
help-child-missing = Write the child’s first and last name.
