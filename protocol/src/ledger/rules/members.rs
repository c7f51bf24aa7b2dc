//! Founding, charter, and who belongs.

use super::{
    super::{consent::Authority, entry::Body, state::Ledger},
    exchanges::{authority, same_community},
};
use crate::{
    community::check_certificate,
    envelope::Content as _,
    id::MemberId,
    key::Signature,
    member::{KeyTerms, Member, MemberKind, Role},
    minutes::Balance,
    rejection::Rejection,
};

pub(super) fn permit(ledger: &Ledger, body: &Body) -> Result<(), Rejection> {
    match body {
        Body::Founded { certificate, charter, .. } => {
            let certificate = check_certificate(certificate)?;
            if certificate.content().community != ledger.community {
                return Err(Rejection::OtherCommunity);
            }
            charter.check()
        }
        Body::KeyRotated { certificate } => {
            let certificate = check_certificate(certificate)?;
            let new = certificate.content();
            if new.community != ledger.community {
                return Err(Rejection::OtherCommunity);
            }
            let is_new = ledger.certificates.iter().all(|old| old.serial < new.serial && old.key != new.key);
            if is_new { Ok(()) } else { Err(Rejection::BadCertificate("it is not newer than the one before")) }
        }
        Body::CharterChanged { charter, by } => {
            ledger.coordinator(by)?;
            charter.check()?;
            if ledger.charter.as_ref() == Some(charter) { Err(Rejection::NothingChanges) } else { Ok(()) }
        }
        Body::MemberAdmitted { member, key, by, .. } => {
            ledger.coordinator(by)?;
            if let Some(key) = key {
                key.sound()?;
            }
            match ledger.members.get(member) {
                Some(known) if known.active => Err(Rejection::MemberExists(*member)),
                _ => Ok(()),
            }
        }
        Body::MemberLeft { member, by } => {
            ledger.coordinator(by)?;
            let leaving = ledger.active(member)?;
            if ledger.holds.values().any(|hold| hold.payer == *member) {
                return Err(Rejection::TooManyWaiting { what: "exchanges of this member with partners", limit: 0 });
            }
            last_coordinator_stays(ledger, member, leaving)
        }
        Body::MemberKeyChanged { terms, member, proof } => key_change(ledger, terms, member, proof.as_ref()),
        Body::RoleChanged { member, role, by } => {
            ledger.coordinator(by)?;
            let changed = ledger.active(member)?;
            if changed.role == *role {
                return Err(Rejection::NothingChanges);
            }
            last_coordinator_stays(ledger, member, changed)
        }
        _ => Ok(()),
    }
}

/// Whoever has a key keeps it until that key says otherwise, or a coordinator does, by name and for all to see: a session
/// that somebody else got hold of is not enough.
fn key_change(
    ledger: &Ledger,
    terms: &KeyTerms,
    given: &Authority,
    proof: Option<&Signature>,
) -> Result<(), Rejection> {
    same_community(ledger, terms.community)?;
    let member = ledger.active(&terms.member)?;
    if Some(terms.number) != member.key_changes.checked_add(1) {
        return Err(Rejection::KeyMoved(terms.member));
    }
    if terms.key == member.key {
        return Err(Rejection::NothingChanges);
    }
    if matches!(given, Authority::Session) && member.key.is_some() && !broken!(SessionTakesKeys) {
        return Err(Rejection::KeyNeeded(terms.member));
    }
    authority(ledger, &terms.member, given)?;
    match (&terms.key, proof) {
        (Some(key), Some(proof)) => Ok(key.sound()?.verify_member(&terms.signing_bytes(), proof)?),
        (None, None) => Ok(()),
        _ => Err(Rejection::KeyUnproven),
    }
}

fn last_coordinator_stays(ledger: &Ledger, id: &MemberId, member: &Member) -> Result<(), Rejection> {
    if member.role == Role::Coordinator && ledger.coordinators <= 1 {
        return Err(Rejection::LastCoordinator(*id));
    }
    Ok(())
}

pub(super) fn apply(ledger: &mut Ledger, body: &Body) {
    match body {
        Body::Founded { certificate, charter, coordinator } => {
            ledger.certificates.push(certificate.content.clone());
            ledger.charter = Some(charter.clone());
            let first = Member {
                kind: MemberKind::Person,
                role: Role::Coordinator,
                key: None,
                key_changes: 0,
                active: true,
                balance: Balance::ZERO,
                started: false,
            };
            ledger.members.insert(*coordinator, first);
            ledger.count_coordinators();
        }
        Body::KeyRotated { certificate } => ledger.certificates.push(certificate.content.clone()),
        Body::CharterChanged { charter, .. } => ledger.charter = Some(charter.clone()),
        Body::MemberAdmitted { member, kind, role, key, .. } => {
            let (kind, role, key) = (*kind, *role, *key);
            let before = ledger.members.get(member);
            let started = before.is_some_and(|before| before.started);
            let key_changes = before.map_or(0, |before| before.key_changes);
            let admitted = Member { kind, role, key, key_changes, active: true, balance: Balance::ZERO, started };
            let is_coordinator = admitted.role == Role::Coordinator;
            ledger.members.insert(*member, admitted);
            ledger.coordinators = ledger.coordinators.saturating_add(u32::from(is_coordinator));
        }
        Body::MemberLeft { member, .. } => {
            ledger.member_mut(member).active = false;
            ledger.count_coordinators();
        }
        Body::RoleChanged { member, role, .. } => {
            ledger.member_mut(member).role = *role;
            ledger.count_coordinators();
        }
        Body::MemberKeyChanged { terms, .. } => {
            let member = ledger.member_mut(&terms.member);
            member.key = terms.key;
            member.key_changes = terms.number;
        }
        _ => {}
    }
}
