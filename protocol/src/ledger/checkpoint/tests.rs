#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::{codec, ledger::merkle::leaf_hash};
use proptest::prelude::*;
use signed_note::{StandardSigner, StandardVerifier, VerifierList};

/// The note and the keys with which Go's `note` package documents the format.
const GO_TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const GO_PETER: &str = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const GO_ENOCH: &str =
    "\u{2014} EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";
const GO_PETER_KEY: &str = "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_ENOCH_KEY: &str = "ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";

fn key(typed: &str) -> SoundKey {
    let bytes = BASE64.decode(typed.as_bytes()).unwrap();
    PublicKey(bytes.strip_prefix(&[ED25519]).unwrap().try_into().unwrap()).sound().unwrap()
}

fn community(seed: u8) -> (SecretKey, SoundKey, CommunityId) {
    let secret = SecretKey::from_seed(&[seed; 32]);
    (secret.clone(), secret.public().sound().unwrap(), CommunityId(secret.public().0))
}

fn checkpoint(community: &CommunityId) -> Checkpoint {
    let mut frontier = Frontier::default();
    (0u8..23).for_each(|i| frontier.push(leaf_hash(&[i])));
    Checkpoint::of(community, &frontier)
}

fn their_signer(name: &str, seed: u8) -> StandardSigner {
    let public = SecretKey::from_seed(&[seed; 32]).public();
    let id = signed_note::key_id(name, &[&[ED25519][..], &public.0].concat());
    let secret = BASE64.encode(&[&[ED25519][..], &[seed; 32]].concat());
    StandardSigner::new(&format!("PRIVATE+KEY+{name}+{id:08x}+{secret}")).unwrap()
}

fn their_verifiers(name: &str, key: &SoundKey) -> VerifierList {
    let typed = [&[ED25519][..], &key.public().0].concat();
    let id = signed_note::key_id(name, &typed);
    let text = format!("{name}+{id:08x}+{}", BASE64.encode(&typed));
    VerifierList::new(vec![Box::new(StandardVerifier::new(&text).unwrap())])
}

#[test]
fn notes_of_the_reference_implementation_verify() {
    let (peter, enoch) = (key(GO_PETER_KEY), key(GO_ENOCH_KEY));
    assert_eq!(key_id("PeterNeumann", ED25519, &peter.public()), [0xc7, 0x4f, 0x20, 0xa3]);
    assert_eq!(key_id("EnochRoot", ED25519, &enoch.public()), [0xaf, 0x0c, 0xfe, 0x78]);
    let text = format!("{GO_TEXT}\n{GO_PETER}{GO_ENOCH}");
    let note = Note::parse(&text).unwrap();
    assert_eq!(note.to_text(), text);
    assert_eq!(note.verify_text("PeterNeumann", &peter), Ok(GO_TEXT));
    assert_eq!(note.verify_text("EnochRoot", &enoch), Ok(GO_TEXT));
    assert!(matches!(note.verify("PeterNeumann", &peter).unwrap_err(), NoteError::Body(_)));
    assert_eq!(note.verify_text("EnochRoot", &peter).unwrap_err(), NoteError::NotSigned("EnochRoot".into()));
    assert_eq!(note.verify_text("Peter", &peter).unwrap_err(), NoteError::NotSigned("Peter".into()));
}

