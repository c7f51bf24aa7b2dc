//! A community's backup, from the command line and real nodes: made while the node works, judged, restored elsewhere, handed over.

use anyhow::{Context as _, Result, ensure};
use kith::api::types::NewInvitation;
use kith_protocol::partnership::Payee;
use kith_tests::cluster::{
    Node, Person, Ran, Scratch, found_with_words, fresh_exchange, partner, run, signed_exchange, signed_payment,
    wait_for,
};
use serde_json::Value;
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

/// A community that runs, and its recovery words in a file.
struct Elm {
    dir: Scratch,
    node: Node,
    words: PathBuf,
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a directory of a test has a plain name")
}

impl Elm {
    fn start() -> Result<Self> {
        let dir = Scratch::new()?;
        let (node, words) = found_with_words(&dir.path().join("elm"), "Elm Street")?;
        node.start()?;
        Ok(Self { dir, node, words })
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A command of this community's directory.
    fn give(&self, args: &[&str]) -> Result<Ran> {
        run(&[args, &["--dir", text(&self.node.dir)]].concat())
    }

    /// A command that needs the recovery words.
    fn with_words(&self, args: &[&str]) -> Result<Ran> {
        run(&[args, &["--words-file", text(&self.words)]].concat())
    }
}

/// The balances that a node shows, by name.
fn balances(node: &Node) -> Result<Vec<(String, i64)>> {
    let list: Value = node.client().get("/api/v1/members?limit=500")?;
    let items = list["items"].as_array().context("a list has items")?;
    let mut found: Vec<(String, i64)> = items
        .iter()
        .map(|item| {
            let name = item["name"].as_str().unwrap_or_default().to_owned();
            item["balance_minutes"].as_i64().map(|balance| (name, balance)).context("a member has a balance")
        })
        .collect::<Result<_>>()?;
    found.sort();
    Ok(found)
}

#[test]
fn a_working_node_is_backed_up_judged_and_restored_elsewhere() -> Result<()> {
    let elm = Elm::start()?;
    let (ada, ben) = (Person::join(&elm.node, "Ada Park")?, Person::join(&elm.node, "Ben Okri")?);
    let file = elm.beside("elm.age");
    let enough = AtomicBool::new(false);
    let backed = thread::scope(|scope| -> Result<Ran> {
        let work = scope.spawn(|| -> Result<()> {
            while !enough.load(Ordering::SeqCst) {
                let new = signed_exchange(&elm.node, &ada, &ben, 1, fresh_exchange()?)?;
                let _: Value = elm.node.client().post("/api/v1/exchanges", &new, None)?;
                // There and back, so that nobody reaches a limit.
                let new = signed_exchange(&elm.node, &ben, &ada, 1, fresh_exchange()?)?;
                let _: Value = elm.node.client().post("/api/v1/exchanges", &new, None)?;
            }
            Ok(())
        });
        let backed = elm.give(&["backup", "--out", text(&file)]);
        enough.store(true, Ordering::SeqCst);
        work.join().expect("the worker does not panic")?;
        backed
    })?
    .ok()?;
    ensure!(backed.out.contains("kith backup verify"), "{backed:?}");
    let judged = elm.with_words(&["backup", "verify", text(&file), "--json"])?.ok()?.json()?;
    ensure!(judged["name"] == "Elm Street" && judged["handover"] == false, "{judged}");
    ensure!(elm.with_words(&["backup", "verify", text(&file)])?.ok()?.out.contains("The backup is good."));
    // Once more when nothing moves: what is restored can then be compared.
    elm.give(&["backup", "--out", text(&file)])?.ok()?;
    let (before, shown) = (elm.node.checkpoint()?, balances(&elm.node)?);
    elm.node.kill9()?;

    let new = elm.beside("new");
    let restored = elm.with_words(&["restore", text(&file), "--dir", text(&new)])?.ok()?;
    ensure!(restored.out.contains("ordinary backup") && restored.out.contains("kith serve"), "{restored:?}");
    let back = Node::in_dir(&new, "Elm Street", &[]);
    back.start()?;
    ensure!(back.id() == elm.node.id(), "another community came back");
    ensure!(balances(&back)? == shown, "the balances differ");
    let grown: Value = back.client().get(&format!(
        "/api/v1/ledger/consistency?old={}&new={}",
        before.size,
        back.checkpoint()?.size
    ))?;
    ensure!(grown["old_root"] == before.root.to_string(), "the ledger does not go on from the old one: {grown}");
    let (cat, dan) = (Person::join(&back, "Cat")?, Person::join(&back, "Dan")?);
    let new = signed_exchange(&back, &cat, &dan, 30, fresh_exchange()?)?;
    let _: Value = back.client().post("/api/v1/exchanges", &new, None)?;
    let exported = elm.beside("new.car");
    run(&["ledger", "export", "--dir", text(&back.dir), "--out", text(&exported)])?.ok()?;
    run(&["verify", text(&exported)])?.ok()?;
    ensure!(back.log()?.contains("restored from a backup"), "the log does not say where this copy comes from");
    Ok(())
}

#[test]
fn what_is_wrong_with_a_backup_is_said_with_an_exit_code() -> Result<()> {
    let elm = Elm::start()?;
    let file = elm.beside("elm.age");
    elm.give(&["backup", "--out", text(&file)])?.ok()?;
    let status = elm.give(&["status", "--json"])?.ok()?.json()?;
    ensure!(status["backup_overdue"] == false, "{status}");
    elm.node.stop_gracefully()?;
    // A stopped node's directory is read.
    elm.give(&["backup", "--out", text(&file)])?.ok()?;
    let bytes = fs::read(&file)?;
    let bad = elm.beside("bad.age");
    let code = |what: &str, bytes: &[u8], expected: (i32, &str)| -> Result<()> {
        fs::write(&bad, bytes)?;
        let ran = elm.with_words(&["backup", "verify", text(&bad), "--json"])?;
        let found = (ran.code, ran.json()?["code"].clone());
        ensure!(found == (Some(expected.0), Value::from(expected.1)), "{what}: {ran:?}");
        Ok(())
    };
    let mut changed = bytes.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    code("changed", &changed, (4, "changed"))?;
    code("cut in its header", &bytes[..60], (4, "cut-short"))?;
    code("cut", &bytes[..bytes.len() - 9], (4, "changed"))?;
    code("something else", b"hello, this is no backup", (2, "not-a-backup"))?;

    fs::set_permissions(&elm.words, fs::Permissions::from_mode(0o644))?;
    let exposed = elm.with_words(&["backup", "verify", text(&file), "--json"])?;
    ensure!(exposed.code == Some(2) && exposed.json()?["code"] == "secret-exposed", "{exposed:?}");
    fs::set_permissions(&elm.words, fs::Permissions::from_mode(0o600))?;
    let kept = fs::read_to_string(&elm.words)?;
    fs::write(&elm.words, kept.replacen('\n', "x\n", 1))?;
    let slip = elm.with_words(&["restore", text(&file), "--dir", text(&elm.beside("new"))])?;
    ensure!(slip.code == Some(2) && slip.err.contains("word 1 "), "{slip:?}");
    fs::write(&elm.words, kept)?;
    let full = elm.with_words(&["restore", text(&file), "--dir", text(&elm.node.dir), "--json"])?;
    ensure!(full.code == Some(1) && full.json()?["code"] == "not-empty", "{full:?}");
    let no_room = elm.give(&["backup", "--out", "/dev/full/x", "--json"])?;
    ensure!(no_room.code == Some(2), "{no_room:?}");
    Ok(())
}

#[test]
fn a_handover_leaves_one_copy_that_can_sign() -> Result<()> {
    let elm = Elm::start()?;
    let (ada, ben) = (Person::join(&elm.node, "Ada")?, Person::join(&elm.node, "Ben")?);
    let new = signed_exchange(&elm.node, &ada, &ben, 45, fresh_exchange()?)?;
    let _: Value = elm.node.client().post("/api/v1/exchanges", &new, None)?;
    let file = elm.beside("elm.age");
    let said = elm.give(&["handover", "--out", text(&file)])?.ok()?;
    ensure!(said.out.contains("stop it") && said.out.contains("kith restore"), "{said:?}");
    let late = elm.give(&["member", "add", "--name", "Too Late", "--json"])?;
    ensure!(late.code == Some(1) && late.json()?["code"] == "retired", "{late:?}");
    elm.node.stop_gracefully()?;
    let refused = elm.give(&["serve", "--http", "127.0.0.1:0", "--json"])?;
    ensure!(refused.code == Some(1) && refused.json()?["code"] == "retired", "{refused:?}");

    let new = elm.beside("new");
    let restored = elm.with_words(&["restore", text(&file), "--dir", text(&new)])?.ok()?;
    ensure!(restored.out.contains("comes from a handover"), "{restored:?}");
    let back = Node::in_dir(&new, "Elm Street", &[]);
    back.start()?;
    let shown = balances(&back)?;
    ensure!(shown.contains(&("Ada".into(), 45)) && shown.contains(&("Ben".into(), -45)), "{shown:?}");
    ensure!(!shown.iter().any(|(name, _)| name == "Too Late"), "{shown:?}");
    Ok(())
}

#[test]
fn a_restored_community_asks_its_partner_what_it_forgot() -> Result<()> {
    let elm = Elm::start()?;
    let oak = Node::found(&elm.beside("oak"), "Oak Lane")?;
    oak.start()?;
    let account = partner(&elm.node, &oak, &NewInvitation::default())?;
    let (ada, ben) = (Person::join(&elm.node, "Ada")?, Person::join(&oak, "Ben")?);
    let payee = Payee::Alias(oak.alias(&ben.id, &elm.node)?);
    let pay = |from: &Node, minutes: i64| -> Result<()> {
        let new = signed_payment(from, &oak, account, &ada, payee, minutes, fresh_exchange()?)?;
        let _: Value = from.client().post("/api/v1/payments", &new, None)?;
        Ok(())
    };
    let settled = |from: &Node, minutes: i64| {
        wait_for(&format!("{minutes} minutes to be settled on both sides"), || {
            let (here, there) = (from.partner(&oak)?, oak.partner(from)?);
            let still =
                [&here, &there].iter().all(|view| view.undecided + view.unconfirmed == 0 && view.on_hold_minutes == 0);
            let paid =
                oak.member(&ben.id)?.balance_minutes == minutes && from.member(&ada.id)?.balance_minutes == -minutes;
            Ok((still && paid && here.state == "live" && here.net_minutes == -there.net_minutes).then_some(()))
        })
    };
    pay(&elm.node, 30)?;
    settled(&elm.node, 30)?;
    let file = elm.beside("elm.age");
    elm.give(&["backup", "--out", text(&file)])?.ok()?;
    // What the backup does not know.
    pay(&elm.node, 45)?;
    settled(&elm.node, 75)?;
    elm.node.kill9()?;
    let judged = elm.with_words(&["backup", "verify", text(&file), "--json"])?.ok()?.json()?;
    ensure!(judged["lanes"][0]["proposed"] == 1 && judged["lanes"][0]["learned"] == 1, "{judged}");

    let new = elm.beside("new");
    elm.with_words(&["restore", text(&file), "--dir", text(&new)])?.ok()?;
    let back = Node::in_dir(&new, "Elm Street", &[]);
    back.start()?;
    settled(&back, 75)?;
    pay(&back, 15)?;
    settled(&back, 90)?;
    for node in [&back, &oak] {
        let exported = elm.beside(&format!("{}.car", node.name.replace(' ', "-")));
        run(&["ledger", "export", "--dir", text(&node.dir), "--out", text(&exported)])?.ok()?;
        run(&["verify", text(&exported)])?.ok()?;
    }
    Ok(())
}
