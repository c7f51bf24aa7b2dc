//! A community that comes back in a browser.

use super::{Browser, Settings, Shown, begin, chosen, config, parts, quiet};
use crate::{
    backup,
    people::Person,
    runtime::{self, Founding, Root, clock, home},
    store::People,
    trial::Trial,
    web::browser::Form,
};
use kith_protocol::{
    community::Charter,
    id::MemberId,
    machine::{Command, Input},
    member::{MemberKind, Role},
};
use std::path::Path;

/// A community that is lost but for its backup and its words.
struct Lost {
    backup: Vec<u8>,
    root: Root,
}

/// Elm Street, with two coordinators whose names are known.
fn lost() -> Lost {
    let scratch = tempfile::tempdir().unwrap();
    let dir = scratch.path().join("elm");
    let founding = Founding { charter: Charter::new("Elm Street".into(), None), coordinator: "Rosa May".into() };
    let (_, by, words) = runtime::found(&dir, &founding).unwrap();
    std::fs::write(dir.join(config::FILE), "[log]\nlevel = \"warn\"\n").unwrap();
    {
        let mut opened = runtime::open(&home::open(&dir).unwrap(), 1 << 20).unwrap();
        let member = MemberId([7; 16]);
        let command = Command::Admit { member, kind: MemberKind::Person, role: Role::Coordinator, key: None, by };
        let input = Input::Command { id: 1, request: None, command };
        let effects = opened.machine.handle(clock::now(), input, &opened.book);
        opened.book.absorb(&effects.batch).unwrap();
        opened.book.commit().unwrap();
        let people = People::open(&dir).unwrap();
        let omar = Person { name: "Omar Haddad".into(), ..Person::default() };
        people.put(member.0, &omar.to_bytes()).unwrap();
        people.put([9; 16], &Person { name: "Nobody Here".into(), ..Person::default() }.to_bytes()).unwrap();
        people.flush().unwrap();
    }
    let file = scratch.path().join("elm.age");
    backup::make(&dir, &file).unwrap().unwrap();
    Lost { backup: std::fs::read(file).unwrap(), root: Root::from_words(&words).unwrap() }
}

fn listed(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut entries: Vec<String> = entries.collect();
    entries.sort();
    entries
}

/// The value of the choice with this label.
fn choice(page: &Shown, label: &str) -> String {
    let before = page.body.split(&format!("<span>{label}</span>")).next().unwrap();
    before.rsplit("value=\"").next().unwrap().split('"').next().unwrap().to_owned()
}

/// What the work led to. A page that only says how far it is looks again by itself.
async fn in_the_end(browser: &mut Browser, mut page: Shown) -> Shown {
    while page.headers.contains_key("refresh") {
        page = browser.get("/setup/found").await;
    }
    page
}

