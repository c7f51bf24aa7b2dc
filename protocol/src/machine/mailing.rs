//! Letters: what is said to a partner who is away, through somebody both know.
//!
//! What was signed and is durable may be said again at any time and by any road. Something new may be signed only when it is
//! sure that nothing was lost here: in a session the partner's sync says so, in letters its word that it has heard of the
//! present *life*. A life ends when the machine may have lost something, and from the moment the partner hears of the
//! next one, it takes no letter of an earlier life. So a letter that rests somewhere cannot contradict what is signed today.

use super::{
    effect::{Effect, Notice, Turn},
    fact::Fact,
    input::Peer,
    letter::{LETTER_BYTES, Letter, Sealed, open_letter},
    message::{Checked, Message},
    state::{Machine, REPEAT_AFTER},
};
use crate::{
    codec,
    envelope::Content as _,
    id::{AccountId, CommunityId, Digest},
    key::PublicKey,
    lane::Sync,
    rejection::Rejection,
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// At how many partners of both a letter rests at once: one may be away for long, or lose it.
pub const MAX_COPIES: usize = 3;
/// How long a letter that nobody answered rests before it is left again, in case its holder lost it.
const AGAIN_AFTER: Span = Span::days(1);
/// The most answers that wait for the next letter: more requests than one letter holds.
const MAX_ANSWERS: usize = 256;
/// Where answers to what stands in a letter go: to nobody who is here. They travel in the next letter.
pub const NOBODY: Peer = PublicKey([0; 32]);

/// What is remembered of letters to and from a partner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailing {
    /// Whether our coordinators let mail rest with this partner, and here for it.
    pub ours: bool,
    /// Whether the partner said the same.
    pub theirs: bool,
    /// The partner's latest life that we heard of.
    pub life: u64,
    /// The latest letter of that life that we took.
    pub letter: u64,
    /// The latest life of ours that the partner has heard of.
    pub knows: u64,
}

impl Mailing {
    /// Whether each holds mail for the other.
    #[must_use]
    pub const fn is_agreed(&self) -> bool {
        self.ours && self.theirs
    }
}

/// A letter that was left with a holder.
#[derive(Debug, Clone, Copy)]
struct Left {
    /// What it says, whenever it says it.
    content: Digest,
    /// The box.
    sealed: Digest,
    at: Timestamp,
    held: bool,
    /// What the holder said of how often it threw away what rested between the two.
    thrown: u64,
}

/// What is under way of letters. Nothing here needs to survive: what is lost is said again.
#[derive(Debug, Clone, Default)]
pub(super) struct Post {
    /// This machine's life, zero when it writes no letters.
    life: u64,
    /// Partners that heard of a later life of ours than we know: we lost something since, or the clock was wrong.
    raised: BTreeMap<AccountId, u64>,
    /// The number of the last letter.
    letters: u64,
    /// Partnerships to which it may be worth writing.
    pub(super) due: BTreeSet<AccountId>,
    /// Holders who are here, for whom they hold, and how often they threw away what rested between us and them.
    via: BTreeMap<CommunityId, BTreeMap<CommunityId, u64>>,
    /// What was left where.
    left: BTreeMap<(AccountId, CommunityId), Left>,
    /// Partners that wait for a letter.
    owed: BTreeSet<AccountId>,
    /// Partners whose proposals could not be decided, because they have not heard of our life.
    wanting: BTreeSet<AccountId>,
    /// Answers to requests, until the next letter comes.
    answers: BTreeMap<AccountId, Vec<Message>>,
    /// The number of the latest box that a depositor who is here left for a recipient.
    dropped: BTreeMap<(CommunityId, CommunityId), u64>,
    /// How often mail with a partner ended since the start, and what it had left or was left for it here was thrown away.
    ended: BTreeMap<AccountId, u64>,
}

impl Post {
    /// For whom a holder that is here holds mail.
    pub(super) fn via(&self, holder: &CommunityId) -> Vec<CommunityId> {
        self.via.get(holder).into_iter().flat_map(BTreeMap::keys).copied().collect()
    }

