//! What machines ask a node: is it alive, is it ready, how much has it done.
//!
//! - `GET /livez`: 200 as long as the process answers. A supervisor restarts a node that does not.
//! - `GET /readyz`: 200 when it can do its work, 503 otherwise, with each check by name as JSON.
//! - `GET /metrics`: OpenMetrics 1.0 text (<https://prometheus.io/docs/specs/om/open_metrics_spec/>).
//!
//! Free space on the disk is not among the checks: asking for it needs a system call that safe Rust has no door to without one
//! more dependency. A disk that is full refuses a write, and then the node stops with [`crate::runtime::EXIT_DISK`].

mod metrics;
#[cfg(test)]
mod tests;

use crate::{
    progress::Progress,
    runtime::{Handle, book::Book, clock},
};
use axum::{
    Json, Router,
    extract::State,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use kith_protocol::{machine::Machine, time::Timestamp};
use serde::Serialize;
use std::time::Duration;

/// How long the clerk may take to answer: a hundred times a slow disk's sync, and shorter than any supervisor's patience.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(1);

/// 2020-01-01T00:00:00Z, before this program existed: a clock that shows less was never set. Small boxes without a battery
/// start in 1970.
const CLOCK_WAS_SET: Timestamp = Timestamp(1_577_836_800_000);

/// One thing that must be right before a node can work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which: `clerk`, `commit`, `copy` or `clock`; `start` while the node starts.
    pub name: &'static str,
    /// Whether it is right.
    pub ok: bool,
    /// What is so, or what is wrong and what a person can do.
    pub detail: String,
}

/// The answer of `/readyz`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// Whether every check is right.
    pub ready: bool,
    /// All checks that could be made.
    pub checks: Vec<Check>,
}

/// The routes `/livez`, `/readyz` and `/metrics`.
pub fn router(handle: Handle) -> Router {
    Router::new()
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/metrics", get(serve_metrics))
        .with_state(handle)
}

/// `/livez` and `/readyz` of a node that starts: it is alive, and not ready.
pub fn starting(progress: Progress) -> Router {
    let readyz = async move || readiness_of(&Readiness { ready: false, checks: vec![start_check(&progress)] });
    Router::new().route("/livez", get(livez)).route("/readyz", get(readyz))
}

fn start_check(progress: &Progress) -> Check {
    let read =
        progress.percent().map(|percent| format!(" and reads its journal, {percent} % so far")).unwrap_or_default();
    Check { name: "start", ok: false, detail: format!("it starts{read}; wait for it") }
}

async fn livez() -> impl IntoResponse {
    ([(CACHE_CONTROL, "no-store")], "alive\n")
}

async fn readyz(State(handle): State<Handle>) -> Response {
    // The clerk looks only between commits: what is not on disk then, the last commit left behind.
    let core =
        look(&handle, |machine, book| Core { committed: !book.uncommitted(), latest: !machine.has_later_copy() });
    readiness_of(&judge(core.await, clock::now()))
}

fn readiness_of(readiness: &Readiness) -> Response {
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(CACHE_CONTROL, "no-store")], Json(readiness)).into_response()
}

async fn serve_metrics(State(handle): State<Handle>) -> Response {
    let now = clock::now();
    let levels = look(&handle, move |machine, book| metrics::Levels::of(machine, book, now)).await.ok();
    let text = metrics::text(handle.counters(), handle.network(), levels.as_ref());
    ([(CACHE_CONTROL, "no-store"), (CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response()
}

/// Looks at the core, or says why it did not answer in time.
async fn look<R, F>(handle: &Handle, look: F) -> Result<R, String>
where
    R: Send + 'static,
    F: FnOnce(&Machine, &Book) -> R + Send + 'static,
{
    match tokio::time::timeout(ANSWER_WITHIN, handle.look(look)).await {
        Ok(answer) => answer.map_err(|why| why.to_string()),
        Err(_) => {
            let seconds = ANSWER_WITHIN.as_secs();
            Err(format!("it did not answer within {seconds} s; look whether the disk or the processor is overloaded"))
        }
    }
}

/// What the clerk says.
struct Core {
    /// Whether everything recorded is on disk.
    committed: bool,
    /// Whether this is the latest copy of its community, as far as it was told.
    latest: bool,
}

/// The checks, given what the clerk said.
fn judge(core: Result<Core, String>, now: Timestamp) -> Readiness {
    let mut checks = Vec::new();
    let mut check = |name, ok, detail: String| checks.push(Check { name, ok, detail });
    match core {
        Ok(Core { committed, latest }) => {
            check("clerk", true, "it answers".into());
            let detail = if committed {
                "everything recorded is on disk"
            } else {
                "something recorded is not on disk; look for messages about the disk in the log"
            };
            check("commit", committed, detail.into());
            let detail = if latest {
                "nobody told of a later copy"
            } else {
                "another copy of this community runs, restored later; stop one of them"
            };
            check("copy", latest, detail.into());
        }
        Err(why) => check("clerk", false, why),
    }
    let set = now >= CLOCK_WAS_SET;
    let detail = if set { "it was set" } else { "it shows a year before 2020; set the computer's clock" };
    check("clock", set, detail.into());
    Readiness { ready: checks.iter().all(|check| check.ok), checks }
}
