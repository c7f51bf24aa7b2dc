## Circles
circles = Circles
circles-lead = A circle is a street, a group or a programme.
circles-rule = Those who look after a circle see its members and act for them. Only coordinators put people in.
circles-none = There is no circle yet.
circles-not-yours = You are in no circle.
home-circle = Look after { $circle }
circle-line = { $circle }, { $people }
circle-new = Make a circle
circle-make = Make it
circle-name = What is it called?
    .hint = Like “Elm Row” or “Monday walkers”.
    .missing = Write what it is called.
circle-same-name = There is a circle with this name. Choose another.
circle-full = This circle is full. Make a second one.
circle-rename = Give it another name
circle-back = Back to the circle
circle-led-by = Who looks after it
circle-members = Who is in it
circle-nobody = Nobody yet
circle-lead = You can do things for its members. Both names are always shown.
circle-yours = Those who look after it can see your page and do things for you. You can leave it at any time.
people-in-circle = { $n ->
    [0] Nobody is in this circle.
    [one] 1 person is in this circle.
   *[other] { $shown } people are in this circle.
}
circle-write = Write to this circle
circle-add = Add somebody
circle-add-to = Add somebody to { $circle }
circle-add-button = Add them
circle-who = Who is it?
    .hint = Their name, or how it begins.
    .missing = Write a name.
circle-part = Their part
circle-is-in = Is in the circle
circle-looks-after = Looks after the circle
circle-let-lead = Let them look after it
circle-lead-no-more = They look after it no more
circle-take-out = Take them out of the circle
circle-not-in = They look after the circle, and are not in it.
circle-leave = Leave this circle
circle-end = End this circle
circle-end-named = End the circle { $circle }?
circle-end-lead = Its members stay with us. Nobody looks after them as a circle any more.
done-circle-ended = The circle has ended
done-circle-ended-next = Its members stay with us.
done-circle-left = You are out of the circle
done-circle-left-next = Nobody of it can do things for you now.

## Groups
group = Write down a group
group-of = Write down a group: { $circle }
group-lead = Everybody who was there gives the same time to whoever led.
group-shorter = Did somebody stay for less? Write them down by themselves.
group-leader = Who led it?
    .hint = Who taught, cooked or showed the way.
    .missing = Write who led it.
group-leader-outside = Choose somebody of this circle, or yourself.
group-there = Who was there?
    .missing = Tick those who were there.
group-names = Who was there?
    .hint = One name on each line.
    .missing = Write who was there, one name on each line.
group-nobody = Who else was there? Add at least one person.
group-too-many = At most { $most } people fit. Write the others down by themselves.
group-length = How long was it?
    .hint = Like 1:30 or 45 min.
    .missing = Write how long it was.
group-note = What was it?
    .hint = A few words, like “Bread making”. You can leave this empty.
group-double = Something like it stands there for this day. Tick this if it is another one.
group-shares = Each gives { $each }. Whoever led gets { $earned }. The pot gets { $pot }.
group-shares-all = Each gives { $each }. Whoever led gets { $earned }.
group-count = Were there
group-leader-is = Led by
group-button = Write it down
slips-group = { $n ->
    [one] A group of 1 person.
   *[other] A group of { $shown } people.
}
slips-group-kept = { $n ->
    [one] Written down for 1 person. You can undo it until tomorrow.
   *[other] Written down for { $shown } people. You can undo it until tomorrow.
}
done-group = The group is written down
done-group-next = Until tomorrow a coordinator can take it all back.
attendance = Attendance sheet
attendance-of = Sheet for { $circle }
attendance-lead = Print this, and let everybody sign. Then write it down as a group.
attendance-what = What it is
attendance-name = Name
attendance-minutes = Minutes
attendance-sign = Signed

## What is said to everybody
notice = Notice
notices = Notices
notices-lead = These stand on first pages and among messages.
notices-none = Nothing is said to everybody just now.
notice-new = Write to everybody
notice-lead = They see it on their first page and among their messages. You can print it too.
notice-to = Who is it for?
notice-all = Everybody
notice-text = Your words
    .missing = Write something.
notice-stands = How long should it stand?
stands-two-weeks = Two weeks
notice-check = All of them can read this. Leave out what is private.
notice-mail = Send it by e-mail, too
    .hint = It goes to those who get the weekly letter.
