//! Ledgers whose keeper lies: every block has its CID and the checkpoint is signed over what stands there.

use super::sound::World;
use super::*;
use crate::{
    envelope::Content,
    id::Digest,
    key::{SecretKey, Signature},
    ledger::{
        Authority, Body,
        tests::fixture::{COORDINATOR, Way, decided_body, exchange_id, key_of, member, minutes, received_body, signed},
    },
    partnership::{Committed, Decision, Outcome, Proposal, ResumeAcknowledgement, ResumeOffer, Resumption, Verdict},
    time::Timestamp,
};

/// The finding for a town that puts `body` after its last entry, whatever the rules say, and signs that.
pub(super) fn after(town: &Town, body: Body) -> (Option<u64>, &'static str) {
    let mut export = Export::of(town);
    let entry = Entry { v: 1, at: Timestamp(1), body };
    export.blocks.push(entry.to_bytes());
    export.sign();
    export.finding()
}

pub(super) fn index(town: &Town) -> u64 {
    town.ledger.tree().size()
}

/// The index of the first entry of a kind.
fn first(town: &Town, kind: &str) -> u64 {
    u64::try_from(town.past.entries.iter().position(|entry| entry.body.kind() == kind).unwrap()).unwrap()
}

fn entry_at(town: &Town, index: u64) -> Entry {
    town.past.entries[usize::try_from(index).unwrap()].clone()
}

#[test]
fn what_the_rules_forbid_is_named() {
    let World { one, two, account, .. } = World::new();
    let next = Some(index(&one));
    // 480 at a time: beyond the floor at the second.
    assert_eq!(after(&one, one.exchange(50, 1, 2, 481)), (next, "exchange-too-long"));
    let mut poor = one.clone();
    let both = |id: u64| {
        let terms = one.exchange_terms(id, 1, 3, 480);
        let (giver, receiver) = (Some(signed(terms.giver, &terms)), Some(signed(terms.receiver, &terms)));
        Body::Exchange { giver, receiver, terms }
    };
    poor.enter(both(50)).unwrap();
    assert_eq!(after(&poor, both(51)), (Some(index(&poor)), "member-floor"));
    // An entry that was another town's.
    assert_eq!(after(&one, two.exchange(50, 1, 2, 10)), (next, "other-community"));
    // Ids are used once, for ever.
    assert_eq!(after(&one, both(1)), (next, "exchange-exists"));
    assert_eq!(after(&one, one.hold(account, 100, 1, 10)), (next, "exchange-exists"));
    assert_eq!(after(&one, one.founding(one.charter())), (next, "founding"));
    assert_eq!(after(&one, one.correction(60, 100, None)), (next, "not-correctable"));
    assert_eq!(after(&one, one.correction(60, 202, None)), (next, "unknown-exchange"));
    assert_eq!(after(&one, one.correction(60, 3, None)), (next, "not-correctable"));
    assert_eq!(after(&one, one.correction(60, 7, None)), (next, "not-correctable"));
    assert_eq!(after(&one, one.correction(60, 1, Some(75))), (next, "nothing-changes"));
    assert_eq!(after(&one, one.correction(60, 5, Some(10))), (next, "nothing-changes"));
}

#[test]
fn a_missing_or_false_agreement_is_named() {
    let World { one, .. } = World::new();
    let at = first(&one, "exchange");
    let forge = |change: &dyn Fn(&mut Option<Authority>)| {
        let mut entry = entry_at(&one, at);
        let Body::Exchange { receiver, .. } = &mut entry.body else { panic!("an exchange") };
        change(receiver);
        Export::forged(&one, at, &entry).finding()
    };
    assert_eq!(forge(&|receiver| *receiver = None), (Some(at), "confirmation-missing"));
    assert_eq!(forge(&|receiver| *receiver = Some(Authority::Key(Signature([7; 64])))), (Some(at), "wrong-signature"));
    let terms = one.exchange_terms(1, 1, 2, 90);
    let by_another = signed(member(3), &terms);
    assert_eq!(forge(&|receiver| *receiver = Some(by_another.clone())), (Some(at), "wrong-signature"));
    let over_less = signed(member(2), &one.exchange_terms(1, 1, 2, 89));
    assert_eq!(forge(&|receiver| *receiver = Some(over_less.clone())), (Some(at), "wrong-signature"));
    // The very signature of another kind of terms with the same key.
    let of_a_kind = Authority::Key(key_of(member(2)).sign(&codec::encode(&terms)));
    assert_eq!(forge(&|receiver| *receiver = Some(of_a_kind.clone())), (Some(at), "wrong-signature"));
    let stranger = Authority::OnBehalf { coordinator: member(3), channel: crate::ledger::Channel::Phone };
    assert_eq!(forge(&|receiver| *receiver = Some(stranger.clone())), (Some(at), "not-coordinator"));
}