    /// A holder says for whom it holds. What was left there for others it has thrown away, and what it named with another
    /// number, too: that it did not hold for them meanwhile may have been said and lost.
    pub(super) fn reachable(
        &mut self,
        holder: CommunityId,
        whom: Vec<(CommunityId, u64)>,
        to: impl Fn(&AccountId) -> Option<CommunityId>,
    ) {
        let whom: BTreeMap<_, _> = whom.into_iter().take(super::MAX_MAIL_PARTNERS).collect();
        let rests =
            |account: &AccountId, left: &Left| to(account).is_some_and(|to| whom.get(&to) == Some(&left.thrown));
        self.left.retain(|(account, at), left| *at != holder || rests(account, left));
        self.via.insert(holder, whom);
    }

    /// Mail with a partner ends: what is held for it and of it is thrown away.
    pub(super) fn end(&mut self, account: AccountId) {
        let ended = self.ended.entry(account).or_default();
        *ended = ended.saturating_add(1);
    }

    /// How often what was held between two was thrown away since the start.
    pub(super) fn thrown(&self, one: &AccountId, other: &AccountId) -> u64 {
        let ended = |account| self.ended.get(account).copied().unwrap_or(0);
        ended(one).saturating_add(ended(other))
    }

    /// A partner is gone. Whether it keeps what was left there is seen when it is back, and it counts anew what it leaves.
    pub(super) fn forget(&mut self, partner: Option<&CommunityId>) {
        if let Some(partner) = partner {
            self.via.remove(partner);
            self.left.retain(|(_, at), _| at != partner);
            self.dropped.retain(|(from, _), _| from != partner);
        }
    }

    /// Whether a box comes after all that a depositor left for a recipient in this connection. One that came late or twice
    /// would take the place of a newer one.
    pub(super) fn is_next(&mut self, from: CommunityId, to: CommunityId, n: u64) -> bool {
        let last = self.dropped.entry((from, to)).or_default();
        let next = n > *last;
        *last = n.max(*last);
        next
    }
}

impl Machine {
    /// Begins a life: letters are written and taken from now on. `life` must be above that of every start after which this
    /// machine may have lost something, so a program that is not sure that its disk is the one it stopped with begins a
    /// new one; the time of the start, in milliseconds, serves.
    pub fn begin_life(&mut self, life: u64) {
        self.post.life = life;
        // A letter may have been taken just before the stop, and the answer that it is owed was only in memory.
        let wrote = self.state.mail.iter().filter(|(_, mailing)| mailing.letter > 0);
        self.post.owed = wrote.map(|(account, _)| *account).collect();
    }

    /// Our life towards a partner, and the partner's that we heard of.
    pub(super) fn lives(&self, account: &AccountId) -> (u64, u64) {
        let raised = self.post.raised.get(account).copied().unwrap_or(0);
        let life = if self.post.life == 0 { 0 } else { self.post.life.max(raised) };
        (life, self.mailing(account).life)
    }

    /// A partner says, in a session or a letter, which life and letter of its own this is, and of which of ours it has heard.
    pub(super) fn hear(&mut self, turn: &mut Turn<'_>, account: AccountId, theirs: (u64, u64), knows: u64) {
        let mut mailing = self.mailing(&account);
        let before = mailing;
        (mailing.life, mailing.letter) = (mailing.life, mailing.letter).max(theirs);
        let (ours, _) = self.lives(&account);
        if ours != 0 && knows > ours {
            self.post.raised.insert(account, knows.saturating_add(1));
        } else if knows == ours {
            mailing.knows = ours;
        }
        if mailing != before {
            let (life, letter, knows) = (mailing.life, mailing.letter, mailing.knows);
            self.record(turn, Fact::Heard { account, life, letter, knows });
        }
    }

    /// Whether the partner has heard of this life, so that no letter of an earlier one counts any more.
    fn is_heard(&self, account: &AccountId) -> bool {
        let (life, _) = self.lives(account);
        life != 0 && (self.mailing(account).knows == life || broken!(WritesUnheard))
    }

