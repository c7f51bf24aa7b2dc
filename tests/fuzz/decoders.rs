//! Everything that a peer or a person can hand over: parcels, messages, envelopes, entries, notes, invitations, records.

use crate::{
    engine::{Target, drive, ending, mark},
    talk::{said_everything, talked},
};
use anyhow::{Context as _, Result};
use kith_protocol::{
    codec,
    community::{Certificate, Certificates, check_certificate},
    envelope::{Content, Unverified},
    escrow::{Answer, Ask, Claim, Inventory, Kept, Part, Piece, Question, Told, check_claim},
    id::Digest,
    key::{PublicKey, SoundKey},
    ledger::{
        Entry, MAX_ENTRY_BYTES,
        checkpoint::{Note, origin_of},
    },
    machine::{Fact, MAX_MESSAGE_BYTES, MAX_PARCEL_BYTES, Message, Parcel, check_announcement},
    partnership::{
        Acknowledgement, Closing, Decision, Grant, Invitation, MAX_INVITATION_TEXT, Proposal, ResumeAcknowledgement,
        ResumeOffer, ResumeRequest, Statement, Terms,
    },
    sheet::BalanceSheet,
    shelf::{Announcement, Head, MAX_ANNOUNCEMENT_BYTES, Record, check_record},
    time::Timestamp,
};
use kith_tests::pair::Pair;
use serde::{Serialize, de::DeserializeOwned};

/// Memory that decoding may cost beside the input: serde's copies of the largest parcel, with room for its many small lists.
const MEMORY: usize = 16 * 1024 * 1024;

fn key(pair: &Pair, i: usize) -> Result<SoundKey> {
    Ok(pair.sides[i].machine.identity().certificate.content.key.sound()?)
}

fn try_signed<T: Content + Serialize + DeserializeOwned>(bytes: &[u8], key: &SoundKey) -> u64 {
    match codec::decode::<Unverified<T>>(bytes, MAX_MESSAGE_BYTES) {
        Ok(content) => 2 + ending(&content.verify(key)),
        Err(why) => mark(&why.to_string()),
    }
}

#[test]
fn parcels_and_messages() -> Result<()> {
    let pair = said_everything()?;
    let keys = [key(&pair, 0)?, key(&pair, 1)?];
    let mut corpus: Vec<Vec<u8>> = pair.said.iter().map(|(_, message)| codec::encode(message)).collect();
    corpus.extend(pair.said.chunks(5).map(|some| {
        let messages = some.iter().map(|(_, message)| message.clone()).collect();
        codec::encode(&Parcel { messages })
    }));
    let run = |bytes: &[u8]| {
        let one = |message: Message| {
            let ended = keys.iter().map(|key| ending(&message.clone().check(Some(key))));
            ended.fold(0, u64::wrapping_add)
        };
        match (Parcel::decode(bytes), codec::decode::<Message>(bytes, MAX_MESSAGE_BYTES)) {
            (Ok(parcel), _) => {
                assert_eq!(codec::encode(&parcel), bytes);
                parcel.messages.into_iter().map(one).fold(1, u64::wrapping_add)
            }
            (_, Ok(message)) => {
                assert_eq!(codec::encode(&message), bytes);
                one(message)
            }
            (Err(why), Err(other)) => mark(&why.to_string()) ^ mark(&other.to_string()),
        }
    };
    let memory = MEMORY.max(8 * MAX_PARCEL_BYTES);
    drive(Target { name: "parcels", corpus, memory, run: &run })
}

