//! What the program refuses, and how it says so: the exit code for scripts, the sentence for people.

use anyhow::{Context as _, Result, ensure};
use kith_protocol::{partnership::Invitation, time::Timestamp};
use kith_tests::cluster::{Cluster, Node, Ran, Scratch, run, wait_for};
use serde_json::Value;
use std::{fs, sync::Arc};

// The exit codes that the program promises, by what they mean.
const REFUSED: i32 = 1;
const USAGE: i32 = 2;
const UNREACHABLE: i32 = 3;
const UNVERIFIED: i32 = 4;
const NOT_FOUND: i32 = 5;
const DISK: i32 = 74;

struct Home {
    _dir: Scratch,
    node: Arc<Node>,
    others: Vec<Arc<Node>>,
}

impl Home {
    fn start(count: usize) -> Result<Self> {
        let dir = Scratch::new()?;
        let mut nodes = Cluster::start(count, dir.path())?.nodes;
        Ok(Self { _dir: dir, node: nodes.remove(0), others: nodes })
    }

    fn dir(&self) -> &str {
        dir_of(&self.node)
    }

    fn type_in(&self, args: &[&str]) -> Result<Ran> {
        run(&[args, &["--dir", self.dir()]].concat())
    }

    fn add(&self, name: &str) -> Result<String> {
        let added = self.type_in(&["member", "add", "--name", name, "--json"])?.ok()?.json()?;
        added["member"].as_str().map(str::to_owned).context("a new member has an id")
    }

    /// The command is refused in words and in JSON, with this exit code, code and sentence.
    fn refuses(&self, args: &[&str], exit: i32, code: &str, part: &str) -> Result<()> {
        refused(&[args, &["--dir", self.dir()]].concat(), exit, code, part)
    }
}

fn dir_of(node: &Node) -> &str {
    node.dir.to_str().expect("a directory of a test has a plain name")
}

fn refused(args: &[&str], exit: i32, code: &str, part: &str) -> Result<()> {
    let said = run(args)?;
    ensure!(said.code == Some(exit), "{args:?} should end with {exit}: {said:?}");
    ensure!(said.err.contains(part) && said.out.is_empty(), "{args:?} should say '{part}': {said:?}");
    let json = run(&[args, &["--json"]].concat())?;
    ensure!(json.code == Some(exit), "{args:?} should end with {exit} for programs, too: {json:?}");
    let problem = json.json()?;
    ensure!(problem["code"] == code && problem["exit"] == exit, "{args:?} should be {code}: {problem}");
    ensure!(problem["type"] == format!("/problems/{code}"), "{problem}");
    let detail = problem["detail"].as_str().unwrap_or_default();
    ensure!(detail.contains(part), "{args:?} should say '{part}' to programs, too: {problem}");
    Ok(())
}

#[test]
fn every_kind_of_refusal_has_its_exit_code_and_sentence() -> Result<()> {
    let home = Home::start(1)?;
    let (ada, ben) = (home.add("Ada")?, home.add("Ben")?);
    let nobody = "01JD8Z3M5T8Q6V0N4R7K2X9C1B";
    let record = |giver: &str, receiver: &str, minutes: &str, exit: i32, code: &str, part: &str| {
        let minutes = format!("--minutes={minutes}");
        home.refuses(&["exchange", "record", "--giver", giver, "--receiver", receiver, &minutes], exit, code, part)
    };
    record(&ada, nobody, "30", NOT_FOUND, "unknown-member", "there is no member 01JD8Z3M5T8Q6V0N4R7K2X9C1B here")?;
    record(&ada, "Ben", "30", USAGE, "usage", "'Ben' is not a member's id")?;
    record(&ada, &ben, "-5", REFUSED, "minutes-not-positive", "-5")?;
    record(&ada, &ben, "0", REFUSED, "minutes-not-positive", "0")?;
    record(&ada, &ben, "9223372036854775807", REFUSED, "minutes-too-many", "9223372036854775807")?;
    record(&ada, &ben, "9223372036854775808", USAGE, "usage", "9223372036854775808")?;
    record(&ada, &ben, "1.5", USAGE, "usage", "1.5")?;
    record(&ada, &ben, "an hour", USAGE, "usage", "an hour")?;
    record(&ada, &ben, "100000", REFUSED, "exchange-too-long", "more than one exchange may have here")?;
    record(&ada, &ada, "30", REFUSED, "with-oneself", "themselves")?;
    home.refuses(&["exchange", "record", "--giver", &ada], USAGE, "usage", "--receiver")?;
    home.refuses(&["exchange", "show", nobody], NOT_FOUND, "unknown-exchange", nobody)?;
    home.refuses(&["member", "add", "--name", ""], REFUSED, "bad-text", "name")?;
    home.refuses(&["member", "add", "--name", "A\u{7}b"], REFUSED, "bad-text", "name")?;
    home.refuses(&["offer", "withdraw", nobody], NOT_FOUND, "unknown-record", nobody)?;
    home.refuses(&["membr", "list"], USAGE, "usage", "member")?;
    refused(&["status", "--dir", "/nonexistent"], NOT_FOUND, "no-community", "kith init")?;
    refused(&["status", "--url", "http://127.0.0.1:1"], UNREACHABLE, "unreachable", "kith serve")?;
    let listing = home.type_in(&["member", "list", "--json"])?.ok()?.json()?;
    ensure!(listing["items"].as_array().map(Vec::len) == Some(3), "a refusal changed something: {listing}");
    home.node.stop_gracefully()?;
    home.refuses(&["status"], UNREACHABLE, "not-running", "kith serve --dir")?;
    // A journal damaged where it was safe on disk stops the node by name.
    let journal = fs::read_dir(home.node.dir.join("journal"))?.next().context("a journal has a segment")??.path();
    let mut bytes = fs::read(&journal)?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&journal, bytes)?;
    fs::remove_dir_all(home.node.dir.join("index"))?;
    fs::remove_file(home.node.dir.join("snapshot"))?;
    let damaged = home.type_in(&["serve", "--http", "127.0.0.1:0"])?;
    ensure!(damaged.code == Some(DISK) && damaged.err.contains("the journal is damaged"), "{damaged:?}");
    let codes = run(&["exit-codes", "--json"])?.ok()?.json()?;
    let listed: Vec<i64> = codes.as_array().into_iter().flatten().filter_map(|code| code["code"].as_i64()).collect();
    let known = [0, REFUSED, USAGE, UNREACHABLE, UNVERIFIED, NOT_FOUND, DISK].map(i64::from);
    ensure!(listed == known, "the program lists {listed:?}");
    Ok(())
}

