//! Files that were changed, cut or put together wrongly after they were written.

use super::*;
use crate::{
    envelope::Content,
    id::Digest,
    key::SecretKey,
    ledger::{
        Body,
        archive::HEADER_BYTES,
        tests::fixture::{COORDINATOR, befriend, certificate, member},
    },
    rejection::Rejection,
};

/// A town with few entries, among them signatures of members and of a partner.
fn small() -> Town {
    let (mut one, mut two) = (Town::with_members(1, 2), Town::new(2));
    one.enter(one.exchange(1, 1, 2, 90)).unwrap();
    befriend(&mut one, &mut two);
    one.enter(one.gift(2, 1, 30)).unwrap();
    one
}

/// Where each block starts in the file, and where the file ends.
fn starts(export: &Export) -> Vec<usize> {
    let manifest = codec::encode(&export.manifest);
    let mut starts = vec![1 + HEADER_BYTES];
    for block in std::iter::once(&manifest).chain(&export.blocks) {
        starts.push(starts.last().unwrap() + ArchiveWriter::block(block).unwrap().len());
    }
    starts
}

#[test]
fn every_changed_byte_is_found_and_its_entry_named() {
    let export = Export::of(&small());
    let (bytes, starts) = (export.bytes(), starts(&export));
    assert_eq!(*starts.last().unwrap(), bytes.len());
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1 << (place % 8);
        let finding = judge(&changed, bytes.len()).unwrap_err();
        // Block 0 is the manifest; what stands before it is the archive's header.
        let block = starts.iter().rposition(|start| *start <= place);
        let entry = block.and_then(|block| block.checked_sub(1)).map(|entry| u64::try_from(entry).unwrap());
        assert_eq!(finding.entry, entry, "byte {place}: {finding}");
        assert_eq!(finding.flaw.code(), "archive", "byte {place}: {finding}");
    }
}

#[test]
fn every_cut_is_found() {
    let export = Export::of(&small());
    let (bytes, starts) = (export.bytes(), starts(&export));
    for end in 0..bytes.len() {
        let finding = judge(&bytes[..end], 500).unwrap_err();
        let block = starts.iter().rposition(|start| *start <= end);
        let entry = block.and_then(|block| block.checked_sub(1)).map(|entry| u64::try_from(entry).unwrap());
        assert_eq!(finding.entry, entry, "cut at {end}: {finding}");
        // A cut between two blocks leaves a good archive of too few entries; between the manifest and the first, too.
        let between = starts[1..].contains(&end);
        assert_eq!(finding.flaw.code(), if between { "missing" } else { "archive" }, "cut at {end}");
    }
}

#[test]
fn findings_read_as_sentences() {
    let mut export = Export::of(&small());
    let size = export.manifest.size;
    let last = export.blocks.pop().unwrap();
    assert_eq!(
        export.judge().unwrap_err().to_string(),
        format!(
            "entry {} is not valid: it is missing: the checkpoint speaks of {size} entries; ask for the whole export",
            size - 1
        )
    );
    export.blocks.extend([last.clone(), last]);
    assert_eq!(export.finding(), (Some(size), "surplus"));
    let changed = export.bytes().iter().rev().skip(1).rev().copied().collect::<Vec<u8>>();
    assert!(
        judge(&changed, 100).unwrap_err().to_string().starts_with(&format!("entry {size} is not valid: the archive"))
    );
    assert_eq!(
        judge(b"", 1).unwrap_err().to_string(),
        "the exported ledger is not valid: this is not an exported ledger, or its first bytes were changed; export it again"
    );
}

#[test]
fn the_first_finding_is_the_last_word() {
    let export = Export::of(&small());
    let mut bytes = export.bytes();
    bytes[starts(&export)[3] + 50] ^= 1;
    let mut auditor = Auditor::new();
    let finding = auditor.push(&bytes).unwrap_err();
    assert_eq!(finding.entry, Some(2));
    assert_eq!(auditor.push(&Export::of(&small()).bytes()), Err(finding.clone()));
    assert_eq!(auditor.finish(), Err(finding));
}

