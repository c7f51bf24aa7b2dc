//! Recording an exchange in three pages: with whom, how long, and a look before it counts.

use super::{
    firsts::looked_at_first,
    noted::{local, salted},
};
use crate::{
    people::MAX_NOTE,
    runtime::{
        Handle, Refused, clock,
        office::Asking,
        personal::{Named, Note, plain_name},
        shelves::name_of,
    },
    web::{
        Answer, App, Oops,
        acting::Acting,
        forms::{Asked, Choice, Deed, Need, Post, Reader, Sent, Step, choices},
        pages::{CheckPage, FormPage, go, refusal},
        signing::{self, Drawn, Signing},
        visit::{Frame, Visit, escaped},
        words::{Words, beginning_of},
    },
};
use axum::extract::State;
use kith_protocol::{
    id::{AccountId, Alias, CommunityId, ExchangeId, MemberId, RecordKey},
    key::PublicKey,
    ledger::{Channel, ExchangeTerms, PaymentTerms},
    machine::Reply,
    minutes::Minutes,
    partnership::Payee,
    time::{Span, Timestamp},
};
use std::{fmt, sync::Arc};

/// The longest name or code typed for the other person.
const MAX_WHO: usize = 120;
/// The most people shown when a name fits several.
const MAX_LIKE: usize = 6;
/// The fewest letters of a name that are looked up: fewer would list everybody.
const MIN_LETTERS: usize = 3;
/// A day without a time is taken for its noon, so that no zone moves it to another day.
const NOON: Span = Span::seconds(12 * 3_600);

/// The other side of an exchange, as it stands in addresses and forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Other {
    /// A member here.
    Member(MemberId),
    /// A partner's member, by the code they were given for us.
    Alias(CommunityId, Alias),
    /// Whoever posted this on a partner's shelf.
    Record(CommunityId, RecordKey),
}

impl fmt::Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(member) => write!(f, "m/{member}"),
            Self::Alias(community, alias) => write!(f, "a/{community}/{alias}"),
            Self::Record(community, key) => write!(f, "r/{community}/{key}"),
        }
    }
}

impl Other {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let (kind, first, second) = (parts.next()?, parts.next()?, parts.next());
        match (kind, second, parts.next()) {
            ("m", None, None) => first.parse().ok().map(Self::Member),
            ("a", Some(alias), None) => Some(Self::Alias(first.parse().ok()?, alias.parse().ok()?)),
            ("r", Some(key), None) => Some(Self::Record(first.parse().ok()?, key.parse().ok()?)),
            _ => None,
        }
    }

    const fn community(&self) -> Option<CommunityId> {
        match self {
            Self::Member(_) => None,
            Self::Alias(community, _) | Self::Record(community, _) => Some(*community),
        }
    }
}

const WAYS: [(&str, &str); 2] = [("gave", "record-gave"), ("received", "record-received")];

/// Partners with whom something can be recorded.
async fn partners(handle: &Handle) -> Result<Vec<(CommunityId, Option<String>)>, Refused> {
    handle
        .look(|machine, _| {
            let partners = machine.state().ledger().partners().values().map(kith_protocol::ledger::Partner::community);
            partners.map(|community| (community, name_of(machine, &community))).collect()
        })
        .await
}

/// Members whose names have every word typed, those whose name it is first.
async fn like(handle: &Handle, typed: &str, but: MemberId) -> Result<Vec<(MemberId, String)>, Refused> {
    let whole = plain_name(typed);
    let words: Vec<&str> = whole.split(' ').collect();
    let fits = |name: &str| words.iter().all(|word| name.split(' ').any(|part| part.starts_with(word)));
    let everybody = handle.everybody().await?;
    let found: Vec<&Arc<Named>> = everybody.iter().filter(|named| named.id != but && fits(&named.plain)).collect();
    let exact = found.iter().any(|named| named.plain == whole);
    let found = found.into_iter().filter(|named| !exact || named.plain == whole);
    let mut found: Vec<(MemberId, String)> = found.map(|named| (named.id, named.person.name.clone())).collect();
    handle
        .look(move |machine, _| {
            found.retain(|(id, _)| machine.state().ledger().active(id).is_ok());
            found.truncate(MAX_LIKE + 1);
            found
        })
        .await
}

