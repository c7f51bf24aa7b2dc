#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::codec;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash, mem_backed_tree::MemoryBackedTree};
use data_encoding::HEXLOWER;
use proptest::prelude::*;

/// The largest tree that is compared in full with the other implementation: two leaves past a power of two.
const CROSS_CHECKED: u64 = 130;

/// The leaves of Certificate Transparency's reference tree.
const REFERENCE_LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

/// Its roots, from no leaf to eight.
const REFERENCE_ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn reference_nodes() -> MemoryNodes {
    MemoryNodes::of(REFERENCE_LEAVES.map(|leaf| leaf_hash(&HEXLOWER.decode(leaf.as_bytes()).unwrap())))
}

fn digests(texts: &[&str]) -> Vec<Digest> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

#[test]
fn the_reference_tree_has_its_known_roots() {
    let nodes = reference_nodes();
    let mut frontier = Frontier::default();
    assert_eq!(frontier.root().to_string(), REFERENCE_ROOTS[0]);
    for (size, root) in (0u64..).zip(REFERENCE_ROOTS) {
        assert_eq!(root_at(size, &nodes).unwrap().to_string(), root);
        assert_eq!((frontier.size(), frontier.root().to_string()), (size, root.to_owned()));
        if let Some(leaf) = nodes.node(0, size) {
            frontier.push(leaf);
        }
    }
    assert_eq!(root_at(9, &nodes), None, "the ninth leaf does not exist");
}

#[test]
fn the_reference_tree_has_its_known_proofs() {
    let nodes = reference_nodes();
    let last_pair = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    let fifth = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    let second_pair = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    assert_eq!(inclusion_proof(0, 1, &nodes).unwrap(), []);
    assert_eq!(inclusion_proof(5, 8, &nodes).unwrap(), digests(&[fifth, last_pair, REFERENCE_ROOTS[4]]));
    assert_eq!(inclusion_proof(1, 5, &nodes).unwrap(), digests(&[REFERENCE_ROOTS[1], second_pair, fifth]));
    assert_eq!(inclusion_proof(2, 3, &nodes).unwrap(), digests(&[REFERENCE_ROOTS[2]]));
    assert_eq!(consistency_proof(1, 1, &nodes).unwrap(), []);
    assert_eq!(consistency_proof(2, 5, &nodes).unwrap(), digests(&[second_pair, fifth]));
    let fifth_and_sixth = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
    assert_eq!(consistency_proof(6, 8, &nodes).unwrap(), digests(&[fifth_and_sixth, last_pair, REFERENCE_ROOTS[4]]));
}

/// One tree twice: ours, and that of the crate `ct-merkle`.
struct Twins {
    nodes: MemoryNodes,
    leaves: Vec<Vec<u8>>,
    theirs: Vec<MemoryBackedTree<Sha256, Vec<u8>>>,
}

/// `theirs[size]` holds `size` leaves.
fn twins(sizes: u64) -> Twins {
    let leaves: Vec<Vec<u8>> = (0..sizes).map(|i| format!("leaf {i}").into_bytes()).collect();
    let mut theirs = vec![MemoryBackedTree::new()];
    for leaf in &leaves {
        let mut next = theirs.last().unwrap().clone();
        next.push(leaf.clone());
        theirs.push(next);
    }
    Twins { nodes: MemoryNodes::of(leaves.iter().map(|leaf| leaf_hash(leaf))), leaves, theirs }
}

fn joined(proof: &[Digest]) -> Vec<u8> {
    proof.iter().flat_map(|digest| digest.0).collect()
}

fn parted(bytes: &[u8]) -> Vec<Digest> {
    bytes.chunks_exact(32).map(|chunk| Digest(chunk.try_into().unwrap())).collect()
}

fn their_root(root: &Digest, size: u64) -> RootHash<Sha256> {
    RootHash::new(root.0.into(), size)
}

