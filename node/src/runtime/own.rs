//! What is a member's own: a copy of all that is known of them, and being forgotten.

use super::{
    book::Book,
    clock,
    handle::{Handle, Refused, Request},
    office::{Act, AllInside, Deed, File, Forgotten, Helper, Paper},
};
use data_encoding::BASE64;
use kith_protocol::{
    id::{ExchangeId, MemberId, RecordKey},
    ledger::History as _,
    machine::{Command, Machine, Reply, View as _, Waiting, WaitingKind},
    shelf::Record,
    time::Timestamp,
};
use serde_json::{Map, Value, json};

/// The most listings of one member that are given: what a person will look through.
pub const LISTINGS_GIVEN: usize = 50;
/// Lines of a statement read at once, and the most of them in a copy: years of a very busy member.
const LINES_A_LOOK: usize = 500;
const MOST_LINES: usize = 20_000;

/// A member's own listings, newest first.
#[must_use]
pub fn listings_of(machine: &Machine, book: &Book, member: &MemberId, now: Timestamp) -> Vec<Record> {
    let (_, shelf) = machine.state().shelf();
    let own = machine.identity().community;
    let standing = shelf.values().filter(|own| own.listing && own.owner == Some(*member) && own.expires_at > now);
    let mut revisions: Vec<u64> = standing.map(|own| own.revision).collect();
    revisions.sort_unstable_by(|a, b| b.cmp(a));
    let one = |revision: &u64| book.records(&own, revision.saturating_sub(1), 1).into_iter().next();
    revisions.iter().take(LISTINGS_GIVEN).filter_map(one).map(|record| record.content).collect()
}

fn listing(record: &Record, inside: &AllInside) -> Value {
    let listing = record.item.listing();
    json!({
        "key": record.key.to_string(),
        "title": listing.map(|listing| listing.title.clone()),
        "text": listing.and_then(|listing| listing.text.clone()),
        "until": record.expires_at.0,
        "on_public_page": !inside.contains_key(&record.key),
    })
}

impl Handle {
    async fn lines_of(&self, member: MemberId) -> Result<Vec<Value>, Refused> {
        let (mut all, mut before) = (Vec::new(), None);
        while all.len() < MOST_LINES {
            let lines = self.statement(member, before, LINES_A_LOOK).await?;
            let notes = self.notes(lines.iter().filter_map(|line| line.exchange).collect()).await?;
            let wrote = self.persons(lines.iter().filter_map(|line| line.through).collect()).await?;
            all.extend(lines.iter().map(|line| {
                json!({
                    "entry": line.index,
                    "at": line.at.0,
                    "kind": line.kind,
                    "minutes": line.change,
                    "exchange": line.exchange.map(|id| id.to_string()),
                    "note": line.exchange.and_then(|id| notes.get(&id)),
                    "through": line.through.and_then(|by| wrote.get(&by)).map(|person| &person.name),
                })
            }));
            before = lines.last().filter(|_| lines.len() == LINES_A_LOOK).map(|line| line.index);
            if before.is_none() {
                break;
            }
        }
        Ok(all)
    }

