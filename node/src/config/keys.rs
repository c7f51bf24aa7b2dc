//! Every key there is: its place in the file, the kind of its value, and what it sets.

use super::{LogFormat, LogLevel, MailTls, Settings};
use crate::{network::addresses, passkey::Site};
use jiff::tz::TimeZone;

/// The most connections an operator may allow: at the 45 kB measured for each, half a gigabyte.
const MAX_CONNECTIONS: i64 = 10_000;
/// The fewest: a partner, somebody new, and room for either to call while the other does.
const MIN_CONNECTIONS: i64 = 4;
/// The largest cache, in MiB: more than any journal of a community needs.
const MAX_CACHE_MIB: i64 = 64 * 1024;
/// The most daily backups that are kept: ten years of them.
const MAX_BACKUPS: i64 = 3_650;
/// The most entries of one list: far beyond any household of names.
const MAX_LIST: usize = 64;
/// The longest name of a host: RFC 1035, 2.3.4, as text.
const MAX_HOST: usize = 253;

/// A value, from wherever it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// Words.
    Text(String),
    /// Several words.
    List(Vec<String>),
    /// Yes or no.
    Switch(bool),
    /// A whole number.
    Number(i64),
}

/// What kind of value a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in `Given`")]
pub enum Kind {
    Text,
    List,
    Switch,
    Number,
}

impl Kind {
    /// What to write in a file, for people.
    #[must_use]
    pub const fn wanted(self) -> &'static str {
        match self {
            Self::Text => "must be text in quotation marks",
            Self::List => "must be a list of texts, such as [\"one\", \"two\"]",
            Self::Switch => "must be true or false",
            Self::Number => "must be a whole number",
        }
    }

    /// Reads the value of an environment variable.
    ///
    /// # Errors
    /// What to write instead.
    pub fn read(self, text: &str) -> Result<Given, String> {
        let text = text.trim();
        let wanted = || self.wanted().to_owned();
        match self {
            Self::Text => Ok(Given::Text(text.to_owned())),
            Self::List => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                Ok(Given::List(parts.map(str::to_owned).collect()))
            }
            Self::Switch => text.parse().map(Given::Switch).map_err(|_| wanted()),
            Self::Number => text.parse().map(Given::Number).map_err(|_| wanted()),
        }
    }
}

/// One thing that can be set.
pub struct Key {
    /// Its section in the file.
    pub section: &'static str,
    /// Its name there.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    pub(super) set: fn(&mut Settings, Given) -> Result<(), String>,
}

impl Key {
    /// The environment variable that sets it.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("KITH_{}_{}", self.section, self.name).to_ascii_uppercase()
    }

    /// The key of that name.
    ///
    /// # Panics
    /// When there is none: for names written in this program.
    #[must_use]
    pub fn named(section: &str, name: &str) -> &'static Self {
        let key = KEYS.iter().find(|key| key.section == section && key.name == name);
        key.expect("the program asks only for keys in the table")
    }
}

const fn key(
    section: &'static str,
    name: &'static str,
    kind: Kind,
    set: fn(&mut Settings, Given) -> Result<(), String>,
) -> Key {
    Key { section, name, kind, set }
}