/// The fields of the first page; with the partner when it is not here.
fn who_fields(
    reader: &mut Reader<'_>,
    partners: &[(CommunityId, Option<String>)],
) -> (String, Option<CommunityId>, String) {
    let words = reader.words();
    let way = reader.choice("way", "record-way", choices(words, WAYS), Need::Must);
    let mut place = String::new();
    if !partners.is_empty() {
        let here = Choice::new("here", words.t("record-here"));
        let name = |name: &Option<String>| name.clone().unwrap_or_else(|| words.t("partner-nameless"));
        let others = partners.iter().map(|(community, called)| Choice::new(community.to_string(), name(called)));
        place = reader.choice("where", "record-where", std::iter::once(here).chain(others).collect(), Need::May);
    }
    let who = reader.line("who", "record-who", MAX_WHO, Need::Must);
    (way, place.parse().ok(), who)
}

fn who_page<'a>(frame: &'a Frame, acting: &Acting, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("record"), reader, "/record", frame.t("go-on")).acting(acting.line(frame.words))
}

pub(super) async fn who(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let acting = Acting::of(&app.handle, &visit.member, &asked).await?;
    let mut reader = Reader::open(visit.frame.words, &asked);
    acting.fields(&mut reader);
    who_fields(&mut reader, &partners(&app.handle).await?);
    Ok(who_page(&visit.frame, &acting, reader).answer())
}

pub(super) async fn send_who(State(app): State<App>, post: Post) -> Answer {
    let acting = Acting::of(&app.handle, &post.member, &post.sent).await?;
    let (frame, words) = (&post.frame, post.frame.words);
    let mut reader = Reader::judge(words, &post.sent);
    acting.fields(&mut reader);
    let partners = partners(&app.handle).await?;
    let (way, partner, who) = who_fields(&mut reader, &partners);
    let mut other = None;
    if post.sent.step() == Step::Check && reader.is_fine() {
        other = match partner {
            Some(partner) => {
                let code = who.replace([' ', '-'], "").parse().ok().map(|alias| Other::Alias(partner, alias));
                if code.is_none() {
                    reader.fail("who", words.t("record-not-a-code"));
                }
                code
            }
            None => member_named(&app, &acting, &mut reader, &post.sent, &who).await?,
        };
    }
    match other {
        Some(other) => Ok(go(&acting.address(&format!("/record/hours?way={way}&to={}", escaped(&other.to_string()))))),
        None => Ok(who_page(frame, &acting, reader).answer()),
    }
}

/// The member a name means, or a choice among those it fits.
async fn member_named(
    app: &App,
    acting: &Acting,
    reader: &mut Reader<'_>,
    sent: &Sent,
    who: &str,
) -> Result<Option<Other>, Oops> {
    let words = reader.words();
    if who.chars().filter(|c| c.is_alphanumeric()).count() < MIN_LETTERS {
        reader.fail("who", words.t("record-more-letters"));
        return Ok(None);
    }
    let found = like(&app.handle, who, acting.member).await?;
    match found.as_slice() {
        [] => reader.fail("who", words.t1("record-nobody", "who", who)),
        [(id, _)] => return Ok(Some(Other::Member(*id))),
        several if several.len() > MAX_LIKE => reader.fail("who", words.t("record-too-many")),
        several => {
            let chosen: Option<MemberId> = sent.get("member").parse().ok();
            if let Some((id, _)) = several.iter().find(|(id, _)| Some(*id) == chosen) {
                return Ok(Some(Other::Member(*id)));
            }
            let options = several.iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
            reader.choice("member", "record-which", options, Need::Must);
            if sent.get("member").is_empty() {
                // Shown for the first time: nothing was done wrong.
                reader.forgive("member");
            }
        }
    }
    Ok(None)
}

