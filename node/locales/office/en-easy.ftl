## Every page
foot-ask = Ask us. We like to help.
foot-saved = All your words are safe.
foot-connected = { $n ->
    [0] We are linked to no other group now.
    [one] We are linked to 1 other group.
   *[other] We are linked to { $shown } other groups.
}
error-number = Write a number from { $least } to { $most }.
hello-morning = Hello { $name }.
hello-afternoon = Hello { $name }.
hello-evening = Hello { $name }.
oops-retired-words = We moved to a new place. Ask us for the new address.
oops-not-yours-words = Only some people can see this page. We can help you.
oops-stale-words = This page was open for too long. Please open it again.
oops-disk-words = What you saved is safe. Please tell us.
refused-other = You cannot do this here. Ask us for help.
refused-member-left = This person has left. We can add them again.
refused-not-waiting = This is done. You do not have to answer.
refused-not-coordinator = You cannot do this. Ask us for help.
refused-last-coordinator = We need one person in charge. Choose a new one first.
refused-exchange-exists = We have this in our book.
refused-partner-is-self = We made this ourselves. Send it to the other group.
refused-with-oneself = This is one person. Choose two people.
refused-request-reused = You sent this before. Look at what we have. Then start again.

## Members
public-join-1 = Talk to one of us.
public-join-2 = Tell us what you do well. All people can do something well.
public-join-4 = We add you. Then you can start.
public-coordinators = { $n ->
    [one] One of us looks after the group.
   *[other] { $shown } of us look after the group.
}
public-more-partners = { $n ->
    [one] There is 1 more group.
   *[other] There are { $shown } more groups.
}
home-given = You gave { $hours }.
home-received = You got { $hours }.
me-lead = You and we can see this page. Your helpers can, too.
stand-asked = We wrote it down. We wait for a person in { $who } since { $day }.
stand-on-hold = We wrote it down. We wait for { $who } since { $day }.
stand-disputed = We talk about it with { $who }.
stand-outcome = Both groups said yes to this: { $outcome }.
stand-advanced = Someone in { $who } said no. The pot gave you the hours. We look at it.
next-refused = We can find out why.
done-declined-next = Your hours are the same as before.
done-withdrawn-next = No one can see it now. We tell the other groups.
done-pause-next = People who look at your offers can see it.
done-contact-next = Change it when a new person does it.
messages-none = You have no messages. Look at an offer. Then write to someone.
messages-empty = Write your words first.
messages-not-across = You can write to people in our group here. For other groups, ask us.
helper-several = Two people have this name. Ask us.
away-nobody = You keep no one away.
safety-lead = You can stop at any time. You can say no.
report-lead = Only we read this. Are you in danger? Then ring for help first.
picture-broken = We cannot open this photo. Choose a new one.
partner-asleep = Their computer is off. The hours will wait.
partner-connected = We are linked now.
partner-near-limit = We are close to the limit. Talk to them soon.

## Together
notices-lead = People see these on their first page.
notices-none = There are no notices now.
notice-signed = { $by } wrote this on { $day }. You can see it until { $until }.
week-comes = We send it to you each Monday.
week-could-come = We can send it to you each Monday.
sign-in-no-address = Write the full e-mail address.
done-group-next = We can undo it until tomorrow.
group-nobody = Add one more person. The leader is not enough.
group-leader-outside = Choose a person from this circle. Or choose yourself.
slips-group-kept = { $n ->
    [one] We wrote it down for 1 person. You can undo it until tomorrow.
   *[other] We wrote it down for { $shown } people. You can undo it until tomorrow.
}

## Coordinators
today-members = { $n ->
    [one] There is 1 person.
   *[other] There are { $shown } people.
}
today-report-about = { $who } told us on { $day }. It is about { $about }.
today-question = { $who } tells us this: { $why }. { $phone }
slips-batch = { $slips } { $by } wrote them down on { $day }.
members-role-lead = Coordinators add people. They write things down for others.
safety-rules-lead = These rules keep us safe. Change them together.
event-lead = All people can see this. People from outside can see it too.
charter-ceiling = How many hours can a person have at most?
    .hint = Leave it empty if there is no limit.
charter-organisations = How many hours can a club get before it gives some?
    .missing = Write a number of hours.
setup-floor = How many hours can a person get before they give some?
    .hint = Forty is fine. You do not have to count.
    .missing = Write a number of hours.
setup-sheet-keep = These words are the key to your group. Do not take a photo of them. Do not send them.
setup-file-lead = Choose the copy of your group. Then you write its 24 words.
setup-recovery-lead = The copy is here ({ $size }). Now write the words from your paper.
setup-recovery-unknown = Look at word number { $n } again. We do not know it.
setup-partners-lead = Your partners keep a copy. The 24 words bring it back.
setup-words-other = These words are for a different group. Look at your paper. Look at the file.
setup-back-old = Do not use the old copy again.
setup-back-partners = Do you have partners? We wait for them first. Then new things can come in.
partners-invite-lead = Talk about the limits first. Then give them the invitation.
partners-accept-lead = Someone gave you an invitation. It starts with KITH1.
partners-accepted-next = Our computers do the rest.
invitation-until = You can use it until { $day }.
dispute-close-lead = Do both groups say the same? Then it is over. Both books show it.
dispute-ended = Both groups said yes on { $day }: { $outcome }.
dispute-their-turn = We wait for { $who } since { $day }.
import-lead = Bring people here from an old system. Bring their hours too.
import-all-fits = It all fits.
import-files-lead = Choose the files from the old system (CSV).
wrong-kind = Write person or organisation. Or write nothing.
wrong-role = Write member or coordinator. Or write nothing.
wrong-repeated = We have this number in line { $first }.
wrong-shared-name = Two people have this name. Give each a new name.
import-hour = How many units are one hour?
    .hint = In TimeOverflow it is 3600. In CES it is 1. In Komunitin it is 100.
record-who = Who was it?
    .hint = Write their name. Are they in another group? Then write their code.
    .missing = Write their name or their code.
refused-member-floor = You cannot go lower. Ask us for help.
join-text = What do people thank you for?
    .hint = All people can do something well. You can leave this empty.
today-key-more = Ask who runs the computer to type “kith rotate-key”.
