//! Reports, keeping somebody away, and exchanges that a coordinator looks at first.

use super::{
    About, File, Handle, MemberId, Paper, PaperId, Pending, Refused, Report, Room, Rules, Timestamp, clock, derived,
    file_id,
};
use kith_protocol::{
    id::ExchangeId,
    ledger::{Body, History as _},
    member::Role,
    rejection::Rejection,
};

/// How many of a member's entries are looked through for their first exchange: most people's is among the first few. Who
/// has that many, all of them gifts and sheets of groups, is no longer new.
const FIRST_ENTRIES: usize = 500;

fn rules_id() -> PaperId {
    derived("kith/v1/office-rules", &[])
}

fn rules(room: &Room<'_>) -> Rules {
    match room.papers.get(&rules_id()) {
        Some(Paper::Rules(rules)) => rules.clone(),
        _ => Rules::default(),
    }
}

/// Whether it is an exchange with one other person, here or elsewhere. Gifts to the pot and sheets of groups tell nobody
/// how two people get on.
fn with_one_other(body: &Body) -> bool {
    let kind =
        matches!(body, Body::Exchange { .. } | Body::Hold { .. } | Body::Receive { .. } | Body::Recovered { .. });
    kind && body.begins().is_some()
}

impl Handle {
    /// What the community decided for its safety.
    ///
    /// # Errors
    /// The disk.
    pub async fn office_rules(&self) -> Result<Rules, Refused> {
        self.office_work(|room| Ok(rules(room))).await
    }

    /// Decides anew.
    ///
    /// # Errors
    /// The disk.
    pub async fn set_office_rules<F>(&self, change: F) -> Result<(), Refused>
    where
        F: FnOnce(&mut Rules) + Send + 'static,
    {
        self.office_work(move |room| {
            let mut decided = rules(room);
            change(&mut decided);
            room.put(rules_id(), Paper::Rules(decided))
        })
        .await
    }

    /// Reports that nobody dealt with, the oldest first.
    ///
    /// # Errors
    /// The disk.
    pub async fn open_reports(&self) -> Result<Vec<(PaperId, Report)>, Refused> {
        let open = |paper: &Paper| match paper {
            Paper::Report(report) if report.done.is_none() => Some(report.clone()),
            _ => None,
        };
        let mut found = self.papers(open).await?;
        found.sort_by_key(|(_, report)| report.at);
        Ok(found)
    }

    /// A report was dealt with. Whoever said so first stays named.
    ///
    /// # Errors
    /// The disk.
    pub async fn report_done(&self, id: PaperId, by: MemberId) -> Result<(), Refused> {
        let now = clock::now();
        self.office_work(move |room| match room.papers.get(&id) {
            Some(Paper::Report(report)) if report.done.is_none() => {
                let report = Report { done: Some((by, now)), ..report.clone() };
                room.put(id, Paper::Report(report))
            }
            _ => Ok(()),
        })
        .await
    }

    /// Keeps somebody away from a member, or lets them come near again.
    ///
    /// # Errors
    /// The disk, or [`Refused::Full`].
    pub async fn keep_away(&self, member: MemberId, other: MemberId, away: bool) -> Result<(), Refused> {
        self.change_file(member, move |file| {
            file.blocked.retain(|blocked| *blocked != other);
            if away {
                file.blocked.push(other);
            }
        })
        .await
    }

    /// Members' files that have something in them.
    ///
    /// # Errors
    /// The disk.
    pub async fn files(&self) -> Result<Vec<File>, Refused> {
        let found = self.papers(|paper| match paper {
            Paper::File(file) => Some(file.clone()),
            _ => None,
        });
        Ok(found.await?.into_iter().map(|(_, file)| file).collect())
    }

    /// What is on file about some members.
    ///
    /// # Errors
    /// The disk.
    pub async fn files_of(&self, members: Vec<MemberId>) -> Result<Vec<File>, Refused> {
        self.office_work(move |room| {
            let found = members.iter().filter_map(|member| match room.papers.get(&file_id(member)) {
                Some(Paper::File(file)) => Some(file.clone()),
                _ => None,
            });
            Ok(found.collect())
        })
        .await
    }

