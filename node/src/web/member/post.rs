//! Asking for help, and offering something: one form, looked at once more before it is posted.

use crate::{
    runtime::{
        Refused, clock,
        listings::Kind,
        office::{Deed, Inside, Posted},
    },
    web::{
        Answer, App, Oops,
        acting::Acting,
        forms::{Asked, Choice, Need, Post, Reader, Sent, Step},
        news::{News, go_telling},
        pages::{CheckPage, FormPage, go, refusal},
        setup::listing_place_field,
        skills,
        stale::{self, Stood},
        times,
        visit::{Frame, Visit},
        words::{CATEGORIES, category_tag},
    },
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use kith_protocol::{
    id::RecordKey,
    machine::Command,
    shelf::{Item, Listing, MAX_LISTING_TEXT, MAX_TITLE, When},
    time::Span,
};

/// Offers or needs, in the words of addresses and messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Posting {
    Ask,
    Offer,
}

impl Posting {
    const fn word(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Offer => "offer",
        }
    }

    fn key(self, part: &str) -> String {
        format!("{}-{part}", self.word())
    }

    fn path(self) -> String {
        format!("/{}", self.word())
    }

    const fn item(self) -> fn(Listing) -> Item {
        match self {
            Self::Ask => Item::Need,
            Self::Offer => Item::Offer,
        }
    }
}

/// For how long a posting stands, and how long that is in days.
const STANDS: [(&str, &str, u64); 3] =
    [("week", "stands-week", 7), ("month", "stands-month", 30), ("half", "stands-half", 180)];

/// How soon help is needed: at any time, or within how many days after this one.
const SOON: [(&str, &str, Option<u32>); 3] =
    [("any", "ask-soon-any", None), ("week", "ask-soon-week", Some(6)), ("today", "ask-soon-today", Some(0))];

/// The field for whether anybody may read it, and how it is ticked.
const PUBLIC: &str = "public";
const TICKED: &str = "yes";

/// What a listing says: title, kind and words; and whether anybody may read it.
fn listing_fields(posting: Posting, frame: &Frame, reader: &mut Reader<'_>, stood: When) -> (Listing, bool) {
    let words = reader.words();
    let title = reader.line("title", &posting.key("title"), MAX_TITLE, Need::Must);
    let categories = CATEGORIES
        .map(|category| Choice::new(category_tag(category), words.category(category)).drawn(skills::drawing(category)));
    let tag = reader.choice("category", &posting.key("category"), categories.into(), Need::Must);
    let category = CATEGORIES.into_iter().find(|category| category_tag(*category) == tag);
    let text = reader.area("text", &posting.key("text"), MAX_LISTING_TEXT, Need::May);
    let remote = reader.tick("remote", "listing-remote");
    let area = listing_place_field(reader);
    let when = times::fields(reader, posting == Posting::Ask, stood);
    let public = reader.tick(PUBLIC, "listing-public");
    let listing = Listing {
        title,
        text: Some(text).filter(|text| !text.is_empty()),
        category: category.unwrap_or(kith_protocol::shelf::Category::Other),
        tags: Vec::new(),
        area,
        language: frame.lang().to_owned(),
        remote,
        when,
    };
    (listing, public)
}

fn fields(posting: Posting, frame: &Frame, reader: &mut Reader<'_>) -> (Listing, bool, Span) {
    let words = reader.words();
    let (mut listing, public) = listing_fields(posting, frame, reader, When::default());
    let soon = (posting == Posting::Ask).then(|| {
        let soon = SOON.map(|(value, key, _)| Choice::new(value, words.t(key)));
        reader.choice("soon", "ask-soon", soon.into(), Need::May)
    });
    // A day that is written down says it better.
    listing.when.by = listing.when.by.or_else(|| {
        let (_, _, days) = SOON.into_iter().find(|(value, _, _)| soon.as_deref() == Some(value))?;
        times::day_after(clock::now(), days?)
    });
    let stands = STANDS.map(|(value, key, _)| Choice::new(value, words.t(key)));
    let stands = reader.choice("stands", "listing-stands", stands.into(), Need::May);
    let days = STANDS.iter().find(|(value, _, _)| *value == stands).map_or(STANDS[0].2, |(_, _, days)| *days);
    (listing, public, Span::days(days))
}