#[test]
fn roots_and_inclusion_proofs_agree_with_another_implementation() {
    let twins = twins(CROSS_CHECKED);
    for (size, tree) in (0u64..).zip(&twins.theirs) {
        let root = root_at(size, &twins.nodes).unwrap();
        assert_eq!(tree.root(), their_root(&root, size));
        assert_eq!(inclusion_proof(size, size, &twins.nodes), None);
        for index in 0..size {
            let at = usize::try_from(index).unwrap();
            let ours = inclusion_proof(index, size, &twins.nodes).unwrap();
            let theirs = tree.prove_inclusion(at);
            let (leaf, hash) = (&twins.leaves[at], leaf_hash(&twins.leaves[at]));
            verify_inclusion(index, size, &hash, &root, &parted(theirs.as_bytes())).unwrap();
            let ours = InclusionProof::try_from_bytes(joined(&ours)).unwrap();
            tree.root().verify_inclusion(leaf, index, &ours).unwrap();
            assert_eq!(ours.as_bytes(), theirs.as_bytes());
        }
    }
}

#[test]
fn consistency_proofs_agree_with_another_implementation() {
    let twins = twins(CROSS_CHECKED);
    for (new, tree) in (0u64..).zip(&twins.theirs) {
        let new_root = root_at(new, &twins.nodes).unwrap();
        assert_eq!(consistency_proof(new + 1, new, &twins.nodes), None);
        for old in 0..=new {
            let old_root = root_at(old, &twins.nodes).unwrap();
            let ours = consistency_proof(old, new, &twins.nodes).unwrap();
            verify_consistency(old, &old_root, new, &new_root, &ours).unwrap();
            if old == 0 {
                assert_eq!(ours, [], "from the empty tree nothing needs proof");
                continue;
            }
            let theirs = tree.prove_consistency(usize::try_from(new - old).unwrap());
            assert_eq!(joined(&ours), theirs.as_bytes());
            verify_consistency(old, &old_root, new, &new_root, &parted(theirs.as_bytes())).unwrap();
            let ours = ConsistencyProof::try_from_bytes(joined(&ours)).unwrap();
            tree.root().verify_consistency(&their_root(&old_root, old), &ours).unwrap();
        }
    }
}

#[test]
fn a_frontier_reports_each_node_once_and_returns_from_its_encoding() {
    let (mut frontier, mut nodes, mut reports) = (Frontier::default(), MemoryNodes::default(), 0);
    for i in 0u8..=200 {
        assert_eq!(frontier.root(), root_at(u64::from(i), &nodes).unwrap());
        frontier.push_with(leaf_hash(&[i]), &mut |level, index, hash| {
            reports += 1;
            assert_eq!(nodes.node(level, index), None);
            nodes.insert(level, index, hash);
        });
        frontier = codec::decode(&codec::encode(&frontier), 4_096).unwrap();
    }
    // A perfect subtree for each leaf, pair, four and so on: 201 + 100 + 50 + 25 + 12 + 6 + 3 + 1.
    assert_eq!((frontier.size(), reports), (201, 398));
    assert_eq!(nodes, MemoryNodes::of((0u8..=200).map(|i| leaf_hash(&[i]))));
}

#[test]
fn a_frontier_that_does_not_fit_its_size_is_refused() {
    let refuse = |size, peaks: usize| {
        let bytes = codec::encode(&Frontier { size, peaks: vec![Digest([1; 32]); peaks] });
        assert!(codec::decode::<Frontier>(&bytes, 4_096).is_err(), "{size} leaves, {peaks} hashes");
    };
    // The last two have as many hashes as one bits, and yet too many leaves.
    let misfits = [(0, 1), (1, 0), (3, 1), (3, 3), (MAX_LEAVES, 2), (MAX_LEAVES + 1, 2), (u64::MAX, 64)];
    misfits.into_iter().for_each(|(size, peaks)| refuse(size, peaks));
    let bytes = codec::encode(&Frontier { size: MAX_LEAVES, peaks: vec![Digest([1; 32])] });
    let mut largest = codec::decode::<Frontier>(&bytes, 4_096).unwrap();
    largest.push(Digest([2; 32]));
    assert_eq!(largest.size(), MAX_LEAVES + 1);
}

