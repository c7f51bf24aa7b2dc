//! Pages that show what changes by themselves, where scripts run (server-sent events, WHATWG HTML 9.2). The stream says
//! that something changed and nothing else; the page then fetches itself again, as its visitor, and shows what is new.

use super::{App, forms::Asked, visit::Visit};
use crate::runtime::News;
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::stream;
use kith_protocol::id::MemberId;
use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// The most streams at once: each is an open connection, of which the node has 1,024 at most, and a few hundred bytes.
const MOST: usize = 256;
/// The most streams of one member: their phone, their computer, a few windows each.
const MOST_EACH: usize = 6;
/// So much time lies between two words of one stream: a page that is fetched so often costs a small box little.
const SPACING: Duration = Duration::from_secs(4);
/// What comes within this is one change: a batch of slips, an exchange and its answer.
const GATHERED: Duration = Duration::from_millis(250);
/// A stream ends after this, and the browser opens another: so none outlives its session for long.
const STANDS: Duration = Duration::from_secs(15 * 60);
/// A word that nobody hears, so that connections which are gone are noticed.
const BEAT: Duration = Duration::from_secs(30);
/// Pages that show what changes. Of messages, exchanges and circles, each has an address below this.
const PAGES: [&str; 10] =
    ["/home", "/today", "/messages", "/find", "/partners", "/circles", "/events", "/members", "/notices", "/statement"];
const BELOW: [&str; 3] = ["/messages/", "/exchange/", "/circles/"];
/// A form below one of them.
const FORM: &str = "/circles/new";

/// Where a page that is made now listens from.
pub(super) fn address(mark: &str) -> String {
    format!("/live?since={mark}")
}

/// Whether the page at a path shows what changes by itself.
pub(super) fn is_live(path: &str) -> bool {
    let one_below = |page: &str| path.strip_prefix(page).is_some_and(|rest| !rest.is_empty() && !rest.contains('/'));
    path != FORM && (PAGES.contains(&path) || BELOW.iter().any(|page| one_below(page)))
}

/// How many streams of whom are open.
#[derive(Debug, Default)]
pub(super) struct Places(Mutex<BTreeMap<MemberId, usize>>);

/// A place for one stream, which is free again when this is dropped.
#[derive(Debug)]
struct Place {
    places: Arc<Places>,
    member: MemberId,
}

impl Places {
    fn take(self: &Arc<Self>, member: MemberId) -> Option<Place> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, theirs): (usize, usize) = (open.values().sum(), open.get(&member).copied().unwrap_or(0));
        if all >= MOST || theirs >= MOST_EACH {
            return None;
        }
        open.insert(member, theirs + 1);
        Some(Place { places: Arc::clone(self), member })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
        match open.get_mut(&self.member) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(open.remove(&self.member)),
        }
    }
}

/// One stream.
struct Stream {
    news: News,
    spoke: Option<Instant>,
    ends: Instant,
    _place: Place,
}

impl Stream {
    /// Waits for something to say.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if !tokio::time::timeout_at(self.ends, self.news.next()).await.unwrap_or(false) {
            return None;
        }
        let rests = self.spoke.map_or(Duration::ZERO, |spoke| SPACING.saturating_sub(spoke.elapsed()));
        tokio::time::sleep(rests.max(GATHERED)).await;
        self.news.forget();
        self.spoke = Some(Instant::now());
        Some((Ok(Event::default().event("changed").data("here")), self))
    }
}

pub(super) async fn listen(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Response {
    let Some(place) = app.live.take(visit.member.id) else {
        // The page stays as it is, as it would without scripts.
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let begun =
        Stream { news: app.handle.news(asked.get("since")), spoke: None, ends: Instant::now() + STANDS, _place: place };
    let stream = Sse::new(stream::unfold(begun, Stream::next)).keep_alive(KeepAlive::new().interval(BEAT));
    let mut response = stream.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn pages_that_change_are_live_and_forms_are_not() {
        for live in [
            "/home",
            "/today",
            "/messages",
            "/find",
            "/partners",
            "/circles",
            "/events",
            "/members",
            "/notices",
            "/statement",
            "/messages/2M",
            "/exchange/1R",
            "/circles/0a",
        ] {
            assert!(is_live(live), "{live}");
        }
        for still in ["/", "/ask", "/messages/", "/exchange/1R/question", "/homes", "/events/new", "/members/new"] {
            assert!(!is_live(still), "{still}");
        }
        for still in ["/circles/new", "/circles/0a/name", "/notices/new", "/notices/0a", "/statement.csv"] {
            assert!(!is_live(still), "{still}");
        }
    }

    #[test]
    fn places_are_bounded_and_come_back() {
        let (places, ada) = (Arc::new(Places::default()), MemberId([1; 16]));
        let held: Vec<Place> = (0..MOST_EACH).map(|_| places.take(ada).unwrap()).collect();
        assert!(places.take(ada).is_none());
        assert!(places.take(MemberId([2; 16])).is_some());
        drop(held);
        assert!(places.0.lock().unwrap().is_empty());
        let all: Vec<Place> =
            (0..MOST).map(|n| places.take(MemberId([u8::try_from(n / 2).unwrap(); 16])).unwrap()).collect();
        assert!(places.take(MemberId([255; 16])).is_none());
        drop(all);
        assert!(places.take(ada).is_some());
    }
}