#[test]
fn every_members_signature_is_judged() {
    let World { one, .. } = World::new();
    for kind in ["exchange", "group_exchange", "gift", "hold"] {
        let at = first(&one, kind);
        let mut entry = entry_at(&one, at);
        let given = match &mut entry.body {
            Body::Exchange { receiver, .. } => receiver.as_mut(),
            Body::GroupExchange { participants, .. } => participants.last_mut().unwrap().as_mut(),
            Body::Gift { from, .. } => Some(from),
            Body::Hold { payer, .. } => Some(payer),
            _ => None,
        };
        let Some(Authority::Key(signature)) = given else { panic!("a signature in {kind}") };
        signature.0[3] ^= 4;
        let finding = Export::forged(&one, at, &entry).judge().unwrap_err();
        assert_eq!(finding.entry, Some(at), "{kind}");
        assert!(matches!(finding.flaw, Flaw::Signature(Signer::Member(_))), "{kind}: {finding}");
    }
}

#[test]
fn agreements_and_foundings_are_judged() {
    let World { one, .. } = World::new();
    let at = first(&one, "partnership_agreed");
    for place in 0..4 {
        let mut entry = entry_at(&one, at);
        let Body::PartnershipAgreed { agreement } = &mut entry.body else { panic!("an agreement") };
        let signature = match place {
            0 => &mut agreement.certificate_a.signature,
            1 => &mut agreement.certificate_b.signature,
            2 => &mut agreement.signature_a,
            _ => &mut agreement.signature_b,
        };
        signature.0[0] ^= 1;
        assert_eq!(Export::forged(&one, at, &entry).finding(), (Some(at), "wrong-signature"));
    }
    let mut entry = entry_at(&one, 0);
    let Body::Founded { certificate, .. } = &mut entry.body else { panic!("the founding") };
    certificate.content.serial = 9;
    assert_eq!(Export::forged(&one, 0, &entry).finding(), (Some(0), "wrong-signature"));
}

#[test]
fn entries_swapped_dropped_or_repeated_are_named() {
    let World { one, .. } = World::new();
    let at = usize::try_from(first(&one, "opening_balance")).unwrap();
    let entry = u64::try_from(at).unwrap();
    // Signed again by the keeper or not, the order breaks the rules: a hold before the partnership, a decision before its hold.
    for (kind, broken) in [("hold", "unknown-partnership"), ("settle", "unknown-exchange")] {
        for sign in [true, false] {
            let mut export = Export::of(&one);
            let late = usize::try_from(first(&one, kind)).unwrap();
            export.blocks.swap(at, late);
            if sign {
                export.sign();
            }
            assert_eq!(export.finding(), (Some(entry), broken));
        }
    }
    let mut dropped = Export::of(&one);
    dropped.blocks.remove(usize::try_from(first(&one, "hold")).unwrap());
    dropped.sign();
    assert_eq!(dropped.finding(), (Some(first(&one, "settle") - 1), "unknown-exchange"));
    let mut last = Export::of(&one);
    last.blocks.pop();
    assert_eq!(last.finding(), (Some(index(&one) - 1), "missing"));
    let mut twice = Export::of(&one);
    let again = twice.blocks[usize::try_from(first(&one, "exchange")).unwrap()].clone();
    twice.blocks.push(again);
    twice.sign();
    assert_eq!(twice.finding(), (Some(index(&one)), "exchange-exists"));
}