#[test]
fn envelopes() -> Result<()> {
    let pair = said_everything()?;
    let keys = [key(&pair, 0)?, key(&pair, 1)?];
    let mut corpus = Vec::new();
    for (_, message) in &pair.said {
        match message {
            Message::Propose { proposal, .. } => corpus.push(codec::encode(proposal)),
            Message::Decide(decision) => corpus.push(codec::encode(decision)),
            Message::Acknowledge(word) => corpus.push(codec::encode(word)),
            Message::ResumeRequest(asked) => corpus.push(codec::encode(&asked.request)),
            Message::ResumeOffer { offer, certificate } => {
                corpus.extend([codec::encode(offer), codec::encode(certificate)]);
            }
            Message::ResumeAcknowledge(word) => corpus.push(codec::encode(word)),
            Message::Accept(acceptance) => corpus.push(codec::encode(&acceptance.terms)),
            Message::Hello(hello) => corpus.push(codec::encode(&hello.card.record)),
            Message::Grant(change) => corpus.push(codec::encode(&change.grant)),
            Message::Say(statement) => corpus.push(codec::encode(statement)),
            Message::DisputeClosed { closing, .. } => corpus.push(codec::encode(closing)),
            Message::Shelf { head: Some(head), .. } => corpus.push(codec::encode(head)),
            _ => {}
        }
    }
    let run = |bytes: &[u8]| {
        let certificate = codec::decode::<Unverified<Certificate>>(bytes, MAX_MESSAGE_BYTES);
        let mut sum = certificate.map_or(0, |certificate| ending(&check_certificate(&certificate)));
        for key in &keys {
            let each = [
                try_signed::<Proposal>(bytes, key),
                try_signed::<Decision>(bytes, key),
                try_signed::<Acknowledgement>(bytes, key),
                try_signed::<Terms>(bytes, key),
                try_signed::<Record>(bytes, key),
                try_signed::<Head>(bytes, key),
                try_signed::<ResumeRequest>(bytes, key),
                try_signed::<ResumeOffer>(bytes, key),
                try_signed::<ResumeAcknowledgement>(bytes, key),
                try_signed::<BalanceSheet>(bytes, key),
                try_signed::<Grant>(bytes, key),
                try_signed::<Statement>(bytes, key),
                try_signed::<Closing>(bytes, key),
            ];
            sum = each.into_iter().fold(sum, |sum, one| sum.rotate_left(5) ^ one);
        }
        sum
    };
    drive(Target { name: "envelopes", corpus, memory: MEMORY, run: &run })
}

#[test]
fn entries_and_facts() -> Result<()> {
    let pair = said_everything()?;
    let facts = || pair.sides.iter().flat_map(|side| &side.facts);
    let mut corpus: Vec<Vec<u8>> = facts().map(codec::encode).collect();
    corpus.extend(pair.sides.iter().flat_map(|side| side.view.entries()).map(Entry::to_bytes));
    let run = |bytes: &[u8]| {
        let entry = codec::decode::<Entry>(bytes, MAX_ENTRY_BYTES);
        if let Ok(entry) = &entry {
            assert_eq!(entry.to_bytes(), bytes);
            assert_eq!(entry.shown().leaf(), entry.leaf());
        }
        // What the journal holds is read without the check of its form, but never without an answer.
        ending(&entry) ^ ending(&codec::decode_own::<Fact>(bytes)).rotate_left(9)
    };
    drive(Target { name: "entries", corpus, memory: MEMORY, run: &run })
}

#[test]
fn checkpoints() -> Result<()> {
    let pair = talked()?;
    let mut corpus = Vec::new();
    for side in &pair.sides {
        let mut note = side.note()?;
        corpus.push(note.to_text().into_bytes());
        note.sign("witness.example", &side.root)?;
        corpus.push(note.to_text().into_bytes());
    }
    let origin = origin_of(&pair.sides[0].machine.identity().community);
    let key = key(&pair, 0)?;
    let run = |bytes: &[u8]| {
        let Ok(text) = std::str::from_utf8(bytes) else { return 0 };
        match Note::parse(text) {
            Ok(note) => {
                assert_eq!(note.to_text(), text);
                2 + ending(&note.verify(&origin, &key))
            }
            Err(why) => mark(&why.to_string()),
        }
    };
    drive(Target { name: "checkpoints", corpus, memory: MEMORY, run: &run })
}

