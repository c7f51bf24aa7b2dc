#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::{runtime::Root, trial::Trial};
use kith_protocol::{community::Certificate, envelope::Content as _, escrow::Piece, id::Digest, key::SecretKey};
use sha2::{Digest as _, Sha256};

const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// Somebody who lost a community, and has its words.
struct Owner {
    root: Root,
    secret: SecretKey,
    certificate: Unverified<Certificate>,
}

impl Owner {
    fn new() -> Self {
        let (root, secret) = (Root::random().unwrap(), SecretKey::from_seed(&[8; 32]));
        let certificate = root.certify(secret.public(), 1, NOW);
        Self { root, secret, certificate }
    }

    fn copy(&self, made_at: Timestamp, pieces: &[&[u8]]) -> Kept {
        let piece = |bytes: &&[u8]| Piece {
            mark: Digest::of("mark", &[bytes]),
            bytes: bytes.len() as u64,
            sha256: Digest(Sha256::digest(bytes).into()),
        };
        let pieces = pieces.iter().map(piece).collect();
        let inventory = Inventory { v: 1, community: self.root.community(), made_at, pieces };
        Kept { certificate: self.certificate.clone(), inventory: inventory.sign(&self.secret).into_unverified() }
    }
}

/// What a keeper answers, or why not.
fn told(answer: Result<Told, No>) -> Told {
    answer.unwrap_or_else(|no| match no {
        No::Code(code) => Told::Refused { code: code.into() },
        No::Disk(error) => panic!("{error}"),
    })
}

fn refused(answer: Result<Told, No>) -> String {
    match told(answer) {
        Told::Refused { code } => code,
        other => panic!("it was not refused: {other:?}"),
    }
}

fn peer(n: u8) -> Peer {
    Peer { 0: [n; 32] }
}

/// Does something with the keeper of a node, where waiting is allowed.
async fn with_keeper(work: impl FnOnce(&mut Keeper) + Send + 'static) {
    let trial = Trial::begin("Oak", true).await;
    let (handle, runtime) = (trial.handle().clone(), tokio::runtime::Handle::current());
    let done = tokio::task::spawn_blocking(move || {
        let vault = Arc::clone(handle.vault());
        let (coming, sessions, claims) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        work(&mut Keeper { handle, vault, runtime, coming, sessions, knocks: Lately::default(), claims });
    });
    done.await.unwrap();
    trial.running.stop().await;
}

/// Sends a copy, and says how often something was sent.
fn put_all(keeper: &mut Keeper, owner: &Owner, copy: &Kept, pieces: &[&[u8]]) -> usize {
    let community = owner.root.community();
    let (mut answer, mut sent) = (told(keeper.offer(community, copy.clone())), 0);
    while let Told::Wanted { index, from } = answer {
        let piece = pieces[usize::try_from(index).unwrap()];
        let part = &piece[usize::try_from(from).unwrap()..];
        answer = told(keeper.put(community, index, from, &part[..part.len().min(2)]));
        sent += 1;
    }
    assert_eq!(answer, Told::Whole);
    sent
}