    /// Whether a coordinator has to look at an exchange between two members before it is recorded: the community wants
    /// it so, and one of them never exchanged with one other person.
    ///
    /// # Errors
    /// The disk, or [`Refused::Busy`].
    pub async fn first_exchange(&self, one: MemberId, other: MemberId) -> Result<bool, Refused> {
        self.first_of_any(vec![one, other]).await
    }

    /// Whether the community wants it so, and one of these members never exchanged with one other person.
    pub(super) async fn first_of_any(&self, members: Vec<MemberId>) -> Result<bool, Refused> {
        if !self.office_rules().await?.approve_first {
            return Ok(false);
        }
        self.look(move |machine, book| {
            let known = machine.state().ledger().members();
            members.iter().any(|id| {
                let coordinator = known.get(id).is_some_and(|member| member.role == Role::Coordinator);
                let lines = book.lines(id, 0, FIRST_ENTRIES);
                let mut entries = lines.iter().filter_map(|index| book.entry(*index));
                let exchanged = entries.any(|entry| with_one_other(&entry.body));
                !coordinator && !exchanged && lines.len() < FIRST_ENTRIES
            })
        })
        .await
    }

    /// Exchanges of two members here that are to be looked at, the oldest first.
    ///
    /// # Errors
    /// The disk.
    pub async fn pending_exchanges(&self) -> Result<Vec<(ExchangeId, Pending)>, Refused> {
        let pending = |paper: &Paper| match paper {
            Paper::Pending(pending) => Some(pending.clone()),
            _ => None,
        };
        let mut found: Vec<(ExchangeId, Pending)> =
            self.papers(pending).await?.into_iter().map(|(id, pending)| (pending_of(id), pending)).collect();
        found.sort_by_key(|(_, pending)| pending.at);
        Ok(found)
    }

    /// A coordinator does not record it, and writes to whoever wrote it down: it would be gone without a word otherwise.
    ///
    /// # Errors
    /// The disk.
    pub async fn refuse_pending(
        &self,
        exchange: ExchangeId,
        writer: MemberId,
        by: MemberId,
        text: String,
    ) -> Result<(), Refused> {
        if by != writer {
            self.write_to(refused_id(exchange), by, writer, About::Message, text).await?;
        }
        self.drop_pending(exchange).await
    }

    /// Keeps an exchange until a coordinator looked at it. Sent again, it stays as it is, and what they decided stays so.
    ///
    /// # Errors
    /// [`Rejection::ExchangeExists`] when something else is kept under this id; a signature that does not fit; the disk.
    pub async fn keep_pending(&self, exchange: ExchangeId, pending: Pending) -> Result<(), Refused> {
        pending.check(self.community(), exchange)?;
        let id = pending_id(exchange);
        let kept = self.office_work(move |room| match room.papers.get(&id) {
            None => room.put(id, Paper::Pending(pending)).map(|()| true),
            Some(Paper::Pending(kept)) => Ok(kept.is(&pending)),
            Some(_) => Ok(false),
        });
        if !kept.await? {
            return Err(Rejection::ExchangeExists(exchange).into());
        }
        // A coordinator may have decided just now, while it was sent once more.
        if self.was_looked_at(exchange).await? { self.forget_paper(id).await } else { Ok(()) }
    }

    /// It was looked at, which is remembered first: what goes to and fro in between is decided all the same.
    ///
    /// # Errors
    /// The disk.
    pub async fn drop_pending(&self, exchange: ExchangeId) -> Result<(), Refused> {
        self.keep_looked_at(exchange).await?;
        self.forget_paper(pending_id(exchange)).await
    }

    /// When a member was rung last is today.
    ///
    /// # Errors
    /// The disk.
    pub async fn rang(&self, member: MemberId, at: Timestamp) -> Result<(), Refused> {
        self.change_file(member, move |file| file.rung_at = Some(at)).await
    }
}

fn refused_id(exchange: ExchangeId) -> PaperId {
    derived("kith/v1/refused", &[&exchange.0])
}

/// An exchange's note is kept under its id, so its paper is kept beside it: the same id with every bit turned.
pub(super) fn pending_id(exchange: ExchangeId) -> PaperId {
    exchange.0.map(|byte| !byte)
}

pub(super) fn pending_of(id: PaperId) -> ExchangeId {
    ExchangeId(id.map(|byte| !byte))
}
