#![expect(clippy::unwrap_used, reason = "tests")]

mod running;

use super::*;
use clap::CommandFactory as _;
use std::path::Path;

/// Runs a command in this process: the exit, standard output, standard error.
fn kith(args: &[&str]) -> (Exit, String, String) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let args = std::iter::once("kith").chain(args.iter().copied()).map(OsString::from);
    let exit = run(args, false, &mut stdout, &mut stderr);
    (exit, String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// All commands that do something, with their names.
fn leaves(command: &clap::Command, path: &str, found: &mut Vec<(String, clap::Command)>) {
    let path = format!("{path} {}", command.get_name());
    let mut inner = command.get_subcommands().filter(|inner| inner.get_name() != "help").peekable();
    if inner.peek().is_none() {
        found.push((path.trim().to_owned(), command.clone()));
    }
    inner.for_each(|inner| leaves(inner, &path, found));
}

/// Splits an example into words, as a shell would.
fn words(line: &str) -> Vec<String> {
    let mut quoted = false;
    let mut words = vec![String::new()];
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words
}

#[test]
fn every_command_has_an_example_that_it_understands() {
    Cli::command().debug_assert();
    let mut found = Vec::new();
    leaves(&Cli::command(), "", &mut found);
    assert!(found.len() > 30, "{}", found.len());
    for (name, command) in found {
        let help = command.get_long_about().unwrap_or_default().to_string();
        let example = help.split("Example: ").nth(1).unwrap_or_else(|| panic!("{name} has no example"));
        assert!(example.starts_with(&name), "the example of {name} is {example}");
        let mut args = words(example.lines().next().unwrap());
        if let Err(error) = Cli::try_parse_from(&args) {
            panic!("the example of {name} is not understood: {error}");
        }
        if !args.iter().any(|arg| arg == "--json") {
            args.push("--json".into());
        }
        assert!(Cli::try_parse_from(&args).unwrap().json, "{name} knows no --json");
    }
}

#[test]
fn the_help_lists_the_exit_codes() {
    let (exit, stdout, _) = kith(&["--help"]);
    assert_eq!(exit, Exit::Done);
    for exit in Exit::ALL {
        assert!(stdout.contains(&format!("{:>4}  {}", exit.code(), exit.meaning())), "{exit:?} in {stdout}");
    }
    assert!(kith(&["help", "exit-codes"]).1.contains("  74  "));
    let (_, codes, _) = kith(&["exit-codes", "--json"]);
    assert_eq!(json(&codes)[6]["code"], 74);
}

#[test]
fn without_a_command_the_help_is_shown() {
    let (exit, stdout, stderr) = kith(&[]);
    assert_eq!((exit, stdout.as_str()), (Exit::Usage, ""));
    assert!(stderr.contains("Usage: kith") && !stderr.starts_with("kith:"), "{stderr}");
}

#[test]
fn a_wrong_command_is_named_where_it_is_looked_for() {
    let (exit, stdout, stderr) = kith(&["member", "lsit"]);
    assert_eq!(exit, Exit::Usage);
    assert!(stdout.is_empty() && stderr.contains("list"), "{stderr}");
    let (exit, stdout, stderr) = kith(&["exchange", "record", "--minutes", "soon", "--json"]);
    assert_eq!(exit, Exit::Usage);
    assert_eq!(json(&stdout)["exit"], 2);
    assert_eq!(stderr, "");
}

#[test]
fn a_token_is_never_an_argument() {
    let mut found = Vec::new();
    leaves(&Cli::command(), "", &mut found);
    for (name, command) in found {
        let tokens = command.get_arguments().filter(|arg| arg.get_long().is_some_and(|long| long.contains("token")));
        for arg in tokens {
            assert_eq!(arg.get_long(), Some("token-file"), "{name}");
        }
    }
}

#[test]
fn a_node_that_does_not_run_is_told_from_one_that_is_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let (exit, stdout, _) = kith(&["status", "--dir", text(dir.path()), "--json"]);
    assert_eq!((exit, json(&stdout)["code"].as_str()), (Exit::NotFound, Some("no-community")));
    let home = dir.path().join("elm");
    assert_eq!(kith(&["init", "--dir", text(&home), "--name", "Elm"]).0, Exit::Done);
    let (exit, stdout, _) = kith(&["status", "--dir", text(&home), "--json"]);
    assert_eq!((exit, json(&stdout)["code"].as_str()), (Exit::Unreachable, Some("not-running")));
    // Nobody listens on the discard port.
    let (exit, _, stderr) = kith(&["status", "--url", "http://127.0.0.1:9"]);
    assert_eq!(exit, Exit::Unreachable);
    assert!(stderr.contains("Is the node running?"), "{stderr}");
    let (exit, _, stderr) = kith(&["status"]);
    assert_eq!(exit, Exit::Usage);
    assert!(stderr.contains("--dir DIR or --url URL"), "{stderr}");
}