/// What the second page asks.
pub(super) struct Hours {
    pub(super) gave: bool,
    pub(super) other: Other,
    minutes: Option<Minutes>,
    made_at: Timestamp,
    pub(super) note: String,
    pub(super) channel: Channel,
}

fn hours_fields(acting: &Acting, reader: &mut Reader<'_>, sent: &Sent) -> Result<Hours, Oops> {
    let other = Other::parse(sent.get("to")).ok_or(Oops::Missing)?;
    let gave = match sent.get("way") {
        "gave" => true,
        "received" => false,
        _ => return Err(Oops::Missing),
    };
    reader.hidden("way", sent.get("way"));
    reader.hidden("to", other.to_string());
    let now = clock::now();
    let minutes = reader.length("length", "record-length");
    let day = reader.day("day", "record-day", now);
    // The ledger keeps a hash of the note with an exchange; one that crosses has no place for it.
    let note = match other {
        Other::Member(_) => reader.line("note", "record-note", MAX_NOTE, Need::May),
        Other::Alias(..) | Other::Record(..) => String::new(),
    };
    let channel = acting.fields(reader);
    let made_at = day.and_then(beginning_of).map_or(now, |begins| begins.plus(NOON).min(now));
    Ok(Hours { gave, other, minutes, made_at, note, channel })
}

/// What the other is called.
async fn called(app: &App, words: Words, other: &Other) -> Result<String, Oops> {
    match other {
        Other::Member(member) => {
            let name = app.handle.persons(vec![*member]).await?.remove(member).map(|person| person.name);
            Ok(name.unwrap_or_else(|| words.t("somebody")))
        }
        Other::Alias(community, _) | Other::Record(community, _) => {
            let community = *community;
            let name = app.handle.look(move |machine, _| name_of(machine, &community)).await?;
            Ok(words.t1("somebody-of", "partner", name.unwrap_or_else(|| words.t("partner-nameless"))))
        }
    }
}

fn hours_page<'a>(frame: &'a Frame, acting: &Acting, reader: Reader<'_>, gave: bool, name: &str) -> FormPage<'a> {
    let heading = frame.t1(if gave { "record-hours-gave" } else { "record-hours-received" }, "name", name);
    FormPage::new(frame, heading, reader, "/record/hours", frame.t("go-on")).acting(acting.line(frame.words))
}

pub(super) async fn hours(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let acting = Acting::of(&app.handle, &visit.member, &asked).await?;
    let mut reader = Reader::open(visit.frame.words, &asked);
    let Hours { gave, other, .. } = hours_fields(&acting, &mut reader, &asked)?;
    let name = called(&app, visit.frame.words, &other).await?;
    Ok(hours_page(&visit.frame, &acting, reader, gave, &name).answer())
}

