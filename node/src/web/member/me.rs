//! What the community knows of a member: name and contacts, what they posted, the devices they are signed in on, and
//! their codes for partners.

use crate::{
    people::{MAX_CONTACT, MAX_NAME, Person},
    runtime::{
        clock,
        desk::{Device, Passkey, SessionKey},
        listings::Kind,
        office,
        shelves::name_of,
    },
    web::{
        Answer, App, Oops,
        acting::Acting,
        forms::{Asked, Need, Post, Reader, Step},
        pages::{self, DonePage, FormPage, go},
        setup::home_field,
        shelf,
        sight::Sight,
        stale::{self, Stood},
        visit::{Frame, Guest, Visit},
        words::Words,
    },
};
use askama::Template;
use axum::extract::{Path, State};
use kith_protocol::{
    id::{Digest, MemberId},
    ledger::Partner,
};

/// A session on the page.
struct Open {
    words: String,
    key: String,
    this: bool,
}

#[derive(Template)]
#[template(path = "me.html", whitespace = "minimize")]
struct MePage<'a> {
    frame: &'a Frame,
    acting: Option<String>,
    name: String,
    rows: Vec<(String, String)>,
    change: String,
    statement: String,
    leave: String,
    listings: Vec<(String, String, String)>,
    codes: Vec<(String, String)>,
    devices: Vec<Open>,
    /// Where there can be any.
    passkeys: Option<Vec<(String, String)>>,
    acting_for: String,
    more: Vec<(String, String)>,
}

fn row(words: Words, key: &str, value: Option<&String>) -> (String, String) {
    (words.t(key), value.cloned().unwrap_or_else(|| words.t("not-given")))
}

/// Name and contacts. Where somebody lives is not for those who act for them.
fn rows(words: Words, person: &Person, whole: bool) -> Vec<(String, String)> {
    let mut rows = vec![
        row(words, "me-name", Some(&person.name)),
        row(words, "me-phone", person.phone.as_ref()),
        (words.t("me-in-directory"), words.t(if person.in_directory { "yes" } else { "no" })),
        row(words, "me-email", person.email.as_ref()),
    ];
    rows.extend(whole.then(|| row(words, "me-area", person.area.as_ref())));
    rows
}

/// A passkey, as far as its owner needs it to tell two apart.
fn passkey(words: Words, passkey: &Passkey) -> String {
    let since = ("since", &*words.day(passkey.made_at));
    let phone = passkey.device == Device::Phone;
    match passkey.used_at {
        None => words.t1(if phone { "passkey-phone-new" } else { "passkey-computer-new" }, since.0, since.1),
        Some(used) => {
            let seen = words.near_day(used, clock::now());
            words.t2(if phone { "passkey-phone" } else { "passkey-computer" }, since, ("seen", &seen))
        }
    }
}

/// A member's passkeys with their names, where there can be any.
async fn passkeys(app: &App, frame: &Frame, member: MemberId) -> Result<Option<Vec<(String, String)>>, Oops> {
    if frame.site.is_none() {
        return Ok(None);
    }
    let own = app.handle.passkeys_of(member).await?;
    Ok(Some(own.iter().map(|(name, one)| (passkey(frame.words, one), name.0.to_string())).collect()))
}

