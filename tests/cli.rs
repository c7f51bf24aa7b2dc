//! What people type, and what the program answers: a community from nothing, partners, exports, a rebuilt index, an orderly
//! stop.

use anyhow::{Context as _, Result, ensure};
use kith_protocol::ledger::archive::ArchiveReader;
use kith_tests::cluster::{
    Books, Node, Person, Scratch, fresh_exchange, run, run_with_input, signed_exchange, wait_for,
};
use serde_json::Value;
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

/// A node that runs, with commands that are typed at it.
struct Typed {
    _dir: Scratch,
    node: Node,
}

impl Typed {
    fn start(name: &str) -> Result<Self> {
        let dir = Scratch::new()?;
        let node = Node::found(&dir.path().join("home"), name)?;
        node.start()?;
        Ok(Self { _dir: dir, node })
    }

    fn dir(&self) -> &str {
        self.node.dir.to_str().expect("a directory of a test has a plain name")
    }

    /// A file beside the node's directory.
    fn beside(&self, name: &str) -> String {
        self.node.dir.with_file_name(name).to_str().expect("a directory of a test has a plain name").to_owned()
    }

    /// What a command says in words, if it ends well.
    fn words(&self, args: &[&str]) -> Result<String> {
        Ok(run(&[args, &["--dir", self.dir()]].concat())?.ok()?.out)
    }

    /// What a command says as JSON, if it ends well.
    fn json(&self, args: &[&str]) -> Result<Value> {
        run(&[args, &["--dir", self.dir(), "--json"]].concat())?.ok()?.json()
    }

    fn add(&self, name: &str) -> Result<String> {
        text(&self.json(&["member", "add", "--name", name])?, "member")
    }

    fn record(&self, giver: &str, receiver: &str, minutes: &str) -> Result<String> {
        let args = ["exchange", "record", "--giver", giver, "--receiver", receiver, "--minutes", minutes];
        text(&self.json(&args)?, "exchange")
    }

    fn balance(&self, member: &str) -> Result<i64> {
        let view = self.json(&["member", "show", member])?;
        view["balance_minutes"].as_i64().with_context(|| format!("no balance in {view}"))
    }
}

fn text(value: &Value, field: &str) -> Result<String> {
    value[field].as_str().map(str::to_owned).with_context(|| format!("no {field} in {value}"))
}

fn says(words: &str, parts: &[&str]) -> Result<()> {
    let missing: Vec<_> = parts.iter().filter(|part| !words.contains(**part)).collect();
    ensure!(missing.is_empty(), "{missing:?} is missing from:\n{words}");
    Ok(())
}

#[test]
fn a_community_from_nothing_to_a_recorded_hour() -> Result<()> {
    let dir = Scratch::new()?;
    let home = dir.path().join("elm");
    let home_text = home.to_str().context("a plain name")?;
    let founded = run(&["init", "--dir", home_text, "--name", "Elm Street", "--coordinator", "Maria Lopez"])?.ok()?;
    says(&founded.out, &["The community Elm Street is founded.", "did:key:z6Mk", "Maria Lopez", "24 words"])?;
    says(&founded.out, &["   1. ", "  24. ", &format!("kith serve --dir {home_text}")])?;
    let again = run(&["init", "--dir", home_text, "--name", "Elm Street"])?;
    ensure!(again.code == Some(1) && again.err.contains("already"), "founding twice: {again:?}");

    let elm = Typed { node: Node::in_dir(&home, "Elm Street", &[]), _dir: dir };
    elm.node.start()?;
    let ada = elm.words(&["member", "add", "--name", "Ada Park", "--phone", "020 7946 0000"])?;
    says(&ada, &["Done.", "Member: "])?;
    let list = elm.json(&["member", "list"])?;
    let id_of = |name: &str| -> Result<String> {
        let items = list["items"].as_array().context("a list has items")?;
        let found = items.iter().find(|item| item["name"] == name).with_context(|| format!("{name} is not listed"))?;
        text(found, "id")
    };
    let (ada, maria) = (id_of("Ada Park")?, id_of("Maria Lopez")?);
    says(&elm.words(&["member", "list"])?, &["Ada Park", "Maria Lopez", &ada])?;

    let offer = ["offer", "add", "--member", &ada, "--title", "Help in the garden", "--category", "garden"];
    says(&elm.words(&offer)?, &["Done.", "Key: "])?;
    elm.json(&["need", "add", "--member", &maria, "--title", "A lift to the clinic"])?;
    says(&elm.words(&["offer", "list", "--search", "GARDEN"])?, &["Help in the garden", "Elm Street"])?;
    ensure!(!elm.words(&["offer", "list", "--search", "clinic"])?.contains("clinic"), "a need is listed among offers");

    let record = ["exchange", "record", "--giver", &ada, "--receiver", &maria, "--minutes", "90", "--note", "beans"];
    says(&elm.words(&record)?, &["Settled.", "Exchange: ", "Ledger entry: "])?;
    says(&elm.words(&["member", "show", &ada])?, &["Ada Park", "1 h 30 min"])?;
    says(&elm.words(&["member", "statement", &maria])?, &["exchange", "-1 h 30 min"])?;
    let exchange = elm.record(&maria, &ada, "30")?;
    elm.words(&["exchange", "correct", &exchange, "--minutes", "20"])?;
    ensure!((elm.balance(&ada)?, elm.balance(&maria)?) == (70, -70), "the correction did not count");
    says(&elm.words(&["exchange", "show", &exchange])?, &["corrected", "20 min"])?;
    says(&elm.words(&["status"])?, &["Elm Street", "All hours together"])?;
    says(&elm.words(&["ledger", "checkpoint"])?, &["kith/did:key:z6Mk", "\u{2014} "])?;
    for file in walk(&elm.node.dir)? {
        let bytes = fs::read(&file)?;
        let named = |name: &[u8]| bytes.windows(name.len()).any(|part| part == name);
        ensure!(!named(b"Ada Park") && !named(b"beans"), "{} holds a name or a note in the clear", file.display());
    }
    ensure!(!elm.node.log()?.contains("Ada"), "the log names a member");
    Ok(())
}

