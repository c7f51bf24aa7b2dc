//! Files that are part of the program.

use axum::{
    Router,
    extract::RawQuery,
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse as _, Response},
    routing::get,
};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

/// Where the style sheet is.
pub(super) const STYLE_PATH: &str = "/static/kith.css";
/// Where the icon is.
pub(super) const ICON_PATH: &str = "/static/kith.svg";

/// A file that is part of the program.
pub(super) struct Asset {
    kind: &'static str,
    pub(super) text: &'static str,
    /// Begins the hash of the text: enough to tell two versions of one file apart.
    version: String,
}

impl Asset {
    fn new(kind: &'static str, text: &'static str) -> Self {
        let version = HEXLOWER.encode(&Sha256::digest(text)[..8]);
        Self { kind, text, version }
    }

    /// The file, or word that the browser has it. Under the address with its version it never changes (RFC 8246).
    fn answer(&self, query: Option<&str>, headers: &HeaderMap) -> Response {
        let tag = format!("\"{}\"", self.version);
        let asked_for_version = query.and_then(|query| query.strip_prefix("v=")) == Some(&self.version);
        let keep = if asked_for_version { "public, max-age=31536000, immutable" } else { "public, no-cache" };
        let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        // RFC 9110 §13.1.2: a list of tags or a star; the comparison is weak.
        let known = known.flat_map(|list| list.split(',')).map(|known| known.trim().trim_start_matches("W/"));
        let unchanged = known.into_iter().any(|known| known == tag || known == "*");
        let head = [(CACHE_CONTROL, keep), (ETAG, &tag), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
        if unchanged {
            (StatusCode::NOT_MODIFIED, head).into_response()
        } else {
            (head, [(CONTENT_TYPE, self.kind)], self.text).into_response()
        }
    }
}

pub(super) static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("text/css; charset=utf-8", include_str!("../../static/kith.css")));
/// The script: small, and never needed.
static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("text/javascript; charset=utf-8", include_str!("../../static/kith.js")));
/// The script for passkeys, which only the two pages about them load.
static PASSKEY: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("text/javascript; charset=utf-8", include_str!("../../static/passkey.js")));
/// What keys of members' own need, on the pages where something is signed.
static KEYS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("text/javascript; charset=utf-8", include_str!("../../static/keys.js")));
static ICON: LazyLock<Asset> = LazyLock::new(|| Asset::new("image/svg+xml", include_str!("../../static/kith.svg")));

static STYLE_ADDRESS: LazyLock<String> = LazyLock::new(|| format!("{STYLE_PATH}?v={}", STYLE.version));
static SCRIPT_ADDRESS: LazyLock<String> = LazyLock::new(|| format!("/static/kith.js?v={}", SCRIPT.version));
static PASSKEY_ADDRESS: LazyLock<String> = LazyLock::new(|| format!("/static/passkey.js?v={}", PASSKEY.version));
static KEYS_ADDRESS: LazyLock<String> = LazyLock::new(|| format!("/static/keys.js?v={}", KEYS.version));
static ICON_ADDRESS: LazyLock<String> = LazyLock::new(|| format!("{ICON_PATH}?v={}", ICON.version));

/// The address of the style sheet.
pub(super) fn style() -> &'static str {
    &STYLE_ADDRESS
}

/// The address of the script.
pub(super) fn script() -> &'static str {
    &SCRIPT_ADDRESS
}

/// The address of the script for passkeys.
pub(super) fn passkey_script() -> &'static str {
    &PASSKEY_ADDRESS
}

/// The address of the script for keys.
pub(super) fn keys() -> &'static str {
    &KEYS_ADDRESS
}

/// The address of the icon.
pub(super) fn icon() -> &'static str {
    &ICON_ADDRESS
}

/// The files, for everybody.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route(STYLE_PATH, get(|query, headers| asset(&STYLE, query, headers)))
        .route("/static/kith.js", get(|query, headers| asset(&SCRIPT, query, headers)))
        .route("/static/passkey.js", get(|query, headers| asset(&PASSKEY, query, headers)))
        .route("/static/keys.js", get(|query, headers| asset(&KEYS, query, headers)))
        .route(ICON_PATH, get(|query, headers| asset(&ICON, query, headers)))
}

async fn asset(asset: &'static LazyLock<Asset>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    asset.answer(query.as_deref(), &headers)
}
