## Numbers, time
hours = { $n ->
    [one] { $shown } hour
   *[other] { $shown } hours
}
minutes = { $n ->
    [one] { $shown } minute
   *[other] { $shown } minutes
}
days = { $n ->
    [one] { $shown } day
   *[other] { $shown } days
}
people = { $n ->
    [one] { $shown } person
   *[other] { $shown } people
}
people-found = { $n ->
    [0] Nobody found
    [one] { $shown } person
   *[other] { $shown } people
}
organisations = { $n ->
    [one] { $shown } organisation
   *[other] { $shown } organisations
}
hours-and-minutes = { $hours } { $minutes }
and = { $one } and { $other }
less-than-a-minute = less than a minute
date = { $day } { $month } { $year }
today = today
yesterday = yesterday
since = Since { $day }.
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
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday

## Kinds of help
category-befriending = Company
category-garden = Garden and pets
category-repairs = Repairs
category-shopping = Shopping
category-transport = Lifts
category-food = Food
category-learning = Learning
category-technology = Phones and computers
category-advice = Forms and advice
category-care = Care
category-making = Making things
category-places = Rooms and events
category-other = Other help

## Every page
skip = Skip to the main part
menu = Main menu
menu-today = Today
menu-home = Home
menu-find = Find
menu-ask = Ask
menu-offer = Offer
menu-me = Me
menu-members = Members
menu-slips = Slips
menu-partners = Partners
menu-paper = Paper
on-this-page = On this page
pages = Pages
page-before = The page before
next-page = Next page
foot-hand = Need a hand?
foot-ask = Ask a coordinator.
backup-overdue = No backup was made for a week. A coordinator can make one.
foot-saved = Everything is saved.
foot-connected = { $n ->
    [0] Connected to no other community just now.
    [one] Connected to 1 community.
   *[other] Connected to { $shown } communities.
}
foot-scripts = This page works without scripts.
acting = For { $member }, written down by { $coordinator }.
go-on = Go on
go-first-page = Go to the first page
try-again = Try again
change = Change something
save = Save
yes = Yes
no = No
not-given = Not given
what-next = What happens next
check = Is this right?
check-public = Everybody can read this. Leave out addresses and phone numbers.
check-inside = Members here and at our partners can read this. Leave out addresses and phone numbers.
somebody = Somebody
somebody-of = Somebody in { $partner }
the-pot = the community pot
a-group = a group
from-afar = From afar
print-hint = To print this page, use the print button of your browser.
hours-label = How long
behalf = On their behalf
channel = How did they tell you?
channel-in-person = Face to face
channel-phone = By phone
channel-paper = On paper

## Looks
look = Language and text size
look-short = Aa, language
look-language = Language
look-text = Text size
look-usual = Usual
look-large = Large
look-button = Save

## Mistakes to mend
error-summary = Please mend this first
error-title = Mistake:
error-missing = This is empty. Write or choose something.
error-too-long = This is too long. Use { $most } letters or fewer.
error-strange = Some letters cannot be shown. Please type it again.
error-length = Write how long, like 1:30 or 45 min.
error-day = Write the day again, like 2026-05-31.
error-future = Choose today or a day before.
error-number = Write a whole number from { $least } to { $most }.
error-phone = Write the whole phone number, or leave it empty.
error-email = Write the whole e-mail address, or leave it empty.

## When something goes wrong
oops-refused = This cannot be done now
oops-busy = This page is not ready
oops-busy-words = A lot is going on. Nothing is lost. Please try again in a moment.
oops-disk = Something is wrong with our computer
oops-disk-words = Nothing that was saved is lost. Please tell a coordinator.
oops-retired = This copy was handed over
oops-retired-words = The community lives on another machine now. Nothing is written here any more. Ask a coordinator for the new address.
oops-missing = We cannot find this page
oops-missing-words = The address may be wrong, or the page has moved.
oops-not-yours = This page is not for you
oops-not-yours-words = Only some people can see it. A coordinator can help.
oops-stale = Please open this page again
oops-stale-words = It was open for too long. Nothing was changed.
oops-elsewhere = This came from another site
oops-elsewhere-words = To keep you safe, we did nothing.
oops-too-large = This is too much at once
oops-too-large-words = Write less, and send it again.
oops-unreadable = We could not read this
oops-unreadable-words = Please go back, and send it again.
stopped-host = This is not our address
stopped-host-ask = Ask a coordinator for the right address.
stopped-host-mend = Is this your computer? Write { $name } under allowed_hosts in kith.toml. Then start Kith again.
stopped-slow = This takes too long
stopped-slow-words = It may still be done. Look first, before you send it again.
refused-bad-invitation = This is not a whole invitation. Copy all of it, from KITH1 to the end.
refused-exchange-exists = This is recorded already.
refused-exchange-too-long = This is longer than one exchange may be here. Split it into two.
refused-invitation-expired = This invitation is too old. Ask for a new one.
refused-last-coordinator = One coordinator must stay. First give another member that role.
refused-member-ceiling = That is more hours than our charter allows. Give some to the community pot.
refused-member-floor = That is further below zero than our charter allows. A coordinator can help.
refused-member-left = This member has left. A coordinator can add them again.
refused-not-a-party = You had no part in this exchange.
refused-not-coordinator = Only coordinators can do this.
refused-not-correctable = This cannot be changed here. A coordinator can help.
refused-not-waiting = This no longer waits for anybody.
refused-nothing-changes = It is so already. Nothing had to change.
refused-other = Our rules do not allow this. A coordinator can help.
refused-frozen = We do not exchange hours with them for now. A coordinator knows why.
refused-not-reversible = These hours cannot be given back. A coordinator can help.
refused-recovering = We wait for a partner community. Ask a coordinator.
refused-unknown-dispute = This talk is over already.
refused-later-copy = A newer copy of our books runs. Ask a coordinator.
refused-partner-is-self = This invitation is our own. Send it to another community.
refused-partnership-exchange-too-long = This is longer than both communities agreed on. Split it into two.
refused-partnership-exists = We are partners with them already.
refused-partnership-limit = Our hours with this community are used up for now. A coordinator can help.
refused-partnership-paused = This way, the two of us take a break. A coordinator knows why.
refused-partnership-ended = We are partners with them no more. A coordinator knows why.
refused-request-reused = This was sent before with other words. Look at what is recorded, then start again.
refused-shelf-full = The board is full. Take something down first.
refused-unknown-exchange = We do not know this exchange.
refused-unknown-invitation = This invitation is not known, or it was used. Ask for a new one.
refused-unknown-member = We do not know this member.
refused-with-oneself = These are the same person. Choose two.
refused-not-advanceable = The pot cannot give this. It may have come already.
refused-not-disputable = This cannot be talked about with them. It may be settled already.
refused-pot-floor = The pot does not have so many hours. Wait for gifts, or for the partner.
refused-too-many-lines = There is too much for one file. Choose one year.
refused-too-many-waiting = There is too much of this already. Finish something first.

