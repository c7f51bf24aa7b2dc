//! What we grant a partner: how far ahead their members may be helped, whether new exchanges go on either way, and an end.

use crate::{
    runtime::{Refused, shelves::name_of},
    web::{
        Answer, App, Oops,
        forms::{Asked, Need, Post, Reader, choices},
        news::{News, go_telling},
        pages::{FormPage, refusal},
        stale::{self, Stood},
        visit::{Frame, Visit},
    },
};
use axum::extract::{Path, State};
use kith_protocol::{
    id::{AccountId, CommunityId},
    machine::Command,
    partnership::Granted,
};

use super::partners::LIMIT_HOURS;

/// How things go on: the word of the form, its label, and whether we give, receive, and end.
const WAYS: [(&str, &str, [bool; 3]); 5] = [
    ("both", "grant-both", [true, true, false]),
    ("give", "grant-give", [true, false, false]),
    ("receive", "grant-receive", [false, true, false]),
    ("pause", "grant-pause", [false, false, false]),
    ("end", "grant-end", [false, false, true]),
];

/// A partner with what we grant it.
struct Known {
    community: CommunityId,
    account: AccountId,
    name: Option<String>,
    ours: Granted,
    theirs: Granted,
}

async fn one(app: &App, id: &str) -> Result<Known, Oops> {
    let community: CommunityId = id.parse().map_err(|_| Oops::Missing)?;
    let look = app.handle.look(move |machine, _| {
        let (account, partner) = machine.state().ledger().partner_of(&community)?;
        let (ours, theirs) = (partner.granted(partner.side), partner.granted(partner.side.other()));
        Some(Known { community, account: *account, name: name_of(machine, &community), ours, theirs })
    });
    look.await?.ok_or(Oops::Missing)
}

/// The word of the form for what a side goes on with.
fn way(granted: &Granted) -> &'static str {
    let found = WAYS.iter().find(|(_, _, [gives, receives, ended])| {
        *ended == granted.ended && (granted.ended || (*gives, *receives) == (granted.gives, granted.receives))
    });
    found.map_or("both", |(value, _, _)| value)
}

fn fields(reader: &mut Reader<'_>) -> Granted {
    let hours = reader.number("theirs", "partners-theirs", LIMIT_HOURS);
    let options = choices(reader.words(), WAYS.map(|(value, key, _)| (value, key)));
    let chosen = reader.choice("way", "grant-way", options, Need::Must);
    let [gives, receives, ended] =
        WAYS.iter().find(|(value, _, _)| *value == chosen).map_or([true, true, false], |(_, _, way)| *way);
    Granted { limit: hours * 60, gives, receives, ended }
}

fn page<'a>(frame: &'a Frame, reader: Reader<'_>, known: &Known) -> FormPage<'a> {
    let name = known.name.clone().unwrap_or_else(|| frame.t("partner-nameless"));
    let action = format!("/partners/{}/grant", known.community);
    let page = FormPage::new(frame, frame.t1("grant-with", "name", name), reader, &action, frame.t("save"))
        .lead(frame.t("grant-lead"))
        .lead(frame.t("grant-before"));
    // What they go on with is theirs to change, and good to know.
    match way(&known.theirs) {
        "both" => page,
        "give" => page.lead(frame.t("grant-they-give")),
        "receive" => page.lead(frame.t("grant-they-receive")),
        "end" => page.lead(frame.t("grant-they-ended")),
        _ => page.lead(frame.t("grant-they-pause")),
    }
}

/// What we grant, as far as the form shows it.
fn stood(known: &Known) -> Stood {
    let hours = (known.ours.limit / 60).max(*LIMIT_HOURS.start()).to_string();
    Stood::new([("theirs", hours), ("way", way(&known.ours).to_owned())])
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let known = one(&app, &id).await?;
    let stood = stood(&known);
    let filled = stood.filled();
    let mut reader = Reader::open(visit.frame.words, &filled);
    stood.remember(&mut reader, &asked);
    fields(&mut reader);
    Ok(page(&visit.frame, reader, &known).answer())
}

pub(super) async fn send(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let known = one(&app, &id).await?;
    let stands = stood(&known);
    let mut reader = Reader::judge(post.frame.words, &post.sent);
    stands.remember(&mut reader, &post.sent);
    let granted = fields(&mut reader);
    if !reader.is_fine() {
        return Ok(page(&post.frame, reader, &known).answer());
    }
    if stands.changed_since(&post.sent) {
        let action = format!("/partners/{}/grant", known.community);
        let both = stale::over(&post.frame, reader, &stands, |theirs| _ = fields(theirs), &action, "/partners");
        return Ok(both.unwrap_or_else(|| go_telling("/partners", News::Grant)));
    }
    let command = Command::ChangePartnership { account: known.account, granted, by: post.member.id };
    match app.handle.command(post.deed().request(), command).await {
        Ok(_) => Ok(go_telling("/partners", News::Grant)),
        Err(Refused::Rule(why)) => {
            Ok(page(&post.frame, reader, &known).refused(Some(refusal(post.frame.words, &why))).answer())
        }
        Err(refused) => Err(Oops::Refused(refused)),
    }
}
