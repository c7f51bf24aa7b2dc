#![expect(clippy::unwrap_used, reason = "tests")]

use super::{
    ceremony::Asked,
    soft::{Soft, attestation},
    *,
};
use data_encoding::HEXLOWER;
use kith_protocol::time::{Span, Timestamp};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const ORIGIN: &str = "https://time.example.org";
const USER: [u8; USER_BYTES] = [9; USER_BYTES];

struct Node {
    site: Site,
    challenges: Challenges,
}

impl Node {
    fn new() -> Self {
        Self { site: Site::parse(ORIGIN).unwrap(), challenges: Challenges::new(&[1; 32]) }
    }

    fn asks(&self) -> Asked<'_> {
        Asked { site: &self.site, challenges: &self.challenges, bound: "browser" }
    }

    fn challenge(&self, purpose: Purpose) -> Vec<u8> {
        self.challenges.make(purpose, "browser", crate::runtime::home::random().unwrap(), NOW)
    }

    fn adds(&self, device: &Soft) -> Result<NewPasskey, Refusal> {
        created(self.asks(), &device.create(&self.challenge(Purpose::Add)), NOW)
    }

    fn hears(&self, sent: Asserted) -> Result<Assertion, Refusal> {
        asserted(self.asks(), sent, NOW)
    }

    fn lets_in(&self, device: &Soft, kept: &NewPasskey) -> Result<u32, Refusal> {
        self.hears(device.get(&self.challenge(Purpose::SignIn)))?.is_by(&kept.key, &USER, kept.counter)
    }
}

fn devices() -> [Soft; 2] {
    [Soft::es256(ORIGIN), Soft::ed25519(ORIGIN)].map(|device| Soft { user: USER.to_vec(), ..device })
}

#[test]
fn a_passkey_is_made_and_used_whether_its_device_counts_or_not() {
    let node = Node::new();
    for mut device in devices() {
        let kept = node.adds(&device).unwrap();
        assert_eq!((&kept.credential, &kept.key, kept.counter), (&device.credential, &device.cose(), 0));
        assert_eq!(node.lets_in(&device, &kept), Ok(0));
        assert_eq!(node.lets_in(&device, &kept), Ok(0));
        device.counter = 5;
        assert_eq!(node.lets_in(&device, &kept), Ok(5));
        let counted = NewPasskey { counter: 5, ..kept };
        for back in [5, 4, 0] {
            device.counter = back;
            assert_eq!(node.lets_in(&device, &counted), Err(Refusal::CounterBack), "{back}");
        }
        device.counter = u32::MAX;
        assert_eq!(node.lets_in(&device, &counted), Ok(u32::MAX));
    }
}