## Signing in
sign-in = Sign in
sign-out = Sign out
sign-in-lead = A coordinator gave you a code on paper. It is good once.
sign-in-lost = No code, or a lost one? A coordinator makes you a new one.
sign-in-code = Your code
    .hint = Ten letters and numbers, like BCDFG-HJKMN.
    .missing = Write the code from your paper.
sign-in-button = Sign in
sign-in-not-a-code = A code has ten letters and numbers. Look at your paper again.
sign-in-unknown = This code was used, or it is too old. Ask a coordinator for a new one.
sign-in-too-often = Too many tries. Please wait ten minutes.
sign-in-first = Sign in to see this page.
sign-in-kept = Sign in to go on. We keep what you wrote.
sign-in-press = Sign in to go on. Nothing was done so far.
signed-in = You are signed in
signed-in-kept = What you wrote is still here.
signed-in-press = Nothing was done so far. If you still want it, press the button now.
passkeys = Sign in without a code
passkeys-lead = Next time, your face, finger or screen lock is enough. This is called a passkey. It stays with you. Lost a phone? Remove its passkey here.
passkey-add = Add a passkey
passkey-sign-in = Sign in with your face, finger or screen lock
passkey-phone = Added on a phone, { $since }. Last used: { $seen }.
passkey-computer = Added on a computer, { $since }. Last used: { $seen }.
passkey-phone-new = Added on a phone, { $since }. Not used yet.
passkey-computer-new = Added on a computer, { $since }. Not used yet.
passkey-remove = Remove it
passkey-not-added = Your passkey is not added
passkey-stopped = Nothing is changed. You can try again, or use a code.
passkey-failed = That did not work. Open this page again, or use a code.
passkey-known = You have a passkey here already. You can sign in with it.
passkey-again = That took too long, or came twice. Please try again.
passkey-busy = Too many people sign in just now. Wait a few minutes, then try again.
passkey-unreadable = We cannot read what your phone or computer sent. Try again, or use a code.
passkey-other-site = Your passkey is for another page. Open this one: { $site }
passkey-nobody = Nobody touched the phone or computer. Try again, and touch it when it asks.
passkey-kind = We cannot use this kind of passkey. Try another phone, or use a code.
passkey-unknown = We do not know this passkey. Use a code. Then add it again.
passkey-copied = Somebody may have a copy of this passkey. Use a code. Then remove it and add a new one.
passkey-full = You have { $count } passkeys. Remove one, then add this one.

## The community's own page
public-welcome = Welcome to
public-lead = Neighbours here help each other. An hour of help is an hour, whatever you do.
public-join = How to join
public-members = Members
public-exchanged = Help shared so far
public-entries = Entries in our book
public-area = Area on the map
public-geohash = a geohash
public-menu-offers = Offers
public-menu-needs = Needs
public-menu-partners = Partners
public-menu-join = Join
public-offers = What people offer
public-no-offers = Nothing is on the board yet. What do people thank you for? Tell a coordinator.
public-offers-lead = People are glad to do these things for you.
public-needs = What people ask for
public-no-needs = Nobody asks for help just now. It is good to ask. Tell a coordinator what you need.
public-needs-lead = Could you help with one of these?
public-more = There are more. A coordinator can show you the rest.
public-partners = Our partners
public-no-partners = We have no partner communities yet. All our help is given close to home.
public-partners-lead = Our members help theirs, and theirs help ours.
public-more-partners = { $n ->
    [one] And 1 more community.
   *[other] And { $shown } more communities.
}
public-coordinators = { $n ->
    [one] One member is a coordinator.
   *[other] { $shown } members are coordinators.
}
public-join-1 = Find a coordinator.
public-join-2 = Say what people thank you for. Everybody has something to give.
public-join-3 = Say what would help you. Asking is part of it.
public-join-4 = The coordinator adds you, and you can begin.
public-join-paper = No computer or phone? That is fine. A coordinator writes it down for you.
public-check = Check this for yourself
public-check-lead = This signed note stands for our whole book of hours. Keep a copy. If an old entry is ever changed, it will no longer fit.
public-no-check = The signed note of our book cannot be shown just now. A coordinator can find out why.
public-no-names = No names of members are shown on this page.