#[test]
fn the_first_bad_entry_is_named_although_signatures_are_judged_later() {
    let World { one, .. } = World::new();
    let (bad, worse) = (first(&one, "exchange"), index(&one) - 1);
    let mut entry = entry_at(&one, bad);
    let Body::Exchange { receiver, .. } = &mut entry.body else { panic!("an exchange") };
    *receiver = Some(Authority::Key(Signature([7; 64])));
    // A later entry that breaks a rule, that cannot be read, or whose block is damaged.
    let mut export = Export::forged(&one, bad, &entry);
    export.blocks[usize::try_from(worse).unwrap()] = codec::encode(&"nothing");
    export.sign();
    assert_eq!(export.finding(), (Some(bad), "wrong-signature"));
    let mut bytes = export.bytes();
    *bytes.last_mut().unwrap() ^= 1;
    assert_eq!(judge(&bytes, 700).unwrap_err().entry, Some(bad));
    export.blocks.pop();
    assert_eq!(export.finding(), (Some(bad), "wrong-signature"));
    // Between signatures of two kinds, too: a member's before a partner's and the reverse.
    for (one_kind, other_kind) in [("gift", "settle"), ("receive", "group_exchange")] {
        let mut export = Export::of(&one);
        let places = [first(&one, one_kind), first(&one, other_kind)];
        for at in places {
            let mut entry = entry_at(&one, at);
            spoil(&mut entry.body);
            export.blocks[usize::try_from(at).unwrap()] = entry.to_bytes();
        }
        export.sign();
        assert_eq!(export.finding(), (places.into_iter().min(), "wrong-signature"));
    }
}

fn spoil(body: &mut Body) {
    let signature = match body {
        Body::Gift { from: Authority::Key(signature), .. } => signature,
        Body::GroupExchange { participants, .. } => match &mut participants[0] {
            Some(Authority::Key(signature)) => signature,
            _ => panic!("a signature"),
        },
        Body::Settle { decision, .. } => &mut decision.signature,
        Body::Receive { proposal, .. } => &mut proposal.signature,
        _ => panic!("a kind that is signed"),
    };
    signature.0[1] ^= 1;
}

#[test]
fn entries_are_read_strictly() {
    let World { one, .. } = World::new();
    let at = usize::try_from(first(&one, "gift")).unwrap();
    let with = |bytes: Vec<u8>| {
        let mut export = Export::of(&one);
        export.blocks[at] = bytes;
        export.sign();
        let finding = export.judge().unwrap_err();
        assert_eq!(finding.entry, Some(u64::try_from(at).unwrap()));
        finding.flaw
    };
    let mut newer = one.past.entries[at].clone();
    newer.v = 2;
    assert_eq!(with(newer.to_bytes()), Flaw::Version(2));
    let good = one.past.entries[at].to_bytes();
    let mut longer = good.clone();
    longer.push(0);
    assert!(matches!(with(longer), Flaw::Unreadable(codec::DecodeError::Length)));
    // The version written in two bytes.
    let mut padded = good.clone();
    let place = padded.windows(3).position(|w| w == b"\x61v\x01").unwrap();
    padded.splice(place + 2..place + 3, [0x18, 0x01]);
    assert!(matches!(with(padded), Flaw::Unreadable(_)));
    let limit = crate::ledger::MAX_ENTRY_BYTES;
    assert!(matches!(with(vec![0x40; limit + 1]), Flaw::Unreadable(codec::DecodeError::TooLarge { .. })));
}

/// What is changed in a message, and the code of the finding that it leads to.
type Change<'a, T> = (&'a dyn Fn(&mut T), &'static str);

/// Our next proposal and the partner's decision, changed before they are signed, by these keys.
fn crossing(
    world: &World,
    change: impl FnOnce(&mut Proposal),
    judge: impl FnOnce(&mut Decision),
    keys: (&SecretKey, &SecretKey),
) -> Body {
    let mut proposal = world.one_way.draft(103, 50);
    change(&mut proposal);
    let mut decision = world.one_way.verdict(&world.two, &proposal, true);
    judge(&mut decision);
    decided_body(proposal.sign(keys.0).into_unverified(), decision.sign(keys.1).into_unverified())
}

