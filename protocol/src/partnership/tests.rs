#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::{
    codec,
    community::{Certificate, MAX_ADDRESSES},
    envelope::{Content, Unverified},
    id::{AccountId, Alias, CommunityId, Digest, ExchangeId},
    key::{BadKey, PublicKey, SecretKey},
    minutes::{BadMinutes, Minutes},
    rejection::Rejection,
    time::Timestamp,
};

fn minutes(n: u32) -> Minutes {
    Minutes::try_from(n).unwrap()
}

fn terms() -> Terms {
    let mut communities = [1, 2].map(|seed| CommunityId(SecretKey::from_seed(&[seed; 32]).public().0));
    communities.sort();
    Terms {
        v: 1,
        a: communities[0],
        b: communities[1],
        limit_a: 600,
        limit_b: 1_200,
        largest: minutes(480),
        window: WINDOW,
        review_at: Timestamp(99),
        made_at: Timestamp(5),
        nonce: [7; 16],
    }
}

/// The root key of a side.
fn root(side: Side) -> SecretKey {
    let of = |seed| SecretKey::from_seed(&[seed; 32]);
    [of(1), of(2)].into_iter().find(|key| key.public().0 == terms().community(side).0).unwrap()
}

/// The operational key of a side.
fn secret(side: Side) -> SecretKey {
    SecretKey::from_seed(&[if side == Side::A { 30 } else { 31 }; 32])
}

fn certificate(side: Side) -> Unverified<Certificate> {
    let (community, key) = (terms().community(side), secret(side).public());
    Certificate { v: 1, community, key, serial: 1, from: Timestamp(0), until: Timestamp(9) }
        .sign(&root(side))
        .into_unverified()
}

fn agreement(terms: Terms) -> Agreement {
    let message = terms.signing_bytes();
    Agreement {
        certificate_a: certificate(Side::A),
        signature_a: secret(Side::A).sign(&message),
        certificate_b: certificate(Side::B),
        signature_b: secret(Side::B).sign(&message),
        terms,
    }
}

#[test]
fn sides_follow_the_order_of_ids() {
    let terms = terms();
    assert_eq!((terms.side_of(&terms.a), terms.side_of(&terms.b)), (Some(Side::A), Some(Side::B)));
    assert_eq!(terms.side_of(&CommunityId([0; 32])), None);
    for side in [Side::A, Side::B] {
        assert_eq!((terms.side_of(&terms.community(side)), side.other().other()), (Some(side), side));
    }
    assert_eq!((terms.limit(Side::A), terms.limit(Side::B)), (600, 1_200));
    assert_eq!(Terms { limit_a: u64::MAX, ..terms }.limit(Side::A), i64::MAX);
}

#[test]
fn every_word_of_the_terms_is_in_the_account() {
    let account = terms().account();
    let changes: [&dyn Fn(&mut Terms); 8] = [
        &|t| t.a.0[0] ^= 1,
        &|t| t.limit_a += 1,
        &|t| t.limit_b += 1,
        &|t| t.largest = minutes(481),
        &|t| t.window += 1,
        &|t| t.review_at.0 += 1,
        &|t| t.made_at.0 += 1,
        &|t| t.nonce[15] ^= 1,
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut changed = terms();
        change(&mut changed);
        assert_ne!(changed.account(), account, "change {number}");
    }
    assert_eq!(terms().account(), account);
}

#[test]
fn an_agreement_has_both_certificates_and_both_signatures() {
    let good = agreement(terms());
    good.check().unwrap();
    assert_eq!((good.key(Side::A), good.key(Side::B)), (secret(Side::A).public(), secret(Side::B).public()));
    assert_eq!(codec::decode::<Agreement>(&codec::encode(&good), 4_000).unwrap(), good);
    let wrong = Err(Rejection::BadKey(BadKey::WrongSignature));
    let by_the_root = Agreement { signature_a: root(Side::A).sign(&terms().signing_bytes()), ..good.clone() };
    assert_eq!(by_the_root.check(), wrong);
    let swapped = Agreement { signature_a: good.signature_b, signature_b: good.signature_a, ..good.clone() };
    assert_eq!(swapped.check(), wrong);
    let mut generous = good.clone();
    generous.terms.limit_b += 1;
    assert_eq!(generous.check(), wrong);
    let mut forged = good.clone();
    forged.certificate_b.content.serial = 2;
    assert_eq!(forged.check(), wrong);
    let foreign = Err(Rejection::BadAgreement("a certificate is of another community"));
    assert_eq!(Agreement { certificate_b: certificate(Side::A), ..good.clone() }.check(), foreign);
    let mut v = good;
    v.terms.v = 2;
    assert_eq!(v.check(), Err(Rejection::UnknownVersion(2)));
}

