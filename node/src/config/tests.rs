#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use std::collections::BTreeSet;

const SHIPPED: &str = include_str!("../../../deploy/kith.toml");

fn file(text: &str) -> Result<Settings, String> {
    let mut settings = Settings::default();
    settings.take_file("kith.toml", text).map_err(|error| error.to_string())?;
    Ok(settings)
}

fn environment(pairs: &[(&str, &str)]) -> Result<(Settings, Vec<String>), String> {
    let mut settings = Settings::default();
    let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let warnings = settings.take_environment(pairs).map_err(|error| error.to_string())?;
    Ok((settings, warnings))
}

/// The shipped example with the "#" before every section and key taken away.
fn uncommented() -> String {
    let live = |line: &str| !line.starts_with("# ") && line != "#" && line.starts_with('#');
    SHIPPED.lines().map(|line| if live(line) { &line[1..] } else { line }).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_shipped_example_says_every_key_and_its_default() {
    assert_eq!(file(SHIPPED).unwrap(), Settings::default());
    let text = uncommented();
    assert_eq!(file(&text).unwrap(), Settings::default());
    let table: toml::Table = text.parse().unwrap();
    let said: BTreeSet<(String, String)> = table
        .iter()
        .flat_map(|(section, body)| body.as_table().unwrap().keys().map(|key| (section.clone(), key.clone())))
        .collect();
    let known: BTreeSet<(String, String)> =
        KEYS.iter().map(|key| (key.section.to_owned(), key.name.to_owned())).collect();
    assert_eq!(said, known);
}

#[test]
fn the_example_is_not_equal_to_the_defaults_by_being_empty() {
    // Each line taken alone, with another value, changes the settings.
    let other = [
        "[http]\nlisten = \"127.0.0.1:1\"",
        "[http]\nallowed_hosts = [\"a.local\"]",
        "[http]\nsite = \"https://time.example.org\"",
        "[http]\nzone = \"Europe/London\"",
        "[network]\nlisten = []",
        "[network]\nannounce = [\"/ip4/192.0.2.1/tcp/1\"]",
        "[network]\npeers = [\"/ip4/192.0.2.1/tcp/1/p2p/12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5\"]",
        "[network]\nmdns = true",
        "[network]\nmax_connections = 9",
        "[log]\nformat = \"json\"",
        "[log]\nlevel = \"warn\"",
        "[store]\ncache_mib = 3",
        "[backup]\ndir = \"/mnt/disk\"",
        "[backup]\nkeep = 3",
        "[backup]\ndaily = false",
        "[mail]\nserver = \"mail.example.org\"",
        "[mail]\nport = 465",
        "[mail]\ntls = \"tls\"",
        "[mail]\nfrom = \"kith@example.org\"",
        "[mail]\nuser = \"kith\"",
        "[mail]\npassword_file = \"mail.password\"",
    ];
    assert_eq!(other.len(), KEYS.len());
    for (key, text) in KEYS.iter().zip(other) {
        assert!(text.contains(key.name), "{text}");
        assert_ne!(file(text).unwrap(), Settings::default(), "{text}");
    }
}

#[test]
fn a_slip_is_named_with_its_line_and_what_was_meant() {
    for (text, part) in [
        (
            "\n[http]\nlisen = \"127.0.0.1:1\"",
            "kith.toml, line 3: there is no setting under [http] called 'lisen'; did you mean 'listen'?",
        ),
        ("[htpp]\nlisten = \"x\"", "kith.toml, line 1: there is no section 'htpp'; did you mean 'http'?"),
        ("[weather]\n", "there is no section 'weather'; there are http, network, log, store, backup"),
        ("listen = \"127.0.0.1:1\"", "'listen' stands outside a section; write [http] on a line above it"),
        ("[http]\nlisten = 8380", "kith.toml, line 2: 'listen' must be text in quotation marks"),
        ("[http]\nlisten = \"localhost\"", "must be an address and a port"),
        ("[http]\nallowed_hosts = [\"https://kith.local\"]", "without https://"),
        ("[http]\nsite = \"http://time.example.org\"", "kith.toml, line 2: 'site' must begin with https://"),
        ("[http]\nsite = \"https://192.168.1.20\"", "must have a domain name"),
        ("[http]\nzone = \"Elm Street\"", "kith.toml, line 2: 'zone' must be a time zone that this machine knows"),
        ("[network]\nlisten = [\"/ip4/0.0.0.0\"]", "holds '/ip4/0.0.0.0', which cannot be used"),
        ("[network]\nlisten = [1]", "must be a list of texts"),
        ("[network]\nannounce = [\"/ip4/0.0.0.0/tcp/1\"]", "0.0.0.0"),
        ("[network]\npeers = [\"/ip4/192.0.2.1/tcp/1\"]", "must end in /p2p/"),
        ("[network]\nmdns = \"yes\"", "must be true or false"),
        ("[network]\nmax_connections = 1", "must be between 4 and 10000"),
        ("[store]\ncache_mib = -1", "must be between 1 and"),
        ("[backup]\ndir = \" \"", "must name a folder"),
        ("[backup]\nkeep = 0", "must be between 1 and"),
        ("[log]\nlevel = \"loud\"", "\"trace\""),
        ("[log]\nlevel = \"info\"\nlevel = \"warn\"", "kith.toml, line 3"),
        ("[log\n", "kith.toml, line 1"),
    ] {
        let error = file(text).unwrap_err();
        assert!(error.contains(part), "{text:?} gave {error}");
    }
}

#[test]
fn the_environment_goes_before_the_file_and_a_slip_in_it_is_told() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(FILE), "[http]\nlisten = \"127.0.0.1:1\"\n[log]\nlevel = \"warn\"").unwrap();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let said = [
        pair("KITH_HTTP_LISTEN", "127.0.0.1:2"),
        pair("KITH_NETWORK_LISTEN", "/ip4/127.0.0.1/tcp/0, /ip4/127.0.0.1/udp/0/quic-v1"),
        pair("KITH_NETWORK_MDNS", "true"),
        pair("KITH_STORE_CACHE_MIB", "32"),
        pair("KITH_TOKEN_FILE", "/x"),
        pair("KITH_LOG_LEVLE", "debug"),
        pair("PATH", "/bin"),
    ];
    let (settings, warnings) = Settings::load(dir.path(), None, said).unwrap();
    assert_eq!(settings.http_listen.port(), 2);
    assert_eq!(settings.listen, ["/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"]);
    assert!(settings.mdns);
    assert_eq!(settings.cache_mib, 32);
    assert_eq!(settings.log_level, LogLevel::Warn);
    assert_eq!(warnings, ["the environment variable KITH_LOG_LEVLE sets nothing; did you mean KITH_LOG_LEVEL?"]);
}

