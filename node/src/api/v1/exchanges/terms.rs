//! From what a client sends to terms and agreements.

use super::on_behalf;
use crate::{
    api::{
        Failure,
        idempotency::{Write, no_randomness},
        types::NewExchange,
    },
    people::MAX_NOTE,
    runtime::{Handle, home, personal::Note},
};
use axum::http::StatusCode;
use kith_protocol::{
    id::MemberId,
    ledger::{Agreeable as _, Consent, ExchangeTerms},
    rejection::Rejection,
    text,
};

/// A consent as a client may send it: that a member agreed in a session is for the node's own pages to say.
pub(in crate::api::v1) fn sent(field: &'static str, consent: Option<Consent>) -> Result<Option<Consent>, Failure> {
    match consent {
        Some(Consent::Session) => {
            Err(Failure::field(field, "`session`, which only the node's own pages can say; send a key or a channel"))
        }
        sent => Ok(sent),
    }
}

/// What has to come together: a signature covers id, moment and note's hash, which the node would otherwise make.
pub(super) fn check(new: &NewExchange) -> Result<(), Failure> {
    let signed = |consent: &Option<Consent>| matches!(consent, Some(Consent::Key { .. }));
    if !signed(&new.giver_consent) && !signed(&new.receiver_consent) {
        return Ok(());
    }
    if new.id.is_none() || new.made_at.is_none() {
        return Err(Failure::together("a signature covers `id` and `made_at`; send both"));
    }
    if new.note.is_some() {
        return Err(Failure::together("no note goes with a signature; leave it out"));
    }
    Ok(())
}

/// The note with its salt.
pub(in crate::api::v1) fn note(words: Option<&str>) -> Result<Option<Note>, Failure> {
    let Some(words) = words else { return Ok(None) };
    text::check("note", words, MAX_NOTE)?;
    let salt = home::random().map_err(|_| no_randomness())?;
    Ok(Some(Note { salt, note: words.to_owned() }))
}

/// Giver and receiver.
pub(super) fn parties(new: &NewExchange) -> Result<(MemberId, MemberId), Failure> {
    let giver = new.giver.ok_or_else(|| Failure::field("giver", "missing; say who gave"))?;
    let receiver = new.receiver.ok_or_else(|| Failure::field("receiver", "missing; say who received"))?;
    Ok((giver, receiver))
}

/// Giver's and receiver's agreement: as they were sent, or a coordinator's word for whoever told them.
pub(super) async fn consents(handle: &Handle, new: &NewExchange) -> Result<Vec<Option<Consent>>, Failure> {
    let (giver, receiver) = match new.told_by.as_deref() {
        None | Some("both") => (true, true),
        Some("giver") => (true, false),
        Some("receiver") => (false, true),
        Some(_) => return Err(Failure::field("told_by", "not `giver`, `receiver` or `both`")),
    };
    if new.giver_consent.is_some() || new.receiver_consent.is_some() {
        let giver = sent("giver_consent", new.giver_consent.clone())?;
        return Ok(vec![giver, sent("receiver_consent", new.receiver_consent.clone())?]);
    }
    let word = on_behalf(handle, new.channel).await?;
    Ok(vec![giver.then(|| word.clone()), receiver.then_some(word)])
}

/// Between two who keep apart, one of them alone records nothing: a coordinator does, or both agree at once.
pub(super) async fn not_apart(
    handle: &Handle,
    write: &Write,
    (giver, receiver): (MemberId, MemberId),
    consents: &[Option<Consent>],
) -> Result<(), Failure> {
    let by_one =
        consents.contains(&None) && !consents.iter().flatten().any(|one| matches!(one, Consent::OnBehalf { .. }));
    // What was recorded before stays so, however often it is sent.
    if !by_one || !handle.are_apart(giver, receiver).await? || handle.earlier(write.request()).await?.is_some() {
        return Ok(());
    }
    let detail = "one of the two keeps the other away; a coordinator can record it, with `told_by`";
    Err(Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "kept-away", detail))
}

/// The agreements given so far and one more: of `member`, or of whoever is missing.
pub(super) fn joined(
    terms: &ExchangeTerms,
    given: &[Option<Consent>],
    member: Option<MemberId>,
    consent: Consent,
) -> Result<Vec<Option<Consent>>, Rejection> {
    let place = match member {
        Some(member) => {
            terms.parties().iter().position(|party| *party == member).ok_or(Rejection::NotAParty(member))?
        }
        None => given.iter().position(Option::is_none).unwrap_or(0),
    };
    // Only the new one: the machine remembers those it checked before.
    let mut consents = vec![None; given.len()];
    if let Some(free) = consents.get_mut(place) {
        *free = Some(consent);
    }
    Ok(consents)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use kith_protocol::{
        id::{CommunityId, ExchangeId},
        ledger::Channel,
        minutes::Minutes,
        time::Timestamp,
    };

    #[test]
    fn the_missing_agreement_is_added_or_the_named_one() {
        let (giver, receiver) = (MemberId([1; 16]), MemberId([2; 16]));
        let terms = ExchangeTerms {
            community: CommunityId([0; 32]),
            exchange: ExchangeId([3; 16]),
            giver,
            receiver,
            minutes: Minutes::new(60).unwrap(),
            made_at: Timestamp(1),
            details: None,
        };
        let word = Consent::OnBehalf { coordinator: giver, channel: Channel::Phone };
        let add = |given: &[Option<Consent>], member| joined(&terms, given, member, word.clone());
        assert_eq!(add(&[Some(word.clone()), None], None).unwrap(), [None, Some(word.clone())]);
        assert_eq!(add(&[None, Some(word.clone())], None).unwrap(), [Some(word.clone()), None]);
        assert_eq!(add(&[None, None], Some(receiver)).unwrap(), [None, Some(word.clone())]);
        let stranger = MemberId([9; 16]);
        assert_eq!(add(&[None, None], Some(stranger)), Err(Rejection::NotAParty(stranger)));
    }

    #[test]
    fn notes_are_bounded_and_salted() {
        let one = note(Some("Shelves put up")).unwrap().unwrap();
        let two = note(Some("Shelves put up")).unwrap().unwrap();
        assert_ne!(one.digest(), two.digest());
        assert_eq!(Note::from_bytes(&one.to_bytes()), Some(one));
        assert!(note(None).unwrap().is_none());
        assert!(note(Some(&"x".repeat(501))).is_err());
    }
}
