//! Forms: what was sent, and fields that are shown, read and judged in one place.

use super::{
    Oops, Source,
    visit::{Frame, Member, Visit, frame_of},
    words::Words,
};
use crate::runtime::{Handle, Request as Keyed, home};
use axum::{
    Form,
    extract::{FromRequest, FromRequestParts, Query, Request, rejection::FormRejection},
    http::{HeaderMap, StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
};
use data_encoding::HEXLOWER;
use kith_protocol::{
    id::{Digest, MemberId, RequestId},
    machine::request_digest,
};
use std::sync::Arc;

mod read;
mod upload;

pub(super) use read::{Choice, Control, Field, Need, Reader, minutes_of};
pub(super) use upload::{FILE_LOST, Upload, Whose};

/// The most fields of one form: twenty slips of seven fields, and some more.
const MAX_PAIRS: usize = 400;
/// The longest value: far more than any field takes, so that whoever writes too much hears so at the field and loses
/// nothing; also the ids of the largest circle.
const MAX_VALUE: usize = 64 * 1024;
/// The longest name of a field.
const MAX_FIELD_NAME: usize = 64;
/// The largest form: one of the longest values in letters that browsers send as three for each byte, and its other texts.
pub(super) const MAX_FORM_BYTES: usize = 256 * 1024;
/// Names of the fields that belong to forms as such.
const TOKEN: &str = "token";
pub(super) const ONCE: &str = "once";
const STEP: &str = "step";
/// The page that a button stands on, in a form that is nothing but this button.
const HERE: &str = "here";

/// What a form sent, or what stands behind the question mark of an address.
#[derive(Debug, Clone, Default)]
pub(super) struct Sent(Vec<(String, String)>);

/// Where somebody is in a form that is checked before it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Filled in: look at it once more.
    Check,
    /// Back to the fields.
    Edit,
    /// It counts.
    Send,
}

impl Sent {
    /// What a browser sent, if it is no more than a form of ours can hold.
    pub(super) fn from_pairs(pairs: Vec<(String, String)>) -> Option<Self> {
        let short = |(name, value): &(String, String)| name.len() <= MAX_FIELD_NAME && value.len() <= MAX_VALUE;
        // Browsers send a line break of a text area as two characters; the rules of texts know one.
        let tidy = |(name, value): (String, String)| (name, value.replace("\r\n", "\n"));
        let fits = pairs.len() <= MAX_PAIRS && pairs.iter().all(short);
        fits.then(|| Self(pairs.into_iter().map(tidy).collect()))
    }

    /// What a form begins with.
    pub(super) fn filled<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(values.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// Gives a field another value.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), value.to_owned()));
    }

    /// A value without the spaces around it; empty when it is missing.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value.trim())
    }

    /// Every value of a field that may be there several times, also where several stand in one with commas.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let values = self.0.iter().filter(|(found, _)| found == name).flat_map(|(_, value)| value.split(','));
        values.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()).collect()
    }

    pub(super) fn step(&self) -> Step {
        match self.get(STEP) {
            "send" => Step::Send,
            "edit" => Step::Edit,
            _ => Step::Check,
        }
    }

    /// What was filled in, without what belongs to one sending of one browser.
    pub(super) fn kept(&self) -> Vec<(String, String)> {
        self.0.iter().filter(|(name, _)| ![TOKEN, STEP, HERE].contains(&name.as_str())).cloned().collect()
    }

    /// What is wanted of somebody who has to sign in first. Of a form that is only a button there is nothing to keep:
    /// sent again it would act at once, and nobody would have said so since.
    fn before_signing_in(&self) -> Oops {
        match self.get(HERE) {
            "" => Oops::SignIn(self.kept()),
            page => Oops::SignInToPress(page.to_owned()),
        }
    }

    /// The id of this sending, which is the same when the form is sent twice.
    pub(super) fn once(&self) -> String {
        let once = self.get(ONCE);
        let fits = once.len() == 32 && once.bytes().all(|byte| byte.is_ascii_hexdigit());
        if fits { once.to_owned() } else { fresh_once() }
    }
}

/// A new id for a form that is about to be filled in.
pub(super) fn fresh_once() -> String {
    // Without randomness a form has no id, and sending it twice is two things.
    home::random::<16>().map(|bytes| HEXLOWER.encode(&bytes)).unwrap_or_default()
}

