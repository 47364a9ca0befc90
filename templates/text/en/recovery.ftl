# Getting back in.

recover-title = Find my account
recover-lead = Tell us who you are. Then we look for a way to let you back in.
recover-no-username = I do not know my username
recover-remembered = Back to signing in

recovery-way-title = How would you like to do it?
recovery-way-recall = Answer my questions
recovery-way-recall-hint = The ones you chose when you created the account
recovery-way-help = Ask the school
recovery-way-help-hint = A teacher or the school office helps you

recall-questions-title = Your questions
recall-questions-lead = Answer as on the day you created the account. Accents and capitals do not matter.
recall-questions-forgotten = I no longer know the answers
