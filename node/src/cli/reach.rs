//! Which node a command speaks to, and with whose powers.

use crate::{client::Client, failure::Failure, local};
use clap::Args;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};

/// The options by which every command finds its node.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Which node")]
pub(super) struct Reach {
    /// The directory of a node that runs on this machine.
    #[arg(long, value_name = "DIR", conflicts_with = "url")]
    dir: Option<PathBuf>,
    /// The address of a node, such as http://127.0.0.1:8380.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// With --url: the file that holds the node's admin token. Never give a token itself: other users see commands.
    #[arg(long, value_name = "FILE", env = "KITH_TOKEN_FILE")]
    token_file: Option<PathBuf>,
}

/// The options of commands that write.
#[derive(Debug, Clone, Args)]
pub(super) struct Write {
    #[command(flatten)]
    pub(super) reach: Reach,
    /// A name for this request of up to 100 letters. Asked again under the same name, it counts once.
    #[arg(long, value_name = "NAME", help_heading = "Which node")]
    pub(super) request: Option<String>,
}

impl Reach {
    /// The directory, when the node is named by it.
    pub(super) fn directory(&self) -> Option<&Path> {
        self.dir.as_deref()
    }

    pub(super) fn client(&self) -> Result<Client, Failure> {
        match (&self.url, &self.dir) {
            (Some(url), _) => Ok(local::client_at(url, self.token_file.as_deref())?),
            (None, Some(dir)) => Ok(local::client(dir)?),
            (None, None) => Err(Failure::usage("it is not said which node is meant. Add --dir DIR or --url URL")),
        }
    }
}

/// Reads an option that takes a word of the protocol, as it stands in JSON.
pub(super) fn protocol_word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let word = serde_json::Value::String(text.replace('-', "_"));
    serde_json::from_value(word).map_err(|error| error.to_string().replace('`', "'"))
}

/// How many items a command asks for at once: the most a node gives.
const PAGE: usize = 500;

/// Items of a list, page by page, up to `most`. `path` has its question mark already.
pub(super) fn pages<T: DeserializeOwned>(
    client: &Client,
    path: &str,
    most: Option<usize>,
) -> Result<crate::api::types::Page<T>, Failure> {
    let most = most.unwrap_or(usize::MAX);
    let mut items = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let after = next.as_ref().map_or_else(String::new, |after| format!("&after={}", escape(after)));
        let limit = PAGE.min(most - items.len());
        let page: crate::api::types::Page<T> = client.get(&format!("{path}limit={limit}{after}"))?;
        items.extend(page.items);
        next = page.next;
        if next.is_none() || items.len() >= most {
            return Ok(crate::api::types::Page { items, next });
        }
    }
}

/// A value for the query of a URL (RFC 3986, 2.3: all but the unreserved characters are escaped).
pub(super) fn escape(value: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    value.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// The days that a statement is about.
#[derive(Debug, Clone, Args)]
pub(super) struct Period {
    /// The first day, in Coordinated Universal Time; the beginning when absent.
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<jiff::civil::Date>,
    /// The day after the last; now when absent.
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Option<jiff::civil::Date>,
}

impl Period {
    /// Whether a day was named.
    pub(super) const fn is_named(&self) -> bool {
        self.from.is_some() || self.until.is_some()
    }

    /// As the API asks for it.
    pub(super) fn query(&self) -> Result<String, Failure> {
        let from = self.from.map(midnight).transpose()?.unwrap_or(0);
        let until = self.until.map(midnight).transpose()?;
        let until = until.map(|until| format!("&until={until}")).unwrap_or_default();
        Ok(format!("from={from}{until}"))
    }
}

/// Midnight at the beginning of a day, in milliseconds since 1970.
fn midnight(day: jiff::civil::Date) -> Result<u64, Failure> {
    let at =
        day.to_zoned(jiff::tz::TimeZone::UTC).ok().and_then(|at| u64::try_from(at.timestamp().as_millisecond()).ok());
    at.ok_or_else(|| Failure::usage(format!("{day} is not a day since 1970")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_leave_its_place() {
        assert_eq!(escape("a b&limit=9#é"), "a%20b%26limit%3D9%23%C3%A9");
        assert_eq!(escape("did:key:z6Mk-._~"), "did%3Akey%3Az6Mk-._~");
    }
}
