//! Commands that speak to a node which runs in this process.

use super::{json, kith, text};
use crate::{config::Settings, failure::Exit, serve};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A node and the commands given to it.
struct Elm {
    dir: tempfile::TempDir,
    node: Option<serve::Node>,
    runtime: tokio::runtime::Runtime,
}

impl Elm {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("elm");
        assert_eq!(kith(&["init", "--dir", text(&home), "--name", "Elm", "--coordinator", "Maria"]).0, Exit::Done);
        let settings = Settings {
            http_listen: "127.0.0.1:0".parse().unwrap(),
            listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
            ..Settings::default()
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let node = runtime.block_on(Box::pin(serve::start(&home, &settings))).unwrap();
        Self { dir, node: Some(node), runtime }
    }

    fn home(&self) -> PathBuf {
        self.dir.path().join("elm")
    }

    fn give(&self, args: &[&str]) -> (Exit, String, String) {
        let home = self.home();
        kith(&[args, &["--dir", text(&home)]].concat())
    }

    /// The JSON of a command that must do what it is asked.
    fn json(&self, args: &[&str]) -> Value {
        let (exit, stdout, stderr) = self.give(&[args, &["--json"]].concat());
        assert_eq!(exit, Exit::Done, "{args:?}: {stdout}{stderr}");
        json(&stdout)
    }

    /// The exit and code of a command that must be refused.
    fn refused(&self, args: &[&str]) -> (Exit, String) {
        let (exit, stdout, _) = self.give(&[args, &["--json"]].concat());
        (exit, json(&stdout)["code"].as_str().unwrap().to_owned())
    }

