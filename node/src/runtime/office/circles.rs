//! Circles: members of one street or programme, with coordinators of their own who see and act for them and nobody else.

use super::{Circle, Handle, MAX_CIRCLE, MemberId, Paper, PaperId, Refused, Room};

/// The most people who look after one circle: with a full circle they still fit one record.
pub const MAX_CIRCLE_COORDINATORS: usize = 20;

/// What became of a change to a circle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// It is so now.
    Yes(Circle),
    /// There is no such circle, or it was ended meanwhile.
    Missing,
    /// Another circle has this name.
    SameName,
    /// It has as many people as it can have.
    Full,
}

impl Circle {
    /// Whether somebody looks after it.
    #[must_use]
    pub fn led_by(&self, member: &MemberId) -> bool {
        self.coordinators.contains(member)
    }

    /// Whether somebody is in it.
    #[must_use]
    pub fn has(&self, member: &MemberId) -> bool {
        self.members.contains(member)
    }

    /// Puts somebody in; twice is once.
    pub fn add(&mut self, member: MemberId) {
        if !self.has(&member) {
            self.members.push(member);
        }
    }

    /// Takes somebody out, also of those who look after it.
    pub fn take_out(&mut self, member: &MemberId) {
        self.members.retain(|known| known != member);
        self.coordinators.retain(|known| known != member);
    }

    /// Lets somebody look after it, or no more.
    pub fn let_lead(&mut self, member: MemberId, leads: bool) {
        self.coordinators.retain(|known| *known != member);
        if leads {
            self.coordinators.push(member);
        }
    }

    fn fits(&self) -> bool {
        self.members.len() <= MAX_CIRCLE && self.coordinators.len() <= MAX_CIRCLE_COORDINATORS
    }
}

impl Room<'_> {
    fn circles(&self) -> impl Iterator<Item = (&PaperId, &Circle)> {
        self.papers.iter().filter_map(|(id, paper)| match paper {
            Paper::Circle(circle) => Some((id, circle)),
            _ => None,
        })
    }

    /// Whether a name is another circle's already: two of one name could not be told apart.
    fn name_taken(&self, id: &PaperId, name: &str) -> bool {
        let plain = crate::runtime::personal::plain_name(name);
        self.circles().any(|(other, circle)| other != id && crate::runtime::personal::plain_name(&circle.name) == plain)
    }

    fn keep_circle(&mut self, id: PaperId, circle: Circle) -> Result<Changed, crate::store::StoreError> {
        if self.name_taken(&id, &circle.name) {
            return Ok(Changed::SameName);
        }
        if !circle.fits() {
            return Ok(Changed::Full);
        }
        self.put(id, Paper::Circle(circle.clone()))?;
        Ok(Changed::Yes(circle))
    }
}

impl Handle {
    /// Makes a circle. The same id again is the same circle, as it is by then.
    ///
    /// # Errors
    /// The disk.
    pub async fn make_circle(&self, id: PaperId, circle: Circle) -> Result<Changed, Refused> {
        self.office_work(move |room| match room.papers.get(&id) {
            Some(Paper::Circle(known)) => Ok(Changed::Yes(known.clone())),
            Some(_) => Ok(Changed::Missing),
            None => room.keep_circle(id, circle),
        })
        .await
    }

    /// One circle.
    ///
    /// # Errors
    /// The disk.
    pub async fn circle(&self, id: PaperId) -> Result<Option<Circle>, Refused> {
        self.paper(id, |paper| match paper {
            Paper::Circle(circle) => Some(circle.clone()),
            _ => None,
        })
        .await
    }

    /// Changes a circle; what others change at the same time stays.
    ///
    /// # Errors
    /// The disk.
    pub async fn change_circle<F>(&self, id: PaperId, change: F) -> Result<Changed, Refused>
    where
        F: FnOnce(&mut Circle) + Send + 'static,
    {
        self.office_work(move |room| {
            let Some(Paper::Circle(circle)) = room.papers.get(&id) else { return Ok(Changed::Missing) };
            let mut circle = circle.clone();
            change(&mut circle);
            room.keep_circle(id, circle)
        })
        .await
    }

    /// Ends a circle, with its notices. Its members stay members of the community. Gives whether there was one.
    ///
    /// # Errors
    /// The disk.
    pub async fn end_circle(&self, id: PaperId) -> Result<bool, Refused> {
        self.office_work(move |room| {
            let known = matches!(room.papers.get(&id), Some(Paper::Circle(_)));
            if !known {
                return Ok(false);
            }
            let theirs = |paper: &Paper| matches!(paper, Paper::Notice(notice) if notice.circle == Some(id));
            let notices: Vec<PaperId> =
                room.papers.iter().filter(|(_, paper)| theirs(paper)).map(|(id, _)| *id).collect();
            notices.iter().try_for_each(|notice| room.erase(notice))?;
            room.erase(&id)?;
            Ok(true)
        })
        .await
    }

    /// Circles that somebody is in or looks after, by name.
    ///
    /// # Errors
    /// The disk.
    pub async fn circles_of(&self, member: MemberId) -> Result<Vec<(PaperId, Circle)>, Refused> {
        let mut found = self.circles().await?;
        found.retain(|(_, circle)| circle.has(&member) || circle.led_by(&member));
        Ok(found)
    }

    /// Whether somebody looks after a circle that a member is in. Whom the member keeps away looks after them no more.
    ///
    /// # Errors
    /// The disk.
    pub async fn looks_after(&self, coordinator: MemberId, member: MemberId) -> Result<bool, Refused> {
        self.office_work(move |room| {
            let led = room.circles().any(|(_, circle)| circle.led_by(&coordinator) && circle.has(&member));
            Ok(led && !room.apart(&coordinator, &member))
        })
        .await
    }
}
