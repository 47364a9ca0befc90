# The printed letter that bears an activation code.

letter-code-title = { $district }: your parent account
letter-code-to-parents = To the parents of { $child }
letter-code-about = { $count ->
    [one] With this code you follow the schooling of { $names }.
   *[other] With this code you follow the schooling of your children: { $names }. One account is enough.
}
letter-code-step-open = Open { $address } on a phone or a computer.
letter-code-step-type = Type the code. Capitals or not, with or without hyphens.
letter-code-step-choose = See whether it is your child, then choose a password.
letter-code-code = Your code
letter-code-square = Or point the camera of your phone at this square.
letter-code-until = It works once, until { $day }.
letter-code-keep = Keep this letter to yourself. If it is lost, tell the school: it cancels the code and gives you another.
