# When a request leads nowhere, and the pages of the footer.

go-home = Go to the home page

error-title = This app could not open the page
error-lead = It is not your fault: the app sent a request that we cannot follow.
error-what-to-do = Go back to the app and try once more. If it happens again, show this page to the school.
error-for-support = For the person who helps you
error-code = Code
error-detail = Detail

not-found-title = This page does not exist
not-found-lead = Perhaps the address was copied wrongly, or the page has moved.

not-allowed-title = This page is not for you
not-allowed-lead = You are signed in, but this page is kept for other people.

busy-title = Many people are here right now
busy-lead = We could not answer at once. Nothing is lost.
busy-what-to-do = Wait ten seconds, then reload the page.

expired-title = This page is too old
expired-lead = It stayed open too long, or it was opened in another browser. To be safe, you need to start again.
expired-again = Start again

too-many-title = Too many tries
too-many-lead = You can try again in { $wait }.
too-many-what-to-do = This wait protects your account. If you are in a hurry, write to the school.

broken-title = Something is not working on our side
broken-lead = It is not your fault. Try again in a few minutes.
broken-request = If it happens again, give this number to the school:

challenge-title = One moment
challenge-lead = We are checking that you are not a robot. Wait { $seconds } seconds, then go on.

privacy-title = Your data
privacy-lead = { $district }: here is what your account keeps, and why.
privacy-what-title = What is kept
privacy-what = What the school knows already: name, birth date, student number, schools and classes. And what you choose here: a password and secret answers. Those are kept in a form that nobody can read. And for each sign-in, the device and the address that it came from, so that you can recognise it: that is erased a day after it ends.
privacy-why-title = Why
privacy-why = To know that it is you, and to open the school’s apps. There is no advertising, and nothing is sold.
privacy-who-title = Who sees it
privacy-who = The school, and the apps that you open. Each app gets only what it needs.
privacy-browser-title = In your browser
privacy-browser = A few small files (cookies) remember that you are signed in, and your language. None follows you elsewhere, and these pages load nothing from another site.
privacy-ask-title = See, correct, erase
privacy-ask = You have the right to see your data and to have them corrected. You can also ask for them to be erased. Children have this right too. Just write to the school.
privacy-contact = Or to:

accessibility-lead = These pages are made for everybody. We aim at level AA of the WCAG 2.2 rules.
accessibility-how-title = What you can do
accessibility-keyboard = Do everything with the keyboard, without a mouse.
accessibility-reader = Listen to every page with a screen reader: fields, hints and mistakes are read out.
accessibility-look = Enlarge the text to 400%, choose dark colours, print.
accessibility-paste = Paste a password, or let the browser fill it in.
accessibility-script = Do without JavaScript.
accessibility-limits-title = What has not been checked yet
accessibility-limits = A program checks these pages at every change, but no full audit has been made yet. If something stops you, tell the school: it can help you in another way.
