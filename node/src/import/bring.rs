//! Bringing in what was read, through the handle: people first, then the hours they bring along, then what they offer and
//! need. It can be stopped and begun again at any place: whoever is here by their earlier number is not doubled, an
//! opening balance is taken once, and a listing has a key made of what it says.

use super::people::{Kind, Person, Role};
use crate::{
    area,
    people::Person as Details,
    runtime::{Handle, Refused, clock, home, office::Inside},
};
use futures::future::join_all;
use kith_protocol::{
    id::{Digest, MemberId, RecordKey},
    machine::{Command, Reply},
    member,
    minutes::Balance,
    rejection::Rejection,
    shelf::{Category, Item, Listing},
    time::Span,
};
use std::{collections::BTreeMap, time::Duration};

/// People who are brought in together: they share the disk's syncs, and leave the node room for its members.
const TOGETHER: usize = 50;
/// For how long a listing that is brought along stands: until people had time to look at it.
const STANDS: Span = Span::days(180);
/// How often a busy node is asked again, and how long after.
const TRIES: u32 = 600;
const PAUSE: Duration = Duration::from_millis(50);

/// What did not come in, although the file was right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The line of the people's file.
    pub line: u64,
    /// What it is about: a person, their hours, or a listing.
    pub what: What,
    /// What the rules said.
    pub why: Rejection,
}

/// A part of what somebody brings along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The person.
    Person,
    /// Their hours.
    Hours,
    /// An offer or a need.
    Listing,
}

/// What came in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Came {
    /// People admitted now.
    pub admitted: usize,
    /// People who were here already, by their earlier number.
    pub already_here: usize,
    /// Opening balances recorded now.
    pub opened: usize,
    /// What these add up to, in minutes.
    pub opened_minutes: i64,
    /// Offers and needs that stand on the shelf now.
    pub listings: usize,
    /// What the rules refused.
    pub misfits: Vec<Misfit>,
}

/// Brings people in; `by` records it. `progress` is told how many are done.
///
/// # Errors
/// [`Refused`] when the node goes down or stays busy; what came in stays, and the rest can be asked for again.
pub async fn bring_in(
    handle: &Handle,
    by: MemberId,
    language: &str,
    people: &[Person],
    progress: impl Fn(usize) + Send,
) -> Result<Came, Refused> {
    let here: BTreeMap<String, MemberId> =
        handle.everybody().await?.iter().filter_map(|named| Some((named.person.external.clone()?, named.id))).collect();
    let mut came = Came::default();
    for (n, chunk) in people.chunks(TOGETHER).enumerate() {
        let mut known = Vec::new();
        let mut fresh = Vec::new();
        for person in chunk {
            match person.external.as_ref().and_then(|external| here.get(external)) {
                Some(id) => known.push((*id, person)),
                None => fresh.push((MemberId(random()?), person)),
            }
        }
        came.already_here += known.len();
        known.extend(admit(handle, by, fresh, &mut came).await?);
        open(handle, by, &known, &mut came).await?;
        publish(handle, language, &known, &mut came).await?;
        progress((n * TOGETHER + chunk.len()).min(people.len()));
    }
    came.misfits.sort_by_key(|misfit| misfit.line);
    Ok(came)
}

fn random() -> Result<[u8; 16], Refused> {
    home::random().map_err(|why| Refused::People(why.to_string()))
}

/// Asks a busy node again, for a while.
async fn patiently(handle: Handle, command: Command) -> Result<Reply, Refused> {
    for _ in 0..TRIES {
        match handle.command(None, command.clone()).await {
            Err(Refused::Busy) => tokio::time::sleep(PAUSE).await,
            led => return led,
        }
    }
    Err(Refused::Busy)
}

/// Sorts out what the rules refused; everything else that went wrong ends the import.
fn settled(led: Result<Reply, Refused>, line: u64, what: What, came: &mut Came) -> Result<bool, Refused> {
    match led {
        Ok(_) => Ok(true),
        Err(Refused::Rule(why)) => {
            came.misfits.push(Misfit { line, what, why });
            Ok(false)
        }
        Err(refused) => Err(refused),
    }
}

