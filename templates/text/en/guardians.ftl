# The proof by mail, the children, what the school knows.

check-mail-title = Open your e-mail
check-mail-lead-address = If what you wrote is on file at school, a message is on its way to { $address }. Open it and follow the link, or type its code here.
check-mail-lead = If what you wrote is on file, a message is on its way to the address that the school knows. Open it and follow the link, or type its code here.
check-mail-meant = Did you mean { $meant }? If so, change the address below.
check-mail-sent = Last message: { $moment }.
check-mail-wait = Several messages have left already. The next one can leave { $until }. Until then, look for the last one you got.
check-mail-code = Code in the message
check-mail-code-hint = 8 digits. It works for 10 minutes; the link works longer.
check-mail-no-code = The code does not work any more. The link in the message may still work; if not, ask for a new message.
check-mail-again = Send a new message
check-mail-spam = Nothing there? Look in the junk folder too.
check-mail-other = Not the right address?
check-mail-change = Change it
check-mail-nothing = Still nothing after 10 minutes?
check-mail-refresh = I followed the link: go on
check-mail-missing = Type the code in the message.
check-mail-length = The code has 8 digits.
check-mail-over = This message does not work any more. Ask for a new one.
check-mail-wrong = { $left ->
    [0] That is not the code of the last message. Ask for a new message.
    [one] That is not the code of the last message. One try is left.
   *[other] That is not the code of the last message. { $left } tries are left.
}
mail-link-title = Is it you?
mail-link-here = You opened the link in the message. One click, and you go on.
mail-link-elsewhere = You began on another device or in another browser. You can go on here; the page over there will stop.
mail-link-confirm = Go on here
mail-link-code = To go on over there, type the code of the message there instead.
mail-link-not-you = You did not ask for anything? Close this page: nothing will happen.
mail-link-late-title = This link does not work any more
mail-link-late = It was used already, a newer message took its place, or it is too old. Nothing is lost.
mail-link-go-on = Go on where I was
mail-link-begin-again = Begin again
children-title = { $count ->
    [one] Your child
   *[other] Your children
}
children-lead = Your account gives access to all of your children whom the school knows. One account is enough.
children-legend = Linked to your account
children-right = That is right
children-missing = A child is missing: tell the school
details-title = What the school knows of you
details-lead = See whether all is right. You can go on even if something needs correcting.
details-phone = Telephone
details-language = Language
details-none = not given
details-right = Continue
details-report = Something needs correcting: ask the school
