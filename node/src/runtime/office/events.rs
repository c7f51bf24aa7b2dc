//! Events: how they are changed after they were announced, how they are called off, and who comes to them.

use super::{Event, Handle, Paper, PaperId, Refused, Room, clock, derived, papers::AFTERWARDS};
use kith_protocol::{
    id::MemberId,
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How often an event was changed, and when last. Calendars go by both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edits {
    /// How often.
    pub times: u32,
    /// When last.
    pub at: Timestamp,
    /// Whether it was called off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub off: bool,
}

/// What became of a change to an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rewritten {
    /// It says so now.
    Yes(Event),
    /// There is no such event, or it was called off meanwhile.
    Missing,
    /// It is over, and stays as it was.
    Over,
    /// It was changed since it was read.
    Meanwhile,
}

/// A member said that they come to an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coming {
    /// To which.
    pub event: PaperId,
    /// Who.
    pub member: MemberId,
    /// Until when that is kept: as long as the event.
    pub until: Timestamp,
}

fn coming_id(event: &PaperId, member: &MemberId) -> PaperId {
    derived("kith/v1/coming", &[event, &member.0])
}

impl Room<'_> {
    /// What is kept of those who come to an event.
    fn coming_to(&self, event: &PaperId) -> Vec<(PaperId, Coming)> {
        let coming = self.papers.iter().filter_map(|(id, paper)| match paper {
            Paper::Coming(coming) if coming.event == *event => Some((*id, coming.clone())),
            _ => None,
        });
        coming.collect()
    }
}

impl Event {
    /// Until when it stays on paper.
    pub(super) const fn kept_until(&self) -> Timestamp {
        self.begins.plus(AFTERWARDS)
    }

    /// When it is over.
    #[must_use]
    pub fn ends(&self) -> Timestamp {
        self.begins.plus(Span::seconds(u64::from(self.minutes.get()) * 60))
    }

    /// Whether it was called off: what it said is forgotten.
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.edits.is_some_and(|edits| edits.off)
    }

    /// What is left of it when it is called off: that there was one, which is over.
    fn called_off(&self, now: Timestamp) -> Self {
        let lasts = self.ends().0.saturating_sub(self.begins.0);
        Self {
            title: String::new(),
            begins: self.begins.min(Timestamp(now.0.saturating_sub(lasts))),
            place: String::new(),
            text: String::new(),
            edits: Some(Edits { times: self.times_changed().saturating_add(1), at: now, off: true }),
            ..*self
        }
    }

    /// How often it was changed.
    #[must_use]
    pub fn times_changed(&self) -> u32 {
        self.edits.map_or(0, |edits| edits.times)
    }

    /// When it was written, or changed last.
    #[must_use]
    pub fn written_at(&self) -> Timestamp {
        self.edits.map_or(self.at, |edits| edits.at)
    }
}

impl Handle {
    /// Changes an event that was changed `seen` times when it was read. The same words again change nothing.
    ///
    /// # Errors
    /// The disk.
    pub async fn change_event<F>(&self, id: PaperId, seen: u32, change: F) -> Result<Rewritten, Refused>
    where
        F: FnOnce(&mut Event) + Send + 'static,
    {
        self.office_work(move |room| {
            let now = clock::now();
            let Some(Paper::Event(stands)) = room.papers.get(&id) else { return Ok(Rewritten::Missing) };
            if stands.ends() <= now {
                return Ok(Rewritten::Over);
            }
            let (mut event, began) = (stands.clone(), stands.begins);
            change(&mut event);
            if event == *stands {
                return Ok(Rewritten::Yes(event));
            }
            if stands.times_changed() != seen {
                return Ok(Rewritten::Meanwhile);
            }
            event.edits = Some(Edits { times: seen.saturating_add(1), at: now, off: false });
            room.put(id, Paper::Event(event.clone()))?;
            if event.begins != began {
                for (coming_id, coming) in room.coming_to(&id) {
                    room.put(coming_id, Paper::Coming(Coming { until: event.kept_until(), ..coming }))?;
                }
            }
            Ok(Rewritten::Yes(event))
        })
        .await
    }

    /// Announces an event, under an id of its own. Announced again, it stays as it is. Gives whether it is still to come.
    ///
    /// # Errors
    /// The disk; too many papers.
    pub async fn announce(&self, id: PaperId, event: Event) -> Result<bool, Refused> {
        self.office_work(move |room| match room.papers.get(&id) {
            Some(Paper::Event(kept)) => Ok(kept.ends() > clock::now()),
            Some(_) => Ok(false),
            None => room.put(id, Paper::Event(event)).map(|()| true),
        })
        .await
    }

    /// Calls an event off, and forgets what it said and who wanted to come. That there was one is kept for as long as for
    /// one that is over: so its form, sent once more, announces nothing.
    ///
    /// # Errors
    /// The disk.
    pub async fn call_off(&self, id: PaperId) -> Result<(), Refused> {
        let erased = self.office_work(move |room| {
            if let Some(Paper::Event(event)) = room.papers.get(&id)
                && !event.is_off()
            {
                let bare = event.called_off(clock::now());
                // What was written over could be read on the disk; what was erased cannot.
                room.erase(&id)?;
                room.put(id, Paper::Event(bare))?;
            }
            room.coming_to(&id).iter().try_for_each(|(coming, _)| room.erase(coming))
        });
        erased.await?;
        self.vault().hurry();
        Ok(())
    }

    /// A member comes to an event, or does not come after all. Said twice, it is said once. Gives whether there is such an
    /// event that is not over.
    ///
    /// # Errors
    /// The disk; too many papers.
    pub async fn come(&self, event: PaperId, member: MemberId, comes: bool) -> Result<bool, Refused> {
        self.office_work(move |room| {
            let stands = match room.papers.get(&event) {
                Some(Paper::Event(stands)) if stands.ends() > clock::now() => stands,
                _ => return Ok(false),
            };
            let (id, coming) = (coming_id(&event, &member), Coming { event, member, until: stands.kept_until() });
            match (comes, room.papers.contains_key(&id)) {
                (true, false) => room.put(id, Paper::Coming(coming))?,
                (false, true) => room.erase(&id)?,
                _ => {}
            }
            Ok(true)
        })
        .await
    }

    /// Who comes to which event, of those who are members still.
    ///
    /// # Errors
    /// The disk, or a node that is busy.
    pub async fn coming(&self) -> Result<BTreeMap<PaperId, Vec<MemberId>>, Refused> {
        let all = self.papers(|paper| match paper {
            Paper::Coming(coming) => Some((coming.event, coming.member)),
            _ => None,
        });
        let all = all.await?;
        self.look(move |machine, _| {
            let mut found: BTreeMap<PaperId, Vec<MemberId>> = BTreeMap::new();
            for (_, (event, member)) in all {
                if machine.state().ledger().active(&member).is_ok() {
                    found.entry(event).or_default().push(member);
                }
            }
            found
        })
        .await
    }

    /// The events that a member said they come to.
    ///
    /// # Errors
    /// The disk.
    pub async fn comes_to(&self, member: MemberId) -> Result<Vec<Event>, Refused> {
        self.office_work(move |room| {
            let events = room.papers.values().filter_map(|paper| match paper {
                Paper::Coming(coming) if coming.member == member => match room.papers.get(&coming.event) {
                    Some(Paper::Event(event)) => Some(event.clone()),
                    _ => None,
                },
                _ => None,
            });
            Ok(events.collect())
        })
        .await
    }
}
