//! Letters as they are once a box is opened. A holder can read none and change none, so only the partner who wrote one can make
//! it odd: what is in the box is anything at all, or a letter with anything in it, signed and sealed as a partner would.

use crate::{
    engine::{Target, drive, ending, mark},
    lanes::{signed, take},
    talk::talked,
};
use anyhow::{Context as _, Result, ensure};
use kith_protocol::{
    codec,
    envelope::{Content as _, Unverified},
    id::{AccountId, Digest, ExchangeId},
    lane::{Sync, SyncState},
    machine::{BOX_BYTES, Checked, Command, Letter, MAX_BOX_BYTES, Message, PaymentRequest, Sealed, open_letter},
    minutes::Minutes,
    sealing,
};
use kith_tests::pair::{COORDINATOR, Half, MEMBER, Pair};

/// Memory that one letter may cost: two communities, what is in the box, and what it leads to.
const MEMORY: usize = 64 * 1024 * 1024;
/// For what letters are sealed, as the specification of mail says.
const PURPOSE: &[u8] = b"kith/v1/letter";
/// Of so many inputs that are no letter, one is sealed all the same: sealing takes far longer than reading.
const SEALED_EVERY: usize = 16;
/// How many bytes say how long the letter is that follows.
const LENGTH: usize = 4;

/// A pair that agreed to hold mail, with something open in both lanes, and the partner's letters about it.
fn written() -> Result<(Pair, Vec<Letter>)> {
    let mut pair = talked()?;
    pair.sides.iter_mut().for_each(|side| side.machine.begin_life(1));
    let account = pair.account()?;
    for i in 0..2 {
        pair.command(i, Command::Mail { account, on: true, by: COORDINATOR })?;
        pair.carry()?;
    }
    pair.connect()?;
    pair.carry()?;
    pair.pass(20)?;
    for (i, exchange) in [(1, 90), (1, 91), (0, 92)] {
        pair.pay(i, exchange, 5)?;
    }
    let partner = &pair.sides[1].machine;
    let lanes = &partner.state().lanes()[&account];
    let side = partner.state().ledger().partners()[&account].side;
    let sync = Sync { life: 1, heard: 1, ..lanes.sync(0, SyncState::Live, [0; 16]) };
    let proposals = lanes.open().cloned();
    let proposals: Vec<_> =
        proposals.map(|open| Message::Propose { proposal: open.proposal, details: open.details }).collect();
    let request = PaymentRequest {
        account,
        exchange: ExchangeId([93; 16]),
        payee: partner.identity().aliases.alias(&account, &MEMBER),
        payer: Some(pair.sides[0].machine.identity().aliases.alias(&account, &MEMBER)),
        minutes: Minutes::new(5)?,
        made_at: pair.now,
        reverses: None,
    };
    let exchange = request.exchange;
    let asks = [Message::Ask(request), Message::AskNoted { exchange }, Message::AskDeclined { exchange }].to_vec();
    let said = pair.said.iter().filter(|(to, _)| *to == 0).map(|(_, message)| message.clone());
    let answers =
        said.filter(|message| matches!(message, Message::Decide(_) | Message::Acknowledge(_))).take(6).collect();
    let letters = [Vec::new(), proposals, asks, answers].into_iter().zip(1..);
    let letter = |(messages, n)| Letter { v: 1, account, from: side, n, taken: 0, sync: sync.clone(), messages };
    let letters = letters.map(letter).collect();
    Ok((pair, letters))
}

/// What is in a box: the length, the letter, and zeros up to the nearest of the agreed sizes.
fn filled(letter: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(letter.len()).ok()?.to_be_bytes();
    padded([&length[..], letter].concat())
}

fn padded(mut inside: Vec<u8>) -> Option<Vec<u8>> {
    let size = BOX_BYTES.into_iter().find(|size| *size >= inside.len())?;
    inside.resize(size, 0);
    Some(inside)
}