fn claimed(keeper: &mut Keeper, owner: &Owner, who: Peer) -> Result<Told, No> {
    let community = owner.root.community();
    let Told::Nonce { nonce } = told(keeper.knock(who, community, NOW)) else { panic!("no nonce") };
    let there = PublicKey(keeper.vault.line().local().0);
    let claim = Claim { v: 1, community, keeper: there, asker: PublicKey(who.0), nonce };
    keeper.claim(who, &owner.root.claim(claim), NOW)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_taken_piece_by_piece_and_replaced_when_the_next_is_whole() {
    with_keeper(|keeper| {
        let owner = Owner::new();
        let community = owner.root.community();
        let first = owner.copy(Timestamp(1), &[b"head", b"journal"]);
        assert_eq!(refused(keeper.put(community, 0, 0, b"he")), "offer-first");
        assert_eq!(put_all(keeper, &owner, &first, &[b"head", b"journal"]), 6);
        assert_eq!(keeper.held(&community).ok().flatten(), Some(first.clone()));
        // What is there already is not asked for; what is not asked for is not taken.
        let second = owner.copy(Timestamp(2), &[b"tail", b"journal"]);
        assert_eq!(told(keeper.offer(community, second.clone())), Told::Wanted { index: 0, from: 0 });
        for (index, from, part) in [(1, 0, b"jo".as_slice()), (0, 2, b"il"), (0, 0, b"tail and more"), (9, 0, b"x")] {
            assert_eq!(told(keeper.put(community, index, from, part)), Told::Wanted { index: 0, from: 0 });
        }
        assert_eq!(keeper.held(&community).ok().flatten(), Some(first.clone()));
        // A changed piece has to come again.
        assert_eq!(told(keeper.put(community, 0, 0, b"tall")), Told::Wanted { index: 0, from: 0 });
        assert_eq!(put_all(keeper, &owner, &second, &[b"tail", b"journal"]), 2);
        assert_eq!(told(keeper.offer(community, second)), Told::Whole);
        assert_eq!(refused(keeper.offer(community, first)), "older-copy");
        assert_eq!(refused(keeper.offer(community, Owner::new().copy(Timestamp(9), &[b"x"]))), "bad-copy");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_are_handed_out_to_the_root_key_alone() {
    with_keeper(|keeper| {
        let (owner, thief) = (Owner::new(), Owner::new());
        let copy = owner.copy(Timestamp(1), &[b"head", b"journal"]);
        put_all(keeper, &owner, &copy, &[b"head", b"journal"]);
        assert_eq!(refused(keeper.take(peer(1), 0, 0, NOW)), "knock-first");
        assert_eq!(refused(claimed(keeper, &thief, peer(1))), "no-copies");
        assert_eq!(refused(keeper.take(peer(1), 0, 0, NOW)), "knock-first");

        let holding = Told::Holding { keeps: true, room: MAX_KEPT_BYTES, kept: Some(Box::new(copy)) };
        assert_eq!(told(claimed(keeper, &owner, peer(1))), holding);
        let part = |bytes: &[u8]| Told::Part(escrow::Part(bytes.to_vec()));
        assert_eq!(told(keeper.take(peer(1), 1, 2, NOW)), part(b"urnal"));
        assert_eq!(refused(keeper.take(peer(1), 1, 7, NOW)), "no-piece");
        assert_eq!(refused(keeper.take(peer(1), 2, 0, NOW)), "no-piece");
        // Neither on another connection, nor for ever.
        assert_eq!(refused(keeper.take(peer(2), 1, 2, NOW)), "knock-first");
        assert_eq!(refused(keeper.take(peer(1), 1, 2, NOW.plus(SESSION))), "knock-first");

        // A claim that was seen is good for nobody.
        let community = owner.root.community();
        let Told::Nonce { nonce } = told(keeper.knock(peer(3), community, NOW)) else { panic!("no nonce") };
        let there = PublicKey(keeper.vault.line().local().0);
        let claim = Claim { v: 1, community, keeper: there, asker: PublicKey(peer(3).0), nonce };
        let seen = owner.root.claim(claim.clone());
        let Told::Nonce { .. } = told(keeper.knock(peer(4), community, NOW)) else { panic!("no nonce") };
        assert_eq!(refused(keeper.claim(peer(4), &seen, NOW)), "bad-claim");
        assert_eq!(refused(keeper.claim(peer(4), &seen, NOW)), "knock-first");
        assert_eq!(told(keeper.claim(peer(3), &seen, NOW)), holding);
        assert_eq!(refused(keeper.claim(peer(3), &seen, NOW)), "knock-first");
        let elsewhere = owner.root.claim(Claim { keeper: PublicKey([9; 32]), ..claim });
        keeper.knock(peer(5), community, NOW).ok().unwrap();
        assert_eq!(refused(keeper.claim(peer(5), &elsewhere, NOW)), "bad-claim");
        // The coordinators are told of both.
        let copies = keeper.runtime.block_on(keeper.handle.copies_with(community)).unwrap();
        assert_eq!(copies.claimed, [NOW, NOW]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_knocks_too_often_waits() {
    with_keeper(|keeper| {
        let owner = Owner::new();
        let community = owner.root.community();
        put_all(keeper, &owner, &owner.copy(Timestamp(1), &[b"head"]), &[b"head"]);
        for n in 0..MAX_CLAIMS {
            assert!(matches!(told(claimed(keeper, &owner, peer(n as u8))), Told::Holding { .. }), "{n}");
        }
        assert_eq!(refused(claimed(keeper, &owner, peer(99))), "too-often");
        // Those that only knock make room, those that claimed do not.
        for n in 0..(MAX_KNOCKS - MAX_CLAIMS - 1) {
            assert!(matches!(told(keeper.knock(peer(100 + n as u8), community, NOW)), Told::Nonce { .. }), "{n}");
        }
        assert!(keeper.sessions.len() <= MAX_SESSIONS && keeper.sessions.contains_key(&peer(0)));
        assert_eq!(refused(keeper.knock(peer(1), community, NOW)), "too-often");
        let later = NOW.plus(WINDOW);
        assert!(matches!(told(keeper.knock(peer(1), community, later)), Told::Nonce { .. }));
        // Garbage gets no answer, and a stranger is no partner.
        assert_eq!(keeper.answer(peer(1), b"hello", NOW), None);
        let look = codec::encode(&Question { escrow: Ask::Look });
        assert_eq!(keeper.answer(peer(1), &look, NOW), Some(Told::Refused { code: "not-a-partner".into() }));
    })
    .await;
}