#[test]
fn the_manifest_is_read_strictly() {
    let good = Export::of(&small());
    let judge_manifest = |bytes: &[u8]| {
        let mut file = ArchiveWriter::header(&content_digest(bytes));
        file.extend(ArchiveWriter::block(bytes).unwrap());
        let finding = judge(&file, 100).unwrap_err();
        (finding.entry, finding.flaw.code())
    };
    let mut newer = good.clone();
    newer.manifest.v = 2;
    assert_eq!(newer.finding(), (None, "unknown-version"));
    let canonical = codec::encode(&good.manifest);
    // The version in two bytes where one would do: the last pair of the map's shortest key.
    let mut padded = canonical.clone();
    let place = padded.windows(3).position(|w| w == b"\x61v\x01").unwrap();
    padded.splice(place + 2..place + 3, [0x18, 0x01]);
    assert_eq!(judge_manifest(&padded), (None, "malformed"));
    assert_eq!(judge_manifest(&canonical[..canonical.len() - 1]), (None, "malformed"));
    assert_eq!(judge_manifest(&good.blocks[0]), (None, "malformed"));
    assert_eq!(judge_manifest(&vec![0; MAX_MANIFEST_BYTES + 1]), (None, "malformed"));
    let mut empty = good.clone();
    empty.blocks.clear();
    empty.sign();
    assert_eq!(empty.finding(), (None, "empty"));
}

#[test]
fn the_checkpoint_must_be_of_this_ledger() {
    let (town, other) = (small(), Town::new(9));
    let good = Export::of(&town);
    // Sizes that the note does not say.
    let mut sizes = good.clone();
    sizes.manifest.size -= 1;
    assert_eq!(sizes.finding(), (None, "sizes-differ"));
    // A good note of another town, under this town's name and key, and under its own.
    let foreign = Export::of(&other);
    let mut borrowed = good.clone();
    borrowed.manifest.checkpoint = foreign.manifest.checkpoint.clone();
    assert_eq!(borrowed.finding(), (None, "bad-checkpoint"));
    let checkpoint = Checkpoint::new("example.com/log", good.manifest.size, town.ledger.tree().root()).unwrap();
    borrowed.manifest.checkpoint = checkpoint.sign(&origin_of(&town.community), &town.secret).unwrap().to_text();
    assert_eq!(borrowed.finding(), (None, "other-ledger"));
    // Other bytes under a good signature, and a signature by a key that nobody certified.
    let mut changed = good.clone();
    changed.manifest.checkpoint = good.manifest.checkpoint.replacen('\n', "\n1", 1);
    assert_eq!(changed.finding(), (None, "bad-checkpoint"));
    let mut stranger = good.clone();
    stranger.town.secret = SecretKey::from_seed(&[77; 32]);
    stranger.sign();
    assert_eq!(stranger.finding(), (None, "bad-checkpoint"));
    // That key with a certificate of its own making, or of another town.
    let root = SecretKey::from_seed(&[78; 32]);
    let mut forged = certificate(&root, stranger.town.secret.public(), 1);
    stranger.manifest.certificate = forged.clone();
    assert_eq!(stranger.judge().unwrap_err(), Finding::whole(Flaw::Certificate(Rejection::OtherCommunity)));
    forged.content.community = town.community;
    forged.signature = root.sign(&forged.content.signing_bytes());
    stranger.manifest.certificate = forged;
    assert_eq!(stranger.finding(), (None, "wrong-signature"));
    // A newer key that the root certified signs as well as the first.
    let root = SecretKey::from_seed(&[1; 32]);
    stranger.manifest.certificate = certificate(&root, stranger.town.secret.public(), 2);
    stranger.judge().unwrap();
}

#[test]
fn entries_that_fit_but_are_not_those_signed_lead_to_another_root() {
    let mut town = Town::with_members(1, 2);
    town.enter(town.opening(1, 60)).unwrap();
    let mut export = Export::of(&town);
    let signed = export.manifest.clone();
    let mut entry = town.past.entries[3].clone();
    entry.body = Body::OpeningBalance {
        member: member(1),
        minutes: crate::ledger::tests::fixture::balance(61),
        by: COORDINATOR,
    };
    export.blocks[3] = entry.to_bytes();
    assert_eq!(export.finding(), (None, "wrong-root"));
    // The keeper of the ledger may sign it again: then it is another ledger, and a sound one.
    export.sign();
    assert_ne!(export.manifest, signed);
    assert_ne!(export.judge().unwrap().root, Digest::ZERO);
}