    /// Whether something new may be signed for a partner who is away.
    pub(super) fn may_propose_by_letter(&self, account: &AccountId) -> bool {
        self.is_live(account)
            && self.is_heard(account)
            && self.partner_session(account).is_none()
            && !self.holders(account).is_empty()
    }

    /// Those who are here and hold mail for a partner who is not.
    fn holders(&self, account: &AccountId) -> Vec<(CommunityId, Peer)> {
        let Some(partner) = self.state.ledger.partners().get(account) else { return Vec::new() };
        let to = partner.community();
        let hold = self.post.via.iter().filter(|(holder, whom)| **holder != to && whom.contains_key(&to));
        let here = hold.filter_map(|(holder, _)| Some((*holder, self.session_of(holder)?)));
        here.filter(|(holder, _)| self.mail_agreed(holder)).take(MAX_COPIES).collect()
    }

    /// Writes to partners who are away, if there is something to say and somebody to leave it with.
    pub(super) fn move_mail(&mut self, turn: &mut Turn<'_>) {
        for account in std::mem::take(&mut self.post.due) {
            if self.partner_session(&account).is_none() && self.is_live(&account) && self.lives(&account).0 != 0 {
                self.write(turn, account);
            }
        }
    }

    /// What we would write: how far we are, and all that the partner has not said it holds. Nothing if there is nothing to say.
    fn compose(&self, account: &AccountId) -> Option<(Sync, Vec<Message>)> {
        let (lanes, partner) = (self.state.lanes.get(account)?, self.state.ledger.partners().get(account)?);
        let (life, heard) = self.lives(account);
        let asks = self.post.wanting.contains(account) || lanes.queued() > 0 && !self.is_heard(account);
        let requests = self.unanswered_asks(account);
        let said = lanes.undecided() > 0 || lanes.unconfirmed().next().is_some() || !requests.is_empty();
        if !asks && !said && !self.post.owed.contains(account) {
            return None;
        }
        let sync = lanes.sync(partner.net.get(), self.sync_state(account), [0; 16]);
        let word = lanes.acknowledgement().map(|word| word.sign(&self.identity.secret).into_unverified());
        let answers = self.post.answers.get(account).cloned().unwrap_or_default();
        let decisions = lanes.unconfirmed().map(|answer| Message::Decide(answer.decision.clone()));
        let proposals = lanes.open().cloned();
        let proposals = proposals.map(|open| Message::Propose { proposal: open.proposal, details: open.details });
        let mut left = LETTER_BYTES;
        let all = word.map(Message::Acknowledge).into_iter().chain(decisions).chain(proposals);
        let fits = |message: &Message| {
            let size = codec::encode(message).len();
            let fits = size <= left;
            left = left.saturating_sub(size);
            fits
        };
        // What does not fit comes once this is answered: a later slot is of no use without those before it.
        let messages = all.chain(answers).chain(requests).take_while(fits).collect();
        Some((Sync { asks, life, heard, ..sync }, messages))
    }

    fn write(&mut self, turn: &mut Turn<'_>, account: AccountId) {
        let holders = self.holders(&account);
        let Some((sync, messages)) = self.compose(&account).filter(|_| !holders.is_empty()) else { return };
        let content = Digest::of("kith/v1/letter-content", &[&codec::encode(&(&sync, &messages))]);
        let now = turn.now;
        let rests = |left: &Left| {
            let patience = if left.held { AGAIN_AFTER } else { REPEAT_AFTER };
            left.content == content && now.since(left.at) < patience
        };
        let wanting = |(holder, _): &(CommunityId, Peer)| !self.post.left.get(&(account, *holder)).is_some_and(rests);
        let wanting: Vec<(CommunityId, Peer)> = holders.into_iter().filter(wanting).collect();
        let Some(partner) = self.state.ledger.partners().get(&account).filter(|_| !wanting.is_empty()) else { return };
        let (to, side, key) = (partner.community(), partner.side, partner.key);
        let Ok(key) = key.sound() else { return };
        self.post.letters = now.0.max(self.post.letters.saturating_add(1));
        let taken = self.mailing(&account).letter;
        let letter = Letter { v: 1, account, from: side, n: self.post.letters, taken, sync, messages };
        let secret = self.identity.secret.clone();
        let draw = |plain: &Digest| {
            let [one, two] = ["letter", "letter, too"].map(|what| self.unguessable(turn, what, plain.as_bytes()));
            *Digest::of("kith/v1/ephemeral", &[&one, &two]).as_bytes()
        };
        let Some(sealed) = letter.seal(&secret, (to, &key), draw) else { return };
        let digest = sealed.digest();
        for (holder, peer) in wanting {
            let thrown = self.post.via.get(&holder).and_then(|whom| whom.get(&to)).copied().unwrap_or(0);
            let left = Left { content, sealed: digest, at: now, held: false, thrown };
            self.post.left.insert((account, holder), left);
            turn.send(peer, Message::MailDrop { to, n: self.post.letters, sealed: sealed.clone() });
        }
    }