#[test]
fn a_checkpoint_has_its_known_text() {
    let id: CommunityId = "did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw".parse().unwrap();
    let empty = Checkpoint::of(&id, &Frontier::default());
    assert_eq!(
        empty.body(),
        "kith/did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    );
    assert_eq!(Checkpoint::parse_body(&empty.body()).unwrap(), empty);
    assert_eq!((empty.community(), empty.size(), *empty.root()), (Some(id), 0, empty_root()));
    // The example of C2SP tlog-checkpoint, which is nobody's community.
    let body = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    let foreign = Checkpoint::parse_body(body).unwrap();
    assert_eq!((foreign.body().as_str(), foreign.size(), foreign.community()), (body, 20_852_163, None));
    assert_eq!(Checkpoint::new(foreign.origin(), foreign.size(), *foreign.root()).unwrap(), foreign);
}

#[test]
fn what_we_sign_verifies_here_and_in_another_implementation() {
    let (secret, sound, id) = community(7);
    let (checkpoint, name) = (checkpoint(&id), origin_of(&id));
    let mut note = checkpoint.sign(&name, &secret).unwrap();
    let witness = community(8);
    note.sign(&origin_of(&witness.2), &witness.0).unwrap();
    assert_eq!(note.verify(&name, &sound).unwrap(), checkpoint);
    let text = note.to_text();
    assert_eq!(Note::parse(&text).unwrap(), note);
    assert_eq!(codec::decode::<Note>(&codec::encode(&note), 1_000).unwrap(), note);
    let theirs = signed_note::Note::from_bytes(text.as_bytes()).unwrap();
    for (name, key) in [(&name, &sound), (&origin_of(&witness.2), &witness.1)] {
        let (verified, unknown) = theirs.verify(&their_verifiers(name, key)).unwrap();
        assert_eq!((verified.len(), verified[0].name(), unknown.len()), (1, name.as_str(), 1));
    }
    assert_eq!(theirs.text(), checkpoint.body().as_bytes());
    assert!(theirs.verify(&their_verifiers(&name, &witness.1)).is_err());
}

#[test]
fn what_another_implementation_signs_verifies_here() {
    let (_, sound, id) = community(7);
    let (checkpoint, name) = (checkpoint(&id), origin_of(&id));
    let mut theirs = signed_note::Note::new(checkpoint.body().as_bytes(), &[]).unwrap();
    theirs.add_sigs(&[&their_signer("witness.example/w1", 9), &their_signer(&name, 7)]).unwrap();
    let note = Note::parse(std::str::from_utf8(&theirs.to_bytes()).unwrap()).unwrap();
    assert_eq!(note.verify(&name, &sound).unwrap(), checkpoint);
    assert_eq!(note.verify("witness.example/w1", &community(9).1).unwrap(), checkpoint);
    assert_eq!(note.signatures().len(), 2);
    assert_eq!(note.signatures()[0].name(), "witness.example/w1");
}

#[test]
fn every_flipped_bit_is_found() {
    let (secret, sound, id) = community(3);
    let name = origin_of(&id);
    let text = checkpoint(&id).sign(&name, &secret).unwrap().to_text().into_bytes();
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut harmed = text.clone();
            harmed[at] ^= 1 << bit;
            let Ok(harmed) = std::str::from_utf8(&harmed) else { continue };
            assert!(Note::parse(harmed).and_then(|note| note.verify(&name, &sound)).is_err(), "byte {at}, bit {bit}");
        }
        let mut shorter = text.clone();
        shorter.remove(at);
        let Ok(shorter) = std::str::from_utf8(&shorter) else { continue };
        assert!(Note::parse(shorter).and_then(|note| note.verify(&name, &sound)).is_err(), "byte {at} removed");
    }
}

#[test]
fn signatures_of_unknown_keys_are_ignored_and_false_ones_are_not() {
    let (secret, sound, id) = community(4);
    let name = origin_of(&id);
    let note = checkpoint(&id).sign(&name, &secret).unwrap();
    let genuine = note.signatures()[0].clone();
    // The same name with another number, and the same number under another name.
    let mut noisy = note.clone();
    noisy.add(NoteSignature::new(&name, [1, 2, 3, 4], vec![9]).unwrap()).unwrap();
    noisy.add(NoteSignature::new("someone.example", genuine.key_id(), genuine.bytes().to_vec()).unwrap()).unwrap();
    assert!(noisy.verify(&name, &sound).is_ok());
    // A false signature that claims the known key spoils the note, wherever it stands and whatever its length.
    for bytes in [vec![0; 64], genuine.bytes()[..63].to_vec(), [genuine.bytes(), &[0][..]].concat()] {
        let bad = NoteSignature::new(&name, genuine.key_id(), bytes).unwrap();
        for signatures in [vec![genuine.clone(), bad.clone()], vec![bad, genuine.clone()]] {
            let spoiled = Note { text: note.text.clone(), signatures };
            let read = Note::parse(&spoiled.to_text()).unwrap();
            assert_eq!(read.verify(&name, &sound).unwrap_err(), NoteError::WrongSignature(name.clone()));
        }
    }
    let twice = Note { text: note.text.clone(), signatures: vec![genuine.clone(), genuine.clone()] };
    assert!(twice.verify(&name, &sound).is_ok());
    // Signing again replaces, so that a note does not grow.
    let mut again = twice;
    again.sign(&name, &secret).unwrap();
    assert_eq!(again, note);
}

