//! The settings of a node: one file that may be absent, environment variables, and options of the command line.
//!
//! What is said on the command line goes before what stands in the environment, that before the file, and that before
//! the defaults. [`KEYS`] is the one list of what can be set. The environment variable of a key is `KITH_`, its section
//! and its name: `KITH_HTTP_LISTEN` for `listen` under `[http]`; a list is written with commas.

mod file;
mod keys;
#[cfg(test)]
mod tests;

pub(crate) use file::keep_zone;
pub use keys::{Given, KEYS, Key, Kind};

use crate::{backup::Policy, network, passkey::Site, spelling::closest};
use jiff::tz::TimeZone;
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};
use thiserror::Error;

/// The name of the file in a node's directory.
pub const FILE: &str = "kith.toml";
/// Where page and API answer by default: only on this machine.
pub const DEFAULT_HTTP_PORT: u16 = 8380;
/// Memory for the index's cache by default, in MiB: small beside the 512 MiB that the service file allows.
pub const DEFAULT_CACHE_MIB: u32 = 16;
/// The largest file read: a hundred times the one that is shipped.
pub(crate) const MAX_FILE_BYTES: u64 = 512 * 1024;
/// Environment variables that begin like settings and are read elsewhere: by commands that speak to a node, and by the
/// tests.
const READ_ELSEWHERE: [&str; 3] = ["KITH_TOKEN_FILE", "KITH_DATA", "KITH_SEEDS"];

/// Why the settings cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the settings in {path} cannot be read: {why}. Check that the file is there and that you may read it")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// The file is no TOML.
    #[error("{place}: {why}. Compare the line with the example in deploy/kith.toml")]
    Syntax {
        /// File and line.
        place: String,
        /// What the reader said.
        why: String,
    },
    /// A section or key that does not exist.
    #[error("{place}: there is no {what} '{name}'{}", hint(suggestion.as_deref(), known))]
    Unknown {
        /// File and line.
        place: String,
        /// `section`, or `setting` and the section it stands in.
        what: String,
        /// As written.
        name: String,
        /// One with a name like it.
        suggestion: Option<String>,
        /// All there are.
        known: String,
    },
    /// A value that cannot be used.
    #[error("{place}: '{name}' {why}")]
    Bad {
        /// File and line, environment variable or option.
        place: String,
        /// The key.
        name: String,
        /// What is wrong and what to write.
        why: String,
    },
}

fn hint(suggestion: Option<&str>, known: &str) -> String {
    match suggestion {
        Some(name) => format!("; did you mean '{name}'?"),
        None => format!("; there are {known}. Take the line away or correct the name"),
    }
}

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where page and API answer. Port 0 lets the system choose one.
    pub http_listen: SocketAddr,
    /// Names under which browsers may ask, besides this machine's own.
    pub allowed_hosts: Vec<String>,
    /// The address that people have for the pages, if they have one that stays. Passkeys are bound to it.
    pub site: Option<Site>,
    /// The zone in which the pages tell the time; `None` is the machine's.
    pub zone: Option<TimeZone>,
    /// Multiaddrs where other nodes reach this one; none for a node that only calls out.
    pub listen: Vec<String>,
    /// Multiaddrs to tell others instead of those listened on.
    pub announce: Vec<String>,
    /// Nodes to connect to at the start, as multiaddrs with `/p2p/`.
    pub peers: Vec<String>,
    /// Whether to look for nodes on the local network.
    pub mdns: bool,
    /// Connections with other nodes, in both directions together.
    pub max_connections: u32,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// How much is logged.
    pub log_level: LogLevel,
    /// Memory for the index's cache, in MiB.
    pub cache_mib: u32,
    /// Where daily backups go; a relative path begins at the node's directory.
    pub backup_dir: PathBuf,
    /// How many daily backups are kept.
    pub backup_keep: u32,
    /// Whether a backup is made every day.
    pub backup_daily: bool,
    /// How letters go out by e-mail.
    pub mail: Mail,
}

/// The server that takes letters, and how it is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its name; nothing goes out when it is empty.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the way there is kept closed.
    pub tls: MailTls,
    /// The address that letters come from.
    pub from: String,
    /// The name under which the node signs in there; without one it does not.
    pub user: String,
    /// The file with the password, which only its owner may read; a relative path begins at the node's directory.
    pub password_file: PathBuf,
}

/// How the way to the mail server is kept closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// Asked for once the server was greeted (RFC 3207), and nothing is said before.
    Starttls,
    /// From the first byte on (RFC 8314).
    Tls,
    /// Not at all: for a server on this machine.
    None,
}