    fn admit(&self, name: &str) -> String {
        id(&self.json(&["member", "add", "--name", name]), "member")
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Elm {
    fn drop(&mut self) {
        if let Some(node) = self.node.take() {
            self.runtime.block_on(Box::pin(node.stop()));
        }
    }
}

fn id(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}")).to_owned()
}

fn balance(elm: &Elm, member: &str) -> i64 {
    elm.json(&["member", "show", member])["balance_minutes"].as_i64().unwrap()
}

#[test]
fn a_code_for_signing_in_is_made_and_shown_once() {
    let elm = Elm::start();
    let ada = elm.admit("Ada Park");
    let first = elm.json(&["sign-in"]);
    assert_ne!(id(&first, "member"), ada);
    assert!(id(&first, "link").ends_with(&format!("/sign-in?code={}", id(&first, "code"))), "{first}");
    let one = elm.json(&["sign-in", &ada, "--request", "for Ada"]);
    assert_eq!(id(&one, "member"), ada);
    assert_eq!(elm.json(&["sign-in", &ada, "--request", "for Ada"]), one);
    assert_ne!(id(&elm.json(&["sign-in", &ada]), "code"), id(&one, "code"));
    let (exit, stdout, _) = elm.give(&["sign-in", &ada]);
    assert!(exit == Exit::Done && stdout.contains("good once, until"), "{stdout}");
    let (exit, code) = elm.refused(&["sign-in", "01JD8Z3M5T8Q6V0N4R7K2X9C1B"]);
    assert_eq!((exit, code.as_str()), (Exit::NotFound, "unknown-member"));
}

#[test]
fn members_exchange_hours() {
    let elm = Elm::start();
    let (ada, ben) = (elm.admit("Ada"), elm.admit("Ben"));
    let record = ["exchange", "record", "--giver", &ada, "--receiver", &ben, "--minutes"];
    let settled = elm.json(&[&record[..], &["90"]].concat());
    assert_eq!(settled["state"], "settled");
    // The same request under one name counts once.
    let named = [&record[..], &["30", "--request", "slip-17"]].concat();
    let first = elm.json(&named);
    assert_eq!(elm.json(&named), first);
    assert_eq!((balance(&elm, &ada), balance(&elm, &ben)), (120, -120));

    let asked = elm.json(&[&record[..], &["60", "--told-by", "giver"]].concat());
    assert_eq!(asked["state"], "waiting");
    let asked = id(&asked, "exchange");
    assert_eq!(elm.json(&["exchange", "list"])["items"][0]["id"], asked.as_str());
    let (_, words, _) = elm.give(&["exchange", "list"]);
    assert!(words.contains(&asked) && words.contains(&ben), "{words}");
    elm.json(&["exchange", "confirm", &asked, "--channel", "phone"]);
    elm.json(&["exchange", "correct", &asked, "--minutes", "45"]);
    assert_eq!(elm.json(&["exchange", "show", &asked])["minutes"], 45);
    let declined = id(&elm.json(&[&record[..], &["60", "--told-by", "giver"]].concat()), "exchange");
    elm.json(&["exchange", "decline", &declined]);
    elm.json(&["exchange", "group", "--leader", &ada, "--participant", &ben, "--minutes", "10"]);
    elm.json(&["exchange", "gift", "--from", &ada, "--minutes", "15"]);
    assert_eq!((balance(&elm, &ada), balance(&elm, &ben)), (120 + 45 + 10 - 15, -120 - 45 - 10));
    assert!(elm.json(&["member", "statement", &ada])["items"].as_array().unwrap().len() >= 5);

    assert_eq!(elm.refused(&[&record[..], &["100000"]].concat()), (Exit::Refused, "exchange-too-long".into()));
    assert_eq!(elm.refused(&["exchange", "show", &ada]).0, Exit::NotFound);
    assert_eq!(elm.json(&["status"])["ledger_sum_minutes"], 0);
}

#[test]
fn members_come_go_and_change_their_role() {
    let elm = Elm::start();
    let ada = elm.admit("Ada");
    elm.json(&["member", "role", &ada, "coordinator"]);
    assert_eq!(elm.json(&["member", "show", &ada])["role"], "coordinator");
    elm.json(&["member", "leave", &ada]);
    let (_, words, _) = elm.give(&["member", "list"]);
    let line = words.lines().find(|line| line.contains(&ada)).unwrap();
    assert!(line.contains("Ada") && line.ends_with("left"), "{words}");
    let (_, limited, _) = elm.give(&["member", "list", "--limit", "1"]);
    assert_eq!(limited.lines().count(), 2, "{limited}");
}

#[test]
fn offers_and_needs_stand_until_they_are_withdrawn() {
    let elm = Elm::start();
    let ada = elm.admit("Ada");
    for shelf in ["offer", "need"] {
        let title = format!("{shelf} of Chess & tea");
        let add = [shelf, "add", "--member", &ada, "--title", &title, "--category", "learning", "--tag", "games"];
        let key = id(&elm.json(&add), "record");
        assert_eq!(elm.json(&[shelf, "list", "--search", "chess & TEA"])["items"][0]["key"], key.as_str());
        assert_eq!(elm.json(&[shelf, "list", "--search", "draughts"])["items"], Value::Array(Vec::new()));
        elm.json(&[shelf, "withdraw", &key]);
        assert_eq!(elm.json(&[shelf, "list"])["items"], Value::Array(Vec::new()));
    }
    let add = ["need", "add", "--member", &ada, "--title", "Walk my dog", "--language", "cy", "--category", "garden"];
    let key = id(
        &elm.json(&[&add[..], &["--time", "friday", "--time", "monday_evening", "--by", "2150-05-03"]].concat()),
        "record",
    );
    let count = |asked: &[&str]| elm.json(&[&["need", "list"], asked].concat())["items"].as_array().unwrap().len();
    let item = &elm.json(&["need", "list"])["items"][0];
    assert_eq!((&item["key"], &item["by"]), (&Value::from(key), &Value::from(65_866)));
    let times = ["monday_evening", "friday_morning", "friday_afternoon", "friday_evening"];
    assert_eq!(item["times"], Value::from(times.to_vec()));
    for (asked, found) in [
        (&["--day", "friday"][..], 1),
        (&["--day", "monday", "--part", "morning"], 0),
        (&["--part", "evening", "--language", "cy", "--category", "garden", "--near"], 1),
        (&["--language", "en"], 0),
        (&["--remote"], 0),
        (&["--category", "food"], 0),
    ] {
        assert_eq!(count(asked), found, "{asked:?}");
    }
    assert_eq!(elm.refused(&[&add[..], &["--time", "Friday"]].concat()).0, Exit::Usage);
    assert_eq!(elm.refused(&[&add[..], &["--by", "1960-01-01"]].concat()).0, Exit::Usage);
    assert_eq!(
        elm.refused(&["offer", "add", "--member", &ada, "--title", "No", "--by", "2150-05-03"]).1,
        "not-together"
    );
}

#[test]
fn the_charter_goes_out_and_comes_back_changed() {
    let elm = Elm::start();
    let charter = elm.json(&["charter", "show"]);
    let file = elm.write("charter.json", &charter.to_string().replace("-2400", "-600"));
    elm.json(&["charter", "set", "--file", text(&file)]);
    assert_eq!(elm.json(&["charter", "show"])["person_floor_minutes"], -600);
    let (_, words, _) = elm.give(&["charter", "show"]);
    assert!(words.contains("-10 h 00 min at the lowest"), "{words}");
    assert!(words.contains("shown (to the member and to coordinators)"), "{words}");
    let file = elm.write("gifts.json", &charter.to_string().replace("\"shown\"", "\"gifts\""));
    elm.json(&["charter", "set", "--file", text(&file)]);
    let (_, words, _) = elm.give(&["charter", "show"]);
    assert!(words.contains("gifts (nobody keeps score; floors and ceiling do not bind now)"), "{words}");
}

#[test]
fn an_invitation_is_good_text_and_nothing_else_is() {
    let elm = Elm::start();
    let (exit, words, _) = elm.give(&["partner", "invite", "--qr", "--days", "3"]);
    assert_eq!(exit, Exit::Done);
    assert!(words.contains('\u{2588}') && words.contains("\nKITH1:"), "{words}");
    let invitation = elm.json(&["partner", "invite"]);
    let text = id(&invitation, "text");
    assert!(kith_protocol::partnership::Invitation::parse(&text).is_ok());
    assert_eq!(elm.refused(&["partner", "accept", &text]), (Exit::Refused, "partner-is-self".into()));
    assert_eq!(elm.refused(&["partner", "accept", "KITH1:NO"]).1, "bad-invitation");
    assert_eq!(elm.json(&["partner", "list"]), Value::Array(Vec::new()));
}

#[test]
fn people_are_imported_once_however_often_it_is_done() {
    let elm = Elm::start();
    let good = "Name,Id,Email,Can,Balance\nZoë,1,zoe@example.org,Garden;Lifts,2:30\nBo,2,,Chess,-30\n";
    let file = elm.write("people.csv", &format!("{good}Al,3,no address,Cooking,0\n"));
    let map = "name=Name,external=Id,email=Email,offers=Can,opening=Balance";
    let import = ["import", "people", text(&file), "--map", map];
    let first = elm.json(&import);
    assert_eq!((first["admitted"].as_u64(), first["already_here"].as_u64()), (Some(2), Some(0)));
    assert_eq!((first["offers"].as_u64(), first["misfits"][0]["line"].as_u64()), (Some(3), Some(4)));
    // Put right, the file comes in again, and only who was missing is new.
    elm.write("people.csv", &format!("{good}Al,3,al@example.org,Cooking,0\n"));
    let second = elm.json(&import);
    assert_eq!((second["admitted"].as_u64(), second["already_here"].as_u64()), (Some(1), Some(2)));
    assert_eq!(elm.json(&["offer", "list"])["items"].as_array().unwrap().len(), 4);
    let members = elm.json(&["member", "list"]);
    let members = members["items"].as_array().unwrap();
    assert_eq!(members.len(), 4);
    let zoe = members.iter().find(|member| member["name"] == "Zoë").unwrap();
    assert_eq!(zoe["balance_minutes"], 150);
}

#[test]
fn the_running_node_exports_what_verify_accepts() {
    let elm = Elm::start();
    elm.admit("Ada");
    let file = elm.dir.path().join("elm.car");
    elm.json(&["ledger", "export", "--out", text(&file)]);
    let (exit, judged, _) = kith(&["verify", text(&file), "--json"]);
    assert_eq!((exit, json(&judged)["members"].as_u64()), (Exit::Done, Some(2)));
    let checkpoint = elm.json(&["ledger", "checkpoint"]);
    assert_eq!(checkpoint["root"], json(&judged)["root"]);
    // What cannot be written leaves nothing behind.
    let nowhere = elm.dir.path().join("none/elm.car");
    assert_eq!(elm.refused(&["ledger", "export", "--out", text(&nowhere)]).0, Exit::Usage);
}

#[test]
fn a_members_statement_is_a_file_that_verify_accepts_and_nobody_can_change() {
    let elm = Elm::start();
    let (ada, ben) = (elm.admit("Ada"), elm.admit("Ben"));
    elm.json(&["exchange", "record", "--giver", &ada, "--receiver", &ben, "--minutes", "75"]);
    let file = elm.dir.path().join("ada.kith");
    let asked = ["member", "statement", &ada, "--out", text(&file)];
    assert_eq!(elm.json(&asked)["given"], 75);
    let (exit, judged, _) = kith(&["verify", text(&file), "--json"]);
    let judged = json(&judged);
    assert_eq!((exit, judged["member"].as_str(), judged["entries"].as_u64()), (Exit::Done, Some(&*ada), Some(2)));
    let (_, words, _) = kith(&["verify", text(&file)]);
    assert!(
        words.contains("The statement is sound") && words.contains(&ada) && words.contains("1 h 15 min"),
        "{words}"
    );
    assert!(words.contains("It does not show who the member is"), "{words}");
    let good = std::fs::read(&file).unwrap();
    assert!(!String::from_utf8_lossy(&good).contains("Ada"));
    for place in (0..good.len()).step_by(97) {
        let mut bad = good.clone();
        bad[place] ^= 1;
        std::fs::write(&file, &bad).unwrap();
        assert_eq!(kith(&["verify", text(&file)]).0, Exit::Unverified, "byte {place}");
    }
    assert_eq!(elm.refused(&["member", "statement", &ada, "--from", "2026-01-01"]).0, Exit::Usage);
    // A day on which nothing was.
    let past = ["member", "statement", &ada, "--until", "1971-01-01", "--out", text(&file)];
    assert_eq!(elm.json(&past)["entries"], 0);
}

#[test]
fn by_its_address_a_node_wants_its_token() {
    let elm = Elm::start();
    let url = crate::local::address(&elm.home()).unwrap();
    assert_eq!(kith(&["status", "--url", &url]).0, Exit::Done);
    let (exit, stdout, _) = kith(&["member", "list", "--url", &url, "--json"]);
    assert_eq!((exit, json(&stdout)["code"].as_str()), (Exit::Usage, Some("unauthorized")));
    let token = elm.home().join("admin.token");
    assert_eq!(kith(&["member", "list", "--url", &url, "--token-file", text(&token)]).0, Exit::Done);
    let wrong = Path::new("/dev/null");
    assert_eq!(kith(&["member", "list", "--url", &url, "--token-file", text(wrong)]).0, Exit::Usage);
}

#[test]
fn everything_comes_out_in_one_file_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let elm = Elm::start();
    elm.admit("Ada Park");
    let file = elm.dir.path().join("elm.tar");
    let told = elm.json(&["export", "--out", text(&file)]);
    let bytes = std::fs::read(&file).unwrap();
    assert_eq!(told["bytes"].as_u64().unwrap(), bytes.len() as u64);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let mut from = bytes.as_slice();
    let first = crate::backup::tar::next(&mut from).unwrap().unwrap();
    assert_eq!(first.name, "README.txt");
    assert!(bytes.windows(10).any(|part| part == b",Ada Park,"));
    let nowhere = elm.dir.path().join("none/elm.tar");
    assert_eq!(elm.refused(&["export", "--out", text(&nowhere)]).0, Exit::Usage);
}