fn form<'a>(posting: Posting, frame: &'a Frame, acting: &Acting, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t(posting.word()), reader, &posting.path(), frame.t("go-on"))
        .lead(frame.t(&posting.key("lead")))
        .acting(acting.line(frame.words))
}

async fn open(posting: Posting, app: &App, visit: &Visit, asked: &Sent) -> Answer {
    let acting = Acting::of(&app.handle, &visit.member, asked).await?;
    // What is new is for anybody, unless its owner says otherwise.
    let mut begun = asked.clone();
    begun.set(PUBLIC, TICKED);
    let mut reader = Reader::open(visit.frame.words, &begun);
    acting.fields(&mut reader);
    fields(posting, &visit.frame, &mut reader);
    Ok(form(posting, &visit.frame, &acting, reader).answer())
}

async fn send(posting: Posting, app: &App, post: Post) -> Answer {
    let acting = Acting::of(&app.handle, &post.member, &post.sent).await?;
    let frame = &post.frame;
    let mut reader = Reader::judge(frame.words, &post.sent);
    acting.fields(&mut reader);
    let (listing, public, stands) = fields(posting, frame, &mut reader);
    if !reader.is_fine() || post.sent.step() == Step::Edit {
        return Ok(form(posting, frame, &acting, reader).answer());
    }
    if post.sent.step() == Step::Check {
        return Ok(CheckPage::new(frame, frame.t("check"), reader, &posting.path(), frame.t(&posting.key("button")))
            .lead(frame.t(if public { "check-public" } else { "check-inside" }))
            .acting(acting.line(frame.words))
            .answer());
    }
    let deed = post.deed();
    let key = RecordKey(deed.new_id(&app.handle, "record"));
    let (owner, expires_at) = (acting.member, clock::now().plus(stands));
    if let Some(by) = acting.by() {
        // Before it is up, so that it never stands there with one name.
        app.handle.posted_for(Posted { key, owner, by, until: expires_at }).await?;
    }
    let again = matches!(app.handle.earlier(deed.request()).await, Ok(Some(_)));
    if !public && !again {
        // Before it is up, too, so that it never stands there for anybody.
        app.handle.keep_inside(vec![Inside { key, until: expires_at }]).await?;
    }
    let command = Command::Publish { key, item: posting.item()(listing), expires_at, owner: Some(owner) };
    match app.handle.command(deed.request(), command).await {
        Ok(_) => {
            // Sent twice, it was done for them once.
            if !again {
                acting.note(&app.handle, Deed::Posted).await?;
            }
            Ok(posted(app, posting, &acting, key))
        }
        Err(Refused::Rule(why)) => {
            app.handle.let_out(vec![key]).await?;
            Ok(form(posting, frame, &acting, reader).refused(Some(refusal(frame.words, &why))).answer())
        }
        Err(refused) => Err(Oops::Refused(refused)),
    }
}

fn posted(app: &App, posting: Posting, acting: &Acting, key: RecordKey) -> Response {
    let community = app.handle.community();
    go(&acting.address(&format!("/listing/{community}/{key}?posted={}", posting.word())))
}

/// What a listing says now, as the form over it shows it.
fn stood(listing: &Listing, public: bool) -> Stood {
    let ticked = |yes: bool| if yes { TICKED } else { "" }.to_owned();
    let what = [
        ("title", listing.title.clone()),
        ("category", category_tag(listing.category).to_owned()),
        ("text", listing.text.clone().unwrap_or_default()),
        ("area", listing.area.clone().unwrap_or_default()),
        ("remote", ticked(listing.remote)),
        (PUBLIC, ticked(public)),
    ];
    Stood::new(what.into_iter().chain(times::stood(listing.when)))
}

/// A listing that its owner or a coordinator changes.
struct Changing {
    found: super::listing::Found,
    posting: Posting,
    listing: Listing,
    public: bool,
    acting: Acting,
    action: String,
    back: String,
}

