//! Files that stand for themselves: proofs of misconduct, balance sheets, exported ledgers, and the journal.

use crate::{
    engine::{Target, drive, ending, mark},
    lanes::again,
    talk::talked,
};
use anyhow::{Context as _, Result};
use kith::store::Journal;
use kith_protocol::{
    audit::{Auditor, MANIFEST_VERSION, Manifest, export_entry, export_header},
    codec,
    community::Certificate,
    document::Document,
    envelope::{Content, Unverified},
    evidence::{Beginning, Evidence, Exhibits},
    key::SecretKey,
    ledger::{
        Body, Entry,
        checkpoint::Checkpoint,
        merkle::{MemoryNodes, inclusion_proof},
    },
    minutes::Balance,
    partnership::{Committed, Decision, Proposal, ResumeOffer, Verdict},
    statement::{Line, MemberStatement, Sums, Under},
    time::Timestamp,
};
use kith_tests::{
    cluster::Scratch,
    pair::{Half, Pair},
};
use std::fs;

/// Memory that judging a file may cost: the largest document, decoded, and its canonical copy.
const MEMORY: usize = 96 * 1024 * 1024;

fn pairs(side: &Half) -> impl Iterator<Item = (&Unverified<Proposal>, &Unverified<Decision>)> {
    side.view.entries().iter().filter_map(|entry| match &entry.body {
        Body::Settle { proposal, decision } => Some((&**proposal, &**decision)),
        _ => None,
    })
}

fn note(side: &Half, entries: &[Entry]) -> Result<(Checkpoint, String)> {
    let identity = side.machine.identity();
    let mut tree = kith_protocol::ledger::merkle::Frontier::default();
    entries.iter().for_each(|entry| tree.push(entry.leaf()));
    let checkpoint = Checkpoint::of(&identity.community, &tree);
    Ok((checkpoint.clone(), checkpoint.sign(checkpoint.origin(), &identity.secret)?.to_text()))
}

/// An offer that leaves out what was accepted.
fn left_out(liar: &Half, (proposal, decision): (&Unverified<Proposal>, &Unverified<Decision>)) -> Exhibits {
    let secret = &liar.machine.identity().secret;
    let offer = ResumeOffer {
        begun: 0,
        v: 1,
        account: proposal.content.account,
        offerer: proposal.content.lane.other(),
        epoch: proposal.content.epoch + 5,
        from: 0,
        nonce: [3; 16],
        key: secret.public(),
        committed: Committed::NONE,
        net: 0,
    };
    Exhibits::LeftOut {
        proposal: Box::new(proposal.clone()),
        decision: Box::new(decision.clone()),
        offer: Box::new(offer.sign(secret).into_unverified()),
        committed: Vec::new(),
    }
}

/// A proof of each kind against the second side, all of them good.
fn proofs(pair: &Pair) -> Result<Vec<Evidence>> {
    let liar = &pair.sides[1];
    let secret = &liar.machine.identity().secret;
    let (proposal, decision) = pairs(&pair.sides[0]).next().context("something settled")?;
    let second = Decision { verdict: Verdict::Accept { leaf_index: 99 }, ..decision.content.clone() };
    let own = pairs(liar).next().context("something settled")?.0;
    let other = Proposal { made_at: Timestamp(7), ..own.content.clone() };
    let Verdict::Accept { leaf_index } = decision.content.verdict else { anyhow::bail!("it was accepted") };
    let mut entries = liar.view.entries().to_vec();
    let (honest_size, honest) = note(liar, &entries)?;
    let place = usize::try_from(leaf_index)?;
    entries[place] = entries[1].clone();
    let (_, forged) = note(liar, &entries)?;
    let tree = MemoryNodes::of(entries.iter().map(Entry::leaf));
    let proof = inclusion_proof(leaf_index, honest_size.size(), &tree).context("it is there")?;
    let shown = entries[place].shown();
    entries.push(entries[1].clone());
    let (grown, grown_note) = note(liar, &entries)?;
    let tree = MemoryNodes::of(entries.iter().map(Entry::leaf));
    let beginning = Beginning {
        root: kith_protocol::ledger::merkle::root_at(honest_size.size(), &tree).context("a root")?,
        proof: kith_protocol::ledger::merkle::consistency_proof(honest_size.size(), grown.size(), &tree)
            .context("a proof")?,
    };
    let two = |a: Decision| Box::new([decision.clone(), a.sign(secret).into_unverified()]);
    let exhibits = [
        Exhibits::TwoProposals(Box::new([own.clone(), other.sign(secret).into_unverified()])),
        Exhibits::TwoDecisions(two(second)),
        Exhibits::NotRecorded {
            proposal: Box::new(proposal.clone()),
            decision: Box::new(decision.clone()),
            checkpoint: forged.clone(),
            entry: Box::new(shown),
            proof,
        },
        Exhibits::ForkedLedger { one: honest.clone(), other: forged, beginning: None },
        Exhibits::ForkedLedger { one: honest, other: grown_note, beginning: Some(beginning) },
        left_out(liar, (proposal, decision)),
    ];
    let certificate = liar.machine.identity().certificate.clone();
    let proofs: Vec<Evidence> =
        exhibits.into_iter().map(|exhibits| Evidence { v: 1, certificate: certificate.clone(), exhibits }).collect();
    for proof in &proofs {
        proof.judge().context("a good proof is refused")?;
    }
    Ok(proofs)
}