/// Its name, how it is told, and what it is answered.
type Lie = (&'static str, fn(&mut Soft), Refusal);

/// What a device or a browser can say that is not so, whichever ceremony it is in.
const LIES: [Lie; 9] = [
    ("another origin", |device| device.origin = "https://time.example.net".into(), Refusal::OtherSite),
    ("a port", |device| device.origin = format!("{ORIGIN}:8443"), Refusal::OtherSite),
    ("another scheme", |device| device.origin = "http://time.example.org".into(), Refusal::OtherSite),
    ("inside another page", |device| device.more = r#","crossOrigin":true"#, Refusal::OtherSite),
    ("another party", |device| device.host = "example.org".into(), Refusal::OtherRelyingParty),
    ("nobody there", |device| device.flags = 0x04, Refusal::NobodyThere),
    ("copied and not to be copied", |device| device.flags |= 0x10, Refusal::Unreadable),
    ("extensions that are not there", |device| device.flags |= 0x80, Refusal::Unreadable),
    ("two types", |device| device.more = r#","type":"webauthn.get""#, Refusal::Unreadable),
];

#[test]
fn every_lie_is_named_in_both_ceremonies() {
    let node = Node::new();
    for (what, lie, refusal) in LIES {
        for mut device in devices() {
            let kept = node.adds(&device).unwrap();
            lie(&mut device);
            assert_eq!(node.adds(&device), Err(refusal), "{what}");
            assert_eq!(node.lets_in(&device, &kept), Err(refusal), "{what}");
        }
    }
}

#[test]
fn an_answer_is_good_once_in_time_and_for_what_was_asked() {
    let node = Node::new();
    let [mut device, _] = devices();
    let kept = node.adds(&device).unwrap();
    let late = NOW.plus(Span::seconds(301));

    let (add, enter) = (node.challenge(Purpose::Add), node.challenge(Purpose::SignIn));
    assert_eq!(created(node.asks(), &device.create(&add), late), Err(Refusal::TooLate));
    assert_eq!(asserted(node.asks(), device.get(&enter), late).unwrap_err(), Refusal::TooLate);
    let elsewhere = Asked { bound: "another browser", ..node.asks() };
    assert_eq!(created(elsewhere, &device.create(&add), NOW), Err(Refusal::NotAsked));
    assert_eq!(node.hears(device.get(&add)).unwrap_err(), Refusal::NotAsked);
    assert_eq!(created(node.asks(), &device.create(&enter), NOW), Err(Refusal::NotAsked));
    assert_eq!(node.hears(device.get(b"made up")).unwrap_err(), Refusal::NotAsked);

    assert!(created(node.asks(), &device.create(&add), NOW).is_ok());
    assert_eq!(created(node.asks(), &device.create(&add), NOW), Err(Refusal::Used));
    node.hears(device.get(&enter)).unwrap().is_by(&kept.key, &USER, 0).unwrap();
    assert_eq!(node.hears(device.get(&enter)).unwrap_err(), Refusal::Used);

    // What was refused for something else is used up, too.
    let enter = node.challenge(Purpose::SignIn);
    device.kind = Some("webauthn.create");
    assert_eq!(node.hears(device.get(&enter)).unwrap_err(), Refusal::OtherQuestion);
    device.kind = None;
    assert_eq!(node.hears(device.get(&enter)).unwrap_err(), Refusal::Used);
    device.kind = Some("webauthn.get");
    assert_eq!(node.adds(&device), Err(Refusal::OtherQuestion));
}

#[test]
fn nobody_signs_in_with_the_passkey_of_another() {
    let node = Node::new();
    let [mut amina, mut joe] = devices();
    let (hers, his) = (node.adds(&amina).unwrap(), node.adds(&joe).unwrap());
    // Her passkey's id under his key, and the other way round.
    assert_eq!(node.lets_in(&amina, &his), Err(Refusal::BadSignature));
    assert_eq!(node.lets_in(&joe, &hers), Err(Refusal::BadSignature));
    amina.user = vec![8; USER_BYTES];
    assert_eq!(node.lets_in(&amina, &hers), Err(Refusal::OtherMember));
    joe.user = Vec::new();
    assert_eq!(node.lets_in(&joe, &his), Err(Refusal::OtherMember));
}

#[test]
fn a_signature_is_over_all_that_was_said() {
    let node = Node::new();
    for device in devices() {
        let kept = node.adds(&device).unwrap();
        let judged = |change: fn(&mut Asserted)| {
            let mut sent = device.get(&node.challenge(Purpose::SignIn));
            change(&mut sent);
            node.hears(sent).and_then(|said| said.is_by(&kept.key, &USER, 0)).map(drop)
        };
        assert_eq!(judged(|_| ()), Ok(()));
        assert_eq!(judged(|sent| sent.signature[8] ^= 1), Err(Refusal::BadSignature));
        assert_eq!(judged(|sent| sent.signature.clear()), Err(Refusal::BadSignature));
        assert_eq!(judged(|sent| sent.data[36] ^= 1), Err(Refusal::BadSignature));
        assert_eq!(judged(|sent| sent.client.push(b' ')), Err(Refusal::BadSignature));
        assert_eq!(judged(|sent| sent.data.push(0)), Err(Refusal::Unreadable));
        assert_eq!(judged(|sent| sent.data.truncate(36)), Err(Refusal::Unreadable));
        assert_eq!(judged(|sent| sent.data[32] |= 0x40), Err(Refusal::Unreadable));
        assert_eq!(judged(|sent| sent.client.truncate(9)), Err(Refusal::Unreadable));
    }
}

#[test]
fn what_is_too_large_is_not_read() {
    let node = Node::new();
    let [mut device, _] = devices();
    let large = || vec![b' '; MAX_PART_BYTES + 1];
    let sent = || device.get(&node.challenge(Purpose::SignIn));
    for sent in [
        Asserted { client: large(), ..sent() },
        Asserted { data: large(), ..sent() },
        Asserted { signature: large(), ..sent() },
        Asserted { user: large(), ..sent() },
        Asserted { credential: vec![1; MAX_CREDENTIAL_BYTES + 1], ..sent() },
    ] {
        assert_eq!(node.hears(sent).unwrap_err(), Refusal::TooLarge);
    }
    let made = device.create(&node.challenge(Purpose::Add));
    for made in [Created { client: large(), ..made.clone() }, Created { attestation: large(), ..made }] {
        assert_eq!(created(node.asks(), &made, NOW), Err(Refusal::TooLarge));
    }
    device.credential = vec![1; MAX_CREDENTIAL_BYTES];
    assert!(node.adds(&device).is_ok());
    device.credential.push(1);
    assert_eq!(node.adds(&device), Err(Refusal::TooLarge));
    device.credential.clear();
    assert_eq!(node.adds(&device), Err(Refusal::Unreadable));
}

#[test]
fn keys_are_points_of_a_kind_that_was_asked_for_and_written_in_one_way() {
    let node = Node::new();
    let [mut device, other] = devices();
    let (point, edwards) = (device.cose(), other.cose());
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut key = point.clone();
        change(&mut key);
        key
    };
    let cases = [
        // No point of the curve; another curve; a compressed point; P-384; a label that is not allowed; one twice.
        (with(&|key| key[15] ^= 1), Refusal::BadKey),
        (with(&|key| key[6] = 2), Refusal::BadKey),
        ([&point[..42], &[0x22, 0xf5]].concat(), Refusal::Unreadable),
        (vec![0xa3, 1, 2, 3, 0x38, 34, 0x20, 2], Refusal::OtherAlgorithm),
        ([&[0xa6][..], &point[1..], &[0x23, 0x40]].concat(), Refusal::BadKey),
        ([&[0xa6][..], &point[1..], &[0x22, 0x40]].concat(), Refusal::BadKey),
        // A coordinate that is too short; a key without a kind; nothing.
        ([&edwards[..8], &[0x41, 1]].concat(), Refusal::BadKey),
        (vec![0xa1, 3, 0x26], Refusal::BadKey),
        (vec![0xa0], Refusal::BadKey),
        (vec![0xf6], Refusal::Unreadable),
        // Something behind the key that nobody announced.
        ([&point[..], &[0]].concat(), Refusal::Unreadable),
    ];
    for (key, refusal) in cases {
        device.key = Some(key.clone());
        assert_eq!(node.adds(&device), Err(refusal), "{}", HEXLOWER.encode(&key));
    }
    // A short modulus, an even one, one with a zero in front, and another exponent.
    let rsa = |modulus: &[u8], exponent: &[u8]| {
        let length = u16::try_from(modulus.len()).unwrap().to_be_bytes();
        let size = u8::try_from(exponent.len()).unwrap();
        [&[0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x59], &length[..], modulus, &[0x21, 0x40 | size], exponent].concat()
    };
    let modulus = [0xff; 256];
    assert_eq!(PublicKey::parse(&rsa(&modulus, &[1, 0, 1])), Ok(PublicKey::Rs256(modulus.to_vec())));
    let zero = [&[0][..], &modulus].concat();
    let even = [&modulus[..255], &[0xfe]].concat();
    for key in [rsa(&modulus[1..], &[1, 0, 1]), rsa(&zero, &[1, 0, 1]), rsa(&even, &[1, 0, 1]), rsa(&modulus, &[3])] {
        assert!(PublicKey::parse(&key).is_err(), "{}", HEXLOWER.encode(&key));
    }
}

#[test]
fn attestations_are_read_over_and_must_be_whole() {
    let node = Node::new();
    let [device, _] = devices();
    let judged = |object: Vec<u8>| {
        let sent = Created { attestation: object, ..device.create(&node.challenge(Purpose::Add)) };
        created(node.asks(), &sent, NOW)
    };
    let data = device.create(b"").attestation[30..].to_vec();
    assert_eq!(data[..32], Sha256::digest("time.example.org")[..]);
    assert!(judged(attestation(&data)).is_ok());
    let whole = attestation(&data);
    let garbage: [Vec<u8>; 9] = [
        Vec::new(),
        b"garbage".to_vec(),
        vec![0xff; 200],
        whole[..whole.len() - 1].to_vec(),
        [&whole[..], &[0]].concat(),
        // Two parts of three, one twice, one unknown.
        [&[0xa2][..], &whole[1..10], &whole[19..]].concat(),
        [&[0xa4][..], &whole[1..10], &whole[1..]].concat(),
        [&[0xa4][..], &whole[1..], b"\x61x\x00"].concat(),
        // A number where the maker's statement should be.
        [&whole[..18], &[0], &whole[19..]].concat(),
    ];
    for object in garbage {
        assert_eq!(judged(object.clone()), Err(Refusal::Unreadable), "{}", HEXLOWER.encode(&object));
    }
    // Data without a passkey in it.
    assert_eq!(judged(attestation(&data[..37])), Err(Refusal::Unreadable));
}

/// Values with their names.
type Values = Vec<(String, Vec<u8>)>;

/// The sections of `vectors.txt`, each with its values.
fn vectors() -> Vec<(String, Values)> {
    let mut sections: Vec<(String, Values)> = Vec::new();
    for line in include_str!("vectors.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if let Some(name) = line.strip_prefix('[') {
            sections.push((name.trim_end_matches(']').into(), Vec::new()));
        } else if let Some(name) = line.strip_suffix(" =") {
            sections.last_mut().unwrap().1.push((name.into(), Vec::new()));
        } else {
            let values = &mut sections.last_mut().unwrap().1;
            values.last_mut().unwrap().1.extend(HEXLOWER.decode(line.trim().as_bytes()).unwrap());
        }
    }
    sections
}

#[test]
fn the_standards_own_examples_are_judged_as_it_says() {
    let site = Site::parse("https://example.org").unwrap();
    let sections = vectors();
    assert_eq!(sections.len(), 4);
    for (name, values) in sections {
        let value = |name: &str| values.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let key = value("key").unwrap_or_else(|| {
            let object = value("object").unwrap();
            ceremony::new_passkey(&site, &object).unwrap().key
        });
        let (client, data) = (value("client").unwrap(), value("data").unwrap());
        let message = [&data[..], &Sha256::digest(&client)[..]].concat();
        let (key, signature) = (PublicKey::parse(&key).unwrap(), value("signature").unwrap());
        assert_eq!(key.verify(&message, &signature), Ok(()), "{name}");
        for at in [0, 40, message.len() - 1] {
            let mut other = message.clone();
            other[at] ^= 1;
            assert_eq!(key.verify(&other, &signature), Err(Refusal::BadSignature), "{name}");
        }
    }
}

proptest! {
    #[test]
    fn nothing_that_comes_breaks_it(
        client in proptest::collection::vec(any::<u8>(), 0..300),
        at in 0_usize..160,
        byte in any::<u8>(),
        cut in 0_usize..200,
    ) {
        let node = Node::new();
        let [device, _] = devices();
        let mut made = device.create(&node.challenge(Purpose::Add));
        let garbage = Created { client, ..made.clone() };
        prop_assert!(created(node.asks(), &garbage, NOW).is_err());
        made.attestation[at] = byte;
        made.attestation.truncate(cut.max(at + 1));
        let whole = device.create(b"").attestation;
        // The form, flags that nobody asks about, the counter, the model and the id may be others; the rest may not.
        let free = [6..10, 62..83, 85..101].iter().any(|places| places.contains(&at));
        let judged = created(node.asks(), &made, NOW);
        prop_assert!(judged.is_err() || made.attestation == whole || free, "{judged:?} at {at}");
    }
}
