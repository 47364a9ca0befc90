# Cards of the youngest: reading the card, showing one's pictures, and what the school does with them.

badge-title = Show your card
badge-lead = Hold the card in front of the camera, then tap the address that appears.
badge-reader = Card read by a scanner
badge-reader-hint = With a code scanner, pass the card: it writes here by itself.
badge-another = Try the card again
badge-sign-in = Sign in without a card
badge-elsewhere-title = Cards work at school
badge-elsewhere = Here, or at this hour, a card opens nothing. Sign in with your username and your password. You have none? Ask an adult at school.
badge-over-title = This card no longer works
badge-over = This card no longer works. Tell your teacher: the school gives you another one.
badge-asleep-title = This card is resting
badge-asleep = There were too many tries. The card rests for an hour. Your teacher knows, and can wake it.
badge-not-open-title = This card opens no account yet
badge-not-open = This card opens no account. Tell your teacher.
badge-unknown-title = This card cannot be read
badge-unknown = This is no card of the school, or it was read badly. Try again.

badge-choose-title = { $name }, choose your secret
badge-again-title = Once more
badge-show-title = Hello { $name }!
badge-choose-pictures = Tap three pictures, one after the other. They will be your secret: remember them in order, and tell nobody.
badge-again-pictures = Tap the same three pictures, in the same order.
badge-show-pictures = Tap your three pictures, in order.
badge-choose-pin = Choose four to six digits. They will be your secret: tell nobody.
badge-again-pin = Write the same digits.
badge-show-pin = Write your digits.
badge-picture-of = Picture { $number } of { $most }
badge-pin = Your digits
badge-pin-hint = Four to six digits.
badge-start-over = Start over
badge-not-you = This is not my card

badge-pictures-missing = Tap a picture.
badge-pictures-all-same = Three times the same picture is too easy. Choose at least two.
badge-pin-missing = Write your digits.
badge-pin-odd = It takes four to six digits, and nothing else.
badge-pin-weak = These digits are guessed at once. Mix them a little.
badge-not-the-same = That was not the same. Start over: choose your secret.
badge-chosen-already = Somebody chose with this card just before. Show what was chosen, or ask your teacher.
badge-wrong = { $left ->
    [one] That is not it. One more try, then the card rests.
   *[other] That is not it. { $left } more tries, then the card rests.
}
badge-wait = The card rests until { $until }. Your teacher can wake it.
badge-closed = The card no longer works: too many tries. Your teacher can give you a new secret.
badge-once-more = Try once more.
badge-of-elsewhere = This card works at its own school, in its hours. Ask an adult at school.
badge-no-longer-here = Cards do not work any more at this hour. Ask an adult at school.

picture-sun = Sun
picture-moon = Moon
picture-star = Star
picture-heart = Heart
picture-house = House
picture-tree = Tree
picture-boat = Boat
picture-umbrella = Umbrella

badges-title = Pupils’ cards
badges-lead = A card is lost? Tap “Card lost”: it opens nothing from this moment. The school prints another one.
badges-choose = Choose a class.
badges-none = No class is yours in the school’s lists.
badges-no-pupils = Nobody here gets a card.
badges-other = Another class
badges-whole-school = The whole school
badges-state-none = No card
badges-state-new = Card printed { $since }, not used yet
badges-state-works = Card used { $since }
badges-state-asleep = The card is resting: too many tries
badges-state-over = Card taken back { $since }
badges-state-not-open = Card printed, but the account is not open yet
badges-lost = Card lost
badges-lost-of = Card lost: { $name }
badges-new-secret = New secret
badges-new-secret-of = New secret: { $name }
badges-wake = Wake
badges-wake-of = Wake the card: { $name }
badges-done-lost = The card of { $name } opens nothing any more.
badges-done-secret = { $name } chooses a new secret the next time.
badges-done-woken = The card of { $name } is awake.
account-badges = Pupils’ cards

badges-paper-document = Pupils’ cards
badges-paper-title = Cards: { $class }
badges-paper-note = Cut out, laminate. A card works at school only, with the child’s own secret. Lost: { $address }. Printing again takes the earlier ones back.
badges-paper-card = Works at school
badges-paper-square = Square of the card of { $name }: a camera opens it at school.

mail-badge-asleep-title = The card of { $name } is resting
mail-badge-asleep-lead = Five tries in a row were not right with the card of { $name }, { $moment }. The card rests until { $until }.
mail-badge-asleep-what = The child has forgotten the secret? Give a new one. Somebody else holds the card? Tap “Card lost”.
mail-badge-asleep-button = See the cards
mail-badge-asleep-why = You get this message because { $district } has this address for the school.