/// The statement of whoever paid on a side, with both communities' signatures in it.
fn statement(side: &Half) -> Result<Unverified<MemberStatement>> {
    let (identity, entries) = (side.machine.identity(), side.view.entries());
    let paid = entries.iter().find_map(|entry| match &entry.body {
        Body::Hold { terms, .. } => Some(terms.payer),
        _ => None,
    });
    let member = paid.context("somebody paid")?;
    let (checkpoint, note) = note(side, entries)?;
    let nodes = MemoryNodes::of(entries.iter().map(Entry::leaf));
    let begins = |id| entries.iter().find(|entry| entry.body.begins() == Some(id)).map(|entry| &entry.body);
    let mut lines = Vec::new();
    let (mut agreement, mut epochs) = (None, Vec::new());
    for (index, entry) in (0..).zip(entries) {
        match &entry.body {
            Body::PartnershipAgreed { agreement: agreed } => agreement = Some(agreed.as_ref().clone()),
            Body::Resumed { resumption } => epochs.push(resumption.as_ref().clone()),
            _ => {}
        }
        let about = entry.body.about().map_or(Some(&entry.body), begins);
        if about.is_some_and(|body| body.named().contains(&member)) {
            let proof = inclusion_proof(index, checkpoint.size(), &nodes).context("it is in the tree")?;
            lines.push(Line { index, entry: entry.clone(), proof });
        }
    }
    let balance = side.machine.state().ledger().members()[&member].balance;
    let statement = MemberStatement {
        v: 1,
        community: identity.community,
        certificate: identity.certificate.clone(),
        checkpoint: note,
        member,
        from: Timestamp(0),
        until: Timestamp(u64::MAX),
        sums: Some(Sums { opening: Balance::ZERO, closing: balance }),
        earlier: Vec::new(),
        lines,
        under: vec![Under { agreement: agreement.context("they agreed")?, epochs }],
        made_at: Timestamp(9),
    };
    let signed = statement.sign(&identity.secret).into_unverified();
    signed.check().context("a good statement is refused")?;
    Ok(signed)
}

#[test]
fn documents() -> Result<()> {
    let pair = talked()?;
    let mut corpus: Vec<Vec<u8>> = Vec::new();
    for proof in proofs(&pair)? {
        corpus.push(codec::encode(&proof));
        corpus.push(Document::Evidence(Box::new(proof)).to_bytes());
    }
    for side in &pair.sides {
        let all = Timestamp(0)..Timestamp(u64::MAX);
        corpus.push(Document::MemberStatement(Box::new(statement(side)?)).to_bytes());
        corpus.push(side.machine.balance_sheet(&pair.account()?, all, pair.now, &side.view)?.to_bytes());
    }
    let run = |bytes: &[u8]| {
        let evidence = Evidence::decode(bytes).map(|evidence| ending(&evidence.judge()));
        match (evidence, Document::decode(bytes)) {
            (Ok(judged), _) => judged,
            (_, Ok(Document::Evidence(evidence))) => ending(&evidence.judge()),
            (_, Ok(Document::BalanceSheet(sheet))) => 3 + ending(&sheet.check()),
            (_, Ok(Document::MemberStatement(statement))) => 5 + ending(&statement.check()),
            (Err(why), Err(other)) => mark(&why.to_string()) ^ mark(&other.to_string()),
        }
    };
    drive(Target { name: "documents", corpus, memory: MEMORY, run: &run })
}

/// Every signature in a proof is made anew by the accused, so that what is judged is not only whether bytes were changed.
fn sign_again(evidence: &mut Evidence, root: &SecretKey, secret: &SecretKey) {
    let certificate: Certificate = evidence.certificate.content.clone();
    evidence.certificate = Certificate { key: secret.public(), ..certificate }.sign(root).into_unverified();
    match &mut evidence.exhibits {
        Exhibits::TwoProposals(two) => two.iter_mut().for_each(|one| again(one, secret)),
        Exhibits::TwoDecisions(two) => two.iter_mut().for_each(|one| again(one, secret)),
        Exhibits::NotRecorded { decision, .. } => again(decision, secret),
        Exhibits::ForkedLedger { .. } => {}
        Exhibits::LeftOut { decision, offer, .. } => {
            again(decision, secret);
            again(offer, secret);
        }
    }
}