#[test]
fn terms_have_bounds() {
    let at = |change: &dyn Fn(&mut Terms)| {
        let mut changed = terms();
        change(&mut changed);
        changed.check()
    };
    assert_eq!(at(&|t| (t.limit_a, t.limit_b) = (0, MAX_LIMIT)), Ok(()));
    assert_eq!(at(&|t| t.window = MAX_WINDOW), Ok(()));
    assert_eq!(at(&|t| t.window = 1), Ok(()));
    assert!(at(&|t| t.limit_a = MAX_LIMIT + 1).is_err());
    assert!(at(&|t| t.limit_b = MAX_LIMIT + 1).is_err());
    assert!(at(&|t| t.window = 0).is_err());
    assert!(at(&|t| t.window = MAX_WINDOW + 1).is_err());
    assert!(at(&|t| t.a = t.b).is_err());
}

#[test]
fn a_refusal_says_no_more_than_the_partner_may_know() {
    use RefusalCode::{Details, IdUsed, Limit, NotAllowed, PayeeCeiling, TooLong, UnknownPayee};
    let member = crate::id::MemberId([1; 16]);
    for (why, code) in [
        (Rejection::PartnershipExchangeTooLong { minutes: 2, limit: 1 }, TooLong),
        (Rejection::PartnershipLimit { would_be: 2, limit: 1 }, Limit),
        (Rejection::MemberCeiling { member, balance: 2, ceiling: 1 }, PayeeCeiling),
        (Rejection::BadMinutes(BadMinutes::Overflow), PayeeCeiling),
        (Rejection::ExchangeExists(ExchangeId([1; 16])), IdUsed),
        (Rejection::DetailsMismatch, Details),
        (Rejection::OtherLane, NotAllowed),
        (Rejection::UnknownMember(member), UnknownPayee),
        (Rejection::MemberLeft(member), UnknownPayee),
        (Rejection::UnknownRecord(crate::id::RecordKey([1; 16])), UnknownPayee),
    ] {
        assert_eq!(RefusalCode::from(&why), code, "{why}");
        assert!(!code.sentence().contains(&member.to_string()));
    }
}

#[test]
fn messages_of_different_kinds_never_share_a_signature() {
    let proposal = Proposal {
        v: 1,
        account: AccountId([1; 32]),
        epoch: 0,
        lane: Side::A,
        n: 0,
        previous: Digest::ZERO,
        exchange: ExchangeId([2; 16]),
        kind: Kind::Exchange,
        debtor: Side::A,
        minutes: minutes(60),
        context: Digest([3; 32]),
        made_at: Timestamp(4),
    };
    let decision = Decision {
        v: 1,
        account: proposal.account,
        epoch: 0,
        lane: Side::A,
        n: 0,
        proposal: proposal.digest(),
        previous: Digest::ZERO,
        verdict: Verdict::Reject { code: RefusalCode::Limit },
    };
    let word =
        Acknowledgement { account: proposal.account, epoch: 0, lane: Side::A, n: 0, decision: decision.digest() };
    let details = Details { salt: [1; 16], payer: Alias([2; 16]), payee: Payee::Alias(Alias([3; 16])) };
    let all = [terms().signing_bytes(), proposal.signing_bytes(), decision.signing_bytes(), word.signing_bytes()];
    for (name, bytes) in ["partnership-terms", "proposal", "decision", "acknowledgement"].iter().zip(&all) {
        assert!(bytes.starts_with(format!("kith/v1/{name}\0").as_bytes()), "{name}");
    }
    // The same pair with another salt has another hash, so that the hash says nothing.
    assert_ne!(Details { salt: [2; 16], ..details.clone() }.digest(), details.digest());
}

#[test]
fn an_invitation_is_bounded() {
    let good = Invitation {
        community: terms().a,
        name: "Rushey Green".into(),
        transport: PublicKey([2; 32]),
        addresses: vec!["/dns4/hours.example/tcp/8381".into(); MAX_ADDRESSES],
        secret: [3; 16],
        expires_at: Timestamp(4),
        inviter_limit: MAX_LIMIT,
        acceptor_limit: 0,
        largest: minutes(480),
    };
    assert_eq!(Invitation::parse(&good.to_text()), Ok(good.clone()));
    let refusal = |change: &dyn Fn(&mut Invitation)| {
        let mut changed = good.clone();
        change(&mut changed);
        let why = changed.check().unwrap_err();
        // A text is judged like the thing itself.
        assert_eq!(Invitation::parse(&changed.to_text()), Err(why.clone()));
        why.code()
    };
    assert_eq!(refusal(&|i| i.name = String::new()), "bad-text");
    assert_eq!(refusal(&|i| i.addresses.push("/ip4/127.0.0.1".into())), "bad-invitation");
    assert_eq!(refusal(&|i| i.addresses[0] = "\n\u{7}".into()), "bad-text");
    assert_eq!(refusal(&|i| i.inviter_limit = MAX_LIMIT + 1), "bad-agreement");
    assert_eq!(refusal(&|i| i.acceptor_limit = MAX_LIMIT + 1), "bad-agreement");
    let long = "A".repeat(MAX_INVITATION_TEXT + 1);
    assert_eq!(Invitation::parse(&long), Err(Rejection::BadInvitation));
    // One letter of the middle replaced by another: an unknown field or another length, never a guess.
    let text = good.to_text();
    assert_eq!(Invitation::parse(&text.replacen("KITH1", "KITH2", 1)), Err(Rejection::BadInvitation));
}