fn walk(dir: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() { files.extend(walk(&path)?) } else { files.push(path) }
    }
    Ok(files)
}

#[test]
fn two_communities_become_partners_and_pay_by_typing() -> Result<()> {
    let (elm, oak) = (Typed::start("Elm Street")?, Typed::start("Oak Lane")?);
    let (ada, ben) = (elm.add("Ada")?, oak.add("Ben")?);
    let said = elm.words(&["partner", "invite", "--our-limit", "120", "--their-limit", "60", "--largest", "100"])?;
    let invitation = said.lines().find(|line| line.starts_with("KITH1:")).context("no invitation was shown")?;
    says(&said, &["good once"])?;
    // As it comes out of a mail: wrapped, and in small letters.
    let (head, tail) = invitation.split_at(invitation.len() / 2);
    let wrapped = format!("  {}\n {}\n", head.to_lowercase(), tail);
    let accepted = run_with_input(&["partner", "accept", "-", "--dir", oak.dir()], &wrapped)?.ok()?;
    says(&accepted.out, &["Accepted", "Elm Street"])?;
    for (here, there) in [(&elm, &oak), (&oak, &elm)] {
        wait_for("the partnership to stand", || {
            let list = here.words(&["partner", "list"])?;
            Ok((list.contains(&there.node.name) && list.contains("live")).then_some(()))
        })?;
    }
    let (elm_id, oak_id) = (elm.node.id().to_string(), oak.node.id().to_string());
    let shown = oak.json(&["partner", "show", &elm_id])?;
    ensure!((&shown["our_limit_minutes"], &shown["their_limit_minutes"]) == (&60.into(), &120.into()), "{shown}");
    let code = text(&oak.json(&["partner", "alias", "--member", &ben, "--partner", &elm_id])?, "alias")?;
    let pay = ["exchange", "pay", "--partner", &oak_id, "--payer", &ada, "--payee", &code, "--minutes", "45"];
    says(&elm.words(&pay)?, &["Recorded", "on hold"])?;
    let request = [&pay[..], &["--request", "slip 12"]].concat();
    let paid = text(&elm.json(&request)?, "exchange")?;
    ensure!(text(&elm.json(&request)?, "exchange")? == paid, "the same request counted twice");
    wait_for("the payments to settle", || {
        Ok((oak.balance(&ben)? == 90 && elm.json(&["exchange", "show", &paid])?["state"] == "settled").then_some(()))
    })?;
    ensure!(elm.balance(&ada)? == -90, "Ada has {}", elm.balance(&ada)?);
    let refused = run(&[&pay[..], &["--dir", elm.dir()]].concat())?;
    ensure!(refused.code == Some(1) && refused.err.contains("stops at"), "beyond the limit: {refused:?}");
    let alias = text(&elm.json(&["partner", "alias", "--member", &ada, "--partner", &oak_id])?, "alias")?;
    let ask = ["exchange", "ask", "--partner", &elm_id, "--giver", &ben, "--payer", &alias, "--minutes", "15"];
    let asked = text(&oak.json(&ask)?, "exchange")?;
    wait_for("the request to arrive", || Ok(elm.words(&["exchange", "list"])?.contains(&asked).then_some(())))?;
    says(&elm.words(&["exchange", "confirm", &asked, "--channel", "phone"])?, &["Recorded"])?;
    wait_for("the answer to the request", || Ok((oak.balance(&ben)? == 105).then_some(())))
}

