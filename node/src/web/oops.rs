//! What went wrong, before anybody knows in which language to say so.

use super::{
    pages::{MessagePage, page, refusal},
    sign_in, soon,
    visit::Frame,
    words::Words,
};
use crate::runtime::{
    Refused,
    office::{FileFull, MAX_BLOCKED, MAX_ENTRIES},
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use kith_protocol::rejection::Rejection;
use std::sync::Arc;

/// Why a member's file takes no more, and what to do.
pub(super) fn full(words: Words, why: FileFull) -> String {
    match why {
        FileFull::References => words.t1("full-references", "most", MAX_ENTRIES),
        FileFull::Facts => words.t1("full-facts", "most", MAX_ENTRIES),
        FileFull::Helpers => words.t1("full-helpers", "most", MAX_ENTRIES),
        FileFull::Blocked => words.t1("full-away", "most", MAX_BLOCKED),
    }
}

/// Why a page was not made.
#[derive(Debug)]
pub(super) enum Oops {
    /// The core said no.
    Refused(Refused),
    /// There is no such page, or nothing of that id.
    Missing,
    /// Only for coordinators, or only for those who had a part in it.
    NotYours,
    /// Only for members who are signed in. What a form had in it comes along.
    SignIn(Vec<(String, String)>),
    /// The same, of a button on the page of this path: it is pressed there once more.
    SignInToPress(String),
    /// The form was shown in another session or too long ago.
    Stale,
    /// Another site sent the form.
    Elsewhere,
    /// Larger than any form here.
    TooLarge,
    /// No form.
    Unreadable,
}

impl From<Refused> for Oops {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Rejection> for Oops {
    fn from(why: Rejection) -> Self {
        Self::Refused(Refused::Rule(why))
    }
}

impl IntoResponse for Oops {
    /// Carries what went wrong to [`super::visit::dress`], which makes the page.
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl Oops {
    fn status(&self) -> StatusCode {
        match self {
            Self::Refused(Refused::Rule(_) | Refused::Retired | Refused::Copies(_) | Refused::Full(_)) => {
                StatusCode::CONFLICT
            }
            Self::Refused(Refused::Busy | Refused::Stopping) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Refused(Refused::Checkpoint(_) | Refused::People(_)) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Missing => StatusCode::NOT_FOUND,
            Self::NotYours | Self::Elsewhere | Self::Stale => StatusCode::FORBIDDEN,
            Self::SignIn(_) | Self::SignInToPress(_) => StatusCode::UNAUTHORIZED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unreadable => StatusCode::BAD_REQUEST,
        }
    }

    const fn key(&self) -> &'static str {
        match self {
            Self::Refused(Refused::Rule(_) | Refused::Copies(_) | Refused::Full(_)) => "oops-refused",
            Self::Refused(Refused::Retired) => "oops-retired",
            Self::Refused(Refused::Busy | Refused::Stopping) => "oops-busy",
            Self::Refused(Refused::Checkpoint(_) | Refused::People(_)) => "oops-disk",
            Self::Missing => "oops-missing",
            Self::NotYours => "oops-not-yours",
            Self::SignIn(_) | Self::SignInToPress(_) => "sign-in",
            Self::Stale => "oops-stale",
            Self::Elsewhere => "oops-elsewhere",
            Self::TooLarge => "oops-too-large",
            Self::Unreadable => "oops-unreadable",
        }
    }

    /// The page that says so.
    pub(super) fn page(&self, frame: &Frame) -> Response {
        match self {
            Self::SignIn(kept) => return sign_in::ask(frame, kept),
            Self::SignInToPress(page) => return sign_in::ask_to_press(frame, page),
            _ => {}
        }
        if let Self::Refused(Refused::Checkpoint(why) | Refused::People(why)) = self {
            tracing::warn!(why, "a page could not be made");
        }
        let key = self.key();
        let words = match self {
            Self::Refused(Refused::Rule(why)) => refusal(frame.words, why),
            Self::Refused(Refused::Copies(why)) => frame.t(super::desk::copies_key(*why)),
            Self::Refused(Refused::Full(why)) => full(frame.words, *why),
            _ => frame.t(&format!("{key}-words")),
        };
        let link = match self {
            Self::Refused(Refused::Full(FileFull::Blocked)) => (frame.t("away-list"), "/away".to_owned()),
            Self::Refused(Refused::Busy | Refused::Stopping) => (frame.t("try-again"), frame.path.clone()),
            _ => (frame.t("go-first-page"), "/".to_owned()),
        };
        let message = MessagePage { frame, heading: frame.t(key), words: vec![words], link };
        let response = page(frame, self.status(), &message);
        if self.status() == StatusCode::SERVICE_UNAVAILABLE { soon(response) } else { response }
    }
}