#[test]
fn strangers_and_proposals_of_other_things_are_named() {
    let world = World::new();
    let (one, next) = (&world.one, Some(index(&world.one)));
    let (ours, theirs, stranger) = (&world.one.secret, &world.two.secret, &SecretKey::from_seed(&[99; 32]));
    let finding = |body| after(one, body);
    assert_eq!(finding(crossing(&world, |_| (), |_| (), (ours, stranger))), (next, "wrong-signature"));
    assert_eq!(finding(crossing(&world, |_| (), |_| (), (ours, ours))), (next, "wrong-signature"));
    assert_eq!(finding(crossing(&world, |_| (), |_| (), (stranger, theirs))), (next, "wrong-signature"));
    assert_eq!(finding(crossing(&world, |_| (), |_| (), (theirs, theirs))), (next, "wrong-signature"));
    let both = (ours, theirs);
    let changes: [Change<'_, Proposal>; 11] = [
        (&|p| p.v = 2, "unknown-version"),
        (&|p| p.minutes = minutes(49), "unknown-proposal"),
        (&|p| p.lane = p.lane.other(), "unknown-proposal"),
        (&|p| p.debtor = p.debtor.other(), "unknown-proposal"),
        (&|p| p.account.0[0] ^= 1, "unknown-proposal"),
        (&|p| p.exchange = exchange_id(104), "unknown-exchange"),
        (&|p| p.exchange = exchange_id(102), "unknown-exchange"),
        (&|p| p.n += 1, "out-of-order"),
        (&|p| p.n -= 1, "out-of-order"),
        (&|p| p.previous = Digest::ZERO, "broken-chain"),
        (&|p| p.epoch = 1, "unknown-proposal"),
    ];
    for (number, (change, code)) in changes.into_iter().enumerate() {
        assert_eq!(finding(crossing(&world, change, |_| (), both)), (next, code), "change {number}");
    }
}

#[test]
fn decisions_about_other_things_are_named() {
    let world = World::new();
    let (one, next) = (&world.one, Some(index(&world.one)));
    let (both, theirs) = ((&world.one.secret, &world.two.secret), &world.two.secret);
    let finding = |body| after(one, body);
    let changes: [Change<'_, Decision>; 8] = [
        (&|d| d.v = 2, "unknown-version"),
        (&|d| d.proposal = Digest([1; 32]), "unknown-proposal"),
        (&|d| d.n += 1, "unknown-proposal"),
        (&|d| d.epoch += 1, "unknown-proposal"),
        (&|d| d.lane = d.lane.other(), "unknown-proposal"),
        (&|d| d.account.0[0] ^= 1, "unknown-proposal"),
        (&|d| d.previous = Digest::ZERO, "broken-chain"),
        (&|d| d.previous = Digest([1; 32]), "broken-chain"),
    ];
    for (number, (change, code)) in changes.into_iter().enumerate() {
        assert_eq!(finding(crossing(&world, |_| (), change, both)), (next, code), "decision {number}");
    }
    // A refusal that is recorded as paid, and the reverse.
    let Body::Settle { proposal, decision } = crossing(&world, |_| (), |_| (), both) else { panic!("accepted") };
    assert_eq!(finding(Body::Release { proposal: proposal.clone(), decision }), (next, "unknown-proposal"));
    let mut refusal = world.one_way.verdict(&world.two, &proposal.content, false);
    refusal.verdict = Verdict::Reject { code: crate::partnership::RefusalCode::Limit };
    let decision = Box::new(refusal.sign(theirs).into_unverified());
    assert_eq!(finding(Body::Settle { proposal, decision }), (next, "unknown-proposal"));
}

#[test]
fn a_new_epoch_begins_both_chains_anew() {
    let World { mut one, mut two, account, .. } = World::new();
    let mut ways = [Way::of(&one, account), Way::of(&two, account)];
    let old = (ways[0].clone(), ways[1].clone());
    ways.iter_mut().for_each(|way| way.epoch = 1);
    // An epoch begins with what both signed, and not before.
    let next = Some(index(&one));
    assert_eq!(after(&one, ways[0].clone().decided(&one, &two, 103, 50, true)), (next, "unknown-proposal"));
    let resumed = resumed(&one, &two, account, 1);
    one.enter(resumed.clone()).unwrap();
    two.enter(resumed.clone()).unwrap();
    assert_eq!(after(&one, resumed), (Some(index(&one)), "other-lane"));
    one.enter(ways[0].decided(&one, &two, 103, 50, true)).unwrap();
    one.enter(one.hold(account, 105, 1, 10)).unwrap();
    one.enter(ways[0].decided(&one, &two, 105, 10, false)).unwrap();
    one.enter(ways[1].received(&two, &one, 2, 301, 20)).unwrap();
    Export::of(&one).judge().unwrap();
    // What belongs to the epoch that is over.
    one.enter(one.hold(account, 106, 1, 10)).unwrap();
    let next = Some(index(&one));
    let (mut ours, mut theirs) = old;
    assert_eq!(after(&one, ours.decided(&one, &two, 106, 10, true)), (next, "unknown-proposal"));
    assert_eq!(after(&one, theirs.received(&two, &one, 2, 302, 20)), (next, "other-lane"));
    two.enter(two.hold(account, 400, 1, 10)).unwrap();
}

