# A parent's invitation, with its security code.

mail-invitation-subject = { $district }: follow the schooling of { $children } ({ $school })
mail-invitation-title = Hello { $name }
mail-invitation-about = { $district } is opening a parent account for you, to follow the schooling of { $children }.
mail-invitation-open = Open this link, write your last name and choose a password:
mail-invitation-button = Open my account
mail-invitation-type = On another device, open { $address } and type this code:
mail-invitation-name = You will be asked for your last name, as the school writes it.
mail-invitation-until = The code works once, until { $day }. Opening the link does not use it up.
mail-invitation-not-you = This is not you, or not your child? Open nothing and tell the school.