    fn left_with(&mut self, holder: &CommunityId, to: &CommunityId, digest: &Digest) -> Option<&mut Left> {
        let account = *self.state.ledger.partner_of(to)?.0;
        self.post.left.get_mut(&(account, *holder)).filter(|left| left.sealed == *digest)
    }

    /// A holder has what we left.
    pub(super) fn mail_held(&mut self, holder: CommunityId, to: CommunityId, digest: Digest) {
        let Some(left) = self.left_with(&holder, &to, &digest) else { return };
        left.held = true;
        // Whoever waits for an answer that is lost from here on says again what it waits for.
        if let Some((account, _)) = self.state.ledger.partner_of(&to) {
            self.post.owed.remove(account);
        }
    }

    /// A holder does not take what we left: it is not asked again in this session, unless for want of room.
    pub(super) fn mail_refused(&mut self, holder: CommunityId, to: CommunityId, digest: Digest, code: &str) {
        let refused = self.left_with(&holder, &to, &digest).is_some();
        if refused
            && code != "too-many-waiting"
            && let Some(whom) = self.post.via.get_mut(&holder)
        {
            whom.remove(&to);
        }
    }

    /// A holder hands over a box.
    pub(super) fn mail_arrived(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        holder: CommunityId,
        sealed: &Sealed,
    ) -> Result<(), Rejection> {
        if !self.mail_agreed(&holder) || self.post.life == 0 {
            return Err(Rejection::NoMail("it is not agreed with this partner"));
        }
        // Taken whatever is in it: what cannot be used now is said again in a later letter.
        turn.send(peer, Message::MailTaken { digest: sealed.digest() });
        if let Err(why) = self.read_box(turn, sealed) {
            // Its writer's fault and not the holder's, who could not read it.
            turn.notice(Notice::Refused { peer: NOBODY, why });
        }
        Ok(())
    }

    /// Opens a box and does what the letter in it says.
    fn read_box(&mut self, turn: &mut Turn<'_>, sealed: &Sealed) -> Result<(), Rejection> {
        let letter = open_letter(&self.identity.community, &self.identity.secret, sealed)?;
        let account = letter.content.account;
        let partner = self.state.ledger.partners().get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        let (key, from) = (partner.key.sound()?, partner.community());
        if letter.content.from == partner.side {
            return Err(Rejection::OtherLane);
        }
        // Another key than the one of this epoch signed: the partner was restored, and tells so when we meet.
        let Ok(letter) = letter.verify(&key) else { return Err(Rejection::NoMail("it is signed with another key")) };
        let letter = letter.into_unverified().content;
        let known = self.mailing(&account);
        let order = (letter.sync.life, letter.n).cmp(&(known.life, known.letter));
        if order.is_le() && !broken!(TakesOldLetters) {
            if order.is_lt() {
                self.count_on(turn, account, &letter);
            }
            // The one taken last: perhaps before a crash, with which the answer that it is owed was lost. An earlier one:
            // perhaps of a writer whose clock was set back, who learns from the answer which numbers are over.
            if letter.wants_answer() {
                self.post.owed.insert(account);
                self.stirred.insert(account);
            }
            return Ok(());
        }
        self.hear(turn, account, (letter.sync.life, letter.n), letter.sync.heard);
        if letter.sync.heard == self.lives(&account).0 {
            self.post.letters = self.post.letters.max(letter.taken);
        }
        self.post.answers.remove(&account);
        self.post.owed.remove(&account);
        self.post.wanting.remove(&account);
        self.post.left.retain(|(of, _), _| *of != account);
        let before = std::mem::take(&mut turn.effects.rest);
        let taken = self.take_letter(turn, &key, from, letter);
        self.keep_answers(turn, account, before);
        self.stirred.insert(account);
        taken
    }

