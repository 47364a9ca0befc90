# Getting back in.

recover-title = Find my account
recover-lead = Tell us who you are. Then we look for a way to let you back in.
recover-no-username = I do not know my username
recover-remembered = Back to signing in

recovery-way-title = How would you like to do it?
recovery-way-mail = Get a message
recovery-way-mail-hint = At the address that the school knows, with a link and a code
recovery-way-recall = Answer my questions
recovery-way-recall-hint = The ones you chose when you created the account
recovery-way-help = Ask the school
recovery-way-help-hint = A teacher or the school office helps you

recall-questions-title = Your questions
recall-questions-lead = Answer as on the day you created the account. Accents and capitals do not matter.
recall-questions-forgotten = I no longer know the answers

recovery-way-missing = Choose one of the ways.

recall-questions-reset = The school has reset my account: create it again
recall-questions-missing = Answer this question too.
recall-questions-wrong = { $left ->
    [0] These are not all the answers that were given. You will have to wait before the next try. The school can help you, too.
    [one] These are not all the answers that were given. Try other words. One try is left before a pause.
   *[other] These are not all the answers that were given. Try other words. { $left } tries are left before a pause.
}
recall-questions-wait = There were too many tries. The next try will count { $until }. If it is urgent, ask the school.
recall-questions-closed = There were too many tries: these questions are of no use any more. Ask the school, it can let you back in.
recall-questions-once-more = Send your answers once more.

waiting-title = Somebody has to say yes
waiting-lead-both = A parent, on the page of their account, or the school, if you read this number to it.
waiting-lead-guardian = One of your parents, on the page of their account. We wrote to them if they have an address.
waiting-lead-school = The school, if you read this number to it.
waiting-lead-teacher = A parent or one of your teachers, on the page of their account. Or the school, if you read this number to it.
waiting-number = Number for the school
waiting-matching = Digits for whoever says yes
waiting-until = Yes can be said until { $until }. You can close this page and open it again here.
waiting-look = See whether it is done
waiting-approved-title = It is a yes
waiting-approved = You can go on.
waiting-refused-title = It is a no
waiting-refused = They did not say yes, or did not have your digits before them. Talk to them, then begin again.
waiting-over-title = Too late
waiting-over = Nobody answered in time. Begin again, or go to the school office.
waiting-again = Begin again
recovery-way-approval = Ask a parent or the school
recovery-way-approval-hint = Somebody who knows you says yes