notice-mail-soon = It goes out by e-mail in a moment.
notice-mail-sent = { $n ->
    [0] It has gone to nobody by e-mail.
    [one] It has gone to 1 person by e-mail.
   *[other] It has gone to { $shown } people by e-mail.
}
notice-mail-waits = { $n ->
    [one] 1 letter still waits to go.
   *[other] { $shown } letters still wait to go.
}
notice-paper = They need it on paper:
notice-paper-more = { $n ->
    [one] and 1 more
   *[other] and { $shown } more
}
notice-button = Send it
notice-done = It is sent
notice-done-next = They see it when they come in. Print it for those who do not.
notice-open = Open this
notice-line = { $day }: { $text }
notice-signed = { $by }, { $day }. It stands until { $until }.
notice-drop = Take it down

## The week, and letters by e-mail
week = This week
week-for = This week for { $name }
week-lead = What is new, what is planned, and what waits for you.
week-no-address = Add your e-mail address under “Me”, and it can come to you.
week-could-come = It can come to you by e-mail every Monday.
week-comes = It comes to you by e-mail every Monday.
week-notices = Notices may come by e-mail, too.
week-send = Send it to me by e-mail
week-stop = Send it no more
week-board = For the notice board. It names no members.
week-sheets = A sheet for each member
week-sheets-lead = One sheet for each member who does not get it by e-mail.
week-needs = New asks
week-offers = New offers
week-event = { $what }: { $day }, { $time }, { $place }
week-nothing = Nothing is new this week. You could ask, or offer something.
behalf-week = Their week, to print
letter-code-subject = Your code for { $community }
letter-code = Hello { $name }

    Somebody asked for a code to sign in. Your code is

    { $code }

    It is good once, until { $time }. Type it on the page where you asked.
    If that was not you, do nothing. Tell nobody this code.
letter-week-subject = This week at { $community }
letter-notice-subject = A notice from { $community }
letter-week-stop = You asked for this letter. You can stop it on your page “This week”.
sign-in-mail = Send me a code by e-mail
sign-in-mail-lead = Write the address that a coordinator has from you.
sign-in-mail-button = Send me a code
sign-in-have-code = I have a code
sign-in-address = Your e-mail address
    .missing = Write your e-mail address.
sign-in-no-address = Write the whole e-mail address.
sign-in-mail-done = Look into your mail
sign-in-mail-next = If we know this address, a code is on its way there. It is good for an hour.
sign-in-mail-else = Nothing came? Ask a coordinator for a code on paper.
upload-lost = Your file was not kept. Please choose it again.

## Backups
backup = Backups
backup-lead = Every day a backup is made by itself, beside the book.
backup-away = Take one away now and then. Keep it in another house, for fire and theft.
backup-words = Only the 24 words on your paper open it.
backup-leave = Making one can take minutes. You can leave this page, and it goes on. Open this page again to see how far it is.
    Look here again to see how far it is.
backup-last = The last one
backup-none = None yet
backup-button = Make one and take it away
backup-now = One is being made
grant = How we go on
grant-list-lead = Change how many hours ahead a partner may be, take a break, or end it.
grant-with = How we go on with { $name }
grant-lead = You change what our community gives. They change what theirs gives.
grant-before = What was written down before still gets settled. They hear of it as soon as they are there.
grant-way = New exchanges
grant-both = Both ways
grant-give = We help them, they do not help us
grant-receive = They help us, we do not help them
grant-pause = None for now
grant-end = None any more: end the partnership
grant-they-give = They help us, and take no help for now.
grant-they-receive = They take help, and give none for now.
grant-they-pause = They take a break from new exchanges.
grant-they-ended = They ended the partnership.
rebuild = Read the book again
rebuild-lead = Kith keeps lists of what is in the book, so that pages come fast. Does a page lack something? Then have the lists made again.
rebuild-safe = Nothing gets lost, and the book stays as it is.
rebuild-away = Nobody can use Kith while it reads. That takes a moment, or a few minutes with a thick book. Every page shows how far it is.
rebuild-button = Read it again now
rebuild-begun = Kith reads the book again
rebuild-next = You can leave this page. When Kith is ready, all pages are there again.
waiting = Kith is getting ready
waiting-words = It reads the book of hours. This page looks again by itself. You can leave it, too.
waiting-lost = Kith could not take what you sent, because it is getting ready. Go back in a moment, and send it again.