## Partners
partner-nameless = A community that has not told its name yet
partner-connected = Connected now.
partner-asleep = Their computer is asleep; the hours will wait.
partner-joining = We said yes to their invitation. They have not signed yet.
partner-refused = They did not accept. Ask them for a new invitation.
partner-even = Our members gave as much as they received.
partner-received = Our members received { $hours } more than they gave.
partner-given = Our members gave { $hours } more than they received.
partner-most-given = At most { $hours } more given
partner-most-received = At most { $hours } more received
partner-undecided = { $n ->
    [one] 1 exchange waits
   *[other] { $shown } exchanges wait
}
partner-undecided-line = { $exchanges } for their answer: { $hours } in all.
partner-oldest = The oldest has waited for { $span }.
partner-unconfirmed = { $n ->
    [one] 1 answer of ours is on the way to them.
   *[other] { $shown } answers of ours are on the way to them.
}
partner-asked = { $n ->
    [one] 1 request of ours waits for one of their members.
   *[other] { $shown } requests of ours wait for one of their members.
}
partner-comparing = Looking through both books together. Nothing is lost.
partner-frozen = Their book does not agree with itself. A coordinator has the proof.
partner-ended = We are partners no more. What was written down before gets settled.
partner-break = New exchanges take a break, both ways or one way.
partner-near-limit = A limit is nearly reached. Time to talk with them.
partner-nothing-waits = Nothing waits.

## A member's first page
hello-morning = Good morning, { $name }.
hello-afternoon = Good afternoon, { $name }.
hello-evening = Good evening, { $name }.
standing-even = You have given as much help as you had.
standing-given = You've given { $hours } more than you had. Time to ask for something?
standing-received = You've been helped { $hours }. That's what hours are for.
home-ask = Ask for help
home-offer = Offer something
home-record = Write down hours
home-mine = This waits for you
home-mine-more = { $n ->
    [one] And 1 more waits for you
   *[other] And { $shown } more wait for you
}
home-others = This waits for others
home-others-more = { $n ->
    [one] And 1 more waits for others
   *[other] And { $shown } more wait for others
}
home-look-and-say = Look and answer
home-look = Look at it
home-year = Your hours this year
home-given = Given: { $hours }.
home-received = Received: { $hours }.
home-near = New on the board
home-nothing-near = Nothing new just now. You could ask, or offer something.
home-find-more = Find more
told = { $giver } helped { $receiver } for { $hours }
told-gave = You helped { $receiver } for { $hours }
told-received = { $giver } helped you for { $hours }
told-back = { $receiver } gives { $hours } back to { $giver }
told-gift = { $giver } gave { $hours } to the community pot
told-gift-gave = You gave { $hours } to the community pot

## Asking and offering
ask = Ask for help
ask-lead = It is good to ask. Somebody will be glad to help.
ask-title = What do you need?
    .hint = In a few words, like “A lift to the clinic”.
    .missing = Write in a few words what you need.
ask-category = What kind of help is it?
    .missing = Choose one kind of help.
ask-text = Tell a bit more
    .hint = When, and how long? No phone number or address, please. You can leave this empty.
ask-button = Post it
offer = Offer something
offer-lead = What do people thank you for? That is something to offer.
offer-title = What would you like to do?
    .hint = In a few words, like “I can mend bikes”.
    .missing = Write in a few words what you offer.
offer-category = What kind of thing is it?
    .missing = Choose one kind.
offer-text = Tell a bit more
    .hint = Which days suit you? No phone number or address, please. You can leave this empty.
offer-button = Post it
listing-remote = It can be done by phone or from afar
listing-public = Show it on our public page, too
    .hint = Members here and at our partners see it in any case.
listing-no-address = Leave out addresses and phone numbers.
listing-area = Where, roughly
    .hint = Copy it from the map on your phone, like 51.45, -0.02. We keep only a code for an area of about 5 km. It is shown with the rest. You can leave this empty.
when-aside = When and where? Say it if you like
when-days = Which days?
    .hint = Leave all free if any day is good.
when-parts = Which time of day?
    .hint = Leave all free if any time is good.
when-by = By which day?
    .hint = After this day, we show it no more in the search.
when-every-day = Every day
part-morning = morning
part-afternoon = afternoon
part-evening = evening
listing-when = When
listing-stands = How long should it stay up?
ask-soon = How soon do you need it?
ask-soon-today = Today
ask-soon-week = This week
ask-soon-any = Any time
stands-week = One week
stands-month = One month
stands-half = Half a year
posted-ask = Your ask is on the board.
posted-ask-next = People can see it now, and write to you here. A coordinator can help, too.
posted-offer = Your offer is on the board.
posted-offer-next = People can see it now, and write to you here. A coordinator can help, too.
listing-offer = Offer
listing-need = Ask
listing-who = Who
listing-through = { $member }, through { $who }
statement-through = written down by { $who }
statement-both = { $member }, written down by { $who }
listing-kind = Kind
listing-where = Where
listing-up = On the board
listing-until = Until { $day }
listing-readers = Who can read it
listing-readers-all = Everybody. It is on our public page, too.
listing-readers-members = Members here and at our partners
listing-how = How to take it up
listing-ring = Tell a coordinator. They bring you together.
listing-ring-other = Tell a coordinator. They speak with the other community.
listing-asleep = Their computer is asleep. You can still read this, and ask a coordinator.
listing-open = Members can answer this. Sign in, or ask to join us.
listing-record = We did it: write down the hours
listing-withdraw = Take it down
withdraw = Take down “{ $title }”?
withdraw-lead = Nobody will see it any more. You can always post a new one.
withdraw-button = Take it down