#[test]
fn an_outcome_needs_both_signatures_and_stands_once() {
    let world = World::new();
    let (next, (closer, suggester)) = (Some(index(&world.one)), world.keys());
    let outcome = |id, number| world.outcome(id, number, suggester, closer);
    let forged = [world.outcome(100, 0, closer, closer), world.outcome(100, 0, suggester, suggester)];
    for body in forged {
        assert_eq!(after(&world.one, body), (next, "wrong-signature"));
    }
    assert_eq!(after(&world.one, outcome(100, 1)), (next, "out-of-order"));
    assert_eq!(after(&world.one, outcome(101, 0)), (next, "other-lane"), "of what was refused nothing is known");
    assert_eq!(after(&world.one, outcome(103, 0)), (next, "not-disputable"), "it is on hold");
    assert_eq!(after(&world.one, outcome(1, 0)), (next, "not-disputable"), "it crossed nothing");
    assert_eq!(after(&world.one, outcome(999, 0)), (next, "unknown-exchange"));
    let mut other = outcome(100, 0);
    let Body::DisputeClosed { closing, .. } = &mut other else { panic!("an outcome") };
    closing.content.outcome = Outcome::GivenBack;
    assert_eq!(after(&world.one, other), (next, "not-disputable"), "the two do not say the same");
    let mut town = world.one.clone();
    town.enter(outcome(100, 0)).unwrap();
    assert_eq!(after(&town, outcome(100, 1)), (Some(index(&town)), "not-disputable"), "once");
}

#[test]
fn an_advance_is_what_the_pot_has_and_once() {
    let World { one, account, .. } = World::new();
    let advance =
        |exchange, many, by| Body::Advance { exchange, account, payee: member(2), minutes: minutes(many), by };
    let (next, id, pot) = (Some(index(&one)), exchange_id(900), u32::try_from(one.ledger.pot().get()).unwrap());
    assert_eq!(after(&one, advance(id, pot + 1, COORDINATOR)), (next, "pot-floor"));
    assert_eq!(after(&one, advance(id, 1, member(2))), (next, "not-coordinator"));
    assert_eq!(after(&one, advance(exchange_id(100), 1, COORDINATOR)), (next, "exchange-exists"));
    let ended = |many, kept| Body::AdvanceEnded {
        exchange: id,
        payee: member(2),
        minutes: minutes(many),
        kept,
        by: COORDINATOR,
    };
    assert_eq!(after(&one, ended(5, false)), (next, "not-advanceable"));
    let mut town = one.clone();
    town.enter(advance(id, 5, COORDINATOR)).unwrap();
    let next = Some(index(&town));
    assert_eq!(after(&town, advance(id, 5, COORDINATOR)), (next, "not-advanceable"));
    assert_eq!(after(&town, ended(4, false)), (next, "not-advanceable"));
}

#[test]
fn what_the_partner_gave_back_needs_both_signatures() {
    let World { mut one, two, account, two_way, .. } = World::new();
    let recovered = |change: &dyn Fn(&mut Proposal), keys: (&SecretKey, &SecretKey)| {
        let mut proposal = two_way.draft(500, 40);
        proposal.n += 7;
        change(&mut proposal);
        let decision = two_way.verdict(&one, &proposal, true);
        Body::Recovered {
            member: Some(member(2)),
            party: None,
            paid: false,
            under_id: crate::ledger::UnderId::Nothing,
            advanced: None,
            proposal: Box::new(proposal.sign(keys.0).into_unverified()),
            decision: Box::new(decision.sign(keys.1).into_unverified()),
        }
    };
    let (ours, theirs, next) = (&one.secret, &two.secret, Some(index(&one)));
    assert_eq!(after(&one, recovered(&|_| (), (ours, ours))), (next, "wrong-signature"));
    assert_eq!(after(&one, recovered(&|_| (), (theirs, theirs))), (next, "wrong-signature"));
    assert_eq!(after(&one, recovered(&|p| p.epoch = 1, (theirs, ours))), (next, "other-lane"));
    assert_eq!(after(&one, recovered(&|p| p.exchange = exchange_id(201), (theirs, ours))), (next, "exchange-exists"));
    let net = |town: &Town| town.ledger.balance(&crate::ledger::Account::Partner(account)).get();
    let (before, good) = (net(&one), recovered(&|_| (), (theirs, ours)));
    one.enter(good).unwrap();
    assert_eq!(net(&one), before - 40);
    Export::of(&one).judge().unwrap();
}