#[test]
fn sizes_and_roots_are_judged_before_hashes() {
    let nodes = reference_nodes();
    let [root6, root8] = [6, 8].map(|size| root_at(size, &nodes).unwrap());
    let leaf = nodes.node(0, 5).unwrap();
    let long = vec![leaf; MAX_PROOF + 1];
    let inclusion = |index, size, proof: &[Digest]| verify_inclusion(index, size, &leaf, &root8, proof).unwrap_err();
    assert_eq!(inclusion(8, 8, &[]), ProofError::NotInTree { index: 8, size: 8 });
    assert_eq!(inclusion(0, 0, &[]), ProofError::NotInTree { index: 0, size: 0 });
    assert_eq!(inclusion(0, u64::MAX, &[]), ProofError::TooLarge(u64::MAX));
    assert_eq!(inclusion(0, MAX_LEAVES, &long), ProofError::Length(65));
    assert_eq!(inclusion(0, MAX_LEAVES, &long[..63]), ProofError::WrongRoot, "63 levels are the most there are");
    let consistency = |old, new, proof: &[Digest]| verify_consistency(old, &root6, new, &root8, proof).unwrap_err();
    assert_eq!(consistency(9, 8, &[]), ProofError::Shrunk { old: 9, new: 8 });
    assert_eq!(consistency(8, 8, &[]), ProofError::Forked(8));
    assert_eq!(consistency(0, 8, &[]), ProofError::WrongOldRoot);
    assert_eq!(consistency(6, 8, &[]), ProofError::Length(0));
    assert_eq!(consistency(4, 8, &[]), ProofError::Length(0));
    assert_eq!(consistency(6, MAX_LEAVES, &long), ProofError::Length(65));
    assert_eq!(verify_consistency(6, &root6, 6, &root6, &[leaf]).unwrap_err(), ProofError::Length(1));
    assert_eq!(verify_consistency(0, &empty_root(), 8, &root8, &[leaf]).unwrap_err(), ProofError::Length(1));
    assert_eq!(verify_consistency(0, &root8, 0, &root8, &[]).unwrap_err(), ProofError::WrongOldRoot);
}

/// A store that has every node there could be: stands for trees too large to build.
struct Endless;

impl Nodes for Endless {
    fn node(&self, level: u8, _index: u64) -> Option<Digest> {
        Some((0..level).fold(leaf_hash(b"same"), |hash, _| node_hash(&hash, &hash)))
    }
}

#[test]
fn the_largest_trees_keep_the_length_limit() {
    for size in [MAX_LEAVES, MAX_LEAVES - 1, (MAX_LEAVES >> 1) + 1] {
        let root = root_at(size, &Endless).unwrap();
        for index in [0, 1, size / 2, size / 3, size - 1] {
            let proof = inclusion_proof(index, size, &Endless).unwrap();
            assert!(proof.len() < MAX_PROOF);
            verify_inclusion(index, size, &leaf_hash(b"same"), &root, &proof).unwrap();
            let old_root = root_at(index, &Endless).unwrap();
            let proof = consistency_proof(index, size, &Endless).unwrap();
            assert!(proof.len() <= MAX_PROOF);
            verify_consistency(index, &old_root, size, &root, &proof).unwrap();
        }
    }
    assert_eq!(consistency_proof(3, MAX_LEAVES, &Endless).unwrap().len(), MAX_PROOF);
    assert_eq!(root_at(MAX_LEAVES + 1, &Endless), None);
    assert_eq!(inclusion_proof(0, MAX_LEAVES + 1, &Endless), None);
    assert_eq!(consistency_proof(1, u64::MAX, &Endless), None);
}

/// One way to spoil a proof; whoever applies it checks that it changed something.
#[derive(Debug, Clone)]
enum Harm {
    Flip(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Insert(prop::sample::Index, [u8; 32]),
    Repeat(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
}

fn harm() -> impl Strategy<Value = Harm> {
    use prop::sample::Index;
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, bit)| Harm::Flip(at, bit)),
        any::<Index>().prop_map(Harm::Remove),
        (any::<Index>(), any::<[u8; 32]>()).prop_map(|(at, hash)| Harm::Insert(at, hash)),
        any::<Index>().prop_map(Harm::Repeat),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Harm::Swap(a, b)),
    ]
}