## What stands between two communities
sheet = Hours between us
sheet-lead = All hours between us, with both signatures.
sheet-with = Hours between us and { $name }
sheet-since = Since
sheet-beginning = The beginning
sheet-exchanges = Exchanges
sheet-ours = We were helped
sheet-theirs = They were helped
sheet-now = How it stands
sheet-even = Even
sheet-received = We were helped { $hours } more
sheet-given = They were helped { $hours } more
sheet-waits = Waiting for an answer
sheet-last = The last exchanges
sheet-line = { $day }: { $what }, { $hours }
sheet-back-ours = We gave hours back
sheet-back-theirs = They gave hours back
sheet-file = The file for everybody to check
sheet-evidence-lead = They signed two things that cannot both be true. This file proves it.
sheet-evidence = The proof, as a file

## Everything, to take along
export = Take everything along
export-lead = One file with all that is ours: members, offers, asks, hours, events, circles and rules.
export-formats = Any spreadsheet opens its tables. The signed book is in it too.
export-keep = It holds names and phone numbers. Keep it safe, and delete it when you are done.
export-not = Private messages and notes about members are not in it.
export-leave = Making it can take minutes. You can leave this page, and it goes on. Open this page again to see how far it is.
export-now = It is being made
export-button = Make the file

## The charter, and edits that met another
charter = Our charter
charter-lead = These are our own rules. Coordinators change them together.
charter-rail-hours = An hour is an hour, whatever you do.
charter-rail-money = No money and no prices, for nobody.
charter-rail-goods = Help for help. Things are not sold here.
charter-rail-expiry = Hours never run out, and nobody has to pay them back.
charter-benefits-warning = Do you get benefits, or pay tax? Ask first what your office wants to know.
charter-organisations = How many hours may an organisation be helped ahead?
    .missing = Write a number of hours.
charter-ceiling = How many hours may somebody have at most?
    .hint = Leave it empty for no limit.
charter-no-ceiling = No limit
charter-longest = How long may one exchange be?
    .hint = In hours, like 8.
    .missing = Write a number of hours.
charter-limit-wrong = Write whole hours, like 40, or 40:30.
charter-group = What does the leader of a group get?
    .missing = Choose one.
charter-group-once = The time itself. The rest goes to the pot.
charter-group-all = The time of everybody who was there
charter-benefits = What we say about benefits and tax
    .hint = Whom to ask here, and what they said. You can leave this empty.
charter-change = Change the charter
charter-change-lead = New rules hold from now on. What is written down stays as it is.
charter-check = These rules are signed into our book, for everybody to see.
charter-button = Let it hold from now on
done-charter = The charter is changed
done-charter-next = It holds from now on.
stale = Somebody changed this meanwhile
stale-lead = Nothing of yours is lost. Look at both, and choose.
stale-what = What
stale-theirs = As it is now
stale-mine = As you wrote it
stale-use-mine = Use what I wrote
stale-keep-theirs = Leave it as it is now
listing-change = Change the words
listing-change-not = Leave it as it is

## Who sees how many hours somebody gave and got
balances = Who sees how many hours somebody gave and got?
    .hint = If nobody does, limits on how far ahead somebody is do not count.
    .missing = Choose who sees it.
balances-shown = They and our coordinators
balances-hidden = Only they themselves
balances-gifts = Nobody. Our help is a gift, and we do not keep score.
balances-hidden-rule = How many hours you gave and got is shown to you, and to nobody else.
balances-gifts-rule = Help is a gift here, and nobody keeps score. Limits on how far ahead somebody is do not count.
balances-book = Our book keeps all hours. Whoever runs our computer, or saves everything, can read them there.
balances-not-now = { $limit }, but it does not count for now
standing-hidden = Only they themselves see their hours.
standing-gifts = Help is a gift here. Nobody keeps score.
home-thanks = Thank you for this year
home-thanks-given = You helped for { $hours }. Thank you!
home-thanks-received = Others helped you for { $hours }. That was a gift.

## Asking to join, and asks that wait
join = Ask to join
join-lead = Tell us who you are. A coordinator rings you or writes to you.
join-who-reads = Only coordinators read this. They forget it when they have answered.
join-text = What do people thank you for?
    .hint = Everybody has something. You can leave this empty.