## Finding
find = Find
find-words = What are you looking for?
find-what = Show me
find-offers = What people offer
find-needs = What people ask for
find-more = Choose more closely
find-category = What kind
find-any = Any kind
find-place = Where
find-everywhere = Everywhere
find-here = Only here
find-near = Near me
find-others = Other communities
find-language = Language
find-any-language = Any language
find-day = Day
find-any-day = Any day
find-part = Time of day
find-any-part = Any time
find-button = Find
find-hits = On the board
find-nothing = We found nothing like that. Use fewer words, or ask for it.
why-words = Has the words: { $words }
why-skill = Fits what you offer: { $category }
why-remote = Can be done from afar
why-here = In our community
why-km = About { $km } km away
why-km-you = About { $km } km from you
why-next = Close by
why-there = In { $partner }
why-language = In { $language }
why-by = Help is needed by { $day }
why-when = Good on: { $when }
why-when-unsaid = No times said: just ask

## Writing down hours
record = Write down hours
record-way = Who helped?
    .missing = Choose who helped.
record-gave = I helped somebody
record-received = Somebody helped me
record-where = Where does the other person belong?
record-here = Here, in our community
record-who = Who was it?
    .hint = Their name. For somebody in another community, their code.
    .missing = Write their name or their code.
record-which = Which of them was it?
    .missing = Choose one person.
record-more-letters = Write at least three letters of the name.
record-nobody = We know nobody called “{ $who }”. Check the name.
record-too-many = This fits many people. Write the whole name.
record-apart = You two cannot write down hours together here. Ask a coordinator to do it.
record-not-a-code = This is no code. It has 26 letters and numbers, and stands on their page “Me”.
record-hours-gave = You helped { $name }
record-hours-received = { $name } helped you
record-length = How long did it take?
    .hint = Like 1:30 or 45 min.
    .missing = Write how long it took.
record-day = Which day was it?
    .hint = Leave it empty for today.
record-note = What was it?
    .hint = A few words, like “Shopping”. You can leave this empty.
record-check-gave = You helped
record-check-received = Who helped you
record-button = Write it down
gift = Give hours to the pot
gift-lead = The pot belongs to all of us. It gives hours to people who wait for another community.
gift-pot = In the pot now: { $hours }.
gift-pot-empty = There is nothing in the pot just now.
gift-pot-gave = The pot has given { $hours } more than it got.
gift-length = How much do you give?
    .hint = Like 1:30 or 45 min.
    .missing = Write how much you give.
gift-check = You give { $hours } to the community pot. Thank you.
gift-button = Give them

## An exchange
stand-waits = Waiting for { $who } to say yes since { $day }.
stand-waits-you = Waiting for your yes since { $day }.
stand-first = { $who } or another coordinator looks at it first. It is a first exchange.
stand-asked = Recorded. Waiting for the other person in { $who } since { $day }.
stand-declined = Taken back. { $who } will hear of it.
stand-on-hold = Recorded. Waiting for { $who } since { $day }.
stand-answering = Recorded. { $who } will hear of it.
stand-settled = Done. It counts since { $day }.
stand-corrected = Put right by { $who }. It counts { $hours } now.
stand-undone = Put right by { $who }. It does not count any more.
stand-refused = { $who } said no. The hours are back with you.
stand-kept = Somebody in { $who } said no. The pot gave the hours, and they stay with the member.
stand-advanced = Somebody in { $who } said no. The pot gave the hours. A coordinator decides what becomes of them.
stand-pot-gave = Our pot gave the hours meanwhile.
stand-disputed = Our coordinators talk about it with { $who }.
stand-outcome = Both communities agreed: { $outcome }.
next-waits = They will see it on their first page. You need do nothing.
next-partner = It goes there by itself, even if it takes days. You need do nothing.
next-refused = A coordinator can find out why.
next-settled = The hours are in our book. You need do nothing more.
mile-told = Written down, { $day }
mile-agreed = Both agree
mile-partner = { $partner } has it
mile-counts = It counts
mile-done = done
mile-open = still open
confirm-button = Yes, this is right
decline = Take it back
decline-link = No, this is not right
decline-lead = It will not count. Nothing else changes.
decline-button = It does not count
question = Something is not right
question-lead = A coordinator will look at it, and ring you.
question-button = Tell a coordinator
question-reason = What is wrong?
    .missing = Choose what is wrong.
question-hours = The hours are wrong
question-never = It did not happen
question-person = It was another person
question-other = Something else
back = Ask for the hours back
back-lead = The other person says yes or no at home. Until then, nothing changes.
back-button = Ask for them back
correct = Put it right
correct-lead = Nothing is rubbed out. The change is written below it.
correct-button = Put it right
correct-what = What is right?
    .missing = Choose what is right.
correct-hours = It was another length of time
correct-never = It did not happen
correct-right = It is right as it is
correct-length = How long was it?
    .hint = Only if the time was wrong, like 1:30.
    .missing = Write how long it was.

## Statement
statement = Statement of hours
statement-empty = Nothing is written here yet.
statement-given = Given
statement-received = Received
statement-older = Older lines
statement-newest = The newest lines
statement-more = This is not all. Open a month to print all of it.
statement-months = One month, to print
statement-month = { $month } { $year }
statement-month-empty = Nothing is written in this month.
statement-file = Save as a file
statement-proofs = A file that proves it
statement-proof-lead = Anybody can check this file with the program kith. It shows when you gave and got help, and for how long. It has no names in it.
statement-proof = All of it
statement-proof-year = Only { $year }
csv-day = Day
csv-what = What
csv-with = With
csv-note = Note
csv-minutes = Minutes
csv-entry = Entry
csv-by = Written down by
csv-more = There is more; ask a coordinator
entry-exchange = Help
entry-group = Help in a group
entry-gift = Gift to the community pot
entry-correction = Put right
entry-opening = Brought along
entry-hold = Help from another community
entry-settle = The other community said yes
entry-release = The other community said no
entry-receive = Help for another community
entry-recovered = Found again in their book
entry-advance = The pot gave it until they pay
entry-advance-ended = Decided about what the pot gave
entry-dispute = Both communities agreed about an exchange
entry-left = Left
entry-joined = Joined
entry-role = New role
entry-key = Own key
entry-other = Change

