//! Names, contacts and notes through the handle: the disk may wait, so nothing of it happens on an async thread.

use super::{
    handle::{Handle, Refused},
    listings::plain,
};
use crate::{
    area::Cell,
    people::Person,
    store::{People, StoreError},
};
use kith_protocol::{
    codec,
    id::{Digest, ExchangeId, MemberId},
    machine::Reply,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// A note on an exchange: the ledger holds only its salted hash, so that erasing the note erases what it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Random bytes, without which a short note could be guessed from its hash.
    pub salt: [u8; 16],
    /// The words.
    pub note: String,
}

impl Note {
    /// What the ledger holds of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of("kith/v1/note", &[&self.salt, self.note.as_bytes()])
    }

    /// The bytes to keep.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// Reads kept bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        codec::decode_own(bytes).ok()
    }
}

/// Somebody with a name, ready to be found by it.
#[derive(Debug)]
pub struct Named {
    /// Who.
    pub id: MemberId,
    /// The name as it is compared: small letters, no accents, single spaces.
    pub plain: String,
    /// What is known of them.
    pub person: Person,
}

/// A name as it is compared.
#[must_use]
pub fn plain_name(name: &str) -> String {
    plain(name).split_whitespace().collect::<Vec<_>>().join(" ")
}

type Kept = Option<(u64, Arc<Vec<Arc<Named>>>)>;

/// Everybody's names as read last, and how often something about people changed.
#[derive(Debug, Default)]
pub(super) struct Names {
    version: AtomicU64,
    kept: Mutex<Kept>,
}

impl Names {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody changed: what was kept is out of date, and whoever was erased must not stay in memory.
    fn changed(&self) {
        self.version.fetch_add(1, Ordering::AcqRel);
        *self.kept() = None;
    }
}

impl Handle {
    async fn people_work<R, F>(&self, work: F) -> Result<R, Refused>
    where
        R: Send + 'static,
        F: FnOnce(&People) -> Result<R, StoreError> + Send + 'static,
    {
        let people = Arc::clone(&self.people);
        match tokio::task::spawn_blocking(move || work(&people)).await {
            Ok(done) => done.map_err(|why| Refused::People(why.to_string())),
            // Only a runtime that shuts down drops such work.
            Err(_) => Err(Refused::Stopping),
        }
    }

    /// What is known of these people; those who were erased are missing.
    ///
    /// # Errors
    /// [`Refused::People`] when the disk refuses.
    pub async fn persons(&self, ids: Vec<MemberId>) -> Result<BTreeMap<MemberId, Person>, Refused> {
        self.people_work(move |people| {
            let mut found = BTreeMap::new();
            for id in ids {
                if let Some(person) = people.get(id.0)?.and_then(|bytes| Person::from_bytes(&bytes)) {
                    found.insert(id, person);
                }
            }
            Ok(found)
        })
        .await
    }

    /// Where a member lives, roughly, if they say it.
    ///
    /// # Errors
    /// [`Refused::People`] when the disk refuses.
    pub async fn home_of(&self, member: MemberId) -> Result<Option<Cell>, Refused> {
        Ok(self.persons(vec![member]).await?.get(&member).and_then(Person::home))
    }

    /// The note on an exchange, if there is one and it was not erased.
    ///
    /// # Errors
    /// [`Refused::People`] when the disk refuses.
    pub async fn note(&self, exchange: ExchangeId) -> Result<Option<Note>, Refused> {
        self.people_work(move |people| Ok(people.get(exchange.0)?.and_then(|bytes| Note::from_bytes(&bytes)))).await
    }

    /// Whether anything but a note is kept under an exchange's id: where somebody signs, their device sends the id along.
    ///
    /// # Errors
    /// [`Refused::People`] when the disk refuses.
    pub async fn is_taken(&self, exchange: ExchangeId) -> Result<bool, Refused> {
        let other = |bytes: Vec<u8>| Note::from_bytes(&bytes).is_none();
        self.people_work(move |people| Ok(people.get(exchange.0)?.is_some_and(other))).await
    }

    /// Everybody of whom something is known, in the order of their names. Kept until somebody changes, for lists and for
    /// finding people while slips are typed.
    ///
    /// # Errors
    /// [`Refused::People`] when the disk refuses.
    pub async fn everybody(&self) -> Result<Arc<Vec<Arc<Named>>>, Refused> {
        let version = self.names.version.load(Ordering::Acquire);
        if let Some((_, list)) = self.names.kept().as_ref().filter(|(of, _)| *of == version) {
            return Ok(Arc::clone(list));
        }
        let list = self.people_work(|people| {
            let mut found = Vec::new();
            people.each(|id, bytes| {
                if let Some(person) = Person::from_bytes(bytes) {
                    found.push(Arc::new(Named { id: MemberId(id), plain: plain_name(&person.name), person }));
                }
            })?;
            found.sort_by(|one, other| one.plain.cmp(&other.plain).then(one.id.cmp(&other.id)));
            Ok(Arc::new(found))
        });
        let list = list.await?;
        // Whoever changed something meanwhile has raised the version, and the next to ask reads again.
        *self.names.kept() = Some((version, Arc::clone(&list)));
        Ok(list)
    }