#[test]
fn the_floor_of_the_charter_holds_and_the_balance_stays() -> Result<()> {
    let home = Home::start(1)?;
    let (ada, ben) = (home.add("Ada")?, home.add("Ben")?);
    let mut charter = home.type_in(&["charter", "show", "--json"])?.ok()?.json()?;
    charter["person_floor_minutes"] = Value::from(-60);
    let file = home.node.dir.with_file_name("charter.json");
    fs::write(&file, charter.to_string())?;
    let file = file.to_str().context("a plain name")?;
    home.type_in(&["charter", "set", "--file", file])?.ok()?;
    let record = ["exchange", "record", "--giver", &ada, "--receiver", &ben, "--minutes"];
    home.type_in(&[&record[..], &["60"]].concat())?.ok()?;
    home.refuses(&[&record[..], &["1"]].concat(), REFUSED, "member-floor", "the charter stops at -60")?;
    let shown = home.type_in(&["member", "show", &ben, "--json"])?.ok()?.json()?;
    ensure!(shown["balance_minutes"] == -60, "{shown}");
    Ok(())
}

#[test]
fn a_second_process_on_one_directory_is_refused_by_name() -> Result<()> {
    let home = Home::start(1)?;
    let part = "another kith is running on";
    home.refuses(&["serve", "--http", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/tcp/0"], REFUSED, "locked", part)?;
    home.refuses(&["rebuild"], REFUSED, "locked", part)?;
    home.type_in(&["status"])?.ok().context("the first process is none the worse")?;
    // A lock does not outlive its process.
    home.node.kill9()?;
    home.type_in(&["rebuild"])?.ok()?;
    home.node.start()
}

#[test]
fn a_slip_in_the_settings_is_named_with_its_line() -> Result<()> {
    let home = Home::start(1)?;
    home.node.stop_gracefully()?;
    let file = home.node.dir.join("kith.toml");
    let cases = [
        ("# mine\n[http]\nlistn = \"127.0.0.1:0\"\n", "line 3", "did you mean 'listen'?"),
        ("[netwrk]\nmdns = false\n", "line 1", "did you mean 'network'?"),
        ("[network]\nmdns = \"yes\"\n", "line 2", "'mdns'"),
        ("[http]\nlisten = \"everywhere\"\n", "line 2", "'listen'"),
        ("[http\n", "line 1", "kith.toml"),
    ];
    for (text, line, part) in cases {
        fs::write(&file, text)?;
        home.refuses(&["serve"], USAGE, "settings", part).with_context(|| text.to_owned())?;
        home.refuses(&["serve"], USAGE, "settings", line).with_context(|| text.to_owned())?;
    }
    fs::remove_file(&file)?;
    home.refuses(&["serve", "--listen", "nowhere"], USAGE, "settings", "--listen")?;
    home.refuses(&["serve", "--config", "/nonexistent.toml"], USAGE, "settings", "/nonexistent.toml")
}

#[test]
fn invitations_are_good_once_and_in_time_and_whole() -> Result<()> {
    let home = Home::start(3)?;
    let [oak, ash] = [0, 1].map(|n: usize| Arc::clone(&home.others[n]));
    let made = home.type_in(&["partner", "invite", "--json"])?.ok()?.json()?;
    let text = made["text"].as_str().context("an invitation has a text")?;
    let accept = |node: &Node, text: &str, code: &str, part: &str| {
        refused(&["partner", "accept", text, "--dir", dir_of(node)], REFUSED, code, part)
    };
    for garbled in
        ["hello", "KITH1:", &text[..text.len() - 4], &text.replacen("KITH1", "KITH9", 1), &format!("{text}A")]
    {
        accept(&oak, garbled, "bad-invitation", "copy all of it")?;
    }
    let invitation = Invitation::parse(text)?;
    let late = Invitation { expires_at: Timestamp(1_000), ..invitation.clone() };
    accept(&oak, &late.to_text(), "invitation-expired", "ask for a new one")?;
    accept(&home.node, text, "partner-is-self", "its own partner")?;
    // Whoever changes the expiry or the terms of an invitation is refused by whoever made it.
    let greedy = Invitation { inviter_limit: 0, acceptor_limit: 100_000, ..invitation };
    run(&["partner", "accept", &greedy.to_text(), "--dir", dir_of(&ash)])?.ok()?;
    wait_state(&ash, &home.node, "refused")?;
    run(&["partner", "accept", text, "--dir", dir_of(&oak)])?.ok()?;
    wait_state(&oak, &home.node, "live")?;
    accept(&oak, text, "partnership-exists", "already a partnership")?;
    run(&["partner", "accept", text, "--dir", dir_of(&ash)])?.ok()?;
    wait_state(&ash, &home.node, "refused")?;
    let partners = home.node.partners()?;
    ensure!(partners.len() == 1 && partners[0].community == oak.id(), "{partners:?}");
    Ok(())
}

fn wait_state(node: &Node, partner: &Node, state: &str) -> Result<()> {
    wait_for(&format!("{} to find its invitation {state}", node.name), || {
        Ok((node.partner(partner)?.state == state).then_some(()))
    })
}

#[test]
fn a_table_of_people_comes_in_but_for_what_does_not_fit() -> Result<()> {
    let home = Home::start(1)?;
    let file = home.node.dir.with_file_name("people.csv");
    let table = "N,Full name,E-mail,Offers,Balance\n\
                 1,Ada Park,ada@example.org,Garden;Lifts,90\n\
                 2,,nobody@example.org,,0\n\
                 3,Ben Okri,not an address,,0\n\
                 4,Cai Wu,cai@example.org,Soup,soon\n\
                 5,Di Roy,di@example.org,,-30\n";
    fs::write(&file, table)?;
    let (file, report) = (file.to_str().context("a plain name")?, home.node.dir.with_file_name("report.csv"));
    let report_text = report.to_str().context("a plain name")?;
    let import = |map: &'static str| ["import", "people", file, "--map", map];
    home.refuses(&import("name=Full nme,email=E-mail"), USAGE, "import", "did you mean 'Full name'?")?;
    home.refuses(&import("nmae=Full name"), USAGE, "import", "did you mean 'name'?")?;
    let map = "external=N,name=Full name,email=E-mail,offers=Offers,opening=Balance";
    let good = [&import(map)[..], &["--report", report_text]].concat();
    let came = home.type_in(&[&good[..], &["--json"]].concat())?.ok()?.json()?;
    ensure!(
        (&came["admitted"], &came["lines_left_out"], &came["offers"]) == (&2.into(), &3.into(), &2.into()),
        "{came}"
    );
    let lines: Vec<i64> = came["misfits"].as_array().into_iter().flatten().filter_map(|m| m["line"].as_i64()).collect();
    ensure!(lines == [3, 4, 5], "the wrong lines were left out: {came}");
    ensure!(fs::read_to_string(&report)?.lines().count() == 4, "the report has other lines");
    let again = home.type_in(&[&good[..], &["--json"]].concat())?.ok()?.json()?;
    ensure!((&again["admitted"], &again["already_here"]) == (&0.into(), &2.into()), "{again}");
    let listed = home.type_in(&["member", "list", "--json"])?.ok()?.json()?;
    let balances: Vec<(&str, i64)> = listed["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|m| Some((m["name"].as_str()?, m["balance_minutes"].as_i64()?)))
        .collect();
    ensure!(balances.len() == 3, "{balances:?}");
    ensure!(balances.contains(&("Ada Park", 90)) && balances.contains(&("Di Roy", -30)), "{balances:?}");
    ensure!(home.node.status()?.ledger_sum_minutes == 0, "opening balances come from nowhere");
    Ok(())
}