/// A command that needs no node.
fn alone(args: &[&str]) -> (Exit, Value) {
    let (exit, stdout, _) = kith(&[args, &["--json"]].concat());
    (exit, json(&stdout))
}

#[test]
fn a_key_of_ones_own_is_made_shown_registered_and_lost() {
    let elm = Elm::start();
    let (ada, file) = (elm.admit("Ada Park"), elm.dir.path().join("my.key"));
    let file = file.to_str().unwrap();
    let key = alone(&["key", "new", file]).1["key"].as_str().unwrap().to_owned();
    assert_eq!(alone(&["key", "show", file]).1["key"], key.as_str());
    let (exit, again) = alone(&["key", "new", file]);
    assert!(exit != Exit::Done && again["detail"].as_str().unwrap().contains("my.key"), "{again}");
    elm.json(&["key", "register", &ada, file]);
    assert_eq!(elm.json(&["member", "show", &ada])["key"], key.as_str());
    let (exit, _) = elm.refused(&["key", "register", &ada, file]);
    assert_eq!(exit, Exit::Refused);
    elm.json(&["key", "lost", &ada, "--channel", "phone"]);
    let shown = elm.json(&["member", "show", &ada]);
    assert_eq!((&shown["key"], &shown["key_changes"]), (&serde_json::Value::Null, &2.into()));
}