/// The port where servers take letters from those who sign in (RFC 6409).
const MAIL_PORT: u16 = 587;

impl Default for Mail {
    fn default() -> Self {
        Self {
            server: String::new(),
            port: MAIL_PORT,
            tls: MailTls::Starttls,
            from: String::new(),
            user: String::new(),
            password_file: PathBuf::new(),
        }
    }
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people on a terminal, for machines elsewhere.
    Auto,
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the usual five")]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl Default for Settings {
    fn default() -> Self {
        let Policy { dir, keep, daily } = Policy::default();
        Self {
            http_listen: SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_HTTP_PORT)),
            allowed_hosts: Vec::new(),
            site: None,
            zone: None,
            listen: network::default_listen(),
            announce: Vec::new(),
            peers: Vec::new(),
            mdns: false,
            max_connections: network::Limits::default().connections,
            log_format: LogFormat::Auto,
            log_level: LogLevel::Info,
            cache_mib: DEFAULT_CACHE_MIB,
            backup_dir: dir,
            backup_keep: keep,
            backup_daily: daily,
            mail: Mail::default(),
        }
    }
}

impl Settings {
    /// The settings of the node in `dir`: of `file` if one is named, else of [`FILE`] in `dir` if it is there, and of
    /// the environment. Also gives variables that look like settings and are none, each with what to do.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn load(
        dir: &Path,
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(Self, Vec<String>), ConfigError> {
        let mut settings = Self::default();
        let own = dir.join(FILE);
        let path = file.unwrap_or(&own);
        if let Some(text) = file::read(path, file.is_some())? {
            settings.take_file(&path.display().to_string(), &text)?;
        }
        let warnings = settings.take_environment(environment)?;
        Ok((settings, warnings))
    }

    /// Sets one key. `place` says where the value was given.
    ///
    /// # Errors
    /// [`ConfigError::Bad`].
    pub fn set(&mut self, key: &Key, place: &str, given: Given) -> Result<(), ConfigError> {
        (key.set)(self, given).map_err(|why| ConfigError::Bad { place: place.to_owned(), name: key.name.into(), why })
    }

    /// Takes what the environment says, in the order of [`KEYS`].
    ///
    /// # Errors
    /// [`ConfigError::Bad`].
    pub fn take_environment(
        &mut self,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Vec<String>, ConfigError> {
        let mut warnings = Vec::new();
        for (name, value) in environment {
            if !name.starts_with("KITH_") || READ_ELSEWHERE.contains(&name.as_str()) {
                continue;
            }
            match KEYS.iter().find(|key| key.variable() == name) {
                Some(key) => {
                    let bad = |why| ConfigError::Bad { place: name.clone(), name: key.name.into(), why };
                    let given = key.kind.read(&value).map_err(bad)?;
                    self.set(key, &name, given)?;
                }
                None => warnings.push(unknown_variable(&name)),
            }
        }
        Ok(warnings)
    }

    /// Names under which browsers may ask: those that are allowed, and that of the site.
    #[must_use]
    pub fn hosts(&self) -> Vec<String> {
        let site = self.site.iter().map(|site| site.host().to_owned());
        self.allowed_hosts.iter().cloned().chain(site).collect()
    }

    /// Which backups are made without being asked for.
    #[must_use]
    pub fn backups(&self) -> Policy {
        Policy { dir: self.backup_dir.clone(), keep: self.backup_keep, daily: self.backup_daily }
    }

    /// The bounds of the network. What an operator sets is the sum; the shares of the two directions stay as they are.
    #[must_use]
    pub fn limits(&self) -> network::Limits {
        let usual = network::Limits::default();
        let share =
            |part: u32| (u64::from(self.max_connections) * u64::from(part)).div_ceil(u64::from(usual.connections));
        network::Limits {
            connections: self.max_connections,
            connections_in: u32::try_from(share(usual.connections_in)).unwrap_or(u32::MAX),
            connections_out: u32::try_from(share(usual.connections_out)).unwrap_or(u32::MAX),
            ..usual
        }
    }
}

fn unknown_variable(name: &str) -> String {
    let variables: Vec<String> = KEYS.iter().map(Key::variable).collect();
    match closest(name, variables.iter().map(String::as_str)) {
        Some(meant) => format!("the environment variable {name} sets nothing; did you mean {meant}?"),
        None => format!("the environment variable {name} sets nothing; take it away"),
    }
}