/// Where members go from here, with what is for them alone. Where nobody keeps score, the pot has nothing to do.
fn more(words: Words, scored: bool) -> Vec<(String, String)> {
    let ways = [
        ("messages", "/messages"),
        ("week", "/week"),
        ("circles", "/circles"),
        ("charter", "/charter"),
        ("gift", "/gift"),
        ("helpers", "/helpers"),
        ("key", "/me/key"),
        ("pause", "/pause"),
        ("away-list", "/away"),
        ("my-data", "/me/data.json"),
    ];
    let ways = ways.into_iter().filter(|(key, _)| scored || *key != "gift");
    ways.map(|(key, address)| (words.t(key), address.to_owned())).collect()
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let (frame, words, now) = (&visit.frame, visit.frame.words, clock::now());
    let acting = Acting::of(&app.handle, &visit.member, &asked).await?;
    let member = acting.member;
    let person = app.handle.persons(vec![member]).await?.remove(&member).unwrap_or_default();
    let sessions = app.handle.sessions_of(member).await?;
    let own = acting.myself().is_some();
    // Who is signed in where, and where they live, is nothing to those who act for them.
    let whole = own || acting.coordinator().is_some();
    let passkeys = passkeys(&app, frame, member).await?.filter(|_| whole);
    let (community, records, codes, scored) = app
        .handle
        .look(move |machine, book| {
            let partners = machine.state().ledger().partners().iter();
            let code = |account| machine.identity().aliases.alias(account, &member).to_string();
            let codes = partners
                .map(|(account, partner): (_, &Partner)| (name_of(machine, &partner.community()), code(account)));
            let codes: Vec<_> = codes.collect();
            let scored = Sight::of(machine, own).keeps_score();
            (machine.identity().community, shelf::of_member(machine, book, &member, now), codes, scored)
        })
        .await?;
    let listings = records.iter().filter_map(|record| {
        let (kind, listing) = Kind::of(&record.item)?;
        let kind = words.t(if kind == Kind::Offer { "listing-offer" } else { "listing-need" });
        Some((listing.title.clone(), kind, format!("/listing/{community}/{}", record.key)))
    });
    let devices = sessions.into_iter().filter(|_| whole).map(|(key, session)| Open {
        words: words.t2(
            if session.device == Device::Phone { "device-phone" } else { "device-computer" },
            ("since", &words.day(session.made_at)),
            ("seen", &words.near_day(session.seen_at, now)),
        ),
        key: key.0.to_string(),
        this: key == visit.member.session,
    });
    let page = MePage {
        frame,
        acting: acting.line(words),
        name: person.name.clone(),
        rows: rows(words, &person, whole),
        change: acting.address("/me/change"),
        statement: acting.address("/statement"),
        leave: acting.address("/leave"),
        listings: listings.collect(),
        codes: codes
            .into_iter()
            .map(|(name, code)| (name.unwrap_or_else(|| words.t("partner-nameless")), code))
            .collect(),
        devices: devices.collect(),
        passkeys,
        more: if own { more(words, scored) } else { Vec::new() },
        acting_for: if acting.is_for_another() { member.to_string() } else { String::new() },
    };
    Ok(pages::show(frame, &page))
}

/// Whether something has the shape of an e-mail address.
pub(in crate::web) fn looks_like_an_address(text: &str) -> bool {
    let shaped = text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
    shaped && !text.contains(char::is_whitespace)
}

/// Name and contacts, for members and for those who admit them.
pub(in crate::web) fn person_fields(reader: &mut Reader<'_>) -> Person {
    let name = reader.filled_line("name", "me-name", MAX_NAME, Need::Must, "text", "name");
    let phone = reader.filled_line("phone", "me-phone", MAX_CONTACT, Need::May, "tel", "tel");
    let in_directory = reader.tick("directory", "me-directory");
    let email = reader.filled_line("email", "me-email", MAX_CONTACT, Need::May, "email", "email");
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    if !phone.is_empty() && digits < 3 {
        let error = reader.words().t("error-phone");
        reader.fail("phone", error);
    }
    if !email.is_empty() && !looks_like_an_address(&email) {
        let error = reader.words().t("error-email");
        reader.fail("email", error);
    }
    let given = |text: String| Some(text).filter(|text| !text.is_empty());
    Person { name, phone: given(phone), email: given(email), in_directory, ..Person::default() }
}

/// Name, contacts, and where they live: what members change.
fn detail_fields(reader: &mut Reader<'_>) -> Person {
    let person = person_fields(reader);
    Person { area: home_field(reader), ..person }
}

fn changing<'a>(frame: &'a Frame, acting: &Acting, mut reader: Reader<'_>) -> FormPage<'a> {
    if acting.is_for_another() {
        reader.hidden(crate::web::acting::FOR, acting.member.to_string());
    }
    FormPage::new(frame, frame.t("me-change"), reader, "/me/change", frame.t("save"))
        .lead(frame.t("me-change-lead"))
        .acting(acting.line(frame.words))
}

/// What a form has in it for a box that is ticked, or is not.
pub(in crate::web) const fn ticked(yes: bool) -> &'static str {
    if yes { "yes" } else { "" }
}

fn stood(person: &Person) -> Stood {
    let given = |value: &Option<String>| value.clone().unwrap_or_default();
    Stood::new([
        ("name", person.name.clone()),
        ("phone", given(&person.phone)),
        ("directory", ticked(person.in_directory).to_owned()),
        ("email", given(&person.email)),
        ("area", given(&person.area)),
    ])
}

pub(super) async fn change(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let acting = Acting::of(&app.handle, &visit.member, &asked).await?.not_by_helpers()?;
    let person = app.handle.persons(vec![acting.member]).await?.remove(&acting.member).unwrap_or_default();
    let stood = stood(&person);
    let filled = stood.filled();
    let mut reader = Reader::open(visit.frame.words, &filled);
    stood.remember(&mut reader, &asked);
    detail_fields(&mut reader);
    Ok(changing(&visit.frame, &acting, reader).answer())
}

