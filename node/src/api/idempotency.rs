//! Sending a write twice has one effect, when it carries an `Idempotency-Key`.
//!
//! The key becomes a request id, and the ledger's own journal remembers what the request asked (as a hash over method, path
//! and body) and what it led to. Ids that a request gives rise to are made from both, so that a repeat gets the same ones and
//! another body under the same key can never touch what belongs to the first.

use super::{
    Failure,
    types::{
        AcceptInvitation, BenefitsWords, By, CharterView, CircleName, CirclePart, Confirm, EndAdvance, EscrowSwitch,
        EventChange, GiveBack, GoOn, KeyChange, MailSwitch, NewAdvance, NewApplication, NewBackup, NewCorrection,
        NewDispute, NewEvent, NewExchange, NewFact, NewGift, NewGrant, NewGroup, NewInvitation, NewListing, NewMember,
        NewMessage, NewNote, NewNotice, NewPayment, NewPerson, NewReference, NewReminder, NewReport, NewRequest,
        NewRole, NewSafety, NewStatement, NewSuggestion, Nothing, Rest, Until, WeeklyLetter, With,
    },
};
use crate::runtime::{Handle, Request as Keyed};
use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use kith_protocol::{
    id::{Digest, RequestId},
    machine::request_digest,
};
use serde::de::DeserializeOwned;
use std::borrow::Cow;

/// The longest key.
const MAX_KEY: usize = 100;

/// One write: its identity, and whether the client can repeat it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Write {
    id: RequestId,
    digest: Digest,
    repeatable: bool,
}

impl Write {
    fn new(headers: &HeaderMap, line: &str, body: &[u8]) -> Result<Self, Failure> {
        let key = key(headers)?;
        let digest = request_digest(&[line.as_bytes(), body].concat());
        let id = match key {
            Some(key) => first_half(&Digest::of("kith/v1/idempotency", &[key.as_bytes()])),
            None => crate::runtime::home::random().map_err(|_| no_randomness())?,
        };
        Ok(Self { id: RequestId(id), digest, repeatable: key.is_some() })
    }

    /// What the machine is to remember this write by, if the client can repeat it.
    pub(super) fn request(&self) -> Keyed {
        self.repeatable.then_some((self.id, self.digest))
    }

    /// An id for something this write makes.
    pub(super) fn new_id(&self, handle: &Handle, what: &str) -> [u8; 16] {
        handle.id_for(&self.id, &format!("{what} {}", self.digest))
    }

    /// The id of the paper this write makes: the same for everything that is sent under its key, so that another body
    /// under the same key finds that something else is kept there.
    pub(super) fn paper(&self, handle: &Handle) -> [u8; 16] {
        handle.id_for(&self.id, "paper")
    }

    /// One of several writes that came in one request.
    pub(super) fn part(&self, what: &str, n: usize) -> Self {
        let number = (n as u64).to_be_bytes();
        let id = Digest::of("kith/v1/idempotency-part", &[self.id.as_bytes(), what.as_bytes(), &number]);
        Self { id: RequestId(first_half(&id)), ..*self }
    }
}

fn first_half(digest: &Digest) -> [u8; 16] {
    let (half, _) = digest.0.split_first_chunk::<16>().expect("a digest has 32 bytes");
    *half
}

pub(super) fn no_randomness() -> Failure {
    let detail = "the system gives no random numbers; look at the node's machine";
    Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "no-randomness", detail)
}

fn key(headers: &HeaderMap) -> Result<Option<&str>, Failure> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let Some(key) = keys.next() else { return Ok(None) };
    let text = key
        .to_str()
        .ok()
        .filter(|key| (1..=MAX_KEY).contains(&key.len()) && !key.contains('\t') && keys.next().is_none());
    let bad = || Failure::field("Idempotency-Key", format!("not one value of 1 to {MAX_KEY} printable characters"));
    text.map(Some).ok_or_else(bad)
}

fn request_line(method: &axum::http::Method, uri: &axum::http::Uri) -> String {
    format!("{method} {}\n", uri.path())
}

/// What a body is made of: serde would also take a list for a struct, field by field.
pub(super) trait Shape: DeserializeOwned {
    /// The first character of its JSON.
    const OPENS: u8 = b'{';
    /// What to send, in words.
    const EXPECTED: &'static str = "an object";
}

macro_rules! objects {
    ($($body:ident),*) => { $(impl Shape for $body {})* };
}
objects!(
    AcceptInvitation,
    BenefitsWords,
    By,
    CharterView,
    Confirm,
    EndAdvance,
    EscrowSwitch,
    GiveBack,
    GoOn,
    MailSwitch,
    NewGrant,
    NewAdvance,
    NewApplication,
    NewBackup,
    NewCorrection,
    NewDispute,
    EventChange,
    NewEvent,
    NewExchange,
    NewFact,
    NewGift,
    NewGroup,
    NewInvitation,
    NewListing,
    NewMember,
    NewMessage,
    NewNote,
    NewPayment,
    NewPerson,
    NewReference,
    NewReminder,
    NewReport,
    NewRequest,
    KeyChange,
    NewRole,
    NewSafety,
    NewStatement,
    NewSuggestion,
    Nothing,
    CircleName,
    CirclePart,
    NewNotice,
    Rest,
    Until,
    WeeklyLetter,
    With
);