/// Where each block of an archive ends, and which entry it holds; block 0 holds none.
fn blocks(bytes: &[u8]) -> Result<Vec<(usize, Option<u64>)>> {
    let mut reader = ArchiveReader::new();
    let mut ends = Vec::new();
    for (at, byte) in bytes.iter().enumerate() {
        reader.push(std::slice::from_ref(byte));
        while let Some(block) = reader.next_block()? {
            ends.push((at + 1, block.number.checked_sub(1)));
        }
    }
    Ok(ends)
}

#[test]
fn an_export_verifies_and_any_changed_byte_is_named() -> Result<()> {
    let elm = Typed::start("Elm Street")?;
    let (ada, ben) = (Person::join(&elm.node, "Ada")?, Person::join(&elm.node, "Ben")?);
    for minutes in 1..=20 {
        let new = signed_exchange(&elm.node, &ada, &ben, minutes, fresh_exchange()?)?;
        let _: Value = elm.node.client().post("/api/v1/exchanges", &new, None)?;
    }
    let good = elm.beside("good.car");
    says(&elm.words(&["ledger", "export", "--out", &good])?, &["Wrote ", "kith verify"])?;
    says(&run(&["verify", &good])?.ok()?.out, &["The ledger is sound", "Elm Street"])?;
    let summary = run(&["verify", &good, "--json"])?.ok()?.json()?;
    let size = elm.node.checkpoint()?.size;
    ensure!(summary["entries"] == size && summary["sum_minutes"] == 0, "{summary}");
    ensure!(summary["exchanges"] == 20 && summary["signatures_checked"].as_u64() >= Some(40), "{summary}");
    // A stopped node's directory gives the same bytes.
    elm.node.stop_gracefully()?;
    let stopped = elm.beside("stopped.car");
    elm.words(&["ledger", "export", "--out", &stopped])?;
    let bytes = fs::read(&good)?;
    ensure!(bytes == fs::read(&stopped)?, "the stopped node exports something else");

    let ends = blocks(&bytes)?;
    let bad = elm.beside("bad.car");
    const PLACES: usize = 50;
    for n in 0..PLACES {
        let at = n * (bytes.len() - 1) / (PLACES - 1);
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (n % 8);
        fs::write(&bad, &changed)?;
        let judged = run(&["verify", &bad, "--json"])?;
        ensure!(judged.code == Some(4), "byte {at} was changed: {judged:?}");
        let expected = ends.iter().find(|(end, _)| at < *end).and_then(|(_, entry)| *entry);
        let found = judged.json()?;
        ensure!(found["entry"].as_u64() == expected, "byte {at} is of entry {expected:?}: {found}");
        if let Some(entry) = expected {
            let said = run(&["verify", &bad])?;
            ensure!(said.err.contains(&format!("entry {entry} ")), "byte {at} is of entry {entry}: {said:?}");
        }
    }
    for cut in [bytes.len() - 1, ends[ends.len() - 2].0, ends[0].0, 10, 0] {
        fs::write(&bad, &bytes[..cut])?;
        let judged = run(&["verify", &bad])?;
        ensure!(judged.code == Some(4), "cut after {cut} bytes: {judged:?}");
    }
    fs::write(&bad, [&bytes[..], &bytes[ends[0].0..ends[1].0]].concat())?;
    ensure!(run(&["verify", &bad])?.code == Some(4), "an entry after the last was not noticed");
    Ok(())
}

#[test]
fn a_lost_or_spoilt_index_loses_nothing() -> Result<()> {
    let elm = Typed::start("Elm Street")?;
    let (ada, ben) = (elm.add("Ada Park")?, elm.add("Ben Okri")?);
    for minutes in ["15", "30", "45"] {
        elm.record(&ada, &ben, minutes)?;
    }
    let before = Books::read(&elm.node)?;
    elm.node.stop_gracefully()?;
    let index = elm.node.dir.join("index");
    type Damage = fn(&Path) -> std::io::Result<()>;
    let damages: [(&str, Damage, bool); 4] = [
        ("rebuilt", |_| Ok(()), true),
        ("removed", |index| fs::remove_dir_all(index), false),
        ("removed and rebuilt", |index| fs::remove_dir_all(index), true),
        ("spoilt", |index| fs::write(index.join("db"), [0xa5; 4_096]), false),
    ];
    for (what, damage, rebuild) in damages {
        damage(&index)?;
        if rebuild {
            says(&elm.words(&["rebuild"])?, &["Rebuilt from ", "3 members"])?;
        }
        elm.node.start().with_context(|| format!("with its index {what}"))?;
        let after = Books::read(&elm.node)?;
        ensure!(after.checkpoint.root == before.checkpoint.root, "with its index {what} the ledger is another");
        ensure!((elm.balance(&ada)?, elm.balance(&ben)?) == (90, -90), "with its index {what} hours are missing");
        says(&elm.words(&["member", "list"])?, &["Ada Park", "Ben Okri"])?;
        says(&elm.words(&["member", "statement", &ada])?, &["15 min", "30 min", "45 min"])?;
        elm.node.stop_gracefully()?;
    }
    Ok(())
}