## Me
me = Me
me-lead = You and our coordinators see this page. So do people who may act for you.
me-name = Name
    .missing = Write the name.
me-phone = Phone
me-directory = Print this phone number in the paper directory
    .hint = Every member can read it there. You can change this at any time.
me-in-directory = Phone in the paper directory
me-email = E-mail
me-area = Where you live, roughly
    .hint = Copy it from the map on your phone, like 51.45, -0.02. We keep only a short code for the area. We use it to show what is near you. Only you and our coordinators see it. You can leave this empty.
me-change = Change my details
me-change-lead = Leave empty what you do not want to give.
me-listings = My asks and offers
me-no-listings = Nothing is on the board from you.
me-codes = My codes
me-codes-lead = Give a code to somebody there, so they can write down hours with you.
me-devices = Where I am signed in
me-devices-lead = Lost a phone? Sign it out here.
me-leave-lead = You can go at any time.
device-phone = A phone, since { $since }. Last used: { $seen }.
device-computer = A computer, since { $since }. Last used: { $seen }.
device-this = this one
device-end = Sign it out
leave = Leave the community
leave-lead = We are sorry to see you go. You can always come back.
leave-hours = Your hours go to the community pot.
leave-name = What shall we do with your name?
    .missing = Choose what we do with your name.
leave-forget = Forget my name, phone and notes for good
leave-keep = Keep them, in case I come back
leave-not = No, I stay
leave-sure = Do you really want to leave?
leave-for-good = What we forget cannot be brought back.
forget-copies = Safety copies from before are sealed. They go as new ones come.
forget-public = What was offered or asked for comes down. The words stay in our files, but not whose they were.
forget-talks = Our files also keep what two communities wrote to each other about an exchange.
forget-others = Notes and reports about others stay, even if they name whoever left.
leave-button = Leave now

## Done
done-withdrawn = It is taken down
done-withdrawn-next = Nobody sees it any more. Other communities will hear of it.
done-declined = It does not count
done-declined-next = Nothing was added to anybody's hours.
done-questioned = A coordinator knows
done-questioned-next = They will look at it and ring you. Until then it stays as it is.
done-saved = Your details are saved
done-saved-next = You need do nothing more.
done-signed-out = That device is signed out
done-signed-out-next = It needs a new code to come in again.
done-out = You are signed out
done-out-next = Nobody sees your pages on this device now. Sign in again when you like.
done-passkey = Your passkey is added
done-passkey-next = Next time you need no code. Press the button for face, finger or screen lock.
done-passkey-removed = That passkey is removed
done-passkey-removed-next = It opens nothing here any more. You can delete it on your phone, too.
done-left = You have left
done-left-next = Thank you for every hour. The door stays open.
done-role = The role is changed
done-role-next = They see their new pages at once.
done-contact = It stands on every page now
done-contact-next = Change it when somebody else takes over.
done-answered = The question is answered
done-answered-next = It is off the list.
done-first-yes = It is written down
done-first-yes-next = If the charter wants another yes, the other person is asked now.
done-first-no = It is not written down
done-first-no-next = Whoever wrote it has a message from you, with what it was.
done-report-seen = The report is off the list
done-report-seen-next = It is kept with your name for half a year. You can still ring those it is about.
done-application = The request is off the list
done-application-next = What they wrote is forgotten. Nobody was let in by this.
done-taken-out = They have left
done-taken-out-next = Their hours stay in the book. They can come back at any time.
done-forgotten = The name is forgotten
done-forgotten-next = The hours stay in the book, with no name.

## Coordinators: today
today-title = What needs doing today
today-members = { $n ->
    [one] 1 member.
   *[other] { $shown } members.
}
today-waiting = { $n ->
    [0] Nothing waits for a yes.
    [one] 1 exchange waits for a yes.
   *[other] { $shown } exchanges wait for a yes.
}
today-questions = { $n ->
    [0] No questions.
    [one] 1 question.
   *[other] { $shown } questions.
}
today-asked = Somebody says it is not right
today-waits = Waiting for a yes
today-partners = Between communities
today-disputes = To talk about with partners
today-advances = Given by the pot, and not coming back
today-nothing = Nothing needs doing
today-nothing-more = A good day to ring somebody you have not heard from.
today-ring = Ring { $name }: { $phone }.
today-question = { $who } says: { $why }. { $phone }
today-act = Help with it
today-answer = Answer
today-partner = Look at it
contact = Who to ring for help
contact-lead = This stands at the foot of every page.
contact-words = Name, number and times
    .hint = Like “Ring Rosa, 020 7946 0000, Tuesdays and Thursdays”.
    .missing = Write whom to ring, and when.

## Coordinators: members
members-find = Name
members-open = Open
members-member = Member
members-coordinator = Coordinator
members-organisation = Organisation
members-left = Left us
members-left-lead = They left us. Their name and what was written about them are still here.
members-left-forgotten = They left us, and their name is forgotten.
members-forget = Forget their name
members-forget-lead = Do this when they ask for it. Nobody can bring it back.
members-forget-sure = Forget { $name } for good?
members-forget-what = Name, phone, messages, photos and notes go. The hours stay, with no name.
members-person = Person
members-kind = Person or organisation?
members-admit = Add a member
members-admit-lead = Only the name is needed. Phone and e-mail help you to reach them.
members-admit-button = Add this member
members-same-name = There is somebody with this name already. Is it the same person?
members-admitted = They are a member now.
members-admitted-next = Make a code, so they can sign in. Or write things down for them.
members-role = Change the role
members-role-of = The role of { $name }
members-role-lead = Coordinators add members and write things down for others.
members-role-choice = Role
    .missing = Choose a role.
