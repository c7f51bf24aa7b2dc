//! The HTTP API: JSON over the handle of the core, nothing of its own.
//!
//! Every write takes an `Idempotency-Key`, every refusal is a problem with a code (RFC 9457), every list comes in pages, and
//! the OpenAPI document is made from this code.

mod auth;
mod error;
mod extract;
mod idempotency;
mod openapi;
pub mod types;
mod v1;

pub use auth::token_matches;
pub use error::{Failure, code_of};

use crate::runtime::Handle;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use std::{sync::Arc, time::Duration};
use tower_http::set_header::SetResponseHeaderLayer;
use zeroize::Zeroizing;

/// Where this version of the API lives.
pub const PREFIX: &str = "/api/v1";
/// The largest body: a batch of 500 members with every field at its longest stays below.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;
/// The longest an answer may take: a commit takes milliseconds, so this is a disk or a client in trouble.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// What every request needs.
#[derive(Clone)]
pub struct ApiState {
    /// The way to the core.
    pub handle: Handle,
    /// Lets the command line on this machine act for the coordinators.
    pub admin_token: Arc<Zeroizing<String>>,
    /// This node's libp2p peer id.
    pub peer: String,
}

/// Everything under [`PREFIX`].
pub fn router(state: ApiState) -> Router {
    let (public, open) = v1::public().split_for_parts();
    let (private, guarded) = v1::private().split_for_parts();
    let document = openapi::document(open, guarded);
    let guard = from_fn_with_state(state.clone(), auth::require);
    let routes = public
        .merge(private.route_layer(guard))
        .route("/openapi.json", openapi::route(&document))
        .method_not_allowed_fallback(error::method_not_allowed)
        .fallback(error::not_found)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn(patience))
        .layer(header_layer(header::CACHE_CONTROL, "no-store"))
        .layer(header_layer(header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    Router::new().nest(PREFIX, routes).with_state(state)
}

fn header_layer(name: header::HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// Gives up on an answer that takes too long. What was asked of the core may still happen.
async fn patience(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too-slow",
            "this took too long and may still happen; send it again with the same Idempotency-Key",
        )
        .into_response(),
    }
}

#[cfg(test)]
mod tests;