#[test]
fn a_community_is_founded_once_and_says_its_words_once() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("elm");
    let (exit, stdout, _) = kith(&["init", "--dir", text(&home), "--name", "Elm", "--area", "gcpuv", "--json"]);
    assert_eq!(exit, Exit::Done);
    let said = json(&stdout);
    assert!(said["id"].as_str().unwrap().starts_with("did:key:z6Mk"));
    assert_eq!(said["coordinator"].as_str().unwrap().len(), 26);
    assert_eq!(said["recovery_words"].as_array().unwrap().len(), 24);
    let (exit, stdout, _) = kith(&["init", "--dir", text(&home), "--name", "Elm", "--json"]);
    assert_eq!((exit, json(&stdout)["code"].as_str()), (Exit::Refused, Some("already-founded")));
    let other = dir.path().join("oak");
    let (_, stdout, _) = kith(&["init", "--dir", text(&other), "--name", "Oak"]);
    assert!(stdout.contains("on paper") && stdout.contains("  24. "), "{stdout}");
    assert!(stdout.contains(&format!("kith serve --dir {}", text(&other))), "{stdout}");
    let (exit, _, stderr) = kith(&["init", "--dir", text(&dir.path().join("x")), "--name", " "]);
    assert_eq!(exit, Exit::Refused);
    assert!(stderr.contains("write something"), "{stderr}");
}

#[test]
fn a_stopped_node_is_exported_judged_and_rebuilt() {
    let dir = tempfile::tempdir().unwrap();
    let (home, file) = (dir.path().join("elm"), dir.path().join("elm.car"));
    let (_, founded, _) = kith(&["init", "--dir", text(&home), "--name", "Elm", "--json"]);
    let id = json(&founded)["id"].clone();
    let (exit, _, stderr) = kith(&["ledger", "export", "--dir", text(&home), "--out", text(&file)]);
    assert_eq!((exit, stderr.as_str()), (Exit::Done, ""));
    let (exit, stdout, _) = kith(&["verify", text(&file), "--json"]);
    assert_eq!(exit, Exit::Done, "{stdout}");
    assert_eq!(json(&stdout)["community"], id);
    assert_eq!(json(&stdout)["sum_minutes"], 0);

    let mut bytes = std::fs::read(&file).unwrap();
    let at = bytes.len() - 1;
    bytes[at] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let (exit, stdout, _) = kith(&["verify", text(&file), "--json"]);
    assert_eq!((exit, json(&stdout)["code"].as_str()), (Exit::Unverified, Some("archive")));
    assert_eq!(json(&stdout)["entry"], 0);
    assert_eq!(kith(&["verify", text(&dir.path().join("none.car"))]).0, Exit::Usage);

    let (exit, stdout, _) = kith(&["rebuild", "--dir", text(&home), "--json"]);
    assert_eq!(exit, Exit::Done, "{stdout}");
    assert_eq!((json(&stdout)["entries"].as_u64(), json(&stdout)["members"].as_u64()), (Some(1), Some(1)));
    let again = kith(&["ledger", "export", "--dir", text(&home), "--out", text(&file), "--json"]);
    assert_eq!(again.0, Exit::Done);
    assert_eq!(kith(&["verify", text(&file)]).0, Exit::Done);
}

#[test]
fn a_stopped_node_gets_a_new_key_by_its_words() {
    let dir = tempfile::tempdir().unwrap();
    let (home, words, file) = (dir.path().join("elm"), dir.path().join("words"), dir.path().join("elm.car"));
    let (_, founded, _) = kith(&["init", "--dir", text(&home), "--name", "Elm", "--json"]);
    let list = json(&founded)["recovery_words"].as_array().unwrap().clone();
    let spoken: Vec<&str> = list.iter().filter_map(|word| word.as_str()).collect();
    std::fs::write(&words, spoken.join(" ")).unwrap();
    std::fs::set_permissions(&words, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let (exit, stdout, _) = kith(&["rotate-key", "--dir", text(&home), "--words-file", text(&words), "--json"]);
    assert_eq!(exit, Exit::Done, "{stdout}");
    assert!(json(&stdout)["key_serial"].as_u64().unwrap() > 1);
    let (exit, stdout, _) = kith(&["rotate-key", "--dir", text(&home), "--words-file", text(&words)]);
    assert_eq!(exit, Exit::Done);
    assert!(stdout.contains("The node has a new key, good until ") && stdout.contains("kith serve --dir"), "{stdout}");
    // What the ledger says of itself is signed by the newest key, and good.
    assert_eq!(kith(&["ledger", "export", "--dir", text(&home), "--out", text(&file)]).0, Exit::Done);
    assert_eq!(kith(&["verify", text(&file)]).0, Exit::Done);
    assert_eq!(kith(&["rotate-key", "--dir", text(&home), text(&words)]).0, Exit::Usage);
}

#[test]
fn what_uses_a_directory_is_refused_while_another_does() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("elm");
    kith(&["init", "--dir", text(&home), "--name", "Elm"]);
    let lock = std::fs::File::options().write(true).open(home.join("lock")).unwrap();
    lock.lock().unwrap();
    for args in [["serve", "--dir", text(&home), "--json"], ["rebuild", "--dir", text(&home), "--json"]] {
        let (exit, stdout, _) = kith(&args);
        assert_eq!((exit, json(&stdout)["code"].as_str()), (Exit::Refused, Some("locked")), "{args:?}");
    }
    drop(lock);
    let nowhere = dir.path().join("nowhere");
    assert_eq!(kith(&["rebuild", "--dir", text(&nowhere)]).0, Exit::NotFound);
    assert_eq!(kith(&["serve", "--dir", text(&nowhere)]).0, Exit::NotFound);
    assert_eq!(kith(&["ledger", "export", "--dir", text(&nowhere), "--out", "x"]).0, Exit::NotFound);
    assert!(!nowhere.exists(), "what only looks makes no directory");
}
