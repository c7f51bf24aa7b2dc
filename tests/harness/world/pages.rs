//! What a hostile stranger shows of shelves: pages that are not what was asked for, and of others' shelves pages whose every
//! signature holds and that leave out what it likes or claim what is not so.

use super::lies::{Lies, parcel};
use crate::{coverage::Coverage, network::Payload};
use kith_protocol::{
    community::Certificate,
    envelope::Unverified,
    machine::Message,
    shelf::{Head, Record},
    time::Timestamp,
};
use std::collections::BTreeMap;

/// What it overheard of a shelf.
#[derive(Debug, Default)]
pub(super) struct Overheard {
    certificate: Option<Unverified<Certificate>>,
    records: BTreeMap<u64, Unverified<Record>>,
    head: Option<Unverified<Head>>,
}

impl Overheard {
    /// Remembers a page; what an earlier key signed is of no use.
    fn take(
        &mut self,
        certificate: Unverified<Certificate>,
        records: Vec<Unverified<Record>>,
        head: Option<Unverified<Head>>,
    ) {
        let serial = certificate.content.serial;
        let held = self.certificate.as_ref().map(|held| held.content.serial);
        if held > Some(serial) {
            return;
        }
        if held < Some(serial) {
            *self = Self { certificate: Some(certificate), ..Self::default() };
        }
        self.records.extend(records.into_iter().map(|record| (record.content.revision, record)));
        self.head = head.or_else(|| self.head.take());
    }

    /// The last revision it holds.
    pub(super) fn last(&self) -> u64 {
        self.records.last_key_value().map_or(0, |(revision, _)| *revision)
    }

    /// What it holds above a revision.
    fn above(&self, after: u64) -> Vec<Unverified<Record>> {
        self.records.range(after.saturating_add(1)..).map(|(_, record)| record.clone()).collect()
    }
}

impl Lies {
    /// Remembers what it sees of a shelf.
    pub(super) fn sees(
        &mut self,
        certificate: Unverified<Certificate>,
        records: Vec<Unverified<Record>>,
        head: Option<Unverified<Head>>,
    ) {
        self.shelves.entry(certificate.content.community).or_default().take(certificate, records, head);
    }

    /// What it answers a node that fetches a shelf.
    pub(super) fn answer(&mut self, message: &Message, now: Timestamp, coverage: &mut Coverage) -> Vec<Payload> {
        let Message::Pull { community, after } = message else { return Vec::new() };
        let (after, through) = (*after, after.saturating_add(1));
        let shelf = self.shelves.get(community).filter(|shelf| !shelf.records.is_empty());
        let held = shelf.and_then(|shelf| Some((shelf.certificate.clone()?, shelf.above(after), shelf.head.clone())));
        let (name, message) = match (self.dice.below(8), held) {
            (0, _) => ("no page", None),
            (1, Some((certificate, records, _))) => {
                let records = records.into_iter().map(|record| self.sign(record.content)).collect();
                let page = Message::Shelf { certificate, records, through, more: false, head: None };
                ("a forged page", Some(page))
            }
            (2, Some((_, records, _))) => {
                let certificate = self.own_certificate();
                let page = Message::Shelf { certificate, records, through, more: false, head: None };
                ("a page under another key", Some(page))
            }
            (lie, Some((certificate, records, head))) => {
                let (name, page) = self.page(lie, after, (certificate, records, head));
                (name, Some(page))
            }
            (_, None) => {
                let (certificate, records) = (self.own_certificate(), vec![self.card(0, now)]);
                let more = self.dice.permille(300);
                let page = Message::Shelf { certificate, records, through, more, head: None };
                ("a page of itself", Some(page))
            }
        };
        coverage.hit("stranger answers", name);
        parcel(message.into_iter().collect())
    }

    /// A page of another's shelf, of genuine records and perhaps a genuine word.
    fn page(
        &mut self,
        lie: u64,
        after: u64,
        (certificate, mut records, head): (Unverified<Certificate>, Vec<Unverified<Record>>, Option<Unverified<Head>>),
    ) -> (&'static str, Message) {
        let last = records.last().map_or(after, |record| record.content.revision);
        let half = records.len() / 2;
        let (name, through, more) = match lie {
            3 => ("a whole page of another's shelf", last, false),
            4 => {
                records.retain(|_| self.dice.permille(500));
                ("a page that leaves records out", last, false)
            }
            5 => {
                records.truncate(half);
                let through = if self.dice.permille(200) { u64::MAX } else { last.saturating_add(self.dice.below(5)) };
                ("a page that claims too much", through, false)
            }
            6 => {
                records.truncate(half);
                ("a page that ends too early", records.last().map_or(after, |record| record.content.revision), false)
            }
            _ => {
                records.truncate(1);
                ("pages without end", after.saturating_add(1), true)
            }
        };
        let head = head.filter(|_| self.dice.permille(500));
        (name, Message::Shelf { certificate, records, through, more, head })
    }
}
