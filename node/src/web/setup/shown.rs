//! What is in a backup, before it is restored; and how far the work is.

use super::{
    Answer, App, Sending, Setup,
    bringing::{FOUND, Stage, Task, failed},
    frame, sent,
    upload::said,
};
use crate::{
    backup::{BackupError, Verified},
    web::{
        desk::size,
        forms::{Choice, Control, Field, Need, Reader, Sent},
        pages::{go, page, show, wrong},
        visit::Frame,
        waiting::{AGAIN, WaitingPage},
        words::Words,
    },
};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use kith_protocol::id::MemberId;
use std::{sync::Arc, time::Duration};

/// How long an answer waits for the work to end before it says how far that is: that of a small community ends sooner.
const LOOK_WITHIN: Duration = Duration::from_secs(5);

#[derive(Template)]
#[template(path = "setup_found.html", whitespace = "minimize")]
struct FoundPage<'a> {
    frame: &'a Frame,
    rows: Vec<(String, String)>,
    notes: Vec<String>,
    fields: Vec<Field>,
    refused: Option<String>,
    technical: Option<String>,
}

impl FoundPage<'_> {
    fn wrong(&self) -> Vec<(&str, &str)> {
        wrong(&self.fields)
    }

    fn answer(&self) -> Response {
        let fine = self.refused.is_none() && self.wrong().is_empty();
        let status = if fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        page(self.frame, status, self)
    }
}

/// Who signs in first.
fn who_field(reader: &mut Reader<'_>, verified: &Verified) -> Option<MemberId> {
    let words = reader.words();
    let one = |(n, (id, name)): (usize, &(MemberId, String))| {
        let label = if name.is_empty() { words.t1("setup-who-nameless", "n", n + 1) } else { name.clone() };
        Choice::new(id.to_string(), label)
    };
    let choices: Vec<Choice> = verified.coordinators.iter().enumerate().map(one).collect();
    if choices.is_empty() {
        return None;
    }
    let need = if choices.len() == 1 { Need::May } else { Need::Must };
    reader.choice("who", "setup-who", choices, need).parse().ok()
}

fn rows(words: Words, verified: &Verified) -> Vec<(String, String)> {
    let (manifest, summary) = (&verified.manifest, &verified.summary);
    let made = [("day", words.day(manifest.made_at)), ("time", words.time(manifest.made_at))];
    let count = |n: u64| words.grouped(n);
    vec![
        (words.t("setup-found-name"), manifest.name.clone()),
        (words.t("setup-found-made"), words.filled("setup-found-when", &made)),
        (words.t("setup-found-members"), count(summary.members)),
        (words.t("setup-found-entries"), count(manifest.ledger.size)),
        (words.t("setup-found-partners"), count(manifest.lanes.len() as u64)),
        (words.t("setup-found-size"), size(words, verified.bytes)),
        (words.t("setup-found-id"), manifest.community.to_string()),
    ]
}

fn found_page<'a>(frame: &'a Frame, verified: &Verified, reader: Reader<'_>) -> FoundPage<'a> {
    let since = if verified.manifest.handover { "setup-found-handover" } else { "setup-found-since" };
    FoundPage {
        frame,
        rows: rows(frame.words, verified),
        notes: vec![frame.t("setup-found-checked"), frame.t(since)],
        fields: reader.fields,
        refused: None,
        technical: None,
    }
}

fn opened(frame: &Frame, verified: &Verified, refused: Option<&BackupError>) -> Response {
    let nothing = Sent::default();
    let mut reader = Reader::open(frame.words, &nothing);
    who_field(&mut reader, verified);
    let said = refused.map(|why| said(frame.words, why));
    let (refused, technical) = said.map_or((None, None), |said| (Some(said.words), said.technical));
    FoundPage { refused, technical, ..found_page(frame, verified, reader) }.answer()
}

fn waiting(setup: &Setup, frame: &Frame, task: Task) -> Response {
    let lead = match task {
        Task::Looking => "setup-looking",
        Task::Asking => "setup-asking",
        Task::Restoring => "setup-restoring",
    };
    let shown = WaitingPage {
        frame,
        heading: frame.t("setup-working"),
        lead: frame.t(lead),
        percent: setup.progress.percent(),
        again: FOUND.to_owned(),
    };
    let mut response = show(frame, &shown);
    response.headers_mut().extend([AGAIN]);
    response
}

/// What came of the work, or how far it is if it does not end in time.
async fn outcome(setup: &Arc<Setup>, frame: &Frame, within: Duration) -> Response {
    setup.settled(within).await;
    if let Some(page) = setup.last_page(frame) {
        return page;
    }
    let stage = setup.answers().bringing.stage.clone();
    match stage {
        Stage::Waiting => go("/setup/way"),
        Stage::Busy(task) => waiting(setup, frame, task),
        Stage::Failed(problem) => failed(setup, frame, &problem),
        Stage::Looked(verified, refused) => opened(frame, &verified, refused.as_deref()),
    }
}

pub(super) async fn look(State(setup): App, headers: HeaderMap) -> Answer {
    let frame = frame(&setup, &headers)?;
    Ok(outcome(&setup, &frame, LOOK_WITHIN).await)
}

pub(super) async fn restore(State(setup): App, headers: HeaderMap, form: Sending) -> Answer {
    let (frame, sent) = sent(&setup, &headers, form)?;
    let looked = match &setup.answers().bringing.stage {
        Stage::Looked(verified, _) => Some(Arc::clone(verified)),
        _ => None,
    };
    // Sent twice: what came of the first.
    let Some(verified) = looked else { return Ok(go(FOUND)) };
    let mut reader = Reader::judge(frame.words, &sent);
    let who = who_field(&mut reader, &verified);
    if !reader.is_fine() {
        return Ok(found_page(&frame, &verified, reader).answer());
    }
    if let Err(why) = setup.restore(Arc::clone(&verified), who) {
        return Ok(opened(&frame, &verified, Some(&why)));
    }
    // To an address that a browser can ask again by itself.
    Ok(go(FOUND))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::web::words::Language;

    #[tokio::test]
    async fn a_page_that_waits_says_how_far_it_is_and_looks_again_by_itself() {
        let setup = Setup::new(tempfile::tempdir().unwrap().path()).unwrap();
        let frame = Frame::plain(Words(Language::English), false);
        let mut work = setup.progress.begin(200);
        work.reach(86);
        for (task, says) in [
            (Task::Looking, "We check every part of the backup."),
            (Task::Asking, "We ask your partners, one after the other."),
            (Task::Restoring, "We put everything in its place."),
        ] {
            setup.answers().bringing.stage = Stage::Busy(task);
            let answer = outcome(&setup, &frame, Duration::ZERO).await;
            assert_eq!((answer.status(), answer.headers()["refresh"].to_str().unwrap()), (StatusCode::OK, "5"));
            let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            let body = String::from_utf8(body.to_vec()).unwrap();
            for part in [says, "You can leave this page meanwhile.", "43 / 100", "href=\"/setup/found\""] {
                assert!(body.contains(part), "{part}: {body}");
            }
        }
        // When it is over, nothing asks again.
        setup.answers().bringing.stage = Stage::Waiting;
        assert!(!outcome(&setup, &frame, Duration::ZERO).await.headers().contains_key("refresh"));
    }
}