impl Shape for Vec<NewMember> {
    const OPENS: u8 = b'[';
    const EXPECTED: &'static str = "a list";
}

/// A write with a body.
pub(super) struct Call<T> {
    pub(super) write: Write,
    pub(super) body: T,
}

impl<T, S> FromRequest<S> for Call<T>
where
    T: Shape,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let line = request_line(request.method(), request.uri());
        let headers = request.headers().clone();
        if !is_json(&headers) {
            let detail = "the body is not marked as JSON; send `Content-Type: application/json`";
            return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", detail));
        }
        let bytes = Bytes::from_request(request, state).await?;
        let write = Write::new(&headers, &line, &bytes)?;
        let opens = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        if opens.is_some_and(|first| *first != T::OPENS) {
            return Err(Failure::malformed(format!("the body cannot be read: line 1 must begin {}", T::EXPECTED)));
        }
        let Json(body) = Json::from_bytes(&whole_numbers(&bytes))?;
        Ok(Self { write, body })
    }
}

/// Writes numbers such as `60.0` and `6e1` as the whole numbers that they are: in JSON Schema they are integers like any
/// other, and some programs know no others.
fn whole_numbers(json: &[u8]) -> Cow<'_, [u8]> {
    let (mut out, mut done, mut at, mut quoted) = (Vec::new(), 0, 0, false);
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => quoted = !quoted,
            // What follows is part of the text, were it a quotation mark.
            b'\\' if quoted => at += 1,
            b'-' | b'0'..=b'9' if !quoted => {
                let rest = &json[at..];
                let length = rest.iter().position(|byte| !b"-+.eE0123456789".contains(byte)).unwrap_or(rest.len());
                let token = &rest[..length];
                if let Some(whole) = whole_number(token) {
                    out.extend_from_slice(&json[done..at]);
                    out.extend_from_slice(whole.as_bytes());
                    done = at + length;
                }
                at += length.saturating_sub(1);
            }
            _ => {}
        }
        at += 1;
    }
    if done == 0 {
        return Cow::Borrowed(json);
    }
    out.extend_from_slice(&json[done..]);
    Cow::Owned(out)
}

/// The digits of a number with a point or an exponent that is whole and no larger than any that is taken here.
fn whole_number(token: &[u8]) -> Option<String> {
    const LARGEST: f64 = 1.9e19;
    if !token.iter().any(|byte| b".eE".contains(byte)) {
        return None;
    }
    let number: serde_json::Number = serde_json::from_slice(token).ok()?;
    let number = number.as_f64()?;
    (number.fract() == 0.0 && number.abs() < LARGEST)
        .then(|| if number == 0.0 { "0".into() } else { format!("{number:.0}") })
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

impl<S: Send + Sync> FromRequestParts<S> for Write {
    type Rejection = Failure;

    /// A write without a body.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Self::new(&parts.headers, &request_line(&parts.method, &parts.uri), &[])
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use axum::http::HeaderValue;

    fn with_key(key: &str) -> HeaderMap {
        HeaderMap::from_iter([("idempotency-key".parse().unwrap(), HeaderValue::from_str(key).unwrap())])
    }

    #[test]
    fn the_same_key_names_the_same_request_and_the_body_tells_repeats_from_others() {
        let write = |key, body: &[u8]| Write::new(&with_key(key), "POST /members\n", body).unwrap();
        let (one, again, other) = (write("k", b"1"), write("k", b"1"), write("k", b"2"));
        assert_eq!(one.request(), again.request());
        assert_eq!(one.id, other.id);
        assert_ne!(one.digest, other.digest);
        assert_ne!(one.id, write("l", b"1").id);
        assert_ne!(one.part("admit", 0).id, one.part("admit", 1).id);
        assert_ne!(one.part("admit", 0).id, one.part("open", 0).id);
        assert_eq!(one.part("admit", 1).request(), again.part("admit", 1).request());
    }

    #[test]
    fn without_a_key_every_request_is_its_own() {
        let write = || Write::new(&HeaderMap::new(), "POST /members\n", b"1").unwrap();
        assert_eq!(write().request(), None);
        assert_ne!(write().id, write().id);
    }

    #[test]
    fn whole_numbers_are_whole_however_they_are_written() {
        let written = |json: &str| String::from_utf8(whole_numbers(json.as_bytes()).into_owned()).unwrap();
        assert_eq!(written(r#"{"a":60.0,"b":[6e1,-2.50,-0.0,1E+2]}"#), r#"{"a":60,"b":[60,-2.50,0,100]}"#);
        for kept in [r#"{"a":"6.0"}"#, r#"{"a":"\"6.0","b":5.5}"#, "1e400", "6.", "[1,2", "", "60.0.0", "1e20"] {
            assert_eq!(written(kept), kept);
        }
    }

    #[test]
    fn keys_are_short_printable_and_alone() {
        assert!(key(&with_key(&"k".repeat(100))).unwrap().is_some());
        assert!(key(&with_key(&"k".repeat(101))).is_err());
        assert!(key(&with_key("")).is_err());
        let mut two = with_key("a");
        two.append("idempotency-key", HeaderValue::from_static("b"));
        assert!(key(&two).is_err());
        let tab =
            HeaderMap::from_iter([("idempotency-key".parse().unwrap(), HeaderValue::from_bytes(b"\xff").unwrap())]);
        assert!(key(&tab).is_err());
    }
}
