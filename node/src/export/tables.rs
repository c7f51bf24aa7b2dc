//! The tables and lists of an export.

use super::rows::{self, HEAD, Side};
use crate::{
    people::Person,
    progress::Piece,
    runtime::{
        Handle, Refused,
        export::LedgerCut,
        listings::Kind,
        office::{Circle, Event, Notice, PaperId},
        shelves::name_of,
    },
};
use data_encoding::HEXLOWER;
use kith_protocol::{
    id::MemberId,
    ledger::{Entry, History as _},
    machine::View as _,
    shelf::Record,
    time::{Span, Timestamp},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, io};

/// Lines of one file of exchanges: about two megabytes, which any spreadsheet opens.
const LINES_A_FILE: usize = 10_000;
/// Entries read in one look: a few milliseconds of the clerk's time.
const ENTRIES_A_LOOK: u64 = 100;
/// Records of the shelf read in one look.
const RECORDS_A_LOOK: usize = 100;
/// People read at once.
const PEOPLE_AT_ONCE: usize = 500;

/// A cell that no spreadsheet takes for a formula, whatever somebody wrote in it.
pub(crate) fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{text}") } else { text.to_owned() }
}

/// Where files go: name and bytes.
pub(super) type Put<'a> = &'a mut dyn FnMut(&str, &[u8]) -> io::Result<()>;

fn time(at: Timestamp) -> String {
    let millis = i64::try_from(at.0).unwrap_or(i64::MAX);
    let at = jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::MAX);
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A day that is given in days since 1970.
fn day(days: u32) -> String {
    let at = Timestamp(0).plus(Span::days(u64::from(days)));
    time(at).split('T').next().unwrap_or_default().to_owned()
}

fn table<R>(head: &[&str], rows: R) -> io::Result<Vec<u8>>
where
    R: IntoIterator<Item = Vec<String>>,
{
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(head).map_err(io::Error::other)?;
    for row in rows {
        writer.write_record(row).map_err(io::Error::other)?;
    }
    writer.into_inner().map_err(|why| io::Error::other(why.to_string()))
}

fn list(value: &Value) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(io::Error::other)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The word of a value whose JSON is a word.
fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// Writes all tables of one export.
pub(super) struct Tables<'a> {
    handle: &'a Handle,
    cut: &'a LedgerCut,
    runtime: &'a tokio::runtime::Handle,
    now: Timestamp,
    names: BTreeMap<MemberId, String>,
}

impl<'a> Tables<'a> {
    pub(super) const fn new(
        handle: &'a Handle,
        cut: &'a LedgerCut,
        runtime: &'a tokio::runtime::Handle,
        now: Timestamp,
    ) -> Self {
        Self { handle, cut, runtime, now, names: BTreeMap::new() }
    }

    fn ask<T>(&self, asked: impl Future<Output = Result<T, Refused>>) -> io::Result<T> {
        self.runtime.block_on(asked).map_err(io::Error::other)
    }

    /// Each entry that is read is a step of the `piece`.
    pub(super) fn write(&mut self, put: Put<'_>, piece: &mut Piece) -> io::Result<()> {
        self.members(put)?;
        self.listings(put)?;
        self.exchanges(put, piece)?;
        self.together(put)?;
        let charter = self.cut.charter.as_ref();
        put("charter.json", &list(&json!(charter))?)?;
        let partners = self.handle.look(|machine, _| {
            let partners = machine.state().ledger().partners().iter();
            let each = partners.map(|(account, partner)| {
                let community = partner.community();
                json!({ "account": account.to_string(), "community": community.to_string(),
                    "name": name_of(machine, &community) })
            });
            Value::Array(each.collect())
        });
        put("partners.json", &list(&self.ask(partners)?)?)
    }