#[test]
fn only_what_members_agree_to_is_signed() {
    use data_encoding::BASE64;
    use kith_protocol::{envelope::Content as _, ledger::GiftTerms};
    let elm = Elm::start();
    let file = elm.dir.path().join("my.key");
    let file = file.to_str().unwrap();
    let key = alone(&["key", "new", file]).1["key"].as_str().unwrap().to_owned();
    let terms = GiftTerms {
        community: kith_protocol::id::CommunityId([1; 32]),
        exchange: kith_protocol::id::ExchangeId([2; 16]),
        from: kith_protocol::id::MemberId([3; 16]),
        minutes: kith_protocol::minutes::Minutes::new(45).unwrap(),
        made_at: kith_protocol::time::Timestamp(1),
        details: None,
    };
    let text = BASE64.encode(&terms.signing_bytes());
    let signed = alone(&["key", "sign", file, &text]).1;
    assert_eq!((&signed["what"], &signed["terms"]["minutes"]), (&"gift".into(), &45.into()));
    let signature = signed["signature"].as_str().unwrap().parse().unwrap();
    let key: kith_protocol::key::PublicKey = key.parse().unwrap();
    key.sound().unwrap().verify_member(&terms.signing_bytes(), &signature).unwrap();
    // A certificate, random bytes, half of the text: whatever it cannot show it does not sign.
    for other in ["a2l0aC92MS9jZXJ0aWZpY2F0ZQA=", "AAAA", &text[..text.len() - 8], "%"] {
        assert_eq!(alone(&["key", "sign", file, other]).0, Exit::Usage, "{other}");
    }
}
