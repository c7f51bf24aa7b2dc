//! The machine of a community, fed with whatever its partner may sign: bytes that decode to a message are signed anew with the
//! partner's key, so that everything but the rules lets them through.

use crate::{
    engine::{Target, drive, mark},
    talk::said_everything,
};
use anyhow::{Context as _, Result, bail, ensure};
use kith_protocol::{
    codec,
    envelope::{Content, Unverified},
    id::{AccountId, Digest, ExchangeId},
    key::SecretKey,
    ledger::Account,
    machine::{Checked, Effect, Fact, Input, Kept, MAX_PARCEL_BYTES, Message, Notice, Parcel, Peer},
    partnership::{Closing, Said, Side, next_number},
    time::Timestamp,
};
use kith_tests::pair::{Half, LIMIT, Pair};

/// Memory that one parcel may cost beside what it records.
const MEMORY: usize = 64 * 1024 * 1024;

/// The same content, signed with this key.
pub(crate) fn again<T: Content + Clone>(signed: &mut Unverified<T>, secret: &SecretKey) {
    *signed = signed.content.clone().sign(secret).into_unverified();
}

/// On which side of an account somebody is.
fn side_of(half: &Half, account: &AccountId) -> Option<Side> {
    half.machine.state().ledger().partners().get(account).map(|partner| partner.side)
}

/// The same message with every signature that the partner can make made by it.
pub(crate) fn signed(mut message: Message, partner: &Half) -> Message {
    let identity = partner.machine.identity();
    match &mut message {
        Message::Propose { proposal, details } => {
            // A partner can always make the hash fit what it says.
            proposal.content.context = details.digest();
            again(proposal, &identity.secret);
        }
        Message::Decide(decision) => again(decision, &identity.secret),
        Message::Acknowledge(word) => again(word, &identity.secret),
        Message::ResumeRequest(asked) => {
            again(&mut asked.request, &identity.secret);
            asked.certificate = identity.certificate.clone();
            asked.decisions.iter_mut().for_each(|decision| again(decision, &identity.secret));
        }
        Message::ResumeOffer { offer, certificate } => {
            again(offer, &identity.secret);
            *certificate = identity.certificate.clone();
        }
        Message::ResumeAcknowledge(word) => again(word, &identity.secret),
        Message::Grant(change) => {
            // A partner numbers its grants as it likes, as long as the numbers are those of its key.
            let first = next_number(identity.certificate.content.serial, None);
            let grant = &mut change.grant.content;
            grant.n = first | (grant.n & u64::from(u32::MAX));
            again(&mut change.grant, &identity.secret);
            change.certificate = identity.certificate.clone();
        }
        Message::Say(statement) => again(statement, &identity.secret),
        Message::DisputeClosed { suggestion, closing } => {
            // Each side's word is its own: the suggestion is that of side B, the closing that of side A.
            match side_of(partner, &closing.content.account) {
                Some(Side::A) => {
                    closing.content.suggestion = suggestion.content.digest();
                    again(closing, &identity.secret);
                }
                Some(Side::B) => again(suggestion, &identity.secret),
                None => {}
            }
        }
        _ => {}
    }
    message
}

/// What must hold whatever was said.
fn check(side: &Half, account: &AccountId) {
    let ledger = side.machine.state().ledger();
    assert_eq!(ledger.sum(), 0, "the ledger does not sum to zero");
    let Some(partner) = ledger.partners().get(account) else { panic!("the partnership is gone") };
    let ahead = -ledger.balance(&Account::Partner(*account)).get();
    assert!(
        ahead.unsigned_abs() <= LIMIT + partner.on_hold.get().unsigned_abs(),
        "the partner is {ahead} minutes ahead"
    );
    let lanes = &side.machine.state().lanes()[account];
    assert!(lanes.undecided() <= usize::from(partner.terms.window), "more is undecided than the window allows");
}

/// A side takes in a message; a number for what came of it.
pub(crate) fn take(us: &mut Half, peer: Peer, (account, now): (&AccountId, Timestamp), message: Checked) -> u64 {
    let before = us.facts.len();
    let (said, effects) = us.handle(now, Input::Received { peer, message }).expect("it can sign");
    check(us, account);
    let mut sum = 1u64;
    for fact in &us.facts[before..] {
        let kind = match fact {
            Fact::Entry(entry) => entry.body.kind(),
            Fact::Frozen { evidence, .. } => {
                evidence.judge().expect("only what anybody would judge as proof ends a partnership");
                "frozen"
            }
            Fact::DisputeSaid { .. } => "dispute said",
            Fact::Heard { .. } => "heard",
            Fact::MailSwitched { .. } => "mail switched",
            Fact::Waits { .. } => "waits",
            Fact::WaitsNoLonger { .. } => "waits no longer",
            Fact::Recovering { .. } => "recovering",
            Fact::Offered { .. } => "offered",
            _ => "another fact",
        };
        sum = sum.rotate_left(3) ^ mark(kind);
    }
    for effect in &effects {
        if let Effect::Notice(Notice::Refused { why, .. }) = effect {
            sum = sum.rotate_left(3) ^ mark(why.code());
        }
    }
    sum.rotate_left(1) ^ said.len().min(3) as u64
}