#[test]
fn limits_hold_in_both_directions() {
    let (secret, _, id) = community(5);
    let mut note = checkpoint(&id).sign("a", &secret).unwrap();
    for i in 1..MAX_SIGNATURES {
        note.sign(&format!("a{i}"), &secret).unwrap();
    }
    let full = note.clone();
    assert_eq!(note.sign("one-more", &secret).unwrap_err(), NoteError::TooManySignatures);
    assert_eq!(note, full);
    let text = full.to_text();
    assert_eq!(Note::parse(&text).unwrap(), full);
    let (_, last) = text.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(Note::parse(&format!("{text}{last}\n")).unwrap_err(), NoteError::TooManySignatures);
    let large = NoteSignature::new("large", [0; 4], vec![0; MAX_NOTE_BYTES]).unwrap();
    let mut small = checkpoint(&id).sign("a", &secret).unwrap();
    assert!(matches!(small.add(large).unwrap_err(), NoteError::TooLarge(_)));
    assert_eq!(small.signatures().len(), 1);
    let long = "x".repeat(MAX_NOTE_BYTES + 1);
    assert_eq!(Note::parse(&long).unwrap_err(), NoteError::TooLarge(long.len()));
    assert_eq!(Checkpoint::parse_body(&long).unwrap_err(), NoteError::TooLarge(long.len()));
    for name in ["", "a b", "a+b", "a\nb", "a\u{2003}b", "a\u{1}"] {
        assert_eq!(checkpoint(&id).sign(name, &secret).unwrap_err(), NoteError::Name(name.into()));
        assert_eq!(NoteSignature::new(name, [0; 4], vec![1]).unwrap_err(), NoteError::Name(name.into()));
        assert_eq!(Checkpoint::new(name, 0, empty_root()).unwrap_err(), NoteError::Name(name.into()));
    }
    assert_eq!(NoteSignature::new("a", [0; 4], Vec::new()).unwrap_err(), NoteError::EmptySignature);
}

#[test]
fn malformed_notes_are_refused() {
    let good = format!("{GO_TEXT}\n{GO_PETER}");
    assert!(Note::parse(&good).is_ok());
    let name = |from: &str, to: &str| good.replace(from, to);
    let cases = [
        (String::new(), NoteError::NoSignatures),
        (GO_TEXT.into(), NoteError::NoSignatures),
        (format!("{GO_TEXT}{GO_PETER}"), NoteError::NoSignatures),
        (format!("{GO_TEXT}\n"), NoteError::NoSignatures),
        (good.trim_end().into(), NoteError::NoSignatures),
        (format!("{good}\n"), NoteError::NoSignatures),
        (good.replace('\n', "\r\n"), NoteError::ControlCharacter),
        (format!("\0{good}"), NoteError::ControlCharacter),
        (name("\u{2014}", "-"), NoteError::SignatureLine(1)),
        (name("\u{2014} ", "\u{2014}"), NoteError::SignatureLine(1)),
        (name(" PeterNeumann", "  PeterNeumann"), NoteError::SignatureLine(1)),
        (name("PeterNeumann ", "PeterNeumann  "), NoteError::SignatureLine(1)),
        (name("PeterNeumann", "Peter+Neumann"), NoteError::SignatureLine(1)),
        (name("PeterNeumann", "Peter\u{a0}Neumann"), NoteError::SignatureLine(1)),
        (name("nAM=", "nAM"), NoteError::SignatureLine(1)),
        (name("nAM=", "nAN="), NoteError::SignatureLine(1)),
        (name("nAM=", "nAM= "), NoteError::SignatureLine(1)),
        // Padding in the middle: two encodings joined, which lenient decoders take.
        (name("x08g", "xw==T+4="), NoteError::SignatureLine(1)),
        (format!("{good}\u{2014} Short AAAAAA==\n"), NoteError::SignatureLine(2)),
        (format!("{good}more\n"), NoteError::SignatureLine(2)),
    ];
    for (text, error) in cases {
        assert_eq!(Note::parse(&text).unwrap_err(), error, "{text:?}");
        assert!(signed_note::Note::from_bytes(text.as_bytes()).is_err(), "{text:?}");
    }
}