impl Changing {
    async fn find(app: &App, visit: &Visit, community: &str, key: &str) -> Result<Self, Oops> {
        let (community, key) = super::listing::ids(community, key)?;
        let found = super::listing::find(app, community, key).await?;
        if !super::listing::may_withdraw(visit, &found) {
            return Err(Oops::NotYours);
        }
        let (kind, listing) = Kind::of(&found.record.item).ok_or(Oops::Missing)?;
        let posting = if kind == Kind::Offer { Posting::Offer } else { Posting::Ask };
        let acting = Acting::with(&app.handle, &visit.member, found.owner).await?;
        let public = super::listing::is_public(app, &found).await?;
        let here = format!("/listing/{community}/{key}");
        let (action, back) = (format!("{here}/change"), acting.address(&here));
        Ok(Self { posting, listing: listing.clone(), public, acting, action, back, found })
    }

    fn form<'a>(&self, frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
        FormPage::new(frame, frame.t("listing-change"), reader, &self.action, frame.t("save"))
            .lead(frame.t("listing-no-address"))
            .other(frame.t("listing-change-not"), self.back.clone())
            .acting(self.acting.line(frame.words))
    }
}

pub(super) async fn change(
    State(app): State<App>,
    visit: Visit,
    Path((community, key)): Path<(String, String)>,
    Asked(asked): Asked,
) -> Answer {
    let changing = Changing::find(&app, &visit, &community, &key).await?;
    let stands = stood(&changing.listing, changing.public);
    let filled = stands.filled();
    let mut reader = Reader::open(visit.frame.words, &filled);
    stands.remember(&mut reader, &asked);
    listing_fields(changing.posting, &visit.frame, &mut reader, changing.listing.when);
    Ok(changing.form(&visit.frame, reader).answer())
}

pub(super) async fn send_change(
    State(app): State<App>,
    Path((community, key)): Path<(String, String)>,
    post: Post,
) -> Answer {
    let (frame, deed) = (&post.frame, post.deed());
    let visit = Visit { frame: post.frame.clone(), member: post.member.clone() };
    let changing = Changing::find(&app, &visit, &community, &key).await?;
    let stands = stood(&changing.listing, changing.public);
    let mut reader = Reader::judge(frame.words, &post.sent);
    stands.remember(&mut reader, &post.sent);
    let (wanted, public) = listing_fields(changing.posting, frame, &mut reader, changing.listing.when);
    if !reader.is_fine() || post.sent.step() == Step::Edit {
        return Ok(changing.form(frame, reader).answer());
    }
    if stands.changed_since(&post.sent) {
        let now = stands.filled();
        let mut theirs = Reader::open(frame.words, &now);
        listing_fields(changing.posting, frame, &mut theirs, changing.listing.when);
        let keep = changing.back.clone();
        let acting = changing.acting.line(frame.words);
        let both = stale::both(frame, acting, reader, (&stands, theirs), &changing.action, keep);
        return Ok(both.unwrap_or_else(|| go_telling(&changing.back, News::Listing)));
    }
    let standing = changing.listing.clone();
    let listing = Listing { tags: standing.tags, language: standing.language, ..wanted };
    let (key, expires_at) = (changing.found.record.key, changing.found.record.expires_at);
    if !public && changing.public {
        // Before the new words are up.
        app.handle.keep_inside(vec![Inside { key, until: expires_at }]).await?;
    }
    // Whose it is stays as it was.
    let command = Command::Publish { key, item: changing.posting.item()(listing), expires_at, owner: None };
    match app.handle.command(deed.request(), command).await {
        Ok(_) => {
            if public {
                app.handle.let_out(vec![key]).await?;
            }
            changing.acting.note(&app.handle, Deed::Reworded).await?;
            Ok(go_telling(&changing.back, News::Listing))
        }
        Err(Refused::Rule(why)) => {
            if changing.public {
                app.handle.let_out(vec![key]).await?;
            }
            Ok(changing.form(frame, reader).refused(Some(refusal(frame.words, &why))).answer())
        }
        Err(refused) => Err(Oops::Refused(refused)),
    }
}

pub(super) async fn ask(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    open(Posting::Ask, &app, &visit, &asked).await
}

pub(super) async fn send_ask(State(app): State<App>, post: Post) -> Answer {
    send(Posting::Ask, &app, post).await
}

pub(super) async fn offer(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    open(Posting::Offer, &app, &visit, &asked).await
}

pub(super) async fn send_offer(State(app): State<App>, post: Post) -> Answer {
    send(Posting::Offer, &app, post).await
}