#[test]
fn a_bad_variable_is_named() {
    let error = environment(&[("KITH_NETWORK_LISTEN", "0.0.0.0:8381")]).unwrap_err();
    assert!(error.starts_with("KITH_NETWORK_LISTEN: 'listen' holds '0.0.0.0:8381'"), "{error}");
    let error = environment(&[("KITH_NETWORK_MDNS", "on")]).unwrap_err();
    assert!(error.contains("must be true or false"), "{error}");
    assert_eq!(environment(&[("KITH_NETWORK_LISTEN", "")]).unwrap().0.listen, [""; 0]);
}

#[test]
fn a_file_that_is_asked_for_must_be_there() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(Settings::load(dir.path(), None, []).unwrap().0, Settings::default());
    let named = dir.path().join("other.toml");
    let error = Settings::load(dir.path(), Some(&named), []).unwrap_err();
    assert!(error.to_string().contains("other.toml"), "{error}");
}

#[test]
fn the_page_for_volunteers_lists_every_variable() {
    let page = include_str!("../../../deploy/README.md");
    for key in &KEYS {
        let row = format!("| `[{}] {}` | `{}` |", key.section, key.name, key.variable());
        assert!(page.contains(&row), "{row}");
    }
    assert_eq!(page.matches("| `KITH_").count(), KEYS.len());
}

#[test]
fn the_shares_of_connections_follow_their_sum() {
    assert_eq!(Settings::default().limits(), network::Limits::default());
    let limits = Settings { max_connections: 4, ..Settings::default() }.limits();
    assert_eq!((limits.connections, limits.connections_in, limits.connections_out), (4, 3, 2));
}

#[test]
fn a_zone_is_named_or_the_machines_own() {
    let settings = file("[http]\nzone = \"Europe/London\"").unwrap();
    assert_eq!(settings.zone.unwrap().iana_name(), Some("Europe/London"));
    assert_eq!(file("[http]\nzone = \"\"").unwrap(), Settings::default());
}

#[test]
fn browsers_may_ask_for_the_site_without_its_name_being_said_twice() {
    let settings = file("[http]\nallowed_hosts = [\"kith.local\"]\nsite = \"https://Time.Example.org\"").unwrap();
    assert_eq!(settings.hosts(), ["kith.local", "time.example.org"]);
    assert_eq!(settings.site.unwrap().origin(), "https://time.example.org");
    assert_eq!(file("[http]\nsite = \"\"").unwrap(), Settings::default());
}

#[test]
fn a_zone_is_kept_beside_all_else() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE);
    let listens = "127.0.0.1:1".parse().unwrap();
    let http = "[http]\nlisten = \"127.0.0.1:1\"\n";
    let zoned = "[log]\nlevel = \"warn\"\n[http]\nlisten = \"127.0.0.1:1\"\n  zone=\"\" # none\n[network]\nmdns = true";
    for (before, mdns) in [(http, false), (zoned, true), (&http.replace('\n', "\r\n"), false)] {
        std::fs::write(&path, before).unwrap();
        for zone in ["Europe/London", "America/Port-au-Prince"] {
            keep_zone(dir.path(), zone).unwrap();
            let (settings, _) = Settings::load(dir.path(), None, []).unwrap();
            assert_eq!(settings.zone.unwrap().iana_name(), Some(zone), "{before}");
            assert_eq!((settings.http_listen, settings.mdns), (listens, mdns));
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap().matches("zone").count(), 1);
    }
    // No file; what is shipped, where every line is a comment; and one in which there is no place for a line.
    std::fs::remove_file(&path).unwrap();
    keep_zone(dir.path(), "Europe/London").unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "[http]\nzone = \"Europe/London\"\n");
    std::fs::write(&path, SHIPPED).unwrap();
    keep_zone(dir.path(), "Europe/London").unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().starts_with(SHIPPED.trim_end()));
    assert!(Settings::load(dir.path(), None, []).unwrap().0.zone.is_some());
    let inline = "http = { mdns = true }";
    std::fs::write(&path, inline).unwrap();
    keep_zone(dir.path(), "Europe/London").unwrap_err();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), inline);
}
