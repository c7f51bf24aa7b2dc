#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::key::SecretKey;
use proptest::prelude::*;

fn root() -> SecretKey {
    SecretKey::from_seed(&[1; 32])
}

fn community() -> CommunityId {
    CommunityId(root().public().0)
}

fn kept(signer: &SecretKey, serial: u32, pieces: Vec<Piece>) -> Kept {
    let key = SecretKey::from_seed(&[2; 32]);
    let (from, until) = (Timestamp(1), Timestamp(9));
    let certificate = Certificate { v: 1, community: community(), key: key.public(), serial, from, until };
    let inventory = Inventory { v: VERSION, community: community(), made_at: Timestamp(5), pieces };
    Kept {
        certificate: certificate.sign(&root()).into_unverified(),
        inventory: inventory.sign(signer).into_unverified(),
    }
}

fn piece(n: u64) -> Piece {
    Piece { mark: Digest::of("mark", &[&n.to_be_bytes()]), bytes: 1, sha256: Digest::of("sha", &[&n.to_be_bytes()]) }
}

fn operational() -> SecretKey {
    SecretKey::from_seed(&[2; 32])
}

#[test]
fn a_copy_is_its_communitys_own() {
    let good = kept(&operational(), 1, vec![piece(1)]);
    assert_eq!(good.check(&community()).unwrap().bytes(), 1);
    assert_eq!(good.check(&CommunityId([9; 32])), Err(BadCopy::OtherCommunity));
    let forged = kept(&SecretKey::from_seed(&[3; 32]), 1, vec![piece(1)]);
    assert!(matches!(forged.check(&community()), Err(BadCopy::Signature(_))));
    let mut other = good.clone();
    other.certificate.content.serial = 7;
    assert!(matches!(other.check(&community()), Err(BadCopy::Signature(_))));
    assert!(kept(&operational(), 2, vec![piece(1)]).rank() > good.rank());
}

#[test]
fn an_inventory_keeps_within_its_bounds() {
    let check = |pieces: Vec<Piece>| kept(&operational(), 1, pieces).check(&community()).map(drop);
    assert!(check(Vec::new()).is_err());
    assert!(check(vec![piece(1), piece(1)]).is_err());
    assert!(check(vec![Piece { bytes: 0, ..piece(1) }]).is_err());
    assert!(check(vec![Piece { bytes: MAX_PIECE_BYTES + 1, ..piece(1) }]).is_err());
    let all = |bytes| (0..MAX_PIECES as u64).map(|n| Piece { bytes, ..piece(n) }).collect::<Vec<_>>();
    check(all(1)).unwrap();
    assert!(check(all(MAX_PIECE_BYTES)).is_err());
    assert!(check([all(1), vec![piece(MAX_PIECES as u64)]].concat()).is_err());
    let mut newer = kept(&operational(), 1, vec![piece(1)]);
    newer.inventory.content.v = 2;
    assert_eq!(newer.check(&community()), Err(BadCopy::Version(2)));
}

#[test]
fn the_largest_inventory_and_the_largest_part_fit_a_frame() {
    let pieces = (0..MAX_PIECES as u64).map(|n| Piece { bytes: MAX_PIECE_BYTES, ..piece(n) }).collect();
    let offer = Question { escrow: Ask::Offer(Box::new(kept(&operational(), u32::MAX, pieces))) };
    let put = Question { escrow: Ask::Put { index: u64::MAX, from: u64::MAX, part: Part(vec![0; MAX_PART_BYTES]) } };
    for question in [offer, put] {
        let bytes = codec::encode(&question);
        assert!(is_question(&bytes));
        assert_eq!(Question::decode(&bytes).unwrap(), question);
    }
    let large = Question { escrow: Ask::Put { index: 0, from: 0, part: Part(vec![0; MAX_PART_BYTES + 1]) } };
    assert!(matches!(Question::decode(&codec::encode(&large)), Err(BadCopy::Bounds(_))));
    let none = Answer { escrow: Told::Part(Part(Vec::new())) };
    assert!(matches!(Answer::decode(&codec::encode(&none)), Err(BadCopy::Bounds(_))));
    assert!(!is_question(b"\xa1\x68messages\x80"), "a parcel");
}

#[test]
fn a_claim_is_good_for_one_keeper_one_connection_and_one_moment() {
    let keeper = PublicKey([4; 32]);
    let awaited = Claim { v: 1, community: community(), keeper, asker: PublicKey([5; 32]), nonce: [6; 16] };
    let signed = |claim: &Claim, key: &SecretKey| claim.clone().sign(key).into_unverified();
    check_claim(&signed(&awaited, &root()), &awaited).unwrap();
    let stranger = signed(&awaited, &operational());
    assert!(matches!(check_claim(&stranger, &awaited), Err(BadCopy::Signature(_))));
    for other in [
        Claim { keeper: PublicKey([9; 32]), ..awaited.clone() },
        Claim { asker: PublicKey([9; 32]), ..awaited.clone() },
        Claim { nonce: [9; 16], ..awaited.clone() },
        Claim { community: CommunityId([9; 32]), ..awaited.clone() },
    ] {
        assert_eq!(check_claim(&signed(&other, &root()), &awaited), Err(BadCopy::NotForUs));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_question_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let headed = [HEAD, &bytes].concat();
        for bytes in [&bytes, &headed] {
            if let Ok(question) = Question::decode(bytes) {
                prop_assert_eq!(&codec::encode(&question), bytes);
            }
            if let Ok(answer) = Answer::decode(bytes) {
                prop_assert_eq!(&codec::encode(&answer), bytes);
            }
        }
    }
}
