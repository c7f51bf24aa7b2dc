//! After a restore: deciding not to wait for a partner that does not answer.

use crate::{
    runtime::{Refused, clock},
    web::{
        Answer, App, Oops,
        forms::{Post, Reader, Sent},
        news::{News, go_telling},
        pages::{self, FormPage, MessagePage, go, refusal},
        partners::Seen,
        visit::{Frame, Visit},
        words::Words,
    },
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use kith_protocol::{
    id::{AccountId, CommunityId},
    machine::Command,
    rejection::Rejection,
    time::Timestamp,
};

/// A partner, and whether everybody here waits for it.
struct Known {
    community: CommunityId,
    account: AccountId,
    seen: Seen,
    /// Whether everybody here waits for another partner as well.
    others: bool,
}

/// Where the decision about a partner is made.
pub(super) fn address(community: &CommunityId) -> String {
    format!("/partners/{community}/go-on")
}

/// What is so while everybody waits for a partner, and since when.
pub(super) fn told(words: Words, name: &str, since: Timestamp, now: Timestamp) -> String {
    let day = words.near_day(since, now);
    format!("{} {}", words.t1("without-why", "name", name), words.t1("without-since", "day", day))
}

async fn one(app: &App, id: &str) -> Result<Known, Oops> {
    let community: CommunityId = id.parse().map_err(|_| Oops::Missing)?;
    let look = app.handle.look(move |machine, _| {
        let ledger = machine.state().ledger();
        let (account, partner) = ledger.partner_of(&community)?;
        let seen = Seen::of(machine, account, partner);
        let all = ledger.partners().iter().map(|(account, partner)| Seen::of(machine, account, partner));
        let waiting = all.filter(|seen| seen.restored.is_some()).count();
        let others = waiting > usize::from(seen.restored.is_some());
        Some(Known { community, account: *account, seen, others })
    });
    look.await?.ok_or(Oops::Missing)
}

/// The decision, or that there is none to make.
fn page(frame: &Frame, known: &Known, refused: Option<String>) -> Response {
    let (words, name) = (frame.words, known.seen.name(frame.words));
    let Some(since) = known.seen.restored else {
        let message = MessagePage {
            frame,
            heading: words.t1("without-not", "name", name),
            words: vec![words.t("without-not-next")],
            link: ("/partners".into(), words.t("menu-partners")),
        };
        return pages::show(frame, &message);
    };
    let (sent, button) = (Sent::default(), words.t1("without", "name", &name));
    let reader = Reader::open(words, &sent);
    let after = if known.others { "without-others" } else { "without-means" };
    FormPage::new(frame, button.clone(), reader, &address(&known.community), button)
        .lead(told(words, &name, since, clock::now()))
        .lead(words.t(after))
        .lead(words.t1("without-with", "name", name))
        .lead(words.t("without-then"))
        .refused(refused)
        .other(words.t("without-wait"), "/partners".into())
        .answer()
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Answer {
    let visit = visit.coordinator()?;
    Ok(page(&visit.frame, &one(&app, &id).await?, None))
}

pub(super) async fn send(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let known = one(&app, &id).await?;
    let command = Command::Waive { account: known.account, by: post.member.id };
    match app.handle.command(post.deed().request(), command).await {
        Ok(_) => Ok(go_telling("/partners", News::GoOn)),
        // It answered meanwhile, or somebody else decided.
        Err(Refused::Rule(Rejection::NothingChanges)) => Ok(go(&address(&known.community))),
        Err(Refused::Rule(why)) => Ok(page(&post.frame, &known, Some(refusal(post.frame.words, &why)))),
        Err(refused) => Err(Oops::Refused(refused)),
    }
}
