//! The machine of a community, fed with whatever its partner may sign: bytes that decode to a message are signed anew with the
//! partner's key, so that everything but the rules lets them through.

use crate::{
    decoders::talked,
    engine::{Target, drive, mark},
};
use anyhow::Result;
use kith_protocol::{
    codec,
    envelope::{Content, Unverified},
    id::AccountId,
    key::SecretKey,
    ledger::Account,
    machine::{Checked, Effect, Fact, Input, MAX_PARCEL_BYTES, Message, Notice, Parcel},
};
use kith_tests::pair::{Half, LIMIT, Pair};

/// Memory that one parcel may cost beside what it records.
const MEMORY: usize = 64 * 1024 * 1024;

fn again<T: Content + Clone>(signed: &mut Unverified<T>, secret: &SecretKey) {
    *signed = signed.content.clone().sign(secret).into_unverified();
}

/// The same message with every signature of the lanes made by the partner.
fn signed(mut message: Message, partner: &Half) -> Message {
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
        let before = us.facts.len();
        let (said, effects) = us.handle(pair.now, Input::Received { peer, message }).expect("it can sign");
        check(us, account);
        for fact in &us.facts[before..] {
            let kind = match fact {
                Fact::Entry(entry) => entry.body.kind(),
                Fact::Frozen { evidence, .. } => {
                    evidence.judge().expect("only what anybody would judge as proof ends a partnership");
                    "frozen"
                }
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
        sum = sum.rotate_left(1) ^ said.len().min(3) as u64;
    }
    sum
}

#[test]
fn lanes() -> Result<()> {
    let mut pair = talked()?;
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
