//! What a browser shows when a request is stopped before any page sees it.

use super::{
    oops::Oops,
    pages::{MessagePage, page},
    soon,
    visit::{Frame, looks},
    words::Words,
};
use crate::api;
use axum::{
    extract::Request,
    http::{StatusCode, header::ACCEPT},
    response::Response,
};

/// How somebody reads who asked for a page in a browser.
#[derive(Debug, Clone, Copy)]
pub struct Reads {
    words: Words,
    large: bool,
}

impl Reads {
    /// Nothing for programs, which are told in their own way.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        let kinds = request.headers().get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok());
        let mut kinds = kinds.flat_map(|line| line.split(',')).filter_map(|kind| kind.split(';').next());
        let reads = kinds.any(|kind| kind.trim().eq_ignore_ascii_case("text/html"));
        let (words, large) = looks(request.headers());
        (reads && !request.uri().path().starts_with(api::PREFIX)).then_some(Self { words, large })
    }

    /// The name in the address is none of this node's.
    #[must_use]
    pub fn unknown_host(self, name: &str) -> Response {
        let words = vec![self.words.t("stopped-host-ask"), self.words.t1("stopped-host-mend", "name", name)];
        self.message(StatusCode::MISDIRECTED_REQUEST, "stopped-host", words, "try-again")
    }

    /// More was sent than any page takes.
    #[must_use]
    pub fn too_large(self) -> Response {
        Oops::TooLarge.page(&self.frame())
    }

    /// No answer came in time.
    #[must_use]
    pub fn too_slow(self) -> Response {
        let words = vec![self.words.t("stopped-slow-words")];
        soon(self.message(StatusCode::SERVICE_UNAVAILABLE, "stopped-slow", words, "go-first-page"))
    }

    fn frame(self) -> Frame {
        Frame { alone: true, ..Frame::plain(self.words, self.large) }
    }

    fn message(self, status: StatusCode, heading: &str, words: Vec<String>, link: &str) -> Response {
        let link = (self.words.t(link), "/".to_owned());
        let frame = self.frame();
        page(&frame, status, &MessagePage { frame: &frame, heading: self.words.t(heading), words, link })
    }
}
