//! Copies at partners, with real nodes: a community whose directory is gone comes back from its words and its partners; a
//! keeper that lies is found out and another one asked; whoever was erased is not in the next copy.

use age::x25519;
use anyhow::{Context as _, Result, anyhow, ensure};
use kith::{
    api::types::{EscrowSwitch, EscrowView, NewInvitation, SignInCode},
    backup, escrow,
    progress::Progress,
    runtime::clock,
};
use kith_protocol::{id::AccountId, partnership::Payee};
use kith_tests::cluster::{
    Node, Person, Ran, Scratch, found_with_words, fresh_exchange, partner, run, signed_exchange, signed_payment,
    wait_for,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

/// A community with two partners that keep its copies, all of them running.
struct Town {
    dir: Scratch,
    elm: Node,
    words: PathBuf,
    keepers: Vec<(Node, AccountId)>,
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a directory of a test has a plain name")
}

fn path_of(partner: &Node) -> String {
    format!("/api/v1/partners/{}/escrow", partner.id())
}

fn stand(node: &Node, partner: &Node) -> Result<EscrowView> {
    Ok(node.client().get(&path_of(partner))?)
}

impl Town {
    fn start(keepers: &[&str]) -> Result<Self> {
        let dir = Scratch::new()?;
        let (elm, words) = found_with_words(&dir.path().join("elm"), "Elm Street")?;
        elm.start()?;
        let mut town = Self { dir, elm, words, keepers: Vec::new() };
        for name in keepers {
            let node = Node::found(&town.dir.path().join(name), name)?;
            node.start()?;
            let account = partner(&town.elm, &node, &NewInvitation::default())?;
            let keep = EscrowSwitch { we_keep: Some(true), they_keep: None };
            let _: EscrowView = node.client().put(&path_of(&town.elm), &keep)?;
            let kept = EscrowSwitch { we_keep: None, they_keep: Some(true) };
            let _: EscrowView = town.elm.client().put(&path_of(&node), &kept)?;
            town.keepers.push((node, account));
        }
        Ok(town)
    }

    /// Sends every keeper a copy of what there is now, and waits until it is whole there.
    fn copied(&self) -> Result<()> {
        for (keeper, _) in &self.keepers {
            let asked = Some(clock::now().0);
            let _: EscrowView = self.elm.client().post(&format!("{}/now", path_of(keeper)), &json!({}), None)?;
            wait_for(&format!("{} to hold a new copy", keeper.name), || {
                let here = stand(&self.elm, keeper)?;
                Ok((here.copied_at >= asked && stand(keeper, &self.elm)?.kept_at == here.copied_at).then_some(()))
            })?;
        }
        Ok(())
    }

    /// Restores from partners into a directory beside.
    fn restore(&self, name: &str, addresses: &[String]) -> Result<(Ran, PathBuf)> {
        let dir = self.dir.path().join(name);
        let mut args = vec!["restore", "--from-partners"];
        args.extend(addresses.iter().map(String::as_str));
        args.extend(["--dir", text(&dir), "--words-file", text(&self.words), "--json"]);
        Ok((run(&args)?, dir))
    }

    /// Where the keepers are found, as their partner's page shows it.
    fn addresses(&self) -> Result<Vec<String>> {
        self.keepers
            .iter()
            .map(|(keeper, _)| {
                let shown = stand(&self.elm, keeper)?.addresses;
                shown.into_iter().next().with_context(|| format!("no address of {} is shown", keeper.name))
            })
            .collect()
    }

    /// What lies in a keeper's directory of this community's copy.
    fn kept_in(&self, keeper: &Node) -> Result<PathBuf> {
        let mut listed = fs::read_dir(keeper.dir.join("escrow"))?;
        Ok(listed.next().context("nothing is kept")??.path())
    }
}

fn pay(from: &Node, (to, account): &(Node, AccountId), payer: &Person, payee: &Person, minutes: i64) -> Result<()> {
    let code = Payee::Alias(to.alias(&payee.id, from)?);
    let new = signed_payment(from, to, *account, payer, code, minutes, fresh_exchange()?)?;
    let _: Value = from.client().post("/api/v1/payments", &new, None)?;
    Ok(())
}

/// Waits until a partnership moves again, nothing waits in it, and both sides say the same.
fn mirrored(one: &Node, other: &Node, net: i64) -> Result<()> {
    wait_for(&format!("{} and {} to say the same", one.name, other.name), || {
        let (here, there) = (one.partner(other)?, other.partner(one)?);
        let still = [&here, &there]
            .iter()
            .all(|view| view.state == "live" && view.undecided + view.unconfirmed == 0 && view.on_hold_minutes == 0);
        Ok((still && here.net_minutes == net && there.net_minutes == -net).then_some(()))
    })
}

fn verified(town: &Town, node: &Node) -> Result<()> {
    let exported = town.dir.path().join(format!("{}.car", node.name.replace(' ', "-")));
    run(&["ledger", "export", "--dir", text(&node.dir), "--out", text(&exported)])?.ok()?;
    run(&["verify", text(&exported)])?.ok()?;
    Ok(())
}

#[test]
fn a_lost_community_comes_back_from_its_words_and_its_partners() -> Result<()> {
    let town = Town::start(&["Oak Lane", "Ash Grove"])?;
    let [oak, ash] = [0, 1].map(|n: usize| &town.keepers[n]);
    let (ada, ben) = (Person::join(&town.elm, "Ada Park")?, Person::join(&town.elm, "Ben Okri")?);
    let (cat, dan) = (Person::join(&oak.0, "Cat")?, Person::join(&ash.0, "Dan")?);
    pay(&town.elm, oak, &ada, &cat, 30)?;
    pay(&town.elm, ash, &ben, &dan, 20)?;
    mirrored(&town.elm, &oak.0, 30)?;
    mirrored(&town.elm, &ash.0, 20)?;
    town.copied()?;
    let copied = town.elm.checkpoint()?;
    // Another day: what is new reaches the copies, and what comes after that only the partners' lanes.
    let inside = signed_exchange(&town.elm, &ada, &ben, 45, fresh_exchange()?)?;
    let _: Value = town.elm.client().post("/api/v1/exchanges", &inside, None)?;
    town.copied()?;
    let latest = town.elm.checkpoint()?;
    ensure!(latest.size > copied.size, "the second copy is to hold more than the first");
    pay(&town.elm, oak, &ada, &cat, 15)?;
    pay(&town.elm, ash, &ben, &dan, 5)?;
    mirrored(&town.elm, &oak.0, 45)?;
    mirrored(&town.elm, &ash.0, 25)?;
    let addresses = town.addresses()?;
    let (full, _) = town.restore("elm", &addresses)?;
    ensure!(full.code == Some(1) && full.json()?["code"] == "not-empty", "{full:?}");

    town.elm.kill9()?;
    fs::remove_dir_all(&town.elm.dir)?;
    fetched(&town, &addresses)?;
    let (ran, dir) = town.restore("elm-again", &addresses)?;
    let restored = ran.ok()?.json()?;
    // The same root over what the copy held.
    ensure!(restored["entries"] == latest.size && restored["root"] == latest.root.to_string(), "{restored}");
    let back = Node::in_dir(&dir, "Elm Street", &[]);
    back.start()?;
    ensure!(back.id() == town.elm.id(), "another community came back");
    mirrored(&back, &oak.0, 45)?;
    mirrored(&back, &ash.0, 25)?;
    back.check_consistent(&latest, &back.checkpoint()?)?;
    for (person, minutes) in [(&ada, 0), (&ben, -70)] {
        let member = back.member(&person.id)?;
        ensure!(member.balance_minutes == minutes && member.name.as_deref() == Some(&person.name), "{member:?}");
    }
    // Hours go on, both ways, and so do the copies: what was agreed came back with the people.
    pay(&back, oak, &ada, &cat, 10)?;
    mirrored(&back, &oak.0, 55)?;
    let again = Town { elm: back, ..town };
    again.copied()?;
    for node in [&again.elm, &again.keepers[0].0, &again.keepers[1].0] {
        verified(&again, node)?;
    }
    for (keeper, _) in &again.keepers {
        ensure!(
            !stand(keeper, &again.elm)?.claimed_at.is_empty(),
            "{} was not told that copies were asked for",
            keeper.name
        );
    }
    Ok(())
}

#[test]
fn a_keeper_that_lies_is_found_out_and_another_is_asked() -> Result<()> {
    let town = Town::start(&["Oak Lane", "Ash Grove"])?;
    let _ada = Person::join(&town.elm, "Ada Park")?;
    town.copied()?;
    let addresses = town.addresses()?;
    let [oak, ash] = [0, 1].map(|n: usize| &town.keepers[n].0);
    let old = fs::read(town.kept_in(ash)?.join("inventory"))?;
    let before = town.elm.checkpoint()?;
    let _ben = Person::join(&town.elm, "Ben Okri")?;
    town.copied()?;
    let latest = town.elm.checkpoint()?;
    ensure!(latest.size > before.size, "the ledger is to have grown");
    town.elm.kill9()?;
    fs::remove_dir_all(&town.elm.dir)?;

    // Other words are another community's.
    let (_, others) = found_with_words(&town.dir.path().join("other"), "Other")?;
    let dir = town.dir.path().join("wrong");
    let wrong = [
        &["restore", "--dir", text(&dir), "--words-file", text(&others), "--json", "--from-partners"],
        &[addresses[0].as_str()][..],
    ]
    .concat();
    let wrong = run(&wrong)?;
    ensure!(wrong.code == Some(3) && wrong.json()?["code"] == "no-copies" && !dir.exists(), "{wrong:?}");
    ensure!(wrong.out.contains("keeps no copies"), "{wrong:?}");
    let nonsense =
        run(&["restore", "--dir", text(&dir), "--words-file", text(&town.words), "--json", "--from-partners", "oak"])?;
    ensure!(nonsense.code == Some(2) && nonsense.json()?["code"] == "bad-address", "{nonsense:?}");

    // Oak changed a piece: the largest of those it holds.
    let pieces: Vec<PathBuf> = fs::read_dir(town.kept_in(oak)?)?
        .map(|entry| Ok(entry?.path()))
        .filter(|path: &Result<PathBuf>| {
            path.as_ref().is_ok_and(|path| path.file_stem().is_some_and(|name| name.len() == 64))
        })
        .collect::<Result<_>>()?;
    let piece = pieces.first().context("no piece is kept")?;
    let mut bytes = fs::read(piece)?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(piece, &bytes)?;
    let (alone, dir) = town.restore("alone", &addresses[..1])?;
    ensure!(
        alone.code == Some(4) && alone.out.contains("another one than the community gave it") && !dir.exists(),
        "{alone:?}"
    );
    let (both, dir) = town.restore("both", &addresses)?;
    let both = both.ok()?.json()?;
    ensure!(both["from"] == addresses[1] && both["root"] == latest.root.to_string() && dir.exists(), "{both}");

    // Ash shows what it held before: Oak's, whole again, is newer and is taken.
    bytes[middle] ^= 1;
    fs::write(piece, &bytes)?;
    fs::write(town.kept_in(ash)?.join("inventory"), old)?;
    let (older, _) = town.restore("older", &addresses)?;
    ensure!(older.ok()?.json()?["from"] == addresses[0], "the older copy was taken");
    // Oak is asleep, and Ash lacks pieces of what it shows: nothing is half restored.
    oak.kill9()?;
    let (none, dir) = town.restore("none", &addresses)?;
    ensure!(none.code == Some(4) && none.json()?["code"] == "no-copies" && !dir.exists(), "{none:?}");
    let left: Vec<_> = fs::read_dir(town.dir.path())?.filter_map(Result::ok).map(|entry| entry.file_name()).collect();
    ensure!(!left.iter().any(|name| name.to_string_lossy().contains("restoring")), "{left:?}");
    Ok(())
}

/// A copy is fetched as the pages of a first run do, which tell meanwhile how far that is.
fn fetched(town: &Town, addresses: &[String]) -> Result<()> {
    let (root, file) = (backup::read_words(Some(&town.words))?, town.dir.path().join("fetched.age"));
    let (progress, over) = (Progress::default(), AtomicBool::new(false));
    let (fetched, seen) = thread::scope(|scope| {
        let onlooker = scope.spawn(|| {
            let mut seen = Vec::new();
            while !over.load(Ordering::Relaxed) {
                seen.extend(progress.percent());
                thread::sleep(Duration::from_millis(1));
            }
            seen
        });
        let fetched = escrow::fetch(addresses, &file, &root, &progress);
        over.store(true, Ordering::Relaxed);
        (fetched, onlooker.join())
    });
    let (verified, seen) = (fetched?, seen.map_err(|_| anyhow!("whoever looked on panicked"))?);
    ensure!(verified.manifest.community == town.elm.id(), "another community's copy came");
    ensure!(seen.iter().any(|percent| *percent > 0) && progress.percent().is_none(), "it told {seen:?}");
    Ok(())
}

/// What a keeper's pieces say to whoever has the words.
fn opened(words: &Path, kept: &Path) -> Result<Vec<u8>> {
    let root = backup::read_words(Some(words))?;
    let identity = backup::seal::identity(&root);
    let mut all = Vec::new();
    for entry in fs::read_dir(kept)? {
        let path = entry?.path();
        if path.file_stem().is_some_and(|name| name.len() == 64) {
            let sealed = fs::read(&path)?;
            let decryptor = age::Decryptor::new(sealed.as_slice())?;
            let one: &dyn age::Identity = &identity as &x25519::Identity;
            decryptor.decrypt(std::iter::once(one))?.read_to_end(&mut all)?;
        }
    }
    Ok(all)
}

/// A browser that only fills in forms.
struct Forms {
    agent: ureq::Agent,
    base: String,
    cookies: BTreeMap<String, String>,
}

impl Forms {
    fn send(&mut self, method: &str, path: &str, body: &str) -> Result<String> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", cookies.join("; "));
        let mut answer = self.agent.run(request.body(body.to_owned())?)?;
        for cookie in answer.headers().get_all("set-cookie") {
            let cookie = cookie.to_str()?.split(';').next().unwrap_or_default();
            self.cookies.extend(cookie.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
        let status = answer.status();
        ensure!(status.is_success() || status.is_redirection(), "{method} {path}: {status}");
        Ok(answer.body_mut().read_to_string()?)
    }

    /// Fills in the form of a page and sends it.
    fn fill(&mut self, path: &str, values: &str) -> Result<()> {
        let page = self.send("GET", path, "")?;
        let token = page.split("name=\"token\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let token = token.with_context(|| format!("{path} has no form"))?;
        self.send("POST", path, &format!("token={token}&{values}")).map(drop)
    }
}

/// Somebody leaves by themselves and wants to be forgotten.
fn forget(node: &Node, person: &Person) -> Result<()> {
    let code: SignInCode =
        node.client().post(&format!("/api/v1/members/{}/sign-in-code", person.id), &json!({}), None)?;
    let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let mut forms = Forms { agent, base: node.url(), cookies: BTreeMap::new() };
    forms.fill("/sign-in", &format!("code={}", code.code))?;
    forms.fill("/leave", "name=forget&step=send")
}

#[test]
fn whoever_is_erased_is_not_in_the_copies_any_more() -> Result<()> {
    let town = Town::start(&["Oak Lane"])?;
    let (ada, _ben) = (Person::join(&town.elm, "Ada Parkhurst")?, Person::join(&town.elm, "Ben Okri")?);
    town.copied()?;
    let oak = &town.keepers[0].0;
    let says = |name: &str| -> Result<bool> {
        // While pieces of a newer copy take the place of older ones, what lies there is not yet whole.
        let all = wait_for("a copy that opens", || Ok(opened(&town.words, &town.kept_in(oak)?).ok()))?;
        Ok(all.windows(name.len()).any(|part| part == name.as_bytes()))
    };
    ensure!(says("Ada Parkhurst")? && says("Ben Okri")?, "the copy does not hold the people");
    // The keeper's own files say nothing.
    for entry in fs::read_dir(town.kept_in(oak)?)? {
        let bytes = fs::read(entry?.path())?;
        ensure!(!bytes.windows(13).any(|part| part == b"Ada Parkhurst"), "a name lies open at the keeper");
    }
    let before = stand(&town.elm, oak)?.copied_at;
    forget(&town.elm, &ada)?;
    // Nobody asks for a copy: erasing does.
    wait_for("a copy without Ada", || Ok((stand(&town.elm, oak)?.copied_at > before).then_some(())))?;
    wait_for("no piece with Ada", || Ok((!says("Ada Parkhurst")?).then_some(())))?;
    ensure!(says("Ben Okri")?, "Ben was not erased");

    // When it ends, the keeper removes what it holds.
    let end = EscrowSwitch { we_keep: None, they_keep: Some(false) };
    let _: EscrowView = town.elm.client().put(&path_of(oak), &end)?;
    wait_for("Oak to hold nothing", || Ok(stand(oak, &town.elm)?.kept_at.is_none().then_some(())))?;
    Ok(())
}