code-make = Make a sign-in code
code-make-lead = An older code that was not used stops working.
code-for = Sign-in code for { $name }
code-square = A square code that opens the sign-in page
code-step-1 = Scan the square with your phone, or go to
code-step-1-here = Go to
code-step-2 = Write the code, and press “Sign in”.
code-step-3 = It is good once, until { $day }.
code-keep = Do not show it to others. A lost code? Ask for a new one.
code-lost-phone = Was a phone lost? It is still signed in, until you end that.
code-back = Back to { $name }
place-only-here = This address works on this computer only, so there is no square for phones.
slips-only-here = The squares here work for photos only, as their address works on this computer only.
place-for-phones = For phones, write an address for these pages in kith.toml, under [http].
behalf-lead = All you do here shows both names.
behalf-home = What waits for them
behalf-ask = Ask for help for them
behalf-offer = Offer something for them
behalf-record = Write down hours for them
behalf-statement = Their statement, to read or print
behalf-me = Their details and devices
behalf-pause = Give them a rest, or end it
behalf-slips = Print slips with their name
behalf-gift = Give hours to the pot for them
behalf-leave = They leave

## Coordinators: slips
slips-lead = Three letters of a name are enough if they fit one person. Leave the day empty for today.
slips-giver = Who helped
slips-receiver = Who was helped
slips-hours = How long
slips-day = Day
slips-note = What
slips-button = Check these slips
slips-send = Write them all down
slips-no-name = Write a name.
slips-several = This fits several people. Write the whole name.
slips-empty = No slip is filled in. Fill in at least one line.
slips-double = This looks like one written down { $day }. If it is another one, tick the box.
slips-double-above = This looks like line { $n }. If it is another one, tick the box.
slips-double-waits = This looks like one that waits for a yes since { $day }. If it is another one, tick the box.
slips-anyway = It is another one
slips-count = { $n ->
    [one] 1 slip.
   *[other] { $shown } slips.
}
slips-kept = { $n ->
    [0] No slip is written down.
    [one] 1 slip is written down.
   *[other] { $shown } slips are written down.
}
slips-kept-next = Type the next ones here. Until tomorrow you can take them back below.
slips-left-next = Put the others right below, and send them again.
slips-undone = { $n ->
    [0] Nothing was left to take back.
    [one] 1 slip is taken back.
   *[other] { $shown } slips are taken back.
}
slips-undone-next = Those hours count no more. Members see the change in their statements.
slips-batches = Slips of the last day
slips-batch = { $slips } Written down { $day } by { $by }.
slips-undo = Take these back
scan = Scan slips
scan-lead = Take a photo of one slip or of several. The names are then filled in for you.
scan-camera = The camera app of a phone opens a single slip, too.
scan-photo = A photo of the slips
    .hint = The squares must be sharp, and all of them in the photo.
scan-code = Or the code below a square
    .hint = Eight letters and numbers, like 0104 0G20.
scan-button = Read them
scan-back = Back to the slips
scan-none = Choose a photo, or type a code.
scan-nothing = No slip was found in this photo. Go closer, with more light.
scan-unknown = No slip here has the code “{ $code }”. Check it, or type the name.
scan-stranger = A slip in this photo is of nobody here. Leave it out, and type it.
paper-slips = Paper slips
paper-directory = Who is who, and what we offer
paper-statements = Statements: open a member first
statements = Everybody's statements of a month
statements-title = Statements of { $month } { $year }
statements-lead = One sheet for each member with something in this month.
statements-place = Members { $first } to { $last } of { $all }.
statements-none = Nobody has anything in this month.
statements-earlier = The month before
statements-later = The month after
statements-sum = Given: { $given }. Received: { $received }.
directory-lead = It has the phone numbers of those who said yes. Give it to members only.
slip-giver = Who helped:
slip-receiver = Who was helped:
slip-hours = How long:
slip-day = Day:
slip-what = What:
slip-sign = Signed by who was helped:

## Coordinators: partners
partners-invite = Invite a community
partners-invite-lead = Agree on limits first. Then hand the invitation to their coordinator.
partners-invite-button = Make the invitation
partners-ours = Hours our members may receive ahead
    .missing = Write a number of hours.
partners-theirs = Hours their members may receive ahead
    .missing = Write a number of hours.
partners-accept = Accept an invitation
partners-accept-lead = Put in what the other coordinator gave you. It begins with KITH1.
partners-accept-check = Agree only if you know them. Both sides can lose at most these hours.
partners-accept-button = Accept
partners-from = Invitation from
partners-until = Good until
partners-text = The invitation
    .missing = Paste the whole invitation here.
partners-accepted = You said yes.
partners-accepted-next = They sign by themselves when our computers meet.
invitation = Invitation for another community
invitation-lead = Give it to their coordinator and to nobody else. It is good once.
invitation-until = Good until { $day }.
invitation-square = The invitation as a square code

## The first run
setup-closed = This page is closed
setup-closed-words = Open the link that the terminal shows, in one browser only. For a new link, start Kith again.
setup-welcome = Welcome to Kith
setup-lead = A few questions, and your community has its own time bank.
setup-way-title = What would you like to do?
setup-way = Your community
    .missing = Choose one.
setup-new = Begin a new community
setup-join = Begin a new one, with an invitation
setup-join-button = This is right, go on
setup-join-next = First you begin your own community. Then we say yes to them for you.
setup-backup = Bring one back from its backup
setup-back-title = Bring your community back
setup-file-lead = Choose the backup of your community. The next page asks for its 24 words.
setup-file = The backup
    .hint = A file whose name often ends in .age.
