//! Circles, events and notices.

use super::{Circle, Event, Handle, MemberId, Notice, Paper, PaperId, Refused, clock};

impl Handle {
    /// All circles, by name.
    ///
    /// # Errors
    /// The disk.
    pub async fn circles(&self) -> Result<Vec<(PaperId, Circle)>, Refused> {
        let mut found = self
            .papers(|paper| match paper {
                Paper::Circle(circle) => Some(circle.clone()),
                _ => None,
            })
            .await?;
        found.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
        Ok(found)
    }

    /// Events that are not over, the next one first.
    ///
    /// # Errors
    /// The disk.
    pub async fn events(&self) -> Result<Vec<(PaperId, Event)>, Refused> {
        let now = clock::now();
        let coming = move |paper: &Paper| match paper {
            Paper::Event(event) if event.ends() > now => Some(event.clone()),
            _ => None,
        };
        let mut found = self.papers(coming).await?;
        found.sort_by_key(|(id, event)| (event.begins, *id));
        Ok(found)
    }

    /// Notices that stand and are for somebody, the newest first: everybody's, and those of circles they are in or look
    /// after.
    ///
    /// # Errors
    /// The disk.
    pub async fn notices_for(&self, member: MemberId) -> Result<Vec<(PaperId, Notice)>, Refused> {
        let mut found = self.notices().await?;
        if found.iter().any(|(_, notice)| notice.circle.is_some()) {
            let circles: Vec<PaperId> = self.circles_of(member).await?.into_iter().map(|(id, _)| id).collect();
            found.retain(|(_, notice)| notice.circle.is_none_or(|circle| circles.contains(&circle)));
        }
        Ok(found)
    }

    /// Notices that stand, the newest first.
    ///
    /// # Errors
    /// The disk.
    pub async fn notices(&self) -> Result<Vec<(PaperId, Notice)>, Refused> {
        let now = clock::now();
        let stands = move |paper: &Paper| match paper {
            Paper::Notice(notice) if notice.until > now => Some(notice.clone()),
            _ => None,
        };
        let mut found = self.papers(stands).await?;
        found.sort_by_key(|(_, notice)| std::cmp::Reverse(notice.at));
        Ok(found)
    }
}