#[test]
fn bodies_are_read_strictly() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let extended = format!("log.example\n5\n{root}\nfirst extension\nsecond\n");
    let read = Checkpoint::parse_body(&extended).unwrap();
    assert_eq!((read.extensions(), read.body()), (&["first extension".to_owned(), "second".to_owned()][..], extended));
    for size in
        ["", "05", "00", "+5", "-5", "5 ", " 5", "5.0", "0x5", "٥", "18446744073709551616", "9223372036854775809"]
    {
        let body = format!("log.example\n{size}\n{root}\n");
        assert!(matches!(Checkpoint::parse_body(&body).unwrap_err(), NoteError::Body(_)), "{size:?}");
    }
    assert_eq!(
        Checkpoint::parse_body(&format!("log.example\n9223372036854775808\n{root}\n")).unwrap().size(),
        MAX_LEAVES
    );
    for root in [
        "",
        "AAAA",
        &root[..43],
        &root.replace("2I=", "2J="),
        &format!("{root} "),
        &root.replace('/', "_"),
        &root.replace("CsUY", "Cg==xRg="),
    ] {
        let body = format!("log.example\n5\n{root}\n");
        assert!(matches!(Checkpoint::parse_body(&body).unwrap_err(), NoteError::Body(_)), "{root:?}");
    }
    for body in [
        String::new(),
        "\n".into(),
        format!("log.example\n5\n{root}"),
        format!("log.example\n5\n{root}\n\n"),
        format!("log.example\n5\n{root}\n\nlate\n"),
        format!("log.example\n\n5\n{root}\n"),
        format!("log.example\n0\n{root}\n"),
        "log.example\n5\n".into(),
    ] {
        assert!(matches!(Checkpoint::parse_body(&body).unwrap_err(), NoteError::Body(_)), "{body:?}");
    }
    for origin in ["", "my log", "my+log"] {
        let body = format!("{origin}\n5\n{root}\n");
        assert_eq!(Checkpoint::parse_body(&body).unwrap_err(), NoteError::Name(origin.into()));
    }
    assert_eq!(Checkpoint::new("kith/did:key:z6Mk", 1, Digest::ZERO).unwrap().community(), None);
}

/// A text with pieces of it replaced by others that matter to the format.
fn mangled() -> impl Strategy<Value = String> {
    let piece =
        prop::sample::select(vec!["", "\n", "\n\n", "\u{2014} ", " ", "+", "=", "AAAA", "\u{2003}", "\u{1}", "é", "0"]);
    let edit = (any::<prop::sample::Index>(), 0usize..6, piece);
    proptest::collection::vec(edit, 1..4).prop_map(|edits| {
        let mut chars: Vec<char> = format!("{GO_TEXT}\n{GO_PETER}{GO_ENOCH}").chars().collect();
        for (at, gone, piece) in edits {
            let at = at.index(chars.len());
            let end = (at + gone).min(chars.len());
            chars.splice(at..end, piece.chars());
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #[test]
    fn both_implementations_accept_the_same_notes(text in mangled()) {
        let theirs = signed_note::Note::from_bytes(text.as_bytes());
        match Note::parse(&text) {
            Ok(note) => {
                let theirs = theirs.unwrap();
                prop_assert_eq!(theirs.text(), note.text().as_bytes());
                prop_assert_eq!(theirs.to_bytes(), note.to_text().into_bytes());
                prop_assert_eq!(note.to_text(), text);
            }
            Err(_) => prop_assert!(theirs.is_err()),
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,200}", lines in "([a-z]{0,3}[0-9+]{0,3}\n){0,5}") {
        for text in [text, lines] {
            if let Ok(note) = Note::parse(&text) {
                prop_assert_eq!(note.to_text(), text.as_str());
            }
            if let Ok(checkpoint) = Checkpoint::parse_body(&text) {
                prop_assert_eq!(checkpoint.body(), text);
            }
        }
    }

    #[test]
    fn a_checkpoint_returns_from_its_text(size in 1..=MAX_LEAVES, root in any::<[u8; 32]>(), origin in "[a-z./:é]{1,80}") {
        let checkpoint = Checkpoint::new(&origin, size, Digest(root)).unwrap();
        prop_assert_eq!(Checkpoint::parse_body(&checkpoint.body()).unwrap(), checkpoint);
    }
}