setup-file-button = Send it to this computer
setup-file-missing = Choose the file with the backup.
setup-file-other = This is no backup of Kith. Choose another file.
setup-file-short = The end of this backup is missing. Copy it again, or choose an older one.
setup-file-changed = This backup was changed, or a part of it is missing. Choose another copy, or an older one.
setup-file-newer = A newer Kith made this backup. Install the newer one first.
setup-file-large = This file is too large. It may have { $most }. The terminal takes larger ones.
setup-file-again = Choose another file
setup-no-room = The disk of this computer is full. Make room, then try again.
setup-recovery-title = The recovery words
setup-recovery-lead = The backup is here ({ $size }). Now it needs the words from your paper.
setup-recovery = The 24 words
    .hint = In their order, with spaces between them. Numbers do no harm.
    .missing = Write the 24 words.
setup-recovery-count = Here are { $n } words. There must be 24.
setup-recovery-unknown = Word number { $n } is none of the words there are. Look at its spelling.
setup-recovery-wrong = One word is another one, or two changed places. Look at your paper.
setup-words-other = These are the words of another community. Do paper and backup belong together?
setup-partners = Bring one back from its partners
setup-partners-lead = Partners that keep copies for you give them to whoever has the words.
setup-partners-button = Ask them
setup-addresses = The addresses of your partners
    .hint = One on each line. They stand on paper, beside your 24 words.
    .missing = Write at least one address.
setup-addresses-many = You can ask { $most } at once. Leave some away.
setup-address-wrong = This is no address of a partner: { $address }. Copy all of it.
setup-partner-away = Nobody answers there. Is their computer on?
setup-partner-nothing = They keep no copy for these words.
setup-partner-later = They were asked too often. Wait an hour, then try again.
setup-partner-bad = Their copy is not good. Ask another partner.
setup-partner-other = It did not work with them. Ask another partner.
setup-found-title = What is in it
setup-found-name = Community
setup-found-made = Made
setup-found-when = { $day } at { $time }
setup-found-members = Members
setup-found-entries = Entries in the book
setup-found-partners = Partners
setup-found-size = Size
setup-found-id = Its id
setup-found-checked = We checked every part of it. All is well.
setup-found-since = What was written down later is not in it.
setup-found-handover = The old copy stopped for good when this was made.
setup-found-other = Do something else
setup-who = Who are you?
    .hint = You get a code, so that you can sign in.
    .missing = Choose your name.
setup-who-nameless = Coordinator number { $n }
setup-restore = Bring it back
setup-working = This takes a little longer
setup-looking = We check every part of the backup. You can leave this page meanwhile.
setup-asking = We ask your partners, one after the other. You can leave this page meanwhile.
setup-restoring = We put everything in its place. You can leave this page meanwhile.
setup-back = Your community is back
setup-back-old = Never start the old copy again. Two copies would say different things.
setup-back-partners = If you have partners, each first tells us what it saw last. Until then, nothing new is taken in.
setup-back-since = Then look what is missing since the backup was made.
setup-done-invited = We have said yes to { $name } for you.
setup-name-title = Your community
setup-name = What is it called?
    .hint = As people say it, like “Rushey Green”.
    .missing = Write the name of your community.
setup-area = Where is it?
    .hint = Copy it from the map on your phone, like 51.45, -0.02. We keep only the rough area. You can leave this empty.
setup-area-wrong = Write two numbers, like 51.45, -0.02. Leave it empty if you are not sure.
setup-zone = Time zone
    .hint = All times on the pages follow it. Write it like Europe/London, or write a large town.
    .missing = Write a large town with your time, like London.
setup-zone-wrong = We do not know this one. Write a large town with the same time, like Europe/London.
setup-coordinator = Your name
    .hint = You are the first coordinator.
    .missing = Write your name.
setup-contact = Who to ring for help
    .hint = Name, number and times, like “Ring Rosa, 020 7946 0000, Tuesdays and Thursdays”. It stands at the foot of every page.
setup-charter = Your charter
setup-charter-lead = These are your own rules. You can change them at any time.
setup-floor = How many hours may somebody be helped ahead?
    .hint = Forty is usual. Nobody should have to count.
    .missing = Write a number of hours.
setup-confirmation = Who has to say yes to an exchange?
setup-confirm-receiver = Whoever was helped
setup-confirm-both = Both of them
setup-confirm-either = Whoever writes it down
setup-sheet = Recovery sheet
setup-sheet-lead = Write these 24 words on paper, in this order. They are shown only now.
setup-sheet-keep = Whoever has them can speak for your community. Lock the sheet away, and send it to nobody.
setup-sheet-square = The same words as a square, for a camera on the day you need them.
setup-sheet-done = I have written them down
setup-check = Two words, please
setup-check-lead = Look at your paper.
setup-word = Word number { $n }
    .missing = Write this word.
setup-word-wrong = This is another word. Look at your paper.
setup-words-again = Show me the words again
setup-found = Begin
setup-failed = It did not work. Try again. If it fails once more, show the next line to somebody who can help.
setup-unnamed = Something was left out. Begin once more with the name.
setup-technical = What the computer says:
setup-no-right = Kith may not write into its folder. Let it write there, then try again.
setup-in-use = Another Kith uses this folder. Stop it, then try again.
setup-address-used = Another program uses the same address. Stop it, then try again.
setup-not-empty = There is something in this folder already. Start Kith with another folder.
setup-coming-back = Another community is coming back here. Wait until it is there.
setup-done = Your community is there
setup-done-code = Your sign-in code is { $code }. It is good once.
setup-done-next = Sign in, and add your first members.

# Mail for partners who are away
mail = Mail for those who are away
mail-lead = Two communities may never be online together. A community that both know can hold their mail, sealed, for thirty days.
mail-seen = Whoever holds mail sees from whom it is, for whom and how long it is. Nobody else can open it.
mail-with = Mail with { $name }
mail-choice = May our mail rest there, and theirs here?
mail-on = Yes
mail-off = No