join-no-contact = Write a phone number or an e-mail address.
join-button = Send it
join-too-many = Too many people asked just now. Please ring us, or try again later.
join-done = We have your message
join-done-next = A coordinator gets in touch with you, often within a week.
join-read-lead = Ring them. Then add them, or tell them why not.
join-not = They do not join; forget what they wrote
today-applications = People who ask to join
today-application = { $name } asks to join
today-unanswered = Asks that nobody answered
today-unanswered-since = On the board since { $day }. Nobody wrote about it.
today-more = Set things up
today-matches = Who might help
today-ask = { $name }: { $title }
today-could-help = Could help: { $who }
today-fits = { $name } ({ $why })
today-fits-phone = { $name }, { $phone } ({ $why })
today-look = Look at it
today-place = { $first } to { $last } of { $all }.

## What a form did
news-circle-made = The circle is made
news-circle-made-next = Now put its first members in.
news-circle-name = The circle has its new name
news-circle-name-next = Its members see it at once.
news-circle-in = They are in the circle
news-circle-in-next = You can add more people.
news-circle-leads = They look after the circle
news-circle-leads-next = They see its members and can do things for them.
news-circle-no-lead = They do not look after the circle any more
news-circle-no-lead-next = They can do nothing more for its members.
news-circle-out = They are out of the circle
news-circle-out-next = They stay a member of our community.
news-reference = The name is in the file
news-reference-next = You and the others who look after people can read it.
news-fact = It is in the file
news-fact-next = It comes back on the day's list before it is over.
news-fact-gone = It is out of the file
news-fact-gone-next = Add it again when you see it anew.
news-note = The note is in the file
news-note-next = Only those who may read notes see it.
news-reader = They can read notes now
news-reader-next = They find them in each member's file.
news-rang = Your call is noted
news-rang-next = They are off the list for three months.
news-event = The event is on the list
news-event-next = Everybody can see it here and in their calendar.
news-event-changed = The event is changed
news-event-changed-next = Calendars show it soon. Tell those who want to come.
news-event-off = The event is called off
news-event-off-next = Tell those who wanted to come.
news-picture = The photo is added
news-picture-next = Everybody who sees this sees the photo.
news-picture-gone = The photo is gone
news-picture-gone-next = You can add another one.
news-listing = Your change is saved
news-listing-next = Other communities will hear of it.
news-notice-gone = The notice is taken down
news-notice-gone-next = Nobody sees it here any more. Take printed ones down, too.
news-mail = Your choice about mail is saved
news-mail-next = Mail rests there only when both communities say yes.
news-copies = Your choice about copies is saved
news-copies-next = Copies go only when both communities say yes.
news-copy = A copy is asked for
news-copy-next = It goes by itself. Look here again in a while.
news-grant = Your change is saved
news-grant-next = They hear of it as soon as they are there.
news-rest = The rest is written down
news-rest-next = Nobody is sent to them until then. They see that you did this.
news-rest-over = The rest is over
news-rest-over-next = They can be asked for help again. They see that you did this.
news-same-charter = Our charter says so already
news-same-charter-next = Somebody else made the same change. It holds from now on.
news-week-comes = Your week will come by e-mail
news-week-comes-next = The next one comes on a Monday. You can end this here at any time.
news-week-stops = Your week comes by e-mail no more
news-week-stops-next = You can still read it here at any time.
news-comes = Good, you come
news-comes-next = The coordinators see your name. Others see only how many come.
news-comes-not = You do not come after all
news-comes-not-next = Your name is gone from the list. You can come back to it.
news-put-right = It is put right
news-put-right-next = Those who took part see it. A question about it is answered.
news-heard = Your question was answered
news-heard-next = This is how it stands now. If it is still wrong, ask once more.
news-look = Your choice is kept
news-look-next = This device remembers it. You can change it at the top of each page.
news-talk = The talk is open
news-talk-next = Their coordinators see it as soon as they are there. Their answer comes on your list.
news-talk-said = Your words are written down
news-talk-said-next = Their coordinators read them as soon as they are there. Their answer comes on your list.
news-talk-end = Your suggestion is written down
news-talk-end-next = It is over when both communities suggest the same. Nothing changes until then.
news-talk-day = The day is written down
news-talk-day-next = It comes to the top of your list on that day.
news-pot-gave = The pot gave the hours
news-pot-gave-next = The member has them now. What the partner pays later goes to the pot.
news-pot-left = The member keeps the hours
news-pot-left-next = It is off the list. You need do nothing more.
news-pot-back = The pot has the hours back
news-pot-back-next = It is off the list. Tell the member, please.