/// The judge of proofs, before proofs whose signatures all hold.
#[test]
fn evidence_signed_anew() -> Result<()> {
    let pair = talked()?;
    let corpus = proofs(&pair)?.iter().map(codec::encode).collect();
    let liar = &pair.sides[1];
    let (root, secret) = (liar.root.clone(), liar.machine.identity().secret.clone());
    for mut proof in proofs(&pair)? {
        sign_again(&mut proof, &root, &secret);
        proof.judge().context("a good proof is refused once it is signed anew")?;
    }
    let run = |bytes: &[u8]| match Evidence::decode(bytes) {
        Ok(mut evidence) => {
            sign_again(&mut evidence, &root, &secret);
            let judged = evidence.judge();
            if let Ok(proven) = &judged {
                // Whatever is proven, it is proven of whom the certificate names, and by two different things.
                assert_eq!(proven.community, evidence.certificate.content.community);
                match &evidence.exhibits {
                    Exhibits::TwoProposals(two) => assert_ne!(two[0].content, two[1].content),
                    Exhibits::TwoDecisions(two) => assert_ne!(two[0].content, two[1].content),
                    Exhibits::ForkedLedger { one, other, .. } => assert_ne!(one, other),
                    Exhibits::NotRecorded { .. } | Exhibits::LeftOut { .. } => {}
                }
            }
            7 + ending(&judged)
        }
        Err(why) => mark(&why.to_string()),
    };
    drive(Target { name: "evidence", corpus, memory: MEMORY, run: &run })
}

#[test]
fn exported_ledgers() -> Result<()> {
    let pair = talked()?;
    let mut corpus = Vec::new();
    for side in &pair.sides {
        let identity = side.machine.identity();
        let manifest = Manifest {
            v: MANIFEST_VERSION,
            community: identity.community,
            size: side.view.entries().len() as u64,
            checkpoint: side.note()?.to_text(),
            certificate: identity.certificate.clone(),
        };
        let mut bytes = export_header(&manifest)?;
        for entry in side.view.entries() {
            bytes.extend(export_entry(entry)?);
        }
        corpus.push(bytes);
    }
    let judge = |bytes: &[u8]| {
        let mut auditor = Auditor::new();
        bytes.chunks(1_000).try_for_each(|chunk| auditor.push(chunk))?;
        auditor.finish()
    };
    for good in &corpus {
        judge(good).map_err(|finding| anyhow::anyhow!("a good ledger is refused: {finding}"))?;
    }
    let goods = corpus.clone();
    let run = |bytes: &[u8]| {
        let judged = judge(bytes);
        if judged.is_ok() {
            assert!(goods.iter().any(|good| good == bytes), "a changed ledger is taken for a sound one");
        }
        ending(&judged)
    };
    drive(Target { name: "ledgers", corpus, memory: MEMORY, run: &run })
}

/// The journal's file, damaged in any way: it opens with a beginning of what was written, or is refused by name.
#[test]
fn journals() -> Result<()> {
    let dir = Scratch::new()?;
    let home = dir.path().join("journal");
    let payloads: Vec<Vec<u8>> = (0..20u8).map(|n| vec![n; 3 * usize::from(n)]).collect();
    {
        let (mut journal, _) = Journal::open(&home)?;
        for group in payloads.chunks(3) {
            for payload in group {
                journal.append(payload)?;
            }
            journal.commit()?;
        }
    }
    let file = fs::read_dir(&home)?.next().context("a segment")??.path();
    let corpus = vec![fs::read(&file)?];
    let run = |bytes: &[u8]| {
        fs::write(&file, bytes).expect("the scratch directory takes a file");
        match Journal::open(&home) {
            Ok((journal, torn)) => {
                let read: Result<Vec<_>, _> = journal
                    .reader()
                    .from(kith::store::Position(0))
                    .map(|frame| frame.map(|(_, bytes)| bytes))
                    .collect();
                let read = read.expect("what was opened can be read");
                assert!(payloads.starts_with(&read), "the journal holds what nobody wrote");
                1 + u64::from(torn.is_some()) + 4 * read.len() as u64
            }
            Err(why) => mark(&format!("{why:?}").replace(&home.display().to_string(), "")),
        }
    };
    drive(Target { name: "journals", corpus, memory: MEMORY, run: &run })
}
