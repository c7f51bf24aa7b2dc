//! Who may ask: whoever holds the admin token.

use super::{ApiState, Failure};
use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::Response,
};
use kith_protocol::id::Digest;

/// Whether a token is the expected one, in a time that says nothing about either: hashes are compared, every byte of them.
#[must_use]
pub fn token_matches(given: &str, expected: &str) -> bool {
    let [given, expected] = [given, expected].map(|token| Digest::of("kith/v1/admin-token", &[token.as_bytes()]));
    given.0.iter().zip(expected.0).fold(0, |differences, (a, b)| differences | (a ^ b)) == 0
}

/// Lets only requests with `Authorization: Bearer TOKEN` through (RFC 6750 §2.1).
pub(super) async fn require(State(state): State<ApiState>, request: Request, next: Next) -> Result<Response, Failure> {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token =
        given.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match token {
        Some((_, token)) if token_matches(token.trim(), &state.admin_token) => Ok(next.run(request).await),
        given => {
            let what =
                if given.is_some() { "this admin token is not the node's" } else { "this needs the admin token" };
            let detail = format!("{what}; send `Authorization: Bearer TOKEN` with the content of its admin.token file");
            Err(Failure::new(StatusCode::UNAUTHORIZED, "unauthorized", detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::token_matches;

    #[test]
    fn only_the_very_token_matches() {
        assert!(token_matches("abc", "abc"));
        for other in ["", "ab", "abcd", "abd", "ABC"] {
            assert!(!token_matches(other, "abc"), "{other}");
        }
    }
}
