//! What stands before every page: only names that are this node's, headers that keep browsers in check, and an end to
//! waiting.

use super::{listener::Bounded, pace::paced};
use crate::{
    api::{MAX_BODY_BYTES, types::Problem},
    web::{Source, is_dress, stopped::Reads, takes_files, upload_within},
};
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request, State, connect_info::Connected},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::Response,
    serve::IncomingStream,
};
use std::{collections::BTreeSet, net::IpAddr, sync::Arc, time::Duration};

/// How long an answer may take to begin. The API gives up by itself at thirty seconds and says so in its own words; past
/// this, something else hangs.
const ANSWER_WITHIN: Duration = Duration::from_secs(35);
/// How much of an unknown name is shown.
const MAX_SHOWN: usize = 80;

/// For answers that are no pages: nothing runs, nothing comes from elsewhere, no frame stands around it.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; \
                      base-uri 'none'; form-action 'self'";
/// Headers of every answer that does not bring its own.
const HEADERS: [(HeaderName, &str); 3] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// Both ends of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Here {
    /// This machine's.
    local: Option<IpAddr>,
    remote: IpAddr,
}

impl Connected<IncomingStream<'_, Bounded>> for Here {
    fn connect_info(stream: IncomingStream<'_, Bounded>) -> Self {
        Self { local: stream.io().local_ip(), remote: stream.remote_addr().ip().to_canonical() }
    }
}

/// The names under which this node answers.
///
/// A page of some other site can let its own name point here and would then be taken by the browser for the same site
/// as this node. A name in an allow-list cannot be such a name, and neither can a number that this machine has.
#[derive(Debug, Clone)]
pub(super) struct Guard(Arc<Names>);

#[derive(Debug)]
struct Names {
    bound: IpAddr,
    allowed: BTreeSet<String>,
}

impl Guard {
    pub(super) fn new(bound: IpAddr, allowed: &[String]) -> Self {
        let allowed = allowed.iter().map(|name| name.to_ascii_lowercase()).collect();
        Self(Arc::new(Names { bound: bound.to_canonical(), allowed }))
    }

    /// Puts the guard around pages.
    pub(super) fn around(self, pages: Router) -> Router {
        pages.layer(middleware::from_fn_with_state(self, watch))
    }

    fn knows(&self, host: &str, here: Option<IpAddr>) -> bool {
        let name = without_port(host).to_ascii_lowercase();
        if name == "localhost" || self.0.allowed.contains(&name) {
            return true;
        }
        let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(&name);
        let Ok(ip) = bare.parse::<IpAddr>().map(|ip| ip.to_canonical()) else { return false };
        ip.is_loopback() || ip == self.0.bound || Some(ip) == here || self.0.allowed.contains(bare)
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        // In `[::1]` the last colon is inside the brackets.
        Some((name, port)) if !port.ends_with(']') => name,
        _ => host,
    }
}

/// Where a request began: the other end of the connection, or, when a proxy on this machine is that, what it says of
/// the end beyond it (the last entry, which the proxy itself wrote).
fn source(request: &Request, remote: IpAddr) -> IpAddr {
    let said = request.headers().get_all("x-forwarded-for").iter().next_back().and_then(|list| list.to_str().ok());
    let last = said.and_then(|list| list.rsplit(',').next()).and_then(|last| last.trim().parse::<IpAddr>().ok());
    last.filter(|_| remote.is_loopback()).map_or(remote, |ip| ip.to_canonical())
}

/// Whether more is announced than may be sent here.
fn is_too_much(request: &Request) -> bool {
    !takes_files(request.uri().path()) && announced(request) > MAX_BODY_BYTES as u64
}