    fn members(&mut self, put: Put<'_>) -> io::Result<()> {
        let ids: Vec<MemberId> = self.cut.members.keys().copied().collect();
        let mut persons: BTreeMap<MemberId, Person> = BTreeMap::new();
        for some in ids.chunks(PEOPLE_AT_ONCE) {
            persons.extend(self.ask(self.handle.persons(some.to_vec()))?);
        }
        let none = Person::default();
        let rows = self.cut.members.iter().map(|(id, member)| {
            let person = persons.get(id).unwrap_or(&none);
            let given = |value: &Option<String>| cell(value.as_deref().unwrap_or_default());
            vec![
                id.to_string(),
                cell(&person.name),
                given(&person.phone),
                given(&person.email),
                word(member.kind),
                word(member.role),
                member.active.to_string(),
                given(&person.joined),
                given(&person.external),
                given(&person.area),
            ]
        });
        let head = ["id", "name", "phone", "email", "kind", "role", "here", "joined", "earlier_number", "area"];
        put("members.csv", &table(&head, rows)?)?;
        let balances =
            self.cut.members.iter().map(|(id, member)| vec![id.to_string(), member.balance.get().to_string()]);
        put("balances.csv", &table(&["id", "minutes"], balances)?)?;
        self.names = persons.into_iter().map(|(id, person)| (id, person.name)).collect();
        Ok(())
    }

    /// All of our own records that stand, in the order in which they were signed.
    fn records(&self) -> io::Result<Vec<(Record, Option<MemberId>)>> {
        let now = self.now;
        let standing = self.handle.look(move |machine, _| {
            let shelf = machine.state().shelf().1.values();
            let standing = shelf.filter(|own| own.listing && own.expires_at > now);
            let mut found: Vec<(u64, Option<MemberId>)> = standing.map(|own| (own.revision, own.owner)).collect();
            found.sort_unstable();
            (machine.identity().community, found)
        });
        let (own, standing) = self.ask(standing)?;
        let mut records = Vec::with_capacity(standing.len());
        for some in standing.chunks(RECORDS_A_LOOK) {
            let some = some.to_vec();
            let read = self.handle.look(move |_, book| {
                let one = |(revision, owner): (u64, Option<MemberId>)| {
                    let record = book.records(&own, revision.saturating_sub(1), 1).into_iter().next()?.content;
                    Some((record, owner))
                };
                some.into_iter().filter_map(one).collect::<Vec<_>>()
            });
            records.extend(self.ask(read)?);
        }
        Ok(records)
    }

    fn listings(&self, put: Put<'_>) -> io::Result<()> {
        let records = self.records()?;
        let inside = self.ask(self.handle.inside())?;
        let head = [
            "key",
            "member",
            "member_name",
            "title",
            "text",
            "category",
            "from_afar",
            "language",
            "times",
            "by",
            "made",
            "until",
            "on_public_page",
        ];
        for (name, wanted) in [("offers.csv", Kind::Offer), ("needs.csv", Kind::Need)] {
            let rows = records.iter().filter_map(|(record, owner)| {
                let (_, listing) = Kind::of(&record.item).filter(|(kind, _)| *kind == wanted)?;
                Some(vec![
                    record.key.to_string(),
                    owner.map(|owner| owner.to_string()).unwrap_or_default(),
                    cell(owner.and_then(|owner| self.names.get(&owner)).map_or("", String::as_str)),
                    cell(&listing.title),
                    cell(listing.text.as_deref().unwrap_or_default()),
                    word(listing.category),
                    listing.remote.to_string(),
                    cell(&listing.language),
                    listing.when.times.map(|times| times.to_string()).unwrap_or_default(),
                    listing.when.by.map(day).unwrap_or_default(),
                    time(record.made_at),
                    time(record.expires_at),
                    (!inside.contains_key(&record.key)).to_string(),
                ])
            });
            put(name, &table(&head, rows)?)?;
        }
        Ok(())
    }

    fn side(&self, side: Side) -> [String; 2] {
        match side {
            Side::Member(id) => [id.to_string(), cell(self.names.get(&id).map_or("", String::as_str))],
            Side::Pot => ["pot".into(), String::new()],
            Side::Elsewhere => [String::new(), String::new()],
        }
    }

