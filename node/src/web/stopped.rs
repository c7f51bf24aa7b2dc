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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use axum::{body::Body, http::header::RETRY_AFTER};

    fn asked(path: &str, accept: &str) -> Request {
        Request::builder().uri(path).header(ACCEPT, accept).body(Body::empty()).unwrap()
    }

    #[test]
    fn browsers_are_told_from_programs() {
        for accept in ["text/html", "TEXT/HTML;q=0.9", "application/xml, text/html ;q=0.8,*/*"] {
            assert!(Reads::of(&asked("/home", accept)).is_some(), "{accept}");
            assert!(Reads::of(&asked("/api/v1/node", accept)).is_none(), "{accept}");
        }
        for accept in ["", "*/*", "application/json", "text/html5"] {
            assert!(Reads::of(&asked("/home", accept)).is_none(), "{accept}");
        }
    }

    #[tokio::test]
    async fn who_waited_in_vain_is_told_to_look_first() {
        let response = Reads::of(&asked("/home", "text/html")).unwrap().too_slow();
        assert_eq!(
            (response.status(), response.headers()[RETRY_AFTER].as_bytes()),
            (StatusCode::SERVICE_UNAVAILABLE, b"2".as_slice())
        );
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let body = String::from_utf8(body.into()).unwrap();
        assert!(body.contains("It may still be done. Look first, before you send it again."), "{body}");
    }
}
