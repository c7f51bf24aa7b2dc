//! For whom something is done: for oneself, or by a coordinator for a member. Then both names are always shown.

use super::{
    Oops,
    forms::{Choice, Field, Need, Reader, Sent},
    visit::Member,
    words::Words,
};
use crate::runtime::{
    Handle, clock,
    office::{Act, Deed, Spoken},
};
use kith_protocol::{
    id::{ExchangeId, MemberId},
    ledger::{Channel, Consent},
    machine::WaitingKind,
};

/// The field, and the part of an address, that names the member.
pub(super) const FOR: &str = "for";

/// A member, and whoever acts for them, if they do not act themselves: a coordinator, a coordinator of a circle they are
/// in, or somebody they chose.
#[derive(Debug, Clone)]
pub(super) struct Acting {
    pub(super) member: MemberId,
    pub(super) name: String,
    by: Option<Member>,
}

impl Acting {
    /// Whoever is signed in, or the member that a coordinator named.
    pub(super) async fn of(handle: &Handle, who: &Member, sent: &Sent) -> Result<Self, Oops> {
        let named = sent.get(FOR);
        if named.is_empty() {
            return Ok(Self { member: who.id, name: who.name.clone(), by: None });
        }
        let member: MemberId = named.parse().map_err(|_| Oops::Missing)?;
        if member == who.id {
            return Ok(Self { member, name: who.name.clone(), by: None });
        }
        let chosen = !who.coordinator;
        if chosen
            && !handle.file(member).await?.helped_by(&who.id, clock::now())
            && !handle.looks_after(who.id, member).await?
        {
            return Err(Oops::NotYours);
        }
        handle.look(move |machine, _| machine.state().ledger().active(&member).map(|_| ())).await??;
        let name = handle.persons(vec![member]).await?.remove(&member).map(|person| person.name).unwrap_or_default();
        Ok(Self { member, name, by: Some(who.clone()) })
    }

    /// Whoever is signed in and may see to something of a member's: for that member, if it is somebody else who is still
    /// here.
    pub(super) async fn with(handle: &Handle, who: &Member, owner: Option<MemberId>) -> Result<Self, Oops> {
        let own = Self { member: who.id, name: who.name.clone(), by: None };
        let Some(member) = owner.filter(|owner| *owner != who.id) else { return Ok(own) };
        let here = handle.look(move |machine, _| machine.state().ledger().active(&member).is_ok()).await?;
        match handle.persons(vec![member]).await?.remove(&member).filter(|_| here) {
            Some(person) => Ok(Self { member, name: person.name, by: Some(who.clone()) }),
            None => Ok(own),
        }
    }

    /// Notes that somebody spoke for the member about an exchange, once that is done: in the member's file, and beside the
    /// exchange, so that people see both names. Of a coordinator the ledger tells, except where a partner's member is asked
    /// for hours. A form that comes in twice is noted once.
    pub(super) async fn spoke(&self, handle: &Handle, exchange: ExchangeId) -> Result<(), Oops> {
        let Some(by) = self.by() else { return Ok(()) };
        let asked = self.coordinator().is_some();
        if asked && !is_asked(handle, exchange).await? {
            return Ok(());
        }
        if handle.spoken_for(vec![(exchange, self.member)]).await?.is_empty() {
            keep_act(handle, self.member, by, asked.then_some(Deed::Asked)).await?;
            handle.keep_spoken(Spoken { exchange, member: self.member, by }).await?;
        }
        Ok(())
    }

    /// Notes what somebody did for the member, once it is done, where the member sees it.
    pub(super) async fn note(&self, handle: &Handle, what: Deed) -> Result<(), Oops> {
        match self.by() {
            Some(by) => keep_act(handle, self.member, by, Some(what)).await,
            None => Ok(()),
        }
    }