pub(super) async fn send_change(State(app): State<App>, post: Post) -> Answer {
    // A code to sign in may go to the address that stands there: nobody else may write it.
    let acting = Acting::of(&app.handle, &post.member, &post.sent).await?.not_by_helpers()?;
    let frame = &post.frame;
    let earlier = app.handle.persons(vec![acting.member]).await?.remove(&acting.member).ok_or(Oops::Missing)?;
    let stands = stood(&earlier);
    let mut reader = Reader::judge(frame.words, &post.sent);
    stands.remember(&mut reader, &post.sent);
    let person = detail_fields(&mut reader);
    if !reader.is_fine() || post.sent.step() == Step::Edit {
        return Ok(changing(frame, &acting, reader).answer());
    }
    let saved = acting.address("/done/saved");
    if stands.changed_since(&post.sent) {
        let now = stands.filled();
        let mut theirs = Reader::open(frame.words, &now);
        detail_fields(&mut theirs);
        if acting.is_for_another() {
            reader.hidden(crate::web::acting::FOR, acting.member.to_string());
        }
        let keep = acting.address("/me");
        let both = stale::both(frame, acting.line(frame.words), reader, (&stands, theirs), "/me/change", keep);
        return Ok(both.unwrap_or_else(|| go(&saved)));
    }
    let person = Person { external: earlier.external.clone(), joined: earlier.joined.clone(), ..person };
    let what = match (person == earlier, person.email == earlier.email) {
        (true, _) => None,
        (false, true) => Some(office::Deed::Details),
        (false, false) => Some(office::Deed::Email),
    };
    if !app.handle.change_person(acting.member, person).await? {
        return Err(Oops::Missing);
    }
    if let Some(what) = what {
        acting.note(&app.handle, what).await?;
    }
    Ok(go(&saved))
}

pub(super) async fn end_device(State(app): State<App>, post: Post) -> Answer {
    let acting = Acting::of(&app.handle, &post.member, &post.sent).await?.not_by_helpers()?;
    let key: Digest = post.sent.get("device").parse().map_err(|_| Oops::Missing)?;
    let key = SessionKey(key);
    let open = app.handle.sessions_of(acting.member).await?.iter().any(|(known, _)| *known == key);
    app.handle.end_sessions(acting.member, Some(key)).await?;
    if open {
        acting.note(&app.handle, office::Deed::Device).await?;
    }
    Ok(go(&acting.address("/done/signed-out")))
}

/// What can be done, with the way on from there.
const DONE: [(&str, &str, &str); 32] = [
    ("written", "messages", "/messages"),
    ("reported", "menu-home", "/home"),
    ("apart", "away-list", "/away"),
    ("near", "away-list", "/away"),
    ("first", "menu-home", "/home"),
    ("first-over", "menu-home", "/home"),
    ("safety", "menu-today", "/today"),
    ("helper", "helpers", "/helpers"),
    ("pause", "menu-me", "/me"),
    ("withdrawn", "menu-home", "/home"),
    ("declined", "menu-home", "/home"),
    ("questioned", "menu-home", "/home"),
    ("saved", "menu-me", "/me"),
    ("signed-out", "menu-me", "/me"),
    ("out", "sign-in", "/sign-in"),
    ("passkey", "menu-me", "/me"),
    ("passkey-removed", "menu-me", "/me"),
    ("key", "key", "/me/key"),
    ("left", "go-first-page", "/"),
    ("role", "menu-members", "/members"),
    ("forgotten", "menu-members", "/members"),
    ("contact", "menu-today", "/today"),
    ("answered", "menu-today", "/today"),
    ("first-yes", "menu-today", "/today"),
    ("first-no", "menu-today", "/today"),
    ("report-seen", "menu-today", "/today"),
    ("application", "menu-today", "/today"),
    ("taken-out", "menu-members", "/members"),
    ("circle-ended", "circles", "/circles"),
    ("circle-left", "circles", "/circles"),
    ("group", "circles", "/circles"),
    ("charter", "charter", "/charter"),
];

/// What was done, and what comes next. Whoever did it for somebody else reads both names, and goes on with that member.
pub(super) async fn done(
    State(app): State<App>,
    Guest { frame }: Guest,
    Path(what): Path<String>,
    Asked(asked): Asked,
) -> Answer {
    let (what, link, address) = DONE.into_iter().find(|(known, _, _)| *known == what).ok_or(Oops::Missing)?;
    let acting = match &frame.member {
        Some(who) => Some(Acting::of(&app.handle, who, &asked).await?),
        None => None,
    };
    let names = acting.as_ref().and_then(|acting| acting.line(frame.words));
    let next = frame.t(&format!("done-{what}-next"));
    let address = acting.map_or_else(|| address.to_owned(), |acting| acting.address(address));
    let page = DonePage {
        frame: &frame,
        heading: frame.t(&format!("done-{what}")),
        next: names.into_iter().chain([next]).collect(),
        links: vec![(frame.t(link), address)],
    };
    Ok(pages::show(&frame, &page))
}