pub(super) async fn send_hours(State(app): State<App>, post: Post) -> Answer {
    let acting = Acting::of(&app.handle, &post.member, &post.sent).await?;
    let (frame, words) = (&post.frame, post.frame.words);
    let mut reader = Reader::judge(words, &post.sent);
    let hours = hours_fields(&acting, &mut reader, &post.sent)?;
    let name = called(&app, words, &hours.other).await?;
    let fine = hours.minutes.filter(|_| reader.is_fine() && post.sent.step() != Step::Edit);
    let Some(minutes) = fine else { return Ok(hours_page(frame, &acting, reader, hours.gave, &name).answer()) };
    if kept_apart(&app, &acting, post.deed(), hours.other).await? {
        let refused = Some(words.t("record-apart"));
        return Ok(hours_page(frame, &acting, reader, hours.gave, &name).refused(refused).answer());
    }
    if post.sent.step() == Step::Check {
        let key = if hours.gave { "record-check-gave" } else { "record-check-received" };
        let signing = to_sign(&app, &acting, &hours, minutes, &mut reader).await?;
        return Ok(CheckPage::new(frame, frame.t("check"), reader, "/record/hours", frame.t("record-button"))
            .row(words.t(key), name)
            .row(words.t("hours-label"), words.hours(u64::from(minutes.get())))
            .acting(acting.line(words))
            .signing(signing)
            .answer());
    }
    let made = made(&app, &acting, &post, &hours).await?;
    let led = match looked_at_first(&app, &acting, &post, (&hours, minutes), &made).await {
        Ok(Some(answer)) => return Ok(answer),
        Ok(None) => write(&app, &acting, &post, (&hours, minutes), &made).await,
        Err(oops) => Err(oops),
    };
    if led.is_ok() {
        acting.spoke(&app.handle, ExchangeId(post.deed().new_id(&app.handle, "exchange"))).await?;
    }
    match led {
        Ok(None) => Ok(go(&acting.address("/done/first"))),
        Ok(Some(Reply::Posted { exchange, .. } | Reply::Waits { exchange, .. } | Reply::Recorded { exchange, .. })) => {
            Ok(go(&acting.address(&format!("/exchange/{exchange}?new=yes"))))
        }
        Ok(Some(_)) => Ok(go("/home")),
        Err(Oops::Refused(Refused::Rule(why))) => {
            let refused = Some(refusal(words, &why));
            Ok(hours_page(frame, &acting, reader, hours.gave, &name).refused(refused).answer())
        }
        Err(oops) => Err(oops),
    }
}

/// Whether the member, or whoever acts for them, and the other keep apart. Hours would come with a name and a note to
/// somebody who wants neither, so that a coordinator writes them down.
async fn kept_apart(app: &App, acting: &Acting, deed: Deed, other: Other) -> Result<bool, Oops> {
    let Other::Member(other) = other else { return Ok(false) };
    if acting.coordinator().is_some() {
        return Ok(false);
    }
    let mut apart = app.handle.are_apart(acting.member, other).await?;
    if let Some(by) = acting.by() {
        apart |= app.handle.are_apart(by, other).await?;
    }
    // What was recorded before stays so, however often it is sent.
    Ok(apart && app.handle.earlier(deed.request()).await?.is_none())
}

/// What hours are recorded under.
pub(super) struct Made {
    pub(super) key: Option<PublicKey>,
    /// What was made up for the check page, where it was signed there.
    pub(super) drawn: Option<Drawn>,
    pub(super) exchange: ExchangeId,
    pub(super) made_at: Timestamp,
}

async fn made(app: &App, acting: &Acting, post: &Post, hours: &Hours) -> Result<Made, Oops> {
    let key = signing::own_key(app, acting).await?;
    let drawn = Drawn::sent(&post.sent).filter(|_| key.is_some());
    let (exchange, made_at) = match &drawn {
        Some(drawn) => (drawn.exchange, drawn.made_at),
        None => (ExchangeId(post.deed().new_id(&app.handle, "exchange")), hours.made_at),
    };
    Ok(Made { key, drawn, exchange, made_at })
}

async fn account(app: &App, community: CommunityId) -> Result<AccountId, Oops> {
    let account = app.handle.look(move |machine, _| machine.state().ledger().partner_of(&community).map(|(id, _)| *id));
    account.await?.ok_or(Oops::Missing)
}

/// What is to be recorded: here, or across with a partner.
enum Wanted {
    Here(ExchangeTerms),
    Across(PaymentTerms),
    /// A partner's member is asked, who signs at home.
    Asked(Asking),
}