async fn admit<'a>(
    handle: &Handle,
    by: MemberId,
    fresh: Vec<(MemberId, &'a Person)>,
    came: &mut Came,
) -> Result<Vec<(MemberId, &'a Person)>, Refused> {
    let (mut records, mut commands, mut ready) = (Vec::new(), Vec::new(), Vec::new());
    for (member, person) in fresh {
        let details = Details {
            name: person.name.clone(),
            email: person.email.clone(),
            phone: person.phone.clone(),
            external: person.external.clone(),
            joined: person.joined.map(|day| day.to_string()),
            // Nobody was asked yet.
            in_directory: false,
            area: None,
        };
        if let Err(why) = details.check() {
            came.misfits.push(Misfit { line: person.line, what: What::Person, why });
            continue;
        }
        let kind = match person.kind {
            Kind::Person => member::MemberKind::Person,
            Kind::Organisation => member::MemberKind::Organisation,
        };
        let role = match person.role {
            Role::Member => member::Role::Member,
            Role::Coordinator => member::Role::Coordinator,
        };
        records.push((member.0, details.to_bytes()));
        commands.push(Command::Admit { member, kind, role, key: None, by });
        ready.push((member, person));
    }
    if ready.is_empty() {
        return Ok(ready);
    }
    let asking = handle.clone();
    let ask =
        move || async move { join_all(commands.into_iter().map(|command| patiently(asking.clone(), command))).await };
    let led = handle.keeping(records, ask).await?;
    let mut known = Vec::new();
    for ((member, person), led) in ready.into_iter().zip(led) {
        if settled(led, person.line, What::Person, came)? {
            came.admitted += 1;
            known.push((member, person));
        }
    }
    Ok(known)
}

async fn open(handle: &Handle, by: MemberId, known: &[(MemberId, &Person)], came: &mut Came) -> Result<(), Refused> {
    let bringing = known.iter().filter_map(|(member, person)| {
        let minutes = Balance::new(i64::from(person.opening_minutes.filter(|minutes| *minutes != 0)?)).ok()?;
        Some((*member, *person, minutes))
    });
    let bringing: Vec<_> = bringing.collect();
    let asked = bringing.iter().map(|(member, _, minutes)| {
        patiently(handle.clone(), Command::Open { member: *member, minutes: *minutes, by })
    });
    for ((_, person, minutes), led) in bringing.iter().zip(join_all(asked).await) {
        match led {
            // Their hours came along the last time.
            Err(Refused::Rule(Rejection::NotOpening(_))) => {}
            led => {
                if settled(led, person.line, What::Hours, came)? {
                    came.opened += 1;
                    came.opened_minutes += minutes.get();
                }
            }
        }
    }
    Ok(())
}

async fn publish(
    handle: &Handle,
    language: &str,
    known: &[(MemberId, &Person)],
    came: &mut Came,
) -> Result<(), Refused> {
    let all: Vec<(MemberId, &Person, RecordKey, Item)> =
        known.iter().flat_map(|(member, person)| items(*member, person, language)).collect();
    let keys: Vec<RecordKey> = all.iter().map(|(_, _, key, _)| *key).collect();
    let there = handle.look(move |machine, _| {
        let (_, shelf) = machine.state().shelf();
        keys.into_iter().map(|key| shelf.contains_key(&key)).collect::<Vec<_>>()
    });
    let mut fresh = Vec::new();
    for (one, there) in all.into_iter().zip(there.await?) {
        // Also one that was taken down since: it does not come back.
        if there { came.listings += 1 } else { fresh.push(one) }
    }
    let expires_at = clock::now().plus(STANDS);
    for some in fresh.chunks(TOGETHER) {
        // Whoever they are of was not asked yet.
        let inside = some.iter().map(|(_, _, key, _)| Inside { key: *key, until: expires_at });
        handle.keep_inside(inside.collect()).await?;
        let asked = some.iter().map(|(member, _, key, item)| {
            let item = item.clone();
            patiently(handle.clone(), Command::Publish { key: *key, item, expires_at, owner: Some(*member) })
        });
        let mut refused = Vec::new();
        for ((_, person, key, _), led) in some.iter().zip(join_all(asked).await) {
            match settled(led, person.line, What::Listing, came)? {
                true => came.listings += 1,
                false => refused.push(*key),
            }
        }
        handle.let_out(refused).await?;
    }
    Ok(())
}

fn items<'a>(member: MemberId, person: &'a Person, language: &str) -> Vec<(MemberId, &'a Person, RecordKey, Item)> {
    let bare = person.offers.iter().map(|title| (false, title, None));
    let bare = bare.chain(person.needs.iter().map(|title| (true, title, None)));
    let all = bare.chain(person.posts.iter().map(|post| (post.need, &post.title, post.text.clone())));
    let item = |(need, title, text): (bool, &String, Option<String>)| {
        let digest = Digest::of("kith/v1/brought", &[&member.0, &[u8::from(need)], title.as_bytes()]);
        let (key, _) = digest.0.split_first_chunk::<16>().expect("a digest has 32 bytes");
        let listing = Listing {
            title: title.clone(),
            text,
            category: Category::Other,
            tags: Vec::new(),
            area: person.area.as_deref().and_then(area::shown_to_all),
            language: language.to_owned(),
            remote: false,
            when: kith_protocol::shelf::When::default(),
        };
        (member, person, RecordKey(*key), if need { Item::Need(listing) } else { Item::Offer(listing) })
    };
    all.map(item).collect()
}
