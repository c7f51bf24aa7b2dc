## Only what can be said more easily than in en.ftl, which stands behind this file.
public-lead = We help each other here. All help counts the same.
public-check-lead = This note is about our book of hours. Keep a copy. It shows if somebody changes the book.
public-no-offers = The board is empty. What can you do well? Tell a coordinator.
public-offers-lead = These people like to help you.
public-more = There is more. Ask a coordinator.
check-public = All people can read this. Do not write your address. Do not write your phone number.
sign-in-lead = You have a code on paper. It works one time.
sign-in-lost = No code? Ask a coordinator for a new one.
passkeys-lead = Next time, you need no code. Your face or finger is enough. We call this a passkey. Did you lose your phone? Remove the passkey here.
passkey-unreadable = That did not work. Try again, or use a code.
passkey-copied = Is there a copy of this passkey? Use a code. Then add a new passkey.
sign-in-unknown = This code does not work. Ask a coordinator for a new one.
statement-proof-lead = This file has proof in it. Others can check your hours. It has no names.
standing-even = You gave as much help as you got.
standing-given = You gave { $hours } more than you got. Do you need help?
standing-received = You got { $hours } of help. That is good.
home-nothing-near = There is nothing new. You can ask for help.
ask-lead = It is good to ask. People like to help.
offer-lead = What can you do well?
posted-ask-next = People can see it. They can write to you here. We can help, too.
posted-offer-next = People can see it. They can write to you here. We can help, too.
listing-ring = Tell a coordinator. They help you meet.
listing-ring-other = Tell a coordinator. They ring the other people.
find-nothing = We found nothing. Try other words.
record-not-a-code = This is not a code. A code has 26 letters and numbers.
next-waits = They will see it. You do not have to do more.
next-partner = It can take some days. You do not have to do more.
next-settled = The hours are in our book. You do not have to do more.
oops-busy-words = Please wait a bit. Then try again.
oops-missing-words = Look at the address again.
refused-later-copy = Our books have moved. Ask us for help.
refused-recovering = We have to wait for now. Ask us for help.
refused-member-ceiling = You have many hours. Give some to others.
leave-lead = We are sad when you go. You can come back.
leave-for-good = We cannot bring it back.
forget-talks = What two communities wrote to each other stays, too.
done-questioned-next = They look at it. Then they ring you.
dispute-open-lead = Both communities can see it. It only changes when both say yes.
dispute-say-lead = Only their coordinators read it. Do not write private things.
stand-pot-gave = Our pot gave you the hours for now.

# Mail for partners who are away
mail-lead = A partner can keep a closed letter for another. It does so for thirty days.
mail-seen = The partner sees who it is from and who it is for. It cannot read the letter.

# Copies that partners keep
escrow-lead = A partner can keep a copy for you. The copy and your 24 words bring all back.
escrow-seen = They cannot read the copy. Only your 24 words open it.
escrow-overdue = The copy is old. Is their computer on?

key-lead = A key of your own signs for you. Only your device has it.
key-lost = Did you lose the device? Ring a coordinator.
key-none = You have no key. That is fine.
key-elsewhere-how = Type this in the program “kith”. Copy the last line.
gift-lead = The pot is for all of us. It gives hours to people who wait.