async fn watch(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let ends = request.extensions().get::<ConnectInfo<Here>>().map(|info| info.0);
    let here = ends.and_then(|ends| ends.local).map(|ip| ip.to_canonical());
    if let Some(ends) = ends {
        let source = Source(source(&request, ends.remote));
        request.extensions_mut().insert(source);
    }
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    // A request may name its host in its first line, too; then both must be known.
    let first_line = request.uri().authority().map(|authority| authority.host().to_owned());
    let known = named.is_some_and(|host| guard.knows(host, here))
        && first_line.as_deref().is_none_or(|host| guard.knows(host, here));
    let reads = Reads::of(&request);
    let mut response = if !known && !is_dress(request.uri().path()) {
        let shown = shown_name(named.unwrap_or_default());
        reads.map_or_else(|| misdirected(&shown), |reads| reads.unknown_host(&shown))
    } else if is_too_much(&request) {
        reads.map_or_else(too_large, Reads::too_large)
    } else {
        answered(request, next).await.unwrap_or_else(|| reads.map_or_else(too_slow, Reads::too_slow))
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        // A page may have set a stricter one of its own.
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The answer, unless it takes too long to begin, or what is sent for it comes too slowly.
async fn answered(request: Request, next: Next) -> Option<Response> {
    let within = upload_within(request.uri().path()).filter(|_| request.method() == Method::POST);
    let Some(within) = within else { return tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await.ok() };
    let (parts, body) = request.into_parts();
    let (body, given_up) = paced(body);
    let answer = tokio::time::timeout(within, next.run(Request::from_parts(parts, body))).await;
    answer.ok().filter(|_| !given_up.is())
}

fn announced(request: &Request) -> u64 {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or(0)
}

/// A name as far as it can be shown.
fn shown_name(host: &str) -> String {
    without_port(host).chars().filter(char::is_ascii_graphic).take(MAX_SHOWN).collect()
}

fn too_large() -> Response {
    let detail = format!("a request may have {MAX_BODY_BYTES} bytes; divide it and send the parts");
    problem(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Too large", detail)
}

fn too_slow() -> Response {
    let detail = "the node took too long; it may have done what was asked. Look first, then ask again with the same \
                  Idempotency-Key";
    problem(StatusCode::SERVICE_UNAVAILABLE, "timeout", "Too slow", detail.into())
}

fn misdirected(shown: &str) -> Response {
    let detail = format!(
        "the node does not answer under the name '{shown}'. If it is this machine's name, write it under allowed_hosts \
         in kith.toml and start the node again"
    );
    problem(StatusCode::MISDIRECTED_REQUEST, "unknown-host", "This name is not allowed", detail)
}

fn problem(status: StatusCode, code: &str, title: &str, detail: String) -> Response {
    let problem = Problem {
        kind: format!("/problems/{code}"),
        title: title.into(),
        status: status.as_u16(),
        detail,
        code: code.into(),
    };
    let body = serde_json::to_vec(&problem).expect("texts and numbers can always be written as JSON");
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_names_of_this_node_are_known() {
        let guard = Guard::new(ip("0.0.0.0"), &["Kith.local".into(), "2001:db8::7".into()]);
        let here = Some(ip("192.168.1.20"));
        for host in [
            "localhost",
            "LOCALHOST:8380",
            "127.0.0.1:8380",
            "[::1]",
            "[::1]:8380",
            "kith.local:8380",
            "192.168.1.20",
            "192.168.1.20:80",
            "[2001:db8::7]:80",
        ] {
            assert!(guard.knows(host, here), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "kith.local.evil.example",
            "192.168.1.21",
            "[::2]",
            ":8380",
            "127.0.0.1.evil.example",
        ] {
            assert!(!guard.knows(host, here), "{host}");
        }
        assert!(!guard.knows("192.168.1.20", None));
        assert!(Guard::new(ip("192.0.2.1"), &[]).knows("192.0.2.1:1", None));
    }

    #[test]
    fn pages_that_take_files_have_more_time() {
        for path in ["/listing/a/b/picture", "/slips/scan", "/import/members", "/setup/backup"] {
            assert!(upload_within(path).is_some_and(|within| within > ANSWER_WITHIN * 10), "{path}");
        }
        for path in ["/", "/home", "/listing/a/b", "/api/v1/exchanges", "/static/kith.css"] {
            assert_eq!(upload_within(path), None, "{path}");
        }
    }

    #[test]
    fn only_a_proxy_on_this_machine_is_believed() {
        let request = |list: &str| Request::builder().header("x-forwarded-for", list).body(Body::empty()).unwrap();
        let (beyond, here) = (ip("203.0.113.9"), ip("127.0.0.1"));
        assert_eq!(source(&request("198.51.100.1, 203.0.113.9"), here), beyond);
        assert_eq!(source(&request("203.0.113.9"), ip("192.0.2.1")), ip("192.0.2.1"));
        assert_eq!(source(&request("nonsense"), here), here);
        assert_eq!(source(&Request::new(Body::empty()), here), here);
    }

    #[test]
    fn a_port_is_told_from_an_address() {
        assert_eq!(without_port("[::1]:80"), "[::1]");
        assert_eq!(without_port("[::1]"), "[::1]");
        assert_eq!(without_port("kith.local:80"), "kith.local");
        assert_eq!(without_port("kith.local"), "kith.local");
    }
}