async fn wanted(
    app: &App,
    acting: &Acting,
    hours: &Hours,
    minutes: Minutes,
    (exchange, made_at): (ExchangeId, Timestamp),
) -> Result<Wanted, Oops> {
    let us = app.handle.community();
    let payee = match (hours.other, hours.gave) {
        (Other::Member(other), gave) => {
            let (giver, receiver) = if gave { (acting.member, other) } else { (other, acting.member) };
            let terms = ExchangeTerms { community: us, exchange, giver, receiver, minutes, made_at, details: None };
            return Ok(Wanted::Here(terms));
        }
        (Other::Alias(community, payer), true) => {
            let (account, payee) = (account(app, community).await?, acting.member);
            return Ok(Wanted::Asked(Asking { account, exchange, payee, payer, minutes }));
        }
        (Other::Record(..), true) => return Err(Oops::Missing),
        (Other::Alias(_, alias), false) => Payee::Alias(alias),
        (Other::Record(_, key), false) => Payee::Record(key),
    };
    let community = hours.other.community().ok_or(Oops::Missing)?;
    Ok(Wanted::Across(PaymentTerms {
        community: us,
        account: account(app, community).await?,
        exchange,
        payer: acting.member,
        payee,
        minutes,
        made_at,
        details: None,
        reverses: None,
    }))
}

/// What a member with a key of their own signs, with what the node makes up for it.
async fn to_sign(
    app: &App,
    acting: &Acting,
    hours: &Hours,
    minutes: Minutes,
    reader: &mut Reader<'_>,
) -> Result<Option<Signing>, Oops> {
    let Some(key) = signing::own_key(app, acting).await? else { return Ok(None) };
    let drawn = Drawn::new(hours.made_at)?;
    let signing = match wanted(app, acting, hours, minutes, (drawn.exchange, drawn.made_at)).await? {
        Wanted::Here(terms) => {
            let details = drawn.note(&hours.note).as_ref().map(Note::digest);
            Signing::of(&ExchangeTerms { details, ..terms }, &key)
        }
        Wanted::Across(terms) => Signing::of(&terms, &key),
        Wanted::Asked(_) => return Ok(None),
    };
    drawn.fields(reader);
    Ok(Some(signing))
}

/// Records it: here, or across with a partner. What a coordinator looks at first has no reply.
async fn write(
    app: &App,
    acting: &Acting,
    post: &Post,
    (hours, minutes): (&Hours, Minutes),
    made: &Made,
) -> Result<Option<Reply>, Oops> {
    let deed = post.deed();
    let consent = || signing::consent(acting, hours.channel, made.key, &post.sent);
    match wanted(app, acting, hours, minutes, (made.exchange, made.made_at)).await? {
        Wanted::Here(terms) => {
            let consents = if hours.gave { vec![Some(consent()?), None] } else { vec![None, Some(consent()?)] };
            let note = match &made.drawn {
                Some(drawn) => drawn.note(&hours.note),
                None => salted(&hours.note)?,
            };
            Ok(Some(local(&app.handle, deed, terms, consents, note).await?))
        }
        Wanted::Across(terms) => Ok(app.handle.pay_or_hold(deed.request(), terms, consent()?).await?),
        Wanted::Asked(asking) if acting.coordinator().is_some() => {
            Ok(Some(app.handle.command(deed.request(), asking.command()).await?))
        }
        Wanted::Asked(asking) => Ok(app.handle.ask_or_hold(deed.request(), asking, hours.made_at).await?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_survives_an_address_and_nothing_else_does() {
        let (community, id) = (CommunityId([7; 32]), [9; 16]);
        for other in
            [Other::Member(MemberId(id)), Other::Alias(community, Alias(id)), Other::Record(community, RecordKey(id))]
        {
            assert_eq!(Other::parse(&other.to_string()), Some(other));
        }
        for bad in ["", "m", "m/", "m/x", "a/x/y", "m/01JD8Z3M5T8Q6V0N4R7K2X9C1B/", "x/01JD8Z3M5T8Q6V0N4R7K2X9C1B"] {
            assert_eq!(Other::parse(bad), None, "{bad}");
        }
    }
}
