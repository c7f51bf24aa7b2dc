//! Real messages to start from: a pair of communities that says everything there is to say.

use anyhow::{Result, ensure};
use kith_protocol::{
    id::{Digest, ExchangeId, RecordKey},
    machine::{BOX_BYTES, Command, DisputeDeed, Message, Sealed},
    minutes::Minutes,
    partnership::{Complaint, Granted, Outcome, Words},
    sealing::SEAL_BYTES,
    shelf::{Category, Item, Listing, When},
    time::Span,
};
use kith_tests::pair::{COORDINATOR, LIMIT, MEMBER, Pair};
use std::collections::BTreeSet;

/// A pair that settled both ways, and resumed after a loss.
pub(crate) fn talked() -> Result<Pair> {
    let mut pair = Pair::partners()?;
    for n in 0..3u8 {
        pair.pay(0, 2 * n + 1, 5)?;
        pair.pay(1, 2 * n + 2, 3)?;
    }
    pair.carry()?;
    let old = pair.sides[0].clone();
    pair.pay(0, 40, 7)?;
    pair.carry()?;
    pair.pass(6)?;
    pair.go_back(0, old)?;
    pair.pay(1, 50, 2)?;
    pair.carry()?;
    pair.pass(20)?;
    Ok(pair)
}

/// The same, and it spoke of everything else that there is between two communities: each kind of message was said.
pub(crate) fn said_everything() -> Result<Pair> {
    let mut pair = talked()?;
    // The other side loses something, too.
    let old = pair.sides[1].clone();
    pair.pay(1, 55, 4)?;
    pair.carry()?;
    pair.pass(6)?;
    pair.go_back(1, old)?;
    published(&mut pair)?;
    asked(&mut pair)?;
    disputed(&mut pair)?;
    granted(&mut pair)?;
    mailed(&mut pair)?;
    unusual(&mut pair)?;
    Ok(pair)
}

/// One side asks for minutes, and the other declines; the other way round, too.
fn asked(pair: &mut Pair) -> Result<()> {
    let account = pair.account()?;
    for (i, n) in [(0, 60), (1, 61), (0, 62)] {
        let exchange = ExchangeId([n; 16]);
        let payer = Some(pair.sides[1 - i].machine.identity().aliases.alias(&account, &MEMBER));
        let (payee, minutes, reverses) = (MEMBER, Minutes::new(5)?, None);
        pair.command(i, Command::Ask { account, exchange, payee, payer, minutes, reverses })?;
        pair.carry()?;
        // The last one waits.
        if n < 62 {
            pair.command(1 - i, Command::Decline { exchange })?;
            pair.carry()?;
        }
    }
    pair.pass(20)
}

/// One dispute comes to its end, and in another each side would agree to something else.
fn disputed(pair: &mut Pair) -> Result<()> {
    let mut deed = |i, n, deed| {
        pair.command(i, Command::Dispute { exchange: ExchangeId([n; 16]), deed, by: COORDINATOR })?;
        pair.carry()?;
        pair.pass(20)
    };
    let text = || Words::new("It was less.");
    for n in [1, 3] {
        deed(0, n, DisputeDeed::Open { complaint: Complaint::Hours, text: Some(text()?) })?;
        deed(1, n, DisputeDeed::Say { text: text()? })?;
        deed(0, n, DisputeDeed::Suggest { outcome: Outcome::SetAside })?;
    }
    deed(1, 1, DisputeDeed::Suggest { outcome: Outcome::SetAside })?;
    deed(1, 3, DisputeDeed::Suggest { outcome: Outcome::Stands })
}

/// Each side offers something, and the other fetches it.
fn published(pair: &mut Pair) -> Result<()> {
    for i in 0..2 {
        let listing = Listing {
            title: "Help in the garden".into(),
            text: None,
            category: Category::Garden,
            tags: Vec::new(),
            area: None,
            language: "en".into(),
            remote: false,
            when: When::default(),
        };
        let (key, expires_at) = (RecordKey([5; 16]), pair.now.plus(Span::days(30)));
        pair.command(i, Command::Publish { key, item: Item::Offer(listing), expires_at, owner: None })?;
        pair.carry()?;
        pair.pass(61)?;
    }
    pair.pass(61)
}

fn granted(pair: &mut Pair) -> Result<()> {
    let account = pair.account()?;
    for i in 0..2 {
        let granted = Granted { limit: LIMIT - 50, gives: true, receives: true, ended: false };
        pair.command(i, Command::ChangePartnership { account, granted, by: COORDINATOR })?;
        pair.carry()?;
    }
    Ok(())
}