    /// Only for members themselves and for coordinators of the community: what a helper may not do, nor who looks after a
    /// circle.
    pub(super) fn not_by_helpers(self) -> Result<Self, Oops> {
        if self.by.is_some() && self.coordinator().is_none() { Err(Oops::NotYours) } else { Ok(self) }
    }

    /// Whether somebody acts for the member.
    pub(super) const fn is_for_another(&self) -> bool {
        self.by.is_some()
    }

    /// Both names, when there are two.
    pub(super) fn line(&self, words: Words) -> Option<String> {
        let by = self.by.as_ref()?;
        Some(words.t2("acting", ("member", &self.name), ("coordinator", &by.name)))
    }

    /// An address of a page for the same member.
    pub(super) fn address(&self, path: &str) -> String {
        match &self.by {
            None => path.to_owned(),
            Some(_) if path.contains('?') => format!("{path}&{FOR}={}", self.member),
            Some(_) => format!("{path}?{FOR}={}", self.member),
        }
    }

    /// The field that says for whom, for a form that does not ask how they told.
    pub(super) fn whom(&self, reader: &mut Reader<'_>) {
        if self.by.is_some() {
            reader.hidden(FOR, self.member.to_string());
        }
    }

    /// The fields that belong to acting for somebody: who, and how they told.
    pub(super) fn fields(&self, reader: &mut Reader<'_>) -> Channel {
        self.whom(reader);
        if self.coordinator().is_some() { channel(reader) } else { Channel::InPerson }
    }

    /// The fields that belong to acting for somebody, for a page that asks nothing else.
    pub(super) fn told(&self, words: Words, sent: &Sent) -> Vec<Field> {
        let mut reader = Reader::open(words, sent);
        self.fields(&mut reader);
        reader.fields
    }

    /// How the member agreed.
    pub(super) fn consent(&self, channel: Channel) -> Consent {
        match &self.by {
            Some(by) if by.coordinator => Consent::OnBehalf { coordinator: by.id, channel },
            // Whoever they chose, or whoever looks after their circle, speaks for them as they would themselves. The
            // ledger knows coordinators of the community only; a paper beside it says who it was.
            _ => Consent::Session,
        }
    }

    /// The member, when they act themselves: pages say "you" to them.
    pub(super) fn myself(&self) -> Option<MemberId> {
        self.by.is_none().then_some(self.member)
    }

    /// Whoever acts for the member, if they do not act themselves.
    pub(super) fn by(&self) -> Option<MemberId> {
        self.by.as_ref().map(|by| by.id)
    }

    /// The coordinator who acts, if one does.
    pub(super) fn coordinator(&self) -> Option<MemberId> {
        self.by.as_ref().filter(|by| by.coordinator).map(|by| by.id)
    }
}

async fn keep_act(handle: &Handle, member: MemberId, by: MemberId, what: Option<Deed>) -> Result<(), Oops> {
    let act = Act { by, at: clock::now(), what };
    Ok(handle.change_file(member, move |file| file.acts.push(act)).await?)
}

/// Whether a member of a partner is asked for the hours of an exchange: the ledger has nothing of it yet.
async fn is_asked(handle: &Handle, exchange: ExchangeId) -> Result<bool, Oops> {
    let asked = handle.look(move |machine, _| {
        let waiting = machine.state().waiting().get(&exchange);
        waiting.is_some_and(|waiting| matches!(waiting.kind, WaitingKind::Asked { .. }))
    });
    Ok(asked.await?)
}

/// Asks how somebody told a coordinator.
pub(super) fn channel(reader: &mut Reader<'_>) -> Channel {
    let words = reader.words();
    let ways = [("in-person", "channel-in-person"), ("phone", "channel-phone"), ("paper", "channel-paper")];
    let ways = ways.map(|(value, key)| Choice::new(value, words.t(key)));
    match reader.choice("channel", "channel", ways.into(), Need::May).as_str() {
        "phone" => Channel::Phone,
        "paper" => Channel::Paper,
        _ => Channel::InPerson,
    }
}