/// The epoch that `one` offers and `two` takes.
fn resumed(one: &Town, two: &Town, account: crate::id::AccountId, epoch: u32) -> Body {
    let partner = &one.ledger.partners()[&account];
    let offer = ResumeOffer {
        begun: 0,
        v: 1,
        account,
        offerer: partner.side,
        epoch,
        from: epoch - 1,
        nonce: [1; 16],
        key: two.secret.public(),
        committed: Committed::NONE,
        net: partner.net.get(),
    };
    let word = ResumeAcknowledgement { account, epoch, offer: offer.digest() };
    Body::Resumed {
        resumption: Box::new(Resumption {
            offer: offer.sign(&one.secret).into_unverified(),
            offerer: one.certificate.clone(),
            acknowledgement: word.sign(&two.secret).into_unverified(),
            requester: two.certificate.clone(),
        }),
    }
}

#[test]
fn the_partners_lane_is_followed_as_far_as_it_can_be_seen() {
    let world = World::new();
    let (one, next) = (&world.one, Some(index(&world.one)));
    let with = |change: &dyn Fn(&mut Proposal), key: &SecretKey| {
        let mut proposal = world.two_way.draft(301, 20);
        change(&mut proposal);
        after(one, received_body(one, 2, proposal.sign(key).into_unverified()))
    };
    let theirs = &world.two.secret;
    assert_eq!(with(&|_| (), &one.secret), (next, "wrong-signature"));
    assert_eq!(with(&|_| (), &SecretKey::from_seed(&[99; 32])), (next, "wrong-signature"));
    assert_eq!(with(&|p| p.v = 2, theirs), (next, "unknown-version"));
    assert_eq!(with(&|p| p.account.0[0] ^= 1, theirs), (next, "unknown-partnership"));
    assert_eq!(with(&|p| p.lane = p.lane.other(), theirs), (next, "other-lane"));
    assert_eq!(with(&|p| p.debtor = p.debtor.other(), theirs), (next, "other-lane"));
    assert_eq!(with(&|p| p.exchange = exchange_id(201), theirs), (next, "exchange-exists"));
    assert_eq!(with(&|p| p.n -= 1, theirs), (next, "out-of-order"));
    assert_eq!(with(&|p| p.previous = Digest::ZERO, theirs), (next, "broken-chain"));
    // Slots in between may have been refused: then nobody can see what stood there.
    let mut gap = one.clone();
    let mut proposal = world.two_way.draft(301, 20);
    (proposal.n, proposal.previous) = (proposal.n + 5, Digest([8; 32]));
    let body = received_body(&gap, 2, proposal.sign(theirs).into_unverified());
    gap.enter(body).unwrap();
    Export::of(&gap).judge().unwrap();
    // The first slot of all has nothing before it.
    let (mut fresh, mut other) = (Town::with_members(3, 1), Town::new(4));
    let account = crate::ledger::tests::fixture::befriend(&mut fresh, &mut other);
    let mut first = Way::of(&other, account).draft(1, 20);
    first.previous = Digest([8; 32]);
    let body = received_body(&fresh, 1, first.sign(&other.secret).into_unverified());
    assert_eq!(after(&fresh, body), (Some(index(&fresh)), "broken-chain"));
}

#[test]
fn hours_for_a_payee_who_is_not_here_are_named() {
    let world = World::new();
    let mut way = world.two_way.clone();
    let body = way.received(&world.two, &world.one, 99, 301, 20);
    assert_eq!(after(&world.one, body), (Some(index(&world.one)), "unknown-member"));
    let by_nobody = Body::MemberLeft { member: COORDINATOR, by: member(99) };
    assert_eq!(after(&world.one, by_nobody), (Some(index(&world.one)), "unknown-member"));
}