    /// All that is known of a member, as JSON: times are milliseconds since 1970, lengths are minutes.
    ///
    /// # Errors
    /// The disk, or [`Refused::Busy`].
    pub async fn data_of(&self, member: MemberId) -> Result<Value, Refused> {
        let person = self.persons(vec![member]).await?.remove(&member).unwrap_or_default();
        let file = self.file(member).await?;
        let messages = self.papers(move |paper| match paper {
            Paper::Message(message) if message.from == member || message.to == member => Some(message.clone()),
            _ => None,
        });
        let messages = messages.await?.into_iter();
        let messages = messages.map(|(_, one)| json!({ "mine": one.from == member, "at": one.at.0, "text": one.text }));
        let messages: Vec<Value> = messages.collect();
        let now = clock::now();
        let records = self.look(move |machine, book| listings_of(machine, book, &member, now)).await?;
        let inside = self.inside().await?;
        let sessions = self.sessions_of(member).await?;
        let passkeys = self.passkeys_of(member).await?;
        let mut data = json!({
            "member": member.to_string(),
            "community": self.community().to_string(),
            "name": person.name,
            "phone": person.phone,
            "phone_in_directory": person.in_directory,
            "email": person.email,
            "area": person.area,
            "earlier_number": person.external,
            "joined": person.joined,
            "away_until": file.away_until.map(|until| until.0),
            "weekly_letter": file.weekly,
            "circles": self.circles_of(member).await?.into_iter().map(|(_, circle)| circle.name).collect::<Vec<_>>(),
            "references": file.references.iter().map(|one| json!({ "who": one.who, "at": one.at.0 })).collect::<Vec<_>>(),
            "facts": file
                .facts
                .iter()
                .map(|one| json!({ "what": one.what, "at": one.at.0, "until": one.until.0 }))
                .collect::<Vec<_>>(),
            "sessions": sessions
                .iter()
                .map(|(_, session)| json!({ "since": session.made_at.0, "used": session.seen_at.0 }))
                .collect::<Vec<_>>(),
            "passkeys": passkeys
                .iter()
                .map(|(_, passkey)| json!({ "since": passkey.made_at.0, "used": passkey.used_at.map(|used| used.0) }))
                .collect::<Vec<_>>(),
            "listings": records.iter().map(|record| listing(record, &inside)).collect::<Vec<_>>(),
            "messages": messages,
            "statement": self.lines_of(member).await?,
        });
        if let Some(data) = data.as_object_mut() {
            data.insert("notes".into(), self.notes_for(member).await?);
            let events = self.comes_to(member).await?.into_iter();
            let events = events.map(|event| json!({ "title": event.title, "begins": event.begins.0 }));
            data.insert("comes_to".into(), events.collect());
            data.insert("photos".into(), self.photos_of(member).await?);
            data.extend(self.others_of(&file).await?);
        }
        Ok(data)
    }

    /// Who may act for a member, what was done for them, and whom they keep away, by name.
    async fn others_of(&self, file: &File) -> Result<Map<String, Value>, Refused> {
        let helpers = file.helpers.iter().map(|helper| helper.member);
        let others =
            helpers.chain(file.acts.iter().map(|act| act.by)).chain(file.blocked.iter().copied()).chain([file.member]);
        let persons = self.persons(others.collect()).await?;
        let name = |id: &MemberId| persons.get(id).map(|person| person.name.clone());
        let done = |act: &Act| {
            let what = act.what.as_ref();
            json!({
                "who": name(&act.by),
                "for": name(&file.member),
                "at": act.at.0,
                "what": what.map_or("did_something", Deed::word),
                "why": what.and_then(Deed::why),
            })
        };
        let helper = |one: &Helper| json!({ "who": name(&one.member), "until": one.until.0 });
        let parts: [(&str, Value); 3] = [
            ("may_act_for_me", file.helpers.iter().map(helper).collect()),
            ("done_for_me", file.acts.iter().map(done).collect()),
            ("kept_away", file.blocked.iter().map(|id| json!(name(id))).collect()),
        ];
        Ok(parts.into_iter().map(|(part, value)| (part.to_owned(), value)).collect())
    }

    /// Notes about a member, where they are one of those who may read notes: others hear of them from a coordinator.
    async fn notes_for(&self, member: MemberId) -> Result<Value, Refused> {
        if !self.office_rules().await?.note_readers.contains(&member) {
            return Ok(json!([]));
        }
        let notes = self.papers(move |paper| match paper {
            Paper::Case(note) if note.about == member => Some(note.clone()),
            _ => None,
        });
        Ok(notes.await?.into_iter().map(|(_, note)| json!({ "at": note.at.0, "text": note.text })).collect())
    }