fn mailed(pair: &mut Pair) -> Result<()> {
    let account = pair.account()?;
    for i in 0..2 {
        pair.command(i, Command::Mail { account, on: true, by: COORDINATOR })?;
        pair.carry()?;
    }
    pair.pass(61)
}

/// What two who hear each other well never have to say, and what takes a third to say.
fn unusual(pair: &mut Pair) -> Result<()> {
    let (account, now) = (pair.account()?, pair.now);
    let mut others = Vec::new();
    for i in 0..2 {
        let to = pair.sides[1 - i].machine.identity().community;
        let sealed = Sealed(vec![9; BOX_BYTES[0] + SEAL_BYTES]);
        let digest = sealed.digest();
        let code = || "no-mail".to_owned();
        let all = [
            Message::WhoAreYou,
            Message::AgreementWanted { account },
            Message::Declined { account, code: code() },
            Message::MailDrop { to, n: now.plus(Span::seconds(1)).0, sealed: sealed.clone() },
            Message::MailHeld { to, digest },
            Message::MailRefused { to, digest: Digest([9; 32]), code: code() },
            Message::MailBox(sealed),
            Message::MailTaken { digest },
        ];
        others.extend(all.map(|message| (i, message)));
    }
    pair.said.extend(others);
    Ok(())
}

/// What is said by whoever lost something.
const AFTER_A_LOSS: &[&str] = &["resume request", "resume fetch", "resume acknowledge"];

/// Names for all kinds of message, in one list with the match that finds them: it has no arm for kinds that are not named.
macro_rules! kinds {
    ($($kind:pat => $name:literal,)*) => {
        const KINDS: &[&str] = &[$($name),*];
        fn kind(message: &Message) -> &'static str {
            match message {
                $($kind => $name,)*
            }
        }
    };
}

kinds! {
    Message::Hello(_) => "hello",
    Message::WhoAreYou => "who are you",
    Message::Propose { .. } => "propose",
    Message::Decide(_) => "decide",
    Message::Acknowledge(_) => "acknowledge",
    Message::Sync(_) => "sync",
    Message::ResumeRequest(_) => "resume request",
    Message::ResumeOffer { .. } => "resume offer",
    Message::ResumeFetch { .. } => "resume fetch",
    Message::Crossings { .. } => "crossings",
    Message::ResumeAcknowledge(_) => "resume acknowledge",
    Message::LedgerWanted(_) => "ledger wanted",
    Message::LedgerShown(_) => "ledger shown",
    Message::Accept(_) => "accept",
    Message::Agreed(_) => "agreed",
    Message::AgreementWanted { .. } => "agreement wanted",
    Message::Declined { .. } => "declined",
    Message::Ask(_) => "ask",
    Message::AskNoted { .. } => "ask noted",
    Message::AskDeclined { .. } => "ask declined",
    Message::Mail { .. } => "mail",
    Message::Grant(_) => "grant",
    Message::MailDrop { .. } => "mail drop",
    Message::MailHeld { .. } => "mail held",
    Message::MailRefused { .. } => "mail refused",
    Message::MailBox(_) => "mail box",
    Message::MailTaken { .. } => "mail taken",
    Message::DisputeHeads(_) => "dispute heads",
    Message::Say(_) => "say",
    Message::DisputeClosed { .. } => "dispute closed",
    Message::Heads { .. } => "heads",
    Message::Pull { .. } => "pull",
    Message::Shelf { .. } => "shelf",
}

/// What the fuzzer never saw it hardly finds.
#[test]
fn every_kind_of_message_was_said() -> Result<()> {
    let pair = said_everything()?;
    let said: BTreeSet<_> = pair.said.iter().map(|(_, message)| kind(message)).collect();
    let missing: Vec<_> = KINDS.iter().filter(|name| !said.contains(*name)).collect();
    ensure!(missing.is_empty(), "never said: {missing:?}");
    // The machine that is fed with whatever a partner may say to it begins with all that one says after a loss.
    let to_us: BTreeSet<_> = pair.said.iter().filter(|(to, _)| *to == 0).map(|(_, message)| kind(message)).collect();
    let missing: Vec<_> = AFTER_A_LOSS.iter().filter(|name| !to_us.contains(*name)).collect();
    ensure!(missing.is_empty(), "never said to the first side: {missing:?}");
    Ok(())
}