fn feed(pair: &Pair, account: &AccountId, bytes: &[u8]) -> u64 {
    let messages = match (Parcel::decode(bytes), codec::decode::<Message>(bytes, MAX_PARCEL_BYTES)) {
        (Ok(parcel), _) => parcel.messages,
        (_, Ok(message)) => vec![message],
        (Err(why), _) => return mark(&why.to_string()),
    };
    let mut sides = pair.sides.clone();
    let [us, partner] = &mut sides;
    let (peer, key) = (partner.peer(), us.heard.clone());
    let mut sum = 1u64;
    for message in messages.into_iter().take(12) {
        let Ok(message) = signed(message, partner).check(key.as_ref()) else { continue };
        // A greeting may name somebody else; the session of the partner is what is tried here.
        if matches!(message, Checked::Hello { .. }) {
            continue;
        }
        sum = sum.rotate_left(3) ^ take(us, peer, (account, pair.now), message);
    }
    sum
}

#[test]
fn lanes() -> Result<()> {
    let mut pair = said_everything()?;
    // Something is open in both lanes.
    pair.pay(0, 90, 5)?;
    pair.pay(1, 91, 5)?;
    let account = pair.account()?;
    let to_us = pair.said.iter().filter(|(to, _)| *to == 0);
    let mut corpus: Vec<Vec<u8>> = to_us.map(|(_, message)| codec::encode(message)).collect();
    corpus.extend(pair.said.chunks(4).map(|some| {
        let messages = some.iter().map(|(_, message)| message.clone()).collect();
        codec::encode(&Parcel { messages })
    }));
    drive(Target { name: "lanes", corpus, memory: MEMORY, run: &|bytes| feed(&pair, &account, bytes) })
}

/// What the partner may sign gets past the check of its signature, whatever was changed in it.
#[test]
fn what_a_partner_signs_anew_is_recorded() -> Result<()> {
    let pair = said_everything()?;
    let account = pair.account()?;
    let [mut us, partner] = pair.sides.clone();
    let side = side_of(&partner, &account).context("they are partners")?;
    let disputed = ExchangeId([3; 16]);
    let mut said: Vec<Message> = Vec::new();
    for (_, message) in pair.said.iter().filter(|(to, _)| *to == 0) {
        match message {
            Message::Grant(change) if change.grant.content.from == side => {
                let mut change = change.clone();
                change.grant.content.n += 1;
                change.grant.content.granted.limit -= 1;
                said.push(Message::Grant(change));
            }
            Message::Say(statement) if (statement.content.exchange, statement.content.side) == (disputed, side) => {
                let mut statement = statement.clone();
                statement.content.n = u16::try_from(us.machine.state().disputes()[&disputed].theirs.len())?;
                said.push(Message::Say(statement));
            }
            _ => {}
        }
    }
    let before = us.facts.len();
    for message in said {
        let message = signed(message, &partner).check(us.heard.as_ref())?;
        take(&mut us, partner.peer(), (&account, pair.now), message);
    }
    let recorded = &us.facts[before..];
    let changed = |fact: &Fact| matches!(fact, Fact::Entry(entry) if entry.body.kind() == "partnership_changed");
    ensure!(recorded.iter().any(changed), "no grant is recorded");
    let heard = recorded.iter().any(|fact| matches!(fact, Fact::DisputeSaid { .. }));
    ensure!(heard, "no statement is recorded");
    Ok(())
}

/// The same of the outcome of a dispute: side A closes, and the suggestion is the other side's own.
#[test]
fn a_dispute_that_a_partner_closes_anew_is_recorded() -> Result<()> {
    let pair = said_everything()?;
    let account = pair.account()?;
    let a = usize::from(side_of(&pair.sides[1], &account) == Some(Side::A));
    let (mut other, closer) = (pair.sides[1 - a].clone(), &pair.sides[a]);
    let state = other.machine.state();
    let disputed = ExchangeId([3; 16]);
    let suggests = |kept: &&Kept| matches!(kept.statement.content.said, Said::Suggests { .. });
    let suggestion = state.disputes()[&disputed].ours.iter().find(suggests).context("it suggests")?.statement.clone();
    let Said::Suggests { outcome } = suggestion.content.said else { bail!("it suggests nothing") };
    let number = u32::try_from(state.ledger().partners()[&account].outcomes.len())?;
    let closing = Closing { v: 1, account, exchange: disputed, number, suggestion: Digest::ZERO, outcome };
    let closing = closing.sign(&SecretKey::from_seed(&[5; 32])).into_unverified();
    let message = Message::DisputeClosed { suggestion: Box::new(suggestion), closing: Box::new(closing) };
    let message = signed(message, closer).check(other.heard.as_ref())?;
    let before = other.facts.len();
    take(&mut other, closer.peer(), (&account, pair.now), message);
    let closed = |fact: &Fact| matches!(fact, Fact::Entry(entry) if entry.body.kind() == "dispute_closed");
    ensure!(other.facts[before..].iter().any(closed), "no outcome is recorded");
    Ok(())
}