/// A box for somebody with this in it.
fn sealed(to: &Half, inside: &[u8]) -> Sealed {
    let identity = to.machine.identity();
    let key = identity.secret.public().sound().expect("its own key is sound");
    let ephemeral = Digest::of("fuzz/ephemeral", &[inside]);
    Sealed(sealing::seal(&key, PURPOSE, identity.community.as_bytes(), inside, ephemeral.as_bytes()))
}

/// The letter as the partner may write it: of this partnership, and signed with its key, and so is what is in it.
fn written_anew(letter: Letter, partner: &Half, account: AccountId) -> Unverified<Letter> {
    let state = partner.machine.state();
    let messages = letter.messages.into_iter().map(|message| signed(message, partner)).collect();
    let sync = Sync { account, ..letter.sync };
    let from = state.ledger().partners()[&account].side;
    let letter = Letter { v: 1, account, from, sync, messages, ..letter };
    letter.sign(&partner.machine.identity().secret).into_unverified()
}

/// Hands a box over; a number for what came of it.
fn hand_over(pair: &Pair, account: &AccountId, inside: &[u8]) -> u64 {
    let mut us = pair.sides[0].clone();
    let sealed = sealed(&us, inside);
    let identity = us.machine.identity();
    let opened = open_letter(&identity.community, &identity.secret, &sealed);
    if let Ok(letter) = &opened {
        let bytes = codec::encode(letter);
        assert_eq!(inside.get(LENGTH..LENGTH + bytes.len()), Some(&bytes[..]), "a letter has one form");
        assert_eq!(letter.content.account, letter.content.sync.account);
    }
    let ended = ending(&opened);
    let message = Checked::Plain(Message::MailBox(sealed));
    ended ^ take(&mut us, pair.sides[1].peer(), (account, pair.now), message).rotate_left(7)
}

/// What is in a box may be anything.
fn anything(pair: &Pair, account: &AccountId, bytes: &[u8]) -> u64 {
    let letter = bytes.split_first_chunk::<LENGTH>().and_then(|(length, rest)| {
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        Some(codec::decode::<Unverified<Letter>>(rest.get(..length)?, MAX_BOX_BYTES))
    });
    let some = bytes.iter().copied().map(usize::from).sum::<usize>().is_multiple_of(SEALED_EVERY);
    match letter {
        Some(Err(why)) if !some => mark(&why.to_string()),
        None if !some => 5,
        _ => padded(bytes.to_vec()).map_or(7, |inside| 9 ^ hand_over(pair, account, &inside)),
    }
}

#[test]
fn letters() -> Result<()> {
    let (pair, written) = written()?;
    let account = pair.account()?;
    let partner = &pair.sides[1];
    let mut corpus: Vec<Vec<u8>> = written.iter().map(codec::encode).collect();
    for letter in &written {
        let letter = written_anew(letter.clone(), partner, account);
        corpus.push(filled(&codec::encode(&letter)).context("it fits")?);
    }
    let run = |bytes: &[u8]| match codec::decode::<Letter>(bytes, MAX_BOX_BYTES) {
        Ok(letter) => {
            let letter = written_anew(letter, partner, account);
            filled(&codec::encode(&letter)).map_or(3, |inside| hand_over(&pair, &account, &inside))
        }
        Err(_) => anything(&pair, &account, bytes),
    };
    drive(Target { name: "letters", corpus, memory: MEMORY, run: &run })
}

/// The fuzzer begins with letters that are taken: what they say is recorded.
#[test]
fn letters_signed_anew_are_taken() -> Result<()> {
    let (pair, written) = written()?;
    let account = pair.account()?;
    let mut recorded = Vec::new();
    for letter in written {
        let mut us = pair.sides[0].clone();
        let letter = written_anew(letter, &pair.sides[1], account);
        let sealed = sealed(&us, &filled(&codec::encode(&letter)).context("it fits")?);
        let before = us.facts.len();
        take(&mut us, pair.sides[1].peer(), (&account, pair.now), Checked::Plain(Message::MailBox(sealed)));
        recorded.push(us.facts.len() - before);
    }
    // That it came; two payments received; a request, which is then noted.
    ensure!(recorded[0] >= 1 && recorded[1] >= 5 && recorded[2] >= 2, "{recorded:?}");
    Ok(())
}