/// Everything that can be wrong with the words: each is said at its field, and nothing is lost.
async fn mistyped(rosa: &mut Browser, form: &Form, root: &Root) {
    let words = root.words();
    let list: Vec<&str> = words.split(' ').collect();
    let mut unknown = list.clone();
    unknown[6] = "kith";
    // One exchange of places in 256 keeps the checksum.
    let mut turns = (1..list.len()).map(|n| {
        let mut turned = list.clone();
        turned.swap(0, n);
        turned.join(" ")
    });
    let turned = turns.find(|words| Root::from_words(words).is_err()).unwrap();
    let others = Root::random().unwrap().words();
    for (typed, why) in [
        (String::new(), "Write the 24 words."),
        (list[..23].join(" "), "Here are 23 words."),
        (unknown.join(" "), "Word number 7 is none of the words there are."),
        (turned, "One word is another one, or two changed places."),
        (others.to_string(), "These are the words of another community."),
    ] {
        let page = rosa.send(form.clone().with(&[("words", &typed)]), "check").await;
        // What was typed still stands there, and the backup is still here.
        page.is(422).says(why).says(&format!(">\n{typed}</textarea>")).says("The backup is here (");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_sent_becomes_the_community_again() {
    let (elm, dir) = (lost(), tempfile::tempdir().unwrap());
    std::fs::write(dir.path().join(config::FILE), "# of this computer\n").unwrap();
    let first = begin(dir.path(), &quiet()).await.unwrap().unwrap();
    let (base, path) = parts(&first);
    let (mut rosa, mut stranger) = (Browser::at(&base), Browser::at(&base));
    let page = chosen(&mut rosa, &path, "backup").await;
    let form = page.is(200).form("/setup/backup");
    for (wrong, why) in [
        (&b""[..], "Choose the file with the backup."),
        (b"a photo", "This is no backup of Kith."),
        (&elm.backup[..30], "The end of this backup is missing."),
    ] {
        rosa.upload(form.clone(), &[("backup", wrong)]).await.is(422).says(why);
    }
    stranger.upload(form.clone(), &[("backup", &elm.backup)]).await.is(403);
    stranger.get("/setup/found").await.is(403);
    let torn = form.clone().with(&[("token", "another")]);
    rosa.upload(torn, &[("backup", &elm.backup)]).await.is(403);
    assert_eq!(listed(&dir.path().join(backup::SETUP)), ["lock"], "what is of no use is not kept");
    let sent = rosa.upload(form, &[("backup", &elm.backup)]).await;
    sent.is(200).says("The backup is here (").says("spellcheck=\"false\"");
    assert_eq!(listed(&dir.path().join(backup::SETUP)), ["backup.age", "lock"]);

    let form = sent.form("/setup/recovery");
    mistyped(&mut rosa, &form, &elm.root).await;
    let words = elm.root.words();
    stranger.send(form.clone().with(&[("words", &words)]), "check").await.is(403);
    let numbered: String = words.split(' ').zip(1..).map(|(word, n)| format!("{n}. {word}\n")).collect();
    let found = rosa.send(form.with(&[("words", &numbered)]), "check").await;
    let found = in_the_end(&mut rosa, found).await;
    found.is(200).says("What is in it").says("Elm Street").says("<dt>Members</dt><dd dir=\"auto\">2</dd>");
    found.says("Rosa May").says("Omar Haddad").never("Nobody Here").never(&words[..12]);
    assert_eq!(listed(dir.path()), [backup::SETUP, config::FILE], "nothing is restored before somebody says so");

    let form = found.form("/setup/restore");
    rosa.send(form.clone(), "send").await.is(422).says("Choose your name.");
    stranger.send(form.clone(), "send").await.is(403);
    let form = form.with(&[("who", &choice(&found, "Omar Haddad"))]);
    let done = rosa.send(form.clone(), "send").await;
    let done = in_the_end(&mut rosa, done).await;
    done.is(200).says("Your community is back").says("Never start the old copy again.");
    done.says("each first tells us what it saw last");
    // Sent twice, it came back once.
    let link = done.links().into_iter().find(|link| link.starts_with("/sign-in?code=")).unwrap();
    rosa.send(form, "send").await.is(200).says(&link.replace('&', "&#38;"));
    rosa.get("/setup/found").await.is(200).says("Your community is back");
    assert!(!dir.path().join(backup::SETUP).exists());
    assert_eq!(std::fs::read_to_string(dir.path().join(config::FILE)).unwrap(), "# of this computer\n");

    let founded = first.founded().await;
    // Settings of another computer, with an address that this one has not, do not keep it from starting.
    let strange = Settings { listen: vec!["/ip4/192.0.2.1/tcp/8381".into()], ..quiet() };
    let node = Box::pin(first.on(dir.path(), &strange, Some(&quiet()))).await.unwrap();
    super::super::keep_promises(&node, founded).await;
    assert_eq!((node.url.as_str(), node.id, node.name.as_str()), (base.as_str(), elm.root.community(), "Elm Street"));
    assert_eq!(backup::restored(dir.path()).unwrap().map(|note| note.handover), Some(false));
    let door = rosa.get(&link).await;
    rosa.send(door.form("/sign-in"), "check").await.is(200).says("What needs doing today");
    rosa.get("/me").await.says("Omar Haddad");
    node.stop().await;
    assert!(begin(dir.path(), &quiet()).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_damaged_gives_way_to_another_and_both_to_a_new_community() {
    let (elm, dir) = (lost(), tempfile::tempdir().unwrap());
    let first = begin(dir.path(), &quiet()).await.unwrap().unwrap();
    let (base, path) = parts(&first);
    let mut rosa = Browser::at(&base);
    let mut page = chosen(&mut rosa, &path, "backup").await;
    let mut changed = elm.backup.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    for damaged in [&changed[..], &elm.backup[..middle]] {
        let sent = rosa.upload(page.form("/setup/backup"), &[("backup", damaged)]).await;
        let form = sent.form("/setup/recovery").with(&[("words", &elm.root.words())]);
        page = rosa.send(form, "check").await;
        page = in_the_end(&mut rosa, page).await;
        page.is(422).says("This backup was changed, or a part of it is missing.").never("textarea");
    }
    let sent = rosa.upload(page.form("/setup/backup"), &[("backup", &elm.backup)]).await;
    let form = sent.form("/setup/recovery").with(&[("words", &elm.root.words())]);
    let found = rosa.send(form, "check").await;
    let found = in_the_end(&mut rosa, found).await;
    let restore = found.is(200).form("/setup/restore").with(&[("who", &choice(&found, "Rosa May"))]);
    // Another backup comes: what was looked at is no longer what would be restored.
    let form = rosa.get("/setup/backup").await.form("/setup/backup");
    rosa.upload(form, &[("backup", &elm.backup)]).await.says("The backup is here (");
    rosa.send(restore, "send").await.says("What would you like to do?");
    // After all, a new one is founded: nothing is left of the other.
    let page = rosa.get("/setup/name").await;
    let named = page.form("/setup/name").with(&[("name", "Oak Lane"), ("coordinator", "Rosa"), ("zone", "London")]);
    let charter = rosa.send(named, "check").await;
    let words = super::words_of(&rosa.send(charter.form("/setup/charter"), "check").await);
    let asked = [("word-5", words[4].as_str()), ("word-18", &words[17])];
    let form = rosa.get("/setup/check").await.form("/setup/check").with(&asked);
    rosa.send(form, "check").await.is(200).says("Your community is there");
    assert!(!dir.path().join(backup::SETUP).exists());
    assert_ne!(home::open(dir.path()).unwrap().identity.community, elm.root.community());
}

#[tokio::test(flavor = "multi_thread")]
async fn partners_that_have_nothing_are_named_and_nothing_typed_is_lost() {
    let west = Trial::begin("Westside", true).await;
    let there = west.running.listening.first().map(|at| format!("{at}/p2p/{}", west.running.peer())).unwrap();
    let nowhere = format!("/ip4/127.0.0.1/tcp/1/p2p/{}", west.running.peer());
    let (words, dir) = (Root::random().unwrap().words(), tempfile::tempdir().unwrap());
    let first = begin(dir.path(), &quiet()).await.unwrap().unwrap();
    let (base, path) = parts(&first);
    let mut rosa = Browser::at(&base);
    let form = chosen(&mut rosa, &path, "partners").await.form("/setup/partners");
    let many: Vec<String> = (1..=9).map(|n| nowhere.replacen("tcp/1", &format!("tcp/{n}"), 1)).collect();
    for (addresses, why) in [
        ("", "Write at least one address."),
        ("elm.example", "This is no address of a partner: elm.example."),
        ("/dns/elm.example/tcp/8381", "This is no address of a partner: /dns/elm.example/tcp/8381."),
        (many.join("\n").as_str(), "You can ask 8 at once."),
    ] {
        let page = rosa.send(form.clone().with(&[("addresses", addresses), ("words", &words)]), "check").await;
        page.is(422).says(why).says(&format!(">\n{}</textarea>", *words));
    }
    for (address, why) in [(nowhere, "1. Nobody answers there."), (there, "1. They keep no copy for these words.")] {
        let page = rosa.send(form.clone().with(&[("addresses", &address), ("words", &words)]), "check").await;
        let page = in_the_end(&mut rosa, page).await;
        page.is(422).says(why).says(&address).says(&format!(">\n{}</textarea>", *words));
    }
    west.running.stop().await;
}