/// The query of a page.
pub(super) struct Asked(pub(super) Sent);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let query = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let Query(pairs) = query.map_err(|_| Oops::Unreadable.into_response())?;
        Sent::from_pairs(pairs).map(Self).ok_or_else(|| Oops::TooLarge.into_response())
    }
}

/// A form that anybody may send from a page of ours.
pub(super) struct Open {
    pub(super) frame: Arc<Frame>,
    pub(super) headers: HeaderMap,
    pub(super) source: Option<Source>,
    pub(super) sent: Sent,
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Open, Oops> {
    let (parts, body) = request.into_parts();
    let (frame, headers) = (frame_of(&parts), parts.headers.clone());
    let source = parts.extensions.get::<Source>().copied();
    let Form(pairs) = Form::<Vec<(String, String)>>::from_request(Request::from_parts(parts, body), state)
        .await
        .map_err(|why: FormRejection| match why.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Oops::TooLarge,
            _ => Oops::Unreadable,
        })?;
    let sent = Sent::from_pairs(pairs).ok_or(Oops::TooLarge)?;
    Ok(Open { frame, headers, source, sent })
}

fn is_ours(frame: &Frame, sent: &Sent) -> bool {
    !frame.token.is_empty() && sent.get(TOKEN) == frame.token
}

impl Open {
    /// Whether the form came from a page that this browser was shown.
    fn is_ours(&self) -> bool {
        is_ours(&self.frame, &self.sent)
    }
}

impl<S: Send + Sync> FromRequest<S> for Open {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let open = read(request, state).await.map_err(Oops::into_response)?;
        if open.is_ours() { Ok(open) } else { Err(Oops::Stale.into_response()) }
    }
}

/// A form that a member sends. Whose session is over is asked to sign in, and what was filled in is kept meanwhile.
pub(super) struct Post {
    pub(super) frame: Arc<Frame>,
    pub(super) member: Member,
    pub(super) sent: Sent,
}

impl<S: Send + Sync> FromRequest<S> for Post {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let open = read(request, state).await.map_err(Oops::into_response)?;
        let Some(visit) = Visit::of(Arc::clone(&open.frame)) else {
            return Err(open.sent.before_signing_in().into_response());
        };
        if !open.is_ours() {
            return Err(Oops::Stale.into_response());
        }
        Ok(Self { frame: visit.frame, member: visit.member, sent: open.sent })
    }
}

impl Post {
    /// Only for coordinators.
    pub(super) fn coordinator(self) -> Result<Self, Oops> {
        if self.member.coordinator { Ok(self) } else { Err(Oops::NotYours) }
    }

    /// This sending, by which a repeat is known.
    pub(super) fn deed(&self) -> Deed {
        Deed::new(&self.member.id, &self.frame.path, &self.sent)
    }
}

/// One sending of a form, whose repeat has no second effect.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deed {
    id: RequestId,
    digest: Digest,
}

impl Deed {
    fn new(member: &MemberId, path: &str, sent: &Sent) -> Self {
        let id = Digest::of("kith/v1/form-once", &[&member.0, sent.once().as_bytes()]);
        let mut content = path.as_bytes().to_vec();
        for (name, value) in sent.kept() {
            content.extend_from_slice(&(name.len() as u64).to_be_bytes());
            content.extend_from_slice(name.as_bytes());
            content.extend_from_slice(&(value.len() as u64).to_be_bytes());
            content.extend_from_slice(value.as_bytes());
        }
        Self { id: RequestId(first_half(&id)), digest: request_digest(&content) }
    }

    /// What the core is to remember it by.
    pub(super) fn request(&self) -> Keyed {
        Some((self.id, self.digest))
    }

    /// An id for something that it makes: the same for a repeat.
    pub(super) fn new_id(&self, handle: &Handle, what: &str) -> [u8; 16] {
        handle.id_for(&self.id, &format!("{what} {}", self.digest))
    }

    /// One of several things that one form asks for.
    pub(super) fn part(&self, n: usize) -> Self {
        let id = Digest::of("kith/v1/form-part", &[self.id.as_bytes(), &(n as u64).to_be_bytes()]);
        Self { id: RequestId(first_half(&id)), ..*self }
    }
}

fn first_half(digest: &Digest) -> [u8; 16] {
    let (half, _) = digest.0.split_first_chunk::<16>().expect("a digest has 32 bytes");
    *half
}

/// The words of a reader, for functions that make fields.
pub(super) fn choices<'a>(words: Words, options: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Choice> {
    options.into_iter().map(|(value, key)| Choice::new(value, words.t(key))).collect()
}
