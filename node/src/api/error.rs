//! The one mapping from refusals to HTTP: every one is a problem with a stable code (RFC 9457).

use super::types::Problem;
use crate::{backup::BackupError, runtime::Refused};
use axum::{
    extract::rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use kith_protocol::{minutes::BadMinutes, rejection::Rejection};
use std::error::Error as _;

/// After how many seconds a busy node may be asked again: its queue empties in less.
const RETRY_AFTER_SECONDS: &str = "1";

/// Why a request was refused, ready to be sent.
#[derive(Debug, Clone)]
pub struct Failure(Box<Problem>);

impl Failure {
    /// A problem with a stable `code` in kebab case, and a `detail` that says what is wrong and what to do.
    #[must_use]
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self(Box::new(Problem {
            kind: format!("/problems/{code}"),
            title: title(code),
            status: status.as_u16(),
            detail: detail.into(),
            code: code.to_owned(),
        }))
    }

    pub(super) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", detail)
    }

    /// Fields that are fine each by itself and do not go together.
    pub(super) fn together(detail: &str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "not-together", detail)
    }

    /// A problem with one field, in the words of the protocol.
    pub(super) fn field(field: &'static str, problem: impl Into<String>) -> Self {
        Rejection::BadText { field, problem: problem.into() }.into()
    }

    /// The problem as it is sent.
    #[must_use]
    pub fn into_problem(self) -> Problem {
        *self.0
    }
}

/// The code in a few words: `member-floor` is "Member floor".
fn title(code: &str) -> String {
    let words = code.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"kith\""));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        response
    }
}

impl From<Refused> for Failure {
    fn from(why: Refused) -> Self {
        let (status, code) = match &why {
            Refused::Rule(why) => (status_of(why), why.code()),
            Refused::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Refused::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
            Refused::Retired => (StatusCode::CONFLICT, "retired"),
            Refused::Checkpoint(_) => (StatusCode::INTERNAL_SERVER_ERROR, "checkpoint"),
            Refused::People(_) => (StatusCode::INTERNAL_SERVER_ERROR, "people"),
            Refused::Copies(why) => (StatusCode::CONFLICT, why.code()),
            Refused::Full(why) => (StatusCode::CONFLICT, why.code()),
        };
        Self::new(status, code, why.to_string())
    }
}

impl From<BackupError> for Failure {
    fn from(why: BackupError) -> Self {
        let status = match why {
            BackupError::Refused(why) => return why.into(),
            BackupError::Busy | BackupError::Stopping => StatusCode::SERVICE_UNAVAILABLE,
            BackupError::NoRecipient { .. } => StatusCode::CONFLICT,
            BackupError::NoSpace { .. } => StatusCode::INSUFFICIENT_STORAGE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, why.code(), why.to_string())
    }
}

impl From<Rejection> for Failure {
    fn from(why: Rejection) -> Self {
        Self::from(Refused::Rule(why))
    }
}

impl From<BadMinutes> for Failure {
    fn from(why: BadMinutes) -> Self {
        Rejection::from(why).into()
    }
}

/// The code by which a refusal is known to programs.
#[must_use]
pub fn code_of(why: &Refused) -> String {
    Failure::from(why.clone()).0.code
}

/// The HTTP status of each refusal: 400 for what no schema lets through, 403 and 404 for what is not there for you, 409 for what does
/// not fit the present state, 422 for all else, which the rules do not allow.
fn status_of(why: &Rejection) -> StatusCode {
    match why {
        Rejection::Malformed(_)
        | Rejection::BadMinutes(BadMinutes::NotPositive(_) | BadMinutes::TooMany(_))
        | Rejection::BadId(_)
        | Rejection::BadText { .. }
        | Rejection::UnknownVersion(_) => StatusCode::BAD_REQUEST,
        Rejection::NotCoordinator(_) => StatusCode::FORBIDDEN,
        Rejection::UnknownMember(_)
        | Rejection::UnknownExchange(_)
        | Rejection::UnknownPartnership(_)
        | Rejection::UnknownInvitation
        | Rejection::UnknownAlias
        | Rejection::UnknownRecord(_)
        | Rejection::UnknownDispute(_)
        | Rejection::UnknownProposal => StatusCode::NOT_FOUND,
        Rejection::MemberExists(_)
        | Rejection::MemberLeft(_)
        | Rejection::LastCoordinator(_)
        | Rejection::NothingChanges
        | Rejection::ExchangeExists(_)
        | Rejection::NotWaiting(_)
        | Rejection::NotOpening(_)
        | Rejection::PartnershipExists
        | Rejection::Clash
        | Rejection::Superseded
        | Rejection::Recovering
        | Rejection::LaterCopy
        | Rejection::Frozen(_)
        | Rejection::Founding => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

impl From<BytesRejection> for Failure {
    fn from(why: BytesRejection) -> Self {
        if why.status() == StatusCode::PAYLOAD_TOO_LARGE {
            let detail = format!("the body is larger than {} bytes; send less at once", super::MAX_BODY_BYTES);
            return Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail);
        }
        Self::malformed("the body ended early; send it again")
    }
}

impl From<JsonRejection> for Failure {
    fn from(why: JsonRejection) -> Self {
        // The innermost sources but one name the field, what is wrong with it, and line and column.
        let named = why.source().and_then(|inner| inner.source()).map(ToString::to_string);
        Self::malformed(format!("the body cannot be read: {}", named.unwrap_or_else(|| why.body_text())))
    }
}

impl From<QueryRejection> for Failure {
    fn from(why: QueryRejection) -> Self {
        let named = why.source().and_then(|inner| inner.source()).map(ToString::to_string);
        Self::malformed(format!("the query cannot be read: {}", named.unwrap_or_else(|| why.body_text())))
    }
}

impl From<PathRejection> for Failure {
    fn from(why: PathRejection) -> Self {
        let named = why.source().map(ToString::to_string);
        let detail = format!("the address cannot be read: {}", named.unwrap_or_else(|| why.body_text()));
        Self::new(StatusCode::BAD_REQUEST, "bad-id", detail)
    }
}

/// For addresses that lead nowhere.
pub(super) async fn not_found() -> Failure {
    let detail = "there is nothing here; GET /api/v1/openapi.json lists everything";
    Failure::new(StatusCode::NOT_FOUND, "not-found", detail)
}

/// For methods that an address does not take; the framework adds `Allow`.
pub(super) async fn method_not_allowed(method: Method) -> Failure {
    let detail = format!("{method} is not possible here; the header Allow lists what is");
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_titles() {
        assert_eq!(title("member-floor"), "Member floor");
        assert_eq!(title(""), "");
    }

    #[test]
    fn a_problem_carries_its_own_status_and_says_how_to_go_on() {
        let response = Failure::from(Refused::Busy).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        let problem = Failure::from(Rejection::NothingChanges).into_problem();
        assert_eq!((problem.status, problem.kind.as_str()), (409, "/problems/nothing-changes"));
        assert_eq!(code_of(&Refused::Stopping), "stopping");
    }
}
