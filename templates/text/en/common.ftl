# What stands around every page, and the words that all pages share.

frame-skip = Skip to content
frame-account-of = School account
frame-language = Language
frame-language-set = Change
frame-signed-in-as = Signed in: { $name }
frame-switch = Switch person
frame-help = Need help? Write to the school
frame-privacy = Your data
frame-accessibility = Accessibility
frame-roster-of = School lists received { $moment }
frame-roster-next = Next: { $moment }
frame-title = { $page } · { $district }
frame-title-mistakes = To correct: { $page } · { $district }
frame-home = Home
frame-footer = Help and information

asked-by = To continue to
asked-by-policy = Its rules about your data
asked-by-terms = Its terms

progress-step = Step { $step } of { $steps }

errors-title = { $count ->
    [one] One thing is left to correct
   *[other] { $count } things are left to correct
}

continue = Continue
send = Send
optional = optional
show-password = Show
hide-password = Hide
caps-lock = Caps Lock is on.
print-page = Print this page
or = or
choose-one = Choose
yard-words = One account for everything at school: marks, homework, the library, messages.
nothing-lost = You can close this page and go on tomorrow on this device: nothing is lost.

day = { $which ->
    [first] 1 { $month } { $year }
   *[other] { $day } { $month } { $year }
}
clock-time = { $whole ->
    [yes] { $hour }:00
   *[no] { $hour }:{ $minute }
}
moment-today = today at { $time }
moment-yesterday = yesterday at { $time }
moment-tomorrow = tomorrow at { $time }
moment-day = on { $day } at { $time }
wait-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
wait-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
wait-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
wait-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

mail-why = This message comes from the school account ({ $district }).
mail-help = Need help? Write to the school