#[test]
fn invitations() -> Result<()> {
    let pair = Pair::partners()?;
    let invited = pair.sides[0].machine.state().invitations().values().next().context("one was given out")?;
    let text = invited.invitation.to_text();
    let bare = codec::encode(&invited.invitation);
    let corpus = vec![text.clone().into_bytes(), text.to_lowercase().into_bytes(), bare];
    let run = |bytes: &[u8]| {
        // What is inside the text, tried without it: hardly any change of a text is still base 32.
        if let Ok(inside) = codec::decode::<Invitation>(bytes, MAX_INVITATION_TEXT) {
            return 3 + ending(&Invitation::parse(&inside.to_text()));
        }
        let parsed = Invitation::parse(&String::from_utf8_lossy(bytes));
        if let Ok(invitation) = &parsed {
            assert_eq!(Invitation::parse(&invitation.to_text()).as_ref(), Ok(invitation));
        }
        ending(&parsed)
    };
    drive(Target { name: "invitations", corpus, memory: MEMORY, run: &run })
}

#[test]
fn records() -> Result<()> {
    let pair = talked()?;
    let mut corpus = Vec::new();
    for (_, message) in &pair.said {
        match message {
            Message::Hello(hello) => corpus.push(codec::encode(&hello.card)),
            Message::Shelf { records, certificate, .. } => {
                let announce = |record: &Unverified<Record>| {
                    codec::encode(&Announcement { certificate: certificate.clone(), record: record.clone() })
                };
                corpus.extend(records.iter().map(announce));
            }
            _ => {}
        }
    }
    let run = |bytes: &[u8]| match codec::decode::<Announcement>(bytes, MAX_ANNOUNCEMENT_BYTES) {
        Ok(announcement) => {
            let checked = check_record(&announcement.record.content);
            ending(&checked) ^ ending(&check_announcement(announcement, &mut Certificates::default())).rotate_left(9)
        }
        Err(why) => mark(&why.to_string()),
    };
    drive(Target { name: "records", corpus, memory: MEMORY, run: &run })
}

#[test]
fn copies() -> Result<()> {
    let pair = Pair::partners()?;
    let side = &pair.sides[0];
    let (identity, root) = (side.machine.identity(), &side.root);
    let community = identity.community;
    let piece = |n: u8| Piece { mark: Digest([n; 32]), bytes: u64::from(n), sha256: Digest([n ^ 1; 32]) };
    let inventory = Inventory { v: 1, community, made_at: Timestamp(5), pieces: (1..9).map(piece).collect() };
    let inventory = inventory.sign(&identity.secret).into_unverified();
    let kept = Box::new(Kept { certificate: identity.certificate.clone(), inventory });
    let (keeper, asker) = (PublicKey([1; 32]), PublicKey([2; 32]));
    let awaited = Claim { v: 1, community, keeper, asker, nonce: [3; 16] };
    let claim = Box::new(awaited.clone().sign(root).into_unverified());
    let part = Part(vec![7; 40]);
    let asked = [
        Ask::Look,
        Ask::Offer(kept.clone()),
        Ask::Put { index: 1, from: 2, part: part.clone() },
        Ask::Release,
        Ask::Knock { community },
        Ask::Claim(claim),
        Ask::Take { index: 3, from: 4 },
    ];
    let told = [
        Told::Holding { keeps: true, room: 9, kept: Some(kept) },
        Told::Wanted { index: 5, from: 6 },
        Told::Whole,
        Told::Nonce { nonce: [4; 16] },
        Told::Part(part),
        Told::Refused { code: "no-copies".into() },
    ];
    let mut corpus: Vec<Vec<u8>> = asked.into_iter().map(|escrow| codec::encode(&Question { escrow })).collect();
    corpus.extend(told.into_iter().map(|escrow| codec::encode(&Answer { escrow })));
    let run = |bytes: &[u8]| match (Question::decode(bytes), Answer::decode(bytes)) {
        (Ok(question), _) => {
            assert_eq!(codec::encode(&question), bytes);
            match question.escrow {
                Ask::Offer(kept) => 1 + ending(&kept.check(&community)),
                Ask::Claim(claim) => 2 + ending(&check_claim(&claim, &awaited)),
                _ => 3,
            }
        }
        (_, Ok(answer)) => {
            assert_eq!(codec::encode(&answer), bytes);
            match answer.escrow {
                Told::Holding { kept: Some(kept), .. } => 4 + ending(&kept.check(&community)),
                _ => 5,
            }
        }
        (Err(why), Err(other)) => mark(&why.to_string()) ^ mark(&other.to_string()),
    };
    drive(Target { name: "copies", corpus, memory: MEMORY, run: &run })
}