/// Every key, in the order of deploy/kith.toml.
pub const KEYS: [Key; 21] = [
    key("http", "listen", Kind::Text, |settings, given| {
        settings.http_listen =
            text(given)?.parse().map_err(|_| "must be an address and a port, such as 127.0.0.1:8380")?;
        Ok(())
    }),
    key("http", "allowed_hosts", Kind::List, |settings, given| {
        let hosts = list(given)?;
        hosts.iter().try_for_each(|host| check_host(host))?;
        settings.allowed_hosts = hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        Ok(())
    }),
    key("http", "site", Kind::Text, |settings, given| {
        let site = text(given)?;
        settings.site = if site.trim().is_empty() { None } else { Some(Site::parse(&site)?) };
        Ok(())
    }),
    key("http", "zone", Kind::Text, |settings, given| {
        let name = text(given)?;
        let unknown = |_| "must be a time zone that this machine knows, such as \"Europe/London\"".to_owned();
        settings.zone = match name.trim() {
            "" => None,
            name => Some(TimeZone::get(name).map_err(unknown)?),
        };
        Ok(())
    }),
    key("network", "listen", Kind::List, |settings, given| {
        settings.listen = addresses(given, addresses::check_listen)?;
        Ok(())
    }),
    key("network", "announce", Kind::List, |settings, given| {
        settings.announce = addresses(given, addresses::check_announce)?;
        Ok(())
    }),
    key("network", "peers", Kind::List, |settings, given| {
        settings.peers = addresses(given, |text| addresses::peer_address(text).map(drop))?;
        Ok(())
    }),
    key("network", "mdns", Kind::Switch, |settings, given| {
        let Given::Switch(mdns) = given else { return Err(Kind::Switch.wanted().into()) };
        settings.mdns = mdns;
        Ok(())
    }),
    key("network", "max_connections", Kind::Number, |settings, given| {
        settings.max_connections = number(given, MIN_CONNECTIONS, MAX_CONNECTIONS)?;
        Ok(())
    }),
    key("log", "format", Kind::Text, |settings, given| {
        settings.log_format = match text(given)?.as_str() {
            "auto" => LogFormat::Auto,
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            _ => return Err("must be \"auto\", \"text\" or \"json\"".into()),
        };
        Ok(())
    }),
    key("log", "level", Kind::Text, |settings, given| {
        settings.log_level = match text(given)?.as_str() {
            "error" => LogLevel::Error,
            "warn" => LogLevel::Warn,
            "info" => LogLevel::Info,
            "debug" => LogLevel::Debug,
            "trace" => LogLevel::Trace,
            _ => return Err("must be \"error\", \"warn\", \"info\", \"debug\" or \"trace\"".into()),
        };
        Ok(())
    }),
    key("store", "cache_mib", Kind::Number, |settings, given| {
        settings.cache_mib = number(given, 1, MAX_CACHE_MIB)?;
        Ok(())
    }),
    key("backup", "dir", Kind::Text, |settings, given| {
        let dir = text(given)?;
        if dir.trim().is_empty() {
            return Err("must name a folder, such as \"backups\" or \"/mnt/disk/backups\"".into());
        }
        settings.backup_dir = dir.into();
        Ok(())
    }),
    key("backup", "keep", Kind::Number, |settings, given| {
        settings.backup_keep = number(given, 1, MAX_BACKUPS)?;
        Ok(())
    }),
    key("backup", "daily", Kind::Switch, |settings, given| {
        let Given::Switch(daily) = given else { return Err(Kind::Switch.wanted().into()) };
        settings.backup_daily = daily;
        Ok(())
    }),
    key("mail", "server", Kind::Text, |settings, given| {
        let server = text(given)?;
        if !server.is_empty() {
            check_host(&server)?;
        }
        settings.mail.server = server;
        Ok(())
    }),
    key("mail", "port", Kind::Number, |settings, given| {
        let port = number(given, 1, i64::from(u16::MAX))?;
        settings.mail.port = u16::try_from(port).map_err(|_| "must be a port, such as 587")?;
        Ok(())
    }),
    key("mail", "tls", Kind::Text, |settings, given| {
        settings.mail.tls = match text(given)?.as_str() {
            "starttls" => MailTls::Starttls,
            "tls" => MailTls::Tls,
            "none" => MailTls::None,
            _ => return Err("must be \"starttls\", \"tls\" or \"none\"".into()),
        };
        Ok(())
    }),
    key("mail", "from", Kind::Text, |settings, given| {
        settings.mail.from = text(given)?;
        Ok(())
    }),
    key("mail", "user", Kind::Text, |settings, given| {
        settings.mail.user = text(given)?;
        Ok(())
    }),
    key("mail", "password_file", Kind::Text, |settings, given| {
        settings.mail.password_file = text(given)?.into();
        Ok(())
    }),
];

fn text(given: Given) -> Result<String, String> {
    match given {
        Given::Text(text) => Ok(text),
        _ => Err(Kind::Text.wanted().into()),
    }
}

fn list(given: Given) -> Result<Vec<String>, String> {
    match given {
        Given::List(list) if list.len() <= MAX_LIST => Ok(list),
        Given::List(_) => Err(format!("has more than {MAX_LIST} entries; leave some out")),
        _ => Err(Kind::List.wanted().into()),
    }
}

fn number(given: Given, least: i64, most: i64) -> Result<u32, String> {
    let Given::Number(number) = given else { return Err(Kind::Number.wanted().into()) };
    let fits = u32::try_from(number).ok().filter(|_| (least..=most).contains(&number));
    fits.ok_or_else(|| format!("must be between {least} and {most}"))
}

fn addresses(given: Given, check: impl Fn(&str) -> Result<(), addresses::AddressError>) -> Result<Vec<String>, String> {
    let list = list(given)?;
    for address in &list {
        check(address).map_err(|why| format!("holds '{address}', which cannot be used: {why}"))?;
    }
    Ok(list)
}

fn check_host(host: &str) -> Result<(), String> {
    let known = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    let named = !host.is_empty() && host.len() <= MAX_HOST && host.chars().all(known);
    let numbered = host.trim_matches(['[', ']']).parse::<std::net::Ipv6Addr>().is_ok();
    if named || numbered {
        return Ok(());
    }
    Err(format!("holds '{host}', which is no host; write only the name or number, without https:// and without a port"))
}
