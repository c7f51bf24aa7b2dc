//! Events that are changed after they were announced.

use super::{Event, Handle, Paper, PaperId, Refused, clock};
use kith_protocol::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// How often an event was changed, and when last. Calendars go by both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edits {
    /// How often.
    pub times: u32,
    /// When last.
    pub at: Timestamp,
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

impl Event {
    /// When it is over.
    #[must_use]
    pub fn ends(&self) -> Timestamp {
        self.begins.plus(Span::seconds(u64::from(self.minutes.get()) * 60))
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
            let mut event = stands.clone();
            change(&mut event);
            if event == *stands {
                return Ok(Rewritten::Yes(event));
            }
            if stands.times_changed() != seen {
                return Ok(Rewritten::Meanwhile);
            }
            event.edits = Some(Edits { times: seen.saturating_add(1), at: now });
            room.put(id, Paper::Event(event.clone()))?;
            Ok(Rewritten::Yes(event))
        })
        .await
    }
}
