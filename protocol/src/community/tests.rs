#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::key::{BadKey, SecretKey};

fn root() -> SecretKey {
    SecretKey::from_seed(&[1; 32])
}

fn content() -> Certificate {
    Certificate {
        v: 1,
        community: CommunityId(root().public().0),
        key: SecretKey::from_seed(&[2; 32]).public(),
        serial: 1,
        from: Timestamp(10),
        until: Timestamp(20),
    }
}

#[test]
fn a_certificate_is_the_word_of_the_root_key() {
    let signed = content().sign(&root()).into_unverified();
    assert_eq!(check_certificate(&signed).unwrap().content(), &content());
    let refusal = |change: &dyn Fn(&mut Certificate), key: &SecretKey| {
        let mut changed = content();
        change(&mut changed);
        check_certificate(&changed.sign(key).into_unverified()).unwrap_err()
    };
    let wrong = Rejection::BadKey(BadKey::WrongSignature);
    // The certified key itself is not the root.
    assert_eq!(refusal(&|_| (), &SecretKey::from_seed(&[2; 32])), wrong);
    assert_eq!(refusal(&|c| c.v = 0, &root()), Rejection::UnknownVersion(0));
    let empty = Rejection::BadCertificate("its period is empty");
    assert_eq!(refusal(&|c| c.until = c.from, &root()), empty);
    assert_eq!(refusal(&|c| c.from = Timestamp(21), &root()), empty);
    assert_eq!(refusal(&|c| c.key = PublicKey([2; 32]), &root()), Rejection::BadKey(BadKey::NotAKey));
    let mut stretched = signed;
    stretched.content.until = Timestamp(21);
    assert_eq!(check_certificate(&stretched).unwrap_err(), wrong);
}

#[test]
fn a_period_begins_and_ends() {
    let certificate = content();
    for (now, expected) in [
        (9, Err(Rejection::BadCertificate("its period has not begun"))),
        (10, Ok(())),
        (19, Ok(())),
        (20, Err(Rejection::BadCertificate("its period is over"))),
    ] {
        assert_eq!(certificate.check_period(Timestamp(now)), expected, "{now}");
    }
}

#[test]
fn a_card_shows_what_can_be_shown() {
    let good = Card {
        name: "Rushey Green".into(),
        area: Some("gcpuv".into()),
        transport: root().public(),
        addresses: vec!["/dns4/hours.example/tcp/8381".into(); MAX_ADDRESSES],
    };
    good.check().unwrap();
    let refusal = |change: &dyn Fn(&mut Card)| {
        let mut card = good.clone();
        change(&mut card);
        match card.check().unwrap_err() {
            Rejection::BadText { field, .. } => field,
            other => other.code(),
        }
    };
    assert_eq!(refusal(&|c| c.name = String::new()), "name");
    assert_eq!(refusal(&|c| c.name = "m".repeat(MAX_NAME + 1)), "name");
    assert_eq!(refusal(&|c| c.area = Some("somewhere".into())), "area");
    assert_eq!(refusal(&|c| c.transport = PublicKey([2; 32])), "not-a-key");
    assert_eq!(refusal(&|c| c.addresses.push("/ip4/127.0.0.1/tcp/1".into())), "addresses");
    assert_eq!(refusal(&|c| c.addresses[3] = "/".repeat(MAX_ADDRESS + 1)), "address");
    assert_eq!(refusal(&|c| c.addresses[7] = "\u{202e}".into()), "address");
}

#[test]
fn a_charter_leaves_room_around_zero() {
    let good = Charter::new("Rushey Green".into(), None);
    good.check().unwrap();
    let refusal = |change: &dyn Fn(&mut Charter)| {
        let mut charter = good.clone();
        change(&mut charter);
        match charter.check() {
            Err(Rejection::BadText { field, .. }) => field,
            other => panic!("{other:?}"),
        }
    };
    let minutes = |n| Balance::new(n).unwrap();
    assert_eq!(refusal(&|c| c.name = " \n ".into()), "name");
    assert_eq!(refusal(&|c| c.area = Some(String::new())), "area");
    assert_eq!(refusal(&|c| c.person_floor = minutes(1)), "floor");
    assert_eq!(refusal(&|c| c.organisation_floor = minutes(1)), "floor");
    assert_eq!(refusal(&|c| c.ceiling = Some(minutes(-1))), "ceiling");
    let zero = Charter {
        person_floor: Balance::ZERO,
        organisation_floor: Balance::ZERO,
        ceiling: Some(Balance::ZERO),
        ..good.clone()
    };
    zero.check().unwrap();
}

#[test]
fn a_charter_says_how_balances_are_kept_only_when_it_is_not_the_usual() {
    let usual = Charter::new("Rushey Green".into(), None);
    let bytes = codec::encode(&usual);
    let text = b"balances";
    let says = |bytes: &[u8]| bytes.windows(text.len()).any(|part| part == text);
    assert!(!says(&bytes), "charters of old keep their bytes");
    assert_eq!(codec::decode::<Charter>(&bytes, 1_000), Ok(usual.clone()));
    for balances in [Balances::Hidden, Balances::Gifts] {
        let charter = Charter { balances, ..usual.clone() };
        let bytes = codec::encode(&charter);
        assert!(says(&bytes));
        assert_eq!(codec::decode::<Charter>(&bytes, 1_000), Ok(charter));
    }
    // The usual said aloud would be a second encoding of one charter; "gifts" and "shown" are equally long.
    let mut aloud = codec::encode(&Charter { balances: Balances::Gifts, ..usual });
    let at = aloud.windows(5).position(|part| part == b"gifts").unwrap();
    aloud[at..at + 5].copy_from_slice(b"shown");
    assert_eq!(codec::decode::<Charter>(&aloud, 1_000), Err(codec::DecodeError::NotCanonical));
    aloud[at..at + 5].copy_from_slice(b"loans");
    assert!(matches!(codec::decode::<Charter>(&aloud, 1_000), Err(codec::DecodeError::Shape(_))));
}