    /// The words of the notes on these exchanges, where there are any.
    ///
    /// # Errors
    /// [`Refused::People`] when the disk refuses.
    pub async fn notes(&self, exchanges: Vec<ExchangeId>) -> Result<BTreeMap<ExchangeId, String>, Refused> {
        self.people_work(move |people| {
            let mut found = BTreeMap::new();
            for id in exchanges {
                if let Some(note) = people.get(id.0)?.and_then(|bytes| Note::from_bytes(&bytes)) {
                    found.insert(id, note.note);
                }
            }
            Ok(found)
        })
        .await
    }

    /// Changes what is known of somebody. Who was erased stays erased: gives whether they were known.
    ///
    /// # Errors
    /// [`Rejection`](kith_protocol::rejection::Rejection)s of [`Person::check`], and [`Refused::People`].
    pub async fn change_person(&self, id: MemberId, person: Person) -> Result<bool, Refused> {
        person.check()?;
        let changed = self.people_work(move |people| {
            if people.get(id.0)?.is_none() {
                return Ok(false);
            }
            people.put(id.0, &person.to_bytes())?;
            people.flush()?;
            Ok(true)
        });
        let changed = changed.await;
        self.names.changed();
        changed
    }

    /// Forgets somebody for good: name and contacts, and the notes on these exchanges. The ledger keeps its entries,
    /// which name nobody.
    ///
    /// # Errors
    /// [`Refused::People`] when the disk refuses.
    pub async fn erase_person(&self, id: MemberId, notes: Vec<ExchangeId>) -> Result<(), Refused> {
        let erased = self.people_work(move |people| {
            for note in notes {
                people.erase(note.0)?;
            }
            people.erase(id.0).map(|_| ())
        });
        let erased = erased.await;
        self.names.changed();
        self.vault().hurry();
        erased
    }

    /// Forgets the note on an exchange.
    ///
    /// # Errors
    /// [`Refused::People`].
    pub async fn erase_note(&self, exchange: ExchangeId) -> Result<(), Refused> {
        let erased = self.people_work(move |people| people.erase(exchange.0).map(|_| ())).await;
        self.vault().hurry();
        erased
    }

    /// Keeps personal data, durably, then asks for what it belongs to. What belongs to something that was refused is
    /// forgotten again. `ask` is called once for all and answers for each record, in order.
    ///
    /// It runs to its end even if whoever waits goes away: half of it would leave a name that nobody knows to erase.
    ///
    /// # Errors
    /// [`Refused::People`] when the disk refuses; nothing was asked then.
    pub async fn keeping<F, W>(
        &self,
        records: Vec<([u8; 16], Vec<u8>)>,
        ask: F,
    ) -> Result<Vec<Result<Reply, Refused>>, Refused>
    where
        F: FnOnce() -> W + Send + 'static,
        W: Future<Output = Vec<Result<Reply, Refused>>> + Send + 'static,
    {
        let handle = self.clone();
        let task = tokio::spawn(async move {
            let records = Arc::new(records);
            let kept = Arc::clone(&records);
            handle
                .people_work(move |people| {
                    people.put_many(kept.iter().map(|(id, bytes)| (*id, bytes.as_slice())))?;
                    people.flush()
                })
                .await?;
            handle.names.changed();
            let led = ask().await;
            let nothing =
                |led: &Result<Reply, Refused>| matches!(led, Err(Refused::Rule(_) | Refused::Busy | Refused::Retired));
            let refused: Vec<usize> = (0..led.len()).filter(|at| nothing(&led[*at])).collect();
            if !refused.is_empty() {
                handle
                    .people_work(move |people| {
                        for (id, bytes) in refused.into_iter().filter_map(|at| records.get(at)) {
                            // Somebody else's record under this id is not ours to erase.
                            if people.get(*id)?.as_ref() == Some(bytes) {
                                people.erase(*id)?;
                            }
                        }
                        Ok(())
                    })
                    .await?;
                handle.names.changed();
            }
            Ok(led)
        });
        task.await.unwrap_or(Err(Refused::Stopping))
    }

    /// [`Handle::keeping`] for one record.
    ///
    /// # Errors
    /// [`Refused`]: nothing was done.
    pub async fn keeping_one<W>(&self, id: [u8; 16], bytes: Vec<u8>, ask: W) -> Result<Reply, Refused>
    where
        W: Future<Output = Result<Reply, Refused>> + Send + 'static,
    {
        let led = self.keeping(vec![(id, bytes)], move || async move { vec![ask.await] }).await?;
        led.into_iter().next().unwrap_or(Err(Refused::Stopping))
    }
}