#[test]
fn sigterm_stops_in_order_and_loses_nothing() -> Result<()> {
    let elm = Typed::start("Elm Street")?;
    let (ada, ben) = (Person::join(&elm.node, "Ada")?, Person::join(&elm.node, "Ben")?);
    let charter = elm.node.status()?.charter;
    let wide = kith::api::types::CharterView { person_floor_minutes: -1_000_000, ..charter };
    let _: Value = elm.node.client().put("/api/v1/charter", &wide)?;
    let (stopping, enough) = (AtomicBool::new(false), AtomicBool::new(false));
    let (acknowledged, status) = thread::scope(|scope| -> Result<_> {
        let hands: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| -> Result<Vec<_>> {
                    let mut done = Vec::new();
                    loop {
                        let id = fresh_exchange()?;
                        let new = signed_exchange(&elm.node, &ada, &ben, 1, id)?;
                        match elm.node.client().post::<_, Value>("/api/v1/exchanges", &new, None) {
                            Ok(_) => done.push(id),
                            Err(_) if stopping.load(Ordering::SeqCst) => return Ok(done),
                            Err(error) => return Err(error.into()),
                        }
                        enough.fetch_or(done.len() >= 20, Ordering::SeqCst);
                    }
                })
            })
            .collect();
        let ready = wait_for("some exchanges", || Ok(enough.load(Ordering::SeqCst).then_some(())));
        stopping.store(true, Ordering::SeqCst);
        let status = elm.node.stop_gracefully();
        let done: Result<Vec<_>> = hands.into_iter().map(|hand| hand.join().expect("hands do not panic")).collect();
        let done = done?.concat();
        ready.and(status).map(|status| (done, status))
    })?;
    ensure!(status.success(), "it ended with {status}:\n{}", elm.node.log_tail());
    says(&elm.node.log_tail(), &["stopped"])?;
    let not_running = run(&["status", "--dir", elm.dir()])?;
    ensure!(not_running.code == Some(3), "a stopped node: {not_running:?}");
    elm.node.start()?;
    let begun = Books::read(&elm.node)?.begun();
    let lost: Vec<_> = acknowledged.iter().filter(|id| !begun.contains_key(*id)).collect();
    ensure!(lost.is_empty(), "of {} acknowledged exchanges {} are missing", acknowledged.len(), lost.len());
    // What was recorded without a word at the very end is no more than what was under way.
    ensure!(begun.len() <= acknowledged.len() + 4, "{} became {}", acknowledged.len(), begun.len());
    says(&elm.node.log_tail(), &["\"replayed\":0"]).context("a graceful stop leaves nothing to be read back")
}

#[test]
fn secrets_are_for_their_owner_only() -> Result<()> {
    let elm = Typed::start("Elm Street")?;
    let mode = |path: &Path| -> Result<u32> { Ok(fs::metadata(path)?.permissions().mode() & 0o777) };
    ensure!(mode(&elm.node.dir)? == 0o700, "others can look into the directory: {:o}", mode(&elm.node.dir)?);
    let keys = elm.node.dir.join("keys");
    ensure!(mode(&keys)? == 0o700, "others can look into keys: {:o}", mode(&keys)?);
    let token = elm.node.dir.join("admin.token");
    for secret in walk(&keys)?.iter().chain([&token]) {
        ensure!(mode(secret)? == 0o600, "others can read {}: {:o}", secret.display(), mode(secret)?);
    }
    let held = fs::read_to_string(&token)?;
    ensure!(!elm.node.log()?.contains(held.trim()), "the log holds the admin token");
    for secret in [token.clone(), keys.join("operational")] {
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o644))?;
        let hint = format!("chmod 600 {}", secret.display());
        if secret == token {
            let refused = run(&["member", "list", "--dir", elm.dir()])?;
            ensure!(refused.code == Some(2) && refused.err.contains(&hint), "an open token: {refused:?}");
            elm.node.stop_gracefully()?;
        }
        let refused = run(&["serve", "--dir", elm.dir(), "--http", "127.0.0.1:0"])?;
        ensure!(refused.code == Some(2) && refused.err.contains(&hint), "an open secret: {refused:?}");
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600))?;
    }
    elm.node.start()
}