    /// A letter comes that is earlier than one that was taken. Perhaps its writer's clock was set back, or ours was: what we
    /// have to say is said again, under numbers that are not over. A number that is too high does no harm.
    fn count_on(&mut self, turn: &Turn<'_>, account: AccountId, letter: &Letter) {
        let (ours, _) = self.lives(&account);
        let Sync { heard, .. } = letter.sync;
        if heard > ours {
            self.post.raised.insert(account, heard.saturating_add(1));
        } else if heard == ours {
            self.post.letters = self.post.letters.max(letter.taken);
        }
        let now = turn.now;
        self.post.left.retain(|(of, _), left| *of != account || now.since(left.at) < REPEAT_AFTER);
        self.stirred.insert(account);
    }

    /// What the letter led to: effects happen, answers wait for the next letter.
    fn keep_answers(&mut self, turn: &mut Turn<'_>, account: AccountId, before: Vec<Effect>) {
        let led_to = std::mem::replace(&mut turn.effects.rest, before);
        for effect in led_to {
            match effect {
                Effect::Send { to: NOBODY, message } => {
                    let answers = self.post.answers.entry(account).or_default();
                    let asked = matches!(message, Message::AskNoted { .. } | Message::AskDeclined { .. });
                    if asked && answers.len() < MAX_ANSWERS {
                        answers.push(message);
                    }
                }
                other => turn.effects.rest.push(other),
            }
        }
    }

    /// Does what the letter says, as if it had been said in a session.
    fn take_letter(
        &mut self,
        turn: &mut Turn<'_>,
        key: &crate::key::SoundKey,
        from: CommunityId,
        letter: Letter,
    ) -> Result<(), Rejection> {
        let Letter { account, sync, messages, .. } = letter;
        if sync.asks {
            self.post.owed.insert(account);
        }
        if !self.in_step(turn, NOBODY, &sync)? {
            return Ok(());
        }
        // Deciding is signing, too: the letter must be an answer to this life.
        let answers_us = sync.heard == self.lives(&account).0 || broken!(WritesUnheard);
        for message in messages {
            if Letter::is_answered(&message) {
                self.post.owed.insert(account);
            }
            if matches!(message, Message::Propose { .. }) && !answers_us {
                self.post.wanting.insert(account);
                continue;
            }
            match self.take_message(turn, message.check(Some(key))?, from) {
                Err(Rejection::OutOfOrder { .. }) => {}
                taken => taken?,
            }
        }
        Ok(())
    }

    fn take_message(&mut self, turn: &mut Turn<'_>, message: Checked, from: CommunityId) -> Result<(), Rejection> {
        match message {
            Checked::Propose { proposal, details } => self.proposal(turn, NOBODY, &proposal, &details),
            Checked::Decide(decision) => self.decision(turn, NOBODY, &decision),
            Checked::Acknowledge(word) => self.acknowledgement(turn, &word),
            Checked::Plain(Message::Ask(request)) => self.asked(turn, NOBODY, from, &request),
            Checked::Plain(Message::AskNoted { exchange }) => {
                self.ask_noted(turn, from, exchange);
                Ok(())
            }
            Checked::Plain(Message::AskDeclined { exchange }) => {
                self.ask_declined(turn, NOBODY, from, exchange);
                Ok(())
            }
            _ => Err(Rejection::NoMail("what is in the box is no letter")),
        }
    }
}