# Copies that partners keep
escrow = Copies at partners
escrow-lead = A partner can keep a copy of this community. With the 24 words it brings everything back.
escrow-seen = Whoever keeps a copy sees how large it is. Only your 24 words open it.
escrow-with = Copies with { $name }
escrow-we-keep = Do we keep copies for them?
    .hint = After a no, the copy here is removed at once.
    .missing = Choose yes or no.
escrow-they-keep = Do they keep copies for us?
    .hint = Two partners can. After a no, they remove the copy there.
    .missing = Choose yes or no.
escrow-on = Yes
escrow-off = No
escrow-here = Their copy, kept here
escrow-room = Room for their copy
escrow-there = Our copy, kept there
escrow-none = None yet
escrow-copy = { $day } at { $time }, { $size }
escrow-kilobytes = { $n } kB
escrow-megabytes = { $n } MB
escrow-not-agreed = They have not said yes to keeping copies for us.
escrow-not-heard = Their computer has not answered yet. The copy follows by itself.
escrow-overdue = The copy is older than a week, or was never made. Is their computer on?
escrow-problem = The last try did not work. It is tried again by itself.
escrow-too-large = This community has grown too large for a copy at a partner.
escrow-newer = They keep a newer copy than this computer was restored from. It is not replaced by itself.
escrow-claimed = Asked for with their 24 words
escrow-claimed-ask = Ring them if they did not tell you about it.
escrow-now = Send them a copy now
escrow-paper = To be written beside your 24 words
escrow-paper-lead = After a loss, kith restore --from-partners asks here for your copy.
escrow-no-address = Their address is not known yet.
refused-keepers = Two partners keep copies for you already. End it with one of them first.
refused-owners = You keep copies for many partners already. End it with one of them first.
today-escrow = Copies at partners
today-escrow-claimed = Their copy here was asked for with their 24 words on { $day }. Did they tell you?

## Coordinators: exchanges that are not right, and what the pot gives meanwhile
dispute = Something is not right between us
dispute-we = We
dispute-open = Talk about it with the partner
dispute-open-lead = Both communities see it. Nothing changes until you both agree.
dispute-look = See what is said
dispute-say = Write to them
dispute-say-lead = Their coordinators read it, and nobody else. It stands in no ledger. Leave out what they need not know.
dispute-text = What do you want to say?
    .missing = Write what you want to say.
dispute-close = Suggest how it ends
dispute-close-lead = When both communities suggest the same, it is over, and both books say so.
dispute-outcome = How should it end?
    .missing = Choose how it should end.
dispute-stands = it stands as it is
dispute-given-back = the hours are given back
dispute-set-aside = it is set aside
dispute-remind = Remind me
dispute-remind-lead = It comes to the top of your list on that day.
dispute-when = When?
    .missing = Choose when.
dispute-tomorrow = Tomorrow
dispute-week = In a week
dispute-month = In four weeks
dispute-exchange = See the exchange
dispute-opens = This is not right: { $why }
dispute-suggests = Let us end it so: { $outcome }
dispute-suggested = { $who } would agree: { $outcome }.
dispute-not-sent = waits until { $who } is there
dispute-our-turn = { $who } wrote last, { $day }.
dispute-their-turn = Waiting for { $who } since { $day }.
dispute-due = It is time to look at it again.
dispute-look-again = Look at it again on { $day }, or ring { $who }.
dispute-ended = Agreed by both communities, { $day }: { $outcome }.
dispute-ended-more = It stands in both books. If hours are given back, whoever paid them asks for them.
advance = Let the pot pay now
advance-lead = The member has the hours at once. What the partner pays later goes to the pot.
advance-end = Decide about the hours
advance-end-lead = The partner said no. The member has the hours of our pot.
advance-what = What becomes of the hours?
advance-keep = The member keeps them, as a gift
advance-take-back = The pot takes them back

you = You
key = A key of your own
key-lead = A key of your own signs what you agree to. Your device keeps it, and nobody else can use it.
key-lost = If you lose the device, ring a coordinator. They take the old key away, and you make a new one.
key-none = You have no key. Signing in is enough for most people.
key-yours = Your key begins with
key-here = It is on this device.
key-make = Make a key on this device
key-cannot = This browser cannot make a key here. It needs scripts, and an address that begins with https.
key-other = I keep my key in another program
key-other-how = The program “kith” makes keys, too. Type this there, and copy what it prints.
key-public = The public key
key-give-up = Give up my key
key-check = From now on this key signs for you.
key-check-none = From now on you have no key. Signing in is enough again.
key-take = Use this key
key-new = The key begins with
key-signs-here = This device signs it with your own key.
key-elsewhere = Sign with a key that is elsewhere
key-elsewhere-how = Type this in the program “kith”, where your key is. Copy the last line it prints.
key-signature = The signature of your key
key-proof = The signature of the new key
key-begins = By the key that begins with
done-key = Your key is changed.
done-key-next = The ledger shows it, so nobody can do it behind your back.
agreed = How they agreed
agreed-key = Signed with a key of their own
agreed-session = Signed in, and said yes
agreed-helper = Signed in, through { $who }
agreed-paper = On paper, through { $who }
agreed-phone = By phone, through { $who }
agreed-in-person = In person, through { $who }
a-coordinator = a coordinator
refused-key-moved = The key was changed meanwhile. Look at it again.
refused-key-needed = You have a key on another device. Sign there, or ask a coordinator.
refused-key-unproven = The new key did not sign. Make it on this device, or type its signature.
refused-not-a-key = This is not a public key. Copy all 64 letters and numbers.
refused-wrong-signature = The signature does not fit. Copy all of it, and try again.