fn harmed(proof: &[Digest], harm: &Harm) -> Vec<Digest> {
    let mut harmed = proof.to_vec();
    match harm {
        Harm::Insert(at, hash) => harmed.insert(at.index(proof.len() + 1), Digest(*hash)),
        _ if proof.is_empty() => {}
        Harm::Flip(at, bit) => harmed[at.index(proof.len())].0[usize::from(bit / 8)] ^= 1 << (bit % 8),
        Harm::Remove(at) => drop(harmed.remove(at.index(proof.len()))),
        Harm::Repeat(at) => harmed.insert(at.index(proof.len()), proof[at.index(proof.len())]),
        Harm::Swap(a, b) => harmed.swap(a.index(proof.len()), b.index(proof.len())),
    }
    harmed
}

proptest! {
    #[test]
    fn a_spoiled_inclusion_proof_is_refused(size in 1u64..300, at in any::<prop::sample::Index>(), harm in harm()) {
        let nodes = MemoryNodes::of((0..size).map(|i| leaf_hash(&i.to_be_bytes())));
        let (index, root) = (at.index(usize::try_from(size).unwrap()) as u64, root_at(size, &nodes).unwrap());
        let leaf = nodes.node(0, index).unwrap();
        let proof = inclusion_proof(index, size, &nodes).unwrap();
        prop_assert!(verify_inclusion(index, size, &leaf, &root, &proof).is_ok());
        let spoiled = harmed(&proof, &harm);
        if spoiled != proof {
            prop_assert!(verify_inclusion(index, size, &leaf, &root, &spoiled).is_err());
        }
        for other in (0..size).filter(|other| *other != index) {
            prop_assert!(verify_inclusion(other, size, &leaf, &root, &proof).is_err());
        }
    }

    #[test]
    fn a_spoiled_consistency_proof_is_refused(new in 2u64..300, at in any::<prop::sample::Index>(), harm in harm()) {
        let nodes = MemoryNodes::of((0..new).map(|i| leaf_hash(&i.to_be_bytes())));
        let old = 1 + at.index(usize::try_from(new).unwrap()) as u64;
        let [old_root, new_root] = [old, new].map(|size| root_at(size, &nodes).unwrap());
        let proof = consistency_proof(old, new, &nodes).unwrap();
        prop_assert!(verify_consistency(old, &old_root, new, &new_root, &proof).is_ok());
        let spoiled = harmed(&proof, &harm);
        if spoiled != proof {
            prop_assert!(verify_consistency(old, &old_root, new, &new_root, &spoiled).is_err());
        }
        let other = root_at(old - 1, &nodes).unwrap();
        prop_assert!(verify_consistency(old, &other, new, &new_root, &proof).is_err());
        prop_assert!(verify_consistency(old, &old_root, new, &other, &proof).is_err());
    }

    /// A ledger that changed one old leaf cannot be proved to follow the honest one.
    #[test]
    fn a_rewritten_past_is_refused(new in 2u64..100, old in 1u64..100, changed in any::<prop::sample::Index>()) {
        let old = old.min(new);
        let honest = MemoryNodes::of((0..new).map(|i| leaf_hash(&i.to_be_bytes())));
        let changed = changed.index(usize::try_from(old).unwrap()) as u64;
        let rewritten = MemoryNodes::of((0..new).map(|i| {
            if i == changed { leaf_hash(b"another") } else { leaf_hash(&i.to_be_bytes()) }
        }));
        let (seen, shown) = (root_at(old, &honest).unwrap(), root_at(new, &rewritten).unwrap());
        for nodes in [&honest, &rewritten] {
            let proof = consistency_proof(old, new, nodes).unwrap();
            prop_assert!(verify_consistency(old, &seen, new, &shown, &proof).is_err());
        }
    }

    #[test]
    fn no_numbers_and_hashes_make_a_verifier_panic(
        a in any::<u64>(),
        b in any::<u64>(),
        shift in 0u32..64,
        hashes in proptest::collection::vec(any::<[u8; 32]>(), 2..70),
    ) {
        let hashes: Vec<Digest> = hashes.into_iter().map(Digest).collect();
        let (size, proof) = (b >> shift, &hashes[2..]);
        for index in [a, a >> shift, a % size.max(1)] {
            prop_assert!(verify_inclusion(index, size, &hashes[0], &hashes[1], proof).is_err());
            prop_assert!(verify_consistency(index, &hashes[0], size, &hashes[1], proof).is_err());
        }
    }
}