    fn lines(
        &self,
        index: u64,
        entry: &Entry,
        notes: &BTreeMap<kith_protocol::id::ExchangeId, String>,
    ) -> Vec<Vec<String>> {
        let line = |row: rows::Row| {
            let ([giver, giver_name], [receiver, receiver_name]) = (self.side(row.giver), self.side(row.receiver));
            vec![
                index.to_string(),
                time(entry.at),
                entry.body.kind().to_owned(),
                row.exchange.map(|id| id.to_string()).unwrap_or_default(),
                giver,
                giver_name,
                receiver,
                receiver_name,
                row.minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
                row.account.map(|account| account.to_string()).unwrap_or_default(),
                row.corrects.map(|id| id.to_string()).unwrap_or_default(),
                cell(row.exchange.and_then(|id| notes.get(&id)).map_or("", String::as_str)),
            ]
        };
        rows::rows(entry).into_iter().map(line).collect()
    }

    fn exchanges(&self, put: Put<'_>, piece: &mut Piece) -> io::Result<()> {
        let (mut waiting, mut files, mut index) = (Vec::new(), 0, 0);
        let mut part = |lines: Vec<Vec<String>>| {
            files += 1;
            put(&format!("exchanges/{files:04}.csv"), &table(&HEAD, lines)?)
        };
        while index < self.cut.entries() {
            let upto = self.cut.entries().min(index + ENTRIES_A_LOOK);
            let read = self.handle.look(move |_, book| {
                (index..upto).map_while(|at| Some((at, book.entry(at)?))).collect::<Vec<(u64, Entry)>>()
            });
            let entries = self.ask(read)?;
            if entries.is_empty() {
                return Err(io::Error::other("an entry of the ledger cannot be read; restore a backup"));
            }
            let ids = entries.iter().filter_map(|(_, entry)| entry.body.begins()).collect();
            let notes = self.ask(self.handle.notes(ids))?;
            index += entries.len() as u64;
            piece.reach(index);
            waiting.extend(entries.iter().flat_map(|(at, entry)| self.lines(*at, entry, &notes)));
            if waiting.len() >= LINES_A_FILE {
                part(std::mem::take(&mut waiting))?;
            }
        }
        part(waiting)
    }

    /// Events, circles and notices.
    fn together(&self, put: Put<'_>) -> io::Result<()> {
        let event = |(id, event): &(PaperId, Event)| {
            json!({ "id": HEXLOWER.encode(id), "title": event.title, "begins": time(event.begins),
                "minutes": event.minutes.get(), "place": event.place, "text": event.text })
        };
        let events: Vec<Value> = self.ask(self.handle.events())?.iter().map(event).collect();
        put("events.json", &list(&json!(events))?)?;
        let people = |ids: &[MemberId]| -> Vec<Value> {
            ids.iter().map(|id| json!({ "id": id.to_string(), "name": self.names.get(id) })).collect()
        };
        let circle = |(id, circle): &(PaperId, Circle)| {
            json!({ "id": HEXLOWER.encode(id), "name": circle.name, "members": people(&circle.members),
                "coordinators": people(&circle.coordinators) })
        };
        let circles: Vec<Value> = self.ask(self.handle.circles())?.iter().map(circle).collect();
        put("circles.json", &list(&json!(circles))?)?;
        let notice = |(id, notice): &(PaperId, Notice)| {
            json!({ "id": HEXLOWER.encode(id), "by": notice.by.to_string(), "at": time(notice.at),
                "until": time(notice.until), "text": notice.text,
                "circle": notice.circle.map(|circle| HEXLOWER.encode(&circle)) })
        };
        let notices: Vec<Value> = self.ask(self.handle.notices())?.iter().map(notice).collect();
        put("notices.json", &list(&json!(notices))?)
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(cell("Weeding"), "Weeding");
        for formula in ["=1+1", "+44", "-2", "@SUM(A1)", "\tx"] {
            assert_eq!(cell(formula), format!("'{formula}"));
        }
    }
}