    /// The photos on a member's listings, as JPEG in base64.
    async fn photos_of(&self, member: MemberId) -> Result<Value, Refused> {
        let mut photos = Vec::new();
        for key in self.listed_by(member).await?.into_iter().take(LISTINGS_GIVEN) {
            if let Some(jpeg) = self.picture(key).await? {
                photos.push(json!({ "listing": key.to_string(), "jpeg": BASE64.encode(&jpeg) }));
            }
        }
        Ok(photos.into())
    }

    /// Every listing of a member that the shelf knows, also those that are over.
    async fn listed_by(&self, member: MemberId) -> Result<Vec<RecordKey>, Refused> {
        let listed = self.look(move |machine, _| {
            let (_, shelf) = machine.state().shelf();
            shelf.iter().filter(|(_, own)| own.owner == Some(member)).map(|(key, _)| *key).collect()
        });
        listed.await
    }

    /// Every exchange of a member, whose notes may tell of them.
    async fn exchanges_of(&self, member: MemberId) -> Result<Vec<ExchangeId>, Refused> {
        let (mut all, mut before) = (Vec::new(), None);
        loop {
            let page = self.statement(member, before, LINES_A_LOOK).await?;
            all.extend(page.iter().filter_map(|line| line.exchange));
            before = page.last().filter(|_| page.len() == LINES_A_LOOK).map(|line| line.index);
            if before.is_none() {
                return Ok(all);
            }
        }
    }

    /// Every exchange of a member that still waits, and so stands in no statement.
    async fn waiting_of(&self, member: MemberId) -> Result<Vec<ExchangeId>, Refused> {
        let waits = self.look(move |machine, _| {
            let waiting = machine.state().waiting().iter();
            let theirs = waiting.filter(|(_, waiting)| match &waiting.kind {
                WaitingKind::Local { terms, .. } => terms.giver == member || terms.receiver == member,
                WaitingKind::Payment { payer: own, .. } | WaitingKind::Asked { payee: own, .. } => *own == member,
                WaitingKind::Declined { .. } => false,
            });
            theirs.map(|(id, _)| *id).collect()
        });
        waits.await
    }

    /// Takes back or refuses an exchange that waits. Its note goes with it: nothing says any more whose it was, so that
    /// nobody could find it when they are to be forgotten.
    ///
    /// # Errors
    /// Those of [`Handle::command`], or the disk; the exchange is declined then.
    pub async fn decline(&self, request: Request, exchange: ExchangeId) -> Result<Reply, Refused> {
        let reply = self.command(request, Command::Decline { exchange }).await?;
        // A request sent again is answered without a look at its exchange: what still counts keeps its note.
        let over = self.look(move |machine, book| {
            let waits = machine.state().waiting().get(&exchange).is_some_and(Waiting::is_open);
            !waits && book.exchange(&exchange).is_none()
        });
        if over.await? {
            self.erase_note(exchange).await?;
        }
        Ok(reply)
    }

    /// Forgets somebody who left: name, contacts, papers, pictures, and the notes on their exchanges. The ledger keeps
    /// its entries, which name nobody. Done twice, it is done once.
    ///
    /// # Errors
    /// The disk, or [`Refused::Busy`]; what was done until then stays done.
    pub async fn forget(&self, member: MemberId) -> Result<(), Refused> {
        let (mut exchanges, listed) = (self.exchanges_of(member).await?, self.listed_by(member).await?);
        exchanges.extend(self.waiting_of(member).await?);
        let name = self.persons(vec![member]).await?.remove(&member).map(|person| person.name);
        let who = Forgotten::of(member)
            .called(&name.unwrap_or_default())
            .in_exchanges(exchanges.iter().copied())
            .with_listings(self.community(), listed.iter().copied());
        // Papers are searched for the name, so that it goes last: cut short, all can be done again.
        self.forget_papers(who).await?;
        self.listings_gone(listed).await?;
        self.erase_person(member, exchanges).await
    }
}
