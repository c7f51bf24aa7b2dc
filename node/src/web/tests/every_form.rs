//! Every route that takes something. Each is a form that is tried here with bad input, or it stands here with the reason
//! why not, so that no new form is forgotten. And nobody sends what they have no right to.

use super::{
    balances::reach,
    circles::circle,
    every_route::{Declared, Town, declared},
};
use crate::{
    runtime::desk::PaperCode,
    web::browser::{Browser, Form, Shown},
};
use std::collections::BTreeSet;

const SCRIPT: &str = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>";
/// More letters than any field takes.
const TOO_LONG: usize = 5_000;
/// The fewest fields that there must be for them to be found as this file looks for them.
const FIELDS: usize = 60;
/// The same for days.
const DAYS: usize = 5;

/// Who may send something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Anybody,
    Member,
    Coordinator,
}

use Who::{Anybody, Coordinator, Member};

/// How a route is tried.
#[derive(Debug, Clone, Copy)]
enum Tried {
    /// A form: fields that may not stay empty, with what is said then.
    Empty(&'static [(&'static str, &'static str)]),
    /// None that can be left empty, and why.
    Not(&'static str),
}

use Tried::{Empty, Not};

const BUTTON: &str = "a button: there is nothing to fill in";
const CHOICES: &str = "boxes and lists only, which may all stay as they are";
const FILES: &str = "files: tried where they are read, in rough.rs, importing.rs and scanning.rs";
const SCRIPTED: &str = "sent by a script: tried in passkeys.rs";
const MAIL: &str = "only where mail is on: tried in keeping.rs";

/// What else is filled in, where a field is asked for only then: by the route.
const ALSO: [(&str, &str, &str); 2] = [("/slips", "giver-1", "joe"), ("/exchange/{id}/correct", "what", "hours")];

/// A form: its route, who may send it, the address where it is, and how it is tried. Words in capitals are put in by
/// [`Town::address`].
type Route = (&'static str, Who, &'static str, Tried);

/// Every form of members and of anybody.
const OF_MEMBERS: [Route; 39] = [
    ("/sign-in", Anybody, "/sign-in", Empty(&[("code", "Write the code from your paper.")])),
    ("/sign-in/email", Anybody, "/sign-in/email", Not(MAIL)),
    ("/sign-out", Anybody, "/sign-out", Not(BUTTON)),
    ("/sign-in/passkey", Anybody, "/sign-in/passkey", Not(SCRIPTED)),
    ("/sign-in/passkey/ask", Anybody, "/sign-in/passkey/ask", Not(SCRIPTED)),
    ("/look", Anybody, "/look", Not(CHOICES)),
    ("/join", Anybody, "/join", Empty(&[("name", "Write the name."), ("phone", "Write a phone number or an e-mail")])),
    ("/me/passkeys", Member, "/me/passkeys", Not(SCRIPTED)),
    ("/me/passkeys/new", Member, "/me/passkeys/new", Not(SCRIPTED)),
    ("/me/passkeys/ask", Member, "/me/passkeys/ask", Not(SCRIPTED)),
    (
        "/ask",
        Member,
        "/ask",
        Empty(&[("title", "Write in a few words what you need."), ("category", "Choose one kind of help.")]),
    ),
    (
        "/offer",
        Member,
        "/offer",
        Empty(&[("title", "Write in a few words what you offer."), ("category", "Choose one kind.")]),
    ),
    ("/listing/{community}/{key}/picture", Member, "/listing/COMMUNITY/OWN/picture", Not(FILES)),
    ("/listing/{community}/{key}/picture/remove", Member, "/listing/COMMUNITY/OWN/picture/remove", Not(BUTTON)),
    (
        "/listing/{community}/{key}/change",
        Member,
        "/listing/COMMUNITY/OWN/change",
        Empty(&[("title", "Write in a few words what you offer."), ("category", "Choose one kind.")]),
    ),
    ("/listing/{community}/{key}/withdraw", Member, "/listing/COMMUNITY/OWN/withdraw", Not(BUTTON)),
    ("/record", Member, "/record", Empty(&[("way", "Choose who helped."), ("who", "Write their name or their code.")])),
    ("/record/hours", Member, "/record/hours?way=gave&to=m/OTHER", Empty(&[("length", "Write how long it took.")])),
    ("/gift", Member, "/gift", Empty(&[("length", "Write how much you give.")])),
    ("/exchange/{id}/confirm", Member, "/exchange/SETTLED/confirm", Not(BUTTON)),
    ("/exchange/{id}/decline", Member, "/exchange/SETTLED/decline", Not(BUTTON)),
    ("/exchange/{id}/question", Member, "/exchange/SETTLED/question", Empty(&[("reason", "Choose what is wrong.")])),
    ("/exchange/{id}/back", Member, "/exchange/SETTLED/back", Not(BUTTON)),
    ("/me/change", Member, "/me/change", Empty(&[("name", "Write the name.")])),
    ("/me/key", Member, "/me/key", Empty(&[])),
    ("/me/devices", Member, "/me/devices", Not(BUTTON)),
    ("/messages/{member}", Member, "/messages/OTHER", Empty(&[("text", "Write something first.")])),
    ("/away", Member, "/away", Not(BUTTON)),
    ("/report", Member, "/report?person=OTHER", Empty(&[("trouble", "Choose what it is.")])),
    ("/helpers", Member, "/helpers?add=yes", Empty(&[("who", "Write their whole name.")])),
    ("/helpers/end", Member, "/helpers/end", Not(BUTTON)),
    ("/pause", Member, "/pause", Empty(&[])),
    ("/leave", Member, "/leave", Empty(&[("name", "Choose what we do with your name.")])),
    ("/week/letter", Member, "/week/letter", Not(BUTTON)),
    ("/events", Member, "/events", Not(BUTTON)),
    ("/circles/{id}/leave", Member, "/circles/CIRCLE/leave", Not(BUTTON)),
    ("/notices/new", Coordinator, "/notices/new", Empty(&[("text", "Write something.")])),
    ("/notices/{id}/drop", Member, "/notices/NOTICE/drop", Not(BUTTON)),
    ("/events/{id}/change", Coordinator, "/events/EVENT/change", Empty(EVENT)),
];

const EVENT: &[(&str, &str)] = &[
    ("title", "Write what it is."),
    ("day", "Choose a day."),
    ("time", "Write when it begins."),
    ("length", "Write how long it takes."),
    ("place", "Write where it is."),
];

/// Every form of coordinators, and of those who look after a circle.
const OF_COORDINATORS: [Route; 45] = [
    ("/exchange/{id}/correct", Coordinator, "/exchange/SETTLED/correct", Empty(&[("what", "Choose what is right.")])),
    ("/contact", Coordinator, "/contact", Empty(&[("contact", "Write whom to ring, and when.")])),
    ("/applications/{id}/done", Coordinator, "/applications/PAPER/done", Not(BUTTON)),
    ("/members/new", Coordinator, "/members/new", Empty(&[("name", "Write the name.")])),
    ("/members/{id}/code", Coordinator, "/members/OTHER/code", Not(BUTTON)),
    ("/members/{id}/forget", Coordinator, "/members/OTHER/forget", Not(BUTTON)),
    ("/members/{id}/role", Coordinator, "/members/OTHER/role", Empty(&[("role", "Choose a role.")])),
    ("/members/{id}/rang", Coordinator, "/members/OTHER/rang", Not(BUTTON)),
    ("/members/{id}/reader", Coordinator, "/members/OTHER/reader", Not(BUTTON)),
    ("/members/{id}/fact/drop", Coordinator, "/members/OTHER/fact/drop", Not(BUTTON)),
    (
        "/members/{id}/{what}",
        Coordinator,
        "/members/OTHER/fact",
        Empty(&[("what", "Write what you saw."), ("until", "Choose a day.")]),
    ),
    ("/members/{id}/{what}", Coordinator, "/members/OTHER/reference", Empty(&[("what", "Write who spoke for them.")])),
    ("/members/{id}/{what}", Coordinator, "/members/OTHER/note", Empty(&[("what", "Write the note.")])),
    (
        "/charter/change",
        Coordinator,
        "/charter/change",
        Empty(&[
            ("name", "Write the name of your community."),
            ("floor", "Write a number of hours."),
            ("organisations", "Write a number of hours."),
            ("longest", "Write a number of hours."),
            ("confirmation", "This is empty. Write or choose something."),
        ]),
    ),
    ("/export/file", Coordinator, "/export/file", Not(BUTTON)),
    ("/backup/file", Coordinator, "/backup/file", Not(BUTTON)),
    ("/rebuild", Coordinator, "/rebuild", Not(BUTTON)),
    ("/import/{system}", Coordinator, "/import/ces", Not(FILES)),
    ("/import/columns/{id}", Coordinator, "/import/columns/PAPER", Not(FILES)),
    ("/import/run/{id}/begin", Coordinator, "/import/run/PAPER/begin", Not(BUTTON)),
    ("/safety", Coordinator, "/safety", Not(CHOICES)),
    ("/reports/{id}/done", Coordinator, "/reports/PAPER/done", Not(BUTTON)),
    ("/first/{id}/yes", Coordinator, "/first/SETTLED/yes", Not(BUTTON)),
    ("/first/{id}/no", Coordinator, "/first/SETTLED/no", Not(BUTTON)),
    ("/slips", Coordinator, "/slips", Empty(&[("giver-1", "No slip is filled in.")])),
    ("/slips/scan", Coordinator, "/slips/scan", Not(FILES)),
    ("/slips/undo", Coordinator, "/slips/undo", Not(BUTTON)),
    (
        "/partners/invite",
        Coordinator,
        "/partners/invite",
        Empty(&[("ours", "Write a number of hours."), ("theirs", "Write a number of hours.")]),
    ),
    ("/partners/accept", Coordinator, "/partners/accept", Empty(&[("text", "Paste the whole invitation here.")])),
    (
        "/partners/{id}/mail",
        Coordinator,
        "/partners/PARTNER/mail",
        Empty(&[("mail", "This is empty. Write or choose something.")]),
    ),
    (
        "/partners/{id}/grant",
        Coordinator,
        "/partners/PARTNER/grant",
        Empty(&[("theirs", "Write a number of hours."), ("way", "This is empty. Write or choose something.")]),
    ),
    ("/partners/{id}/go-on", Coordinator, "/partners/PARTNER/go-on", Not(BUTTON)),
    (
        "/partners/{id}/escrow",
        Coordinator,
        "/partners/PARTNER/escrow",
        Empty(&[("we", "Choose yes or no."), ("they", "Choose yes or no.")]),
    ),
    ("/partners/{id}/escrow/now", Coordinator, "/partners/PARTNER/escrow/now", Not(BUTTON)),
    ("/disputes/{id}/{step}", Coordinator, "/disputes/DISPUTED/open", Empty(&[("why", "Choose what is wrong.")])),
    ("/disputes/{id}/{step}", Coordinator, "/disputes/DISPUTED/say", Empty(&[("text", "Write what you want to say.")])),
    (
        "/disputes/{id}/{step}",
        Coordinator,
        "/disputes/DISPUTED/close",
        Empty(&[("outcome", "Choose how it should end.")]),
    ),
    ("/disputes/{id}/{step}", Coordinator, "/disputes/DISPUTED/remind", Empty(&[("when", "Choose when.")])),
    ("/exchange/{id}/advance", Coordinator, "/exchange/DISPUTED/advance", Not(BUTTON)),
    ("/circles/new", Coordinator, "/circles/new", Empty(&[("name", "Write what it is called.")])),
    ("/circles/{id}/name", Coordinator, "/circles/CIRCLE/name", Empty(&[("name", "Write what it is called.")])),
    ("/circles/{id}/add", Coordinator, "/circles/CIRCLE/add", Empty(&[("who", "Write a name.")])),
    ("/circles/{id}/end", Coordinator, "/circles/CIRCLE/end", Not(BUTTON)),
    ("/circles/{id}/members/{member}/out", Coordinator, "/circles/CIRCLE/members/OTHER/out", Not(BUTTON)),
    ("/circles/{id}/members/{member}/lead", Coordinator, "/circles/CIRCLE/members/OTHER/lead", Not(BUTTON)),
];

const OF_GROUPS: [Route; 3] = [
    (
        "/group",
        Coordinator,
        "/group",
        Empty(&[
            ("leader", "Write who led it."),
            ("there", "Write who was there, one name on each line."),
            ("length", "Write how long it was."),
        ]),
    ),
    ("/events/new", Coordinator, "/events/new", Empty(EVENT)),
    ("/events/{id}/cancel", Coordinator, "/events/EVENT/cancel", Not(BUTTON)),
];

fn all() -> impl Iterator<Item = Route> {
    OF_MEMBERS.into_iter().chain(OF_COORDINATORS).chain(OF_GROUPS)
}

/// What else is filled in on the form of a route.
fn also(route: &str) -> Vec<(&'static str, &'static str)> {
    ALSO.into_iter().filter(|(known, ..)| *known == route).map(|(_, field, value)| (field, value)).collect()
}

/// Where a form is sent.
fn action(address: &str) -> String {
    address.split('?').next().unwrap().to_owned()
}

#[test]
fn every_route_that_takes_something_is_tried_or_says_why_not() {
    let taking = |route: &Declared| route.posts && !route.of_a_first_run;
    let declared: BTreeSet<String> = declared().into_iter().filter(taking).map(|route| route.path).collect();
    let known: BTreeSet<String> = all().map(|(route, ..)| route.to_owned()).collect();
    let unknown: Vec<&String> = declared.difference(&known).collect();
    assert!(unknown.is_empty(), "nobody tries {unknown:?}: add them in {}", file!());
    let gone: Vec<&String> = known.difference(&declared).collect();
    assert!(gone.is_empty(), "there are no such routes any more: {gone:?}");
    assert!(all().all(|(_, _, _, tried)| !matches!(tried, Not(why) if why.is_empty())));
}

/// A field that people write into.
struct Field {
    name: String,
    kind: String,
    value: String,
}

/// The fields of a form that people write into.
fn written(page: &Shown, action: &str) -> Vec<Field> {
    let attribute =
        |tag: &str, name: &str| Some(tag.split_once(&format!(" {name}=\""))?.1.split('"').next()?.to_owned());
    let start = format!("<form method=\"post\" action=\"{action}");
    let mut found = Vec::new();
    for form in page.body.split(&start).skip(1).map(|rest| rest.split("</form>").next().unwrap()) {
        for (tag, text) in form.split('<').filter_map(|rest| rest.split_once('>')) {
            let (kind, value) = match attribute(tag, "type") {
                _ if tag.starts_with("textarea ") => ("area".to_owned(), text.trim_start_matches('\n').to_owned()),
                Some(kind) if tag.starts_with("input ") => (kind, attribute(tag, "value").unwrap_or_default()),
                _ => continue,
            };
            let name = attribute(tag, "name").unwrap();
            // All lines of a grid are alike.
            let later = name.rsplit_once('-').is_some_and(|(_, n)| n.parse().is_ok_and(|n: u8| n > 1));
            if ["area", "text", "email", "tel", "date"].contains(&&*kind) && !later {
                found.push(Field { name, kind, value });
            }
        }
    }
    found
}

/// Whether a page shows what was written into a field.
fn keeps(page: &Shown, action: &str, name: &str, value: &str) -> bool {
    let signs = [("&", "&#38;"), ("<", "&#60;"), (">", "&#62;"), ("'", "&#39;"), ("\"", "&#34;")];
    let value = signs.iter().fold(value.to_owned(), |value, (sign, shown)| value.replace(sign, shown));
    written(page, action).iter().any(|field| field.name == name && field.value == value)
}

/// What a page says is to be mended in a field: at its top, with the way there, and at the field. Or why it does not.
fn mended(page: &Shown, field: &str) -> Result<String, String> {
    let (link, mark) = (format!("<a href=\"#{field}\">"), format!("id=\"{field}-error\""));
    for said in ["Please mend this first", &link, &format!("id=\"{field}\""), &mark, "aria-invalid=\"true\""] {
        if !page.body.contains(said) {
            return Err(format!("lacks {said}"));
        }
    }
    if page.status != 422 || !page.title().starts_with("Mistake:") {
        return Err(format!("is {}, {}", page.status, page.title()));
    }
    let said = page.body.split(&link).nth(1).unwrap().split('<').next().unwrap();
    let (_, at_field) = page.body.split_once(&mark).unwrap();
    // In a grid, the top says which line it is.
    let bare = said.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':').trim_start();
    let there = at_field.split("</p>").next().unwrap().contains(bare);
    if there { Ok(said.to_owned()) } else { Err(format!("says {said:?} at its top only")) }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_says_at_its_top_and_at_its_field_what_is_missing() {
    let town = Town::begin().await;
    let mut rosa = town.browser(town.elm.coordinator).await;
    let mut wrong = Vec::new();
    for (_, _, address, tried) in all() {
        let Empty(missing) = tried else { continue };
        let address = town.address(address);
        for (field, said) in missing {
            let form = rosa.get(&address).await.is(200).form(&action(&address)).with(&[(field, "")]);
            for step in ["check", "send"] {
                let found = mended(&rosa.send(form.clone(), step).await, field);
                if !found.as_ref().is_ok_and(|found| found.starts_with(said)) {
                    wrong.push(format!("{address}, {field}, {step}: {found:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_refuses_what_is_too_long_and_keeps_it() {
    let town = Town::begin().await;
    let mut rosa = town.browser(town.elm.coordinator).await;
    let (long, mut fields, mut wrong) = ("é".repeat(TOO_LONG), 0, Vec::new());
    for (route, _, address, tried) in all() {
        if matches!(tried, Not(_)) {
            continue;
        }
        let address = town.address(address);
        let page = rosa.get(&address).await;
        let form = page.is(200).form(&action(&address)).with(&also(route));
        for Field { name, kind, .. } in written(&page, &action(&address)) {
            let bad: &[&str] = if kind == "date" { &[&long, "tomorrow", "1066-10-14", "2999-99-99"] } else { &[&long] };
            for value in bad {
                let shown = rosa.send(form.clone().with(&[(&name, value)]), "check").await;
                if let Err(why) = mended(&shown, &name) {
                    wrong.push(format!("{address}, {name}: {why}"));
                } else if !keeps(&shown, &action(&address), &name, value) {
                    wrong.push(format!("{address} loses what was written as {name}"));
                }
            }
            fields += 1;
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(fields > FIELDS, "only {fields} fields were tried");
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_day_is_one_to_come_or_one_that_was() {
    let town = Town::begin().await;
    let mut rosa = town.browser(town.elm.coordinator).await;
    let (mut days, mut wrong) = (0, Vec::new());
    for (route, _, address, tried) in all() {
        if matches!(tried, Not(_)) {
            continue;
        }
        let address = town.address(address);
        let page = rosa.get(&address).await;
        let form = page.is(200).form(&action(&address)).with(&also(route));
        for Field { name, .. } in written(&page, &action(&address)).iter().filter(|field| field.kind == "date") {
            let mut said = Vec::new();
            for day in ["2020-01-01", "2150-01-01"] {
                let shown = rosa.send(form.clone().with(&[(name, day)]), "check").await;
                said.push(mended(&shown, name).unwrap_or_default());
            }
            let fits = match [&*said[0], &*said[1]] {
                [past, ""] => past == "Choose today or a day after.",
                ["", coming] => coming.ends_with("Choose today or a day before."),
                _ => false,
            };
            days += 1;
            if !fits {
                wrong.push(format!("{address}, {name}: {said:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(days > DAYS, "only {days} days were tried");
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_shows_scripts_as_text() {
    let town = Town::begin().await;
    let mut rosa = town.browser(town.elm.coordinator).await;
    for (_, _, address, tried) in all() {
        if matches!(tried, Not(_)) {
            continue;
        }
        let address = town.address(address);
        let page = rosa.get(&address).await;
        let written = written(&page, &action(&address));
        let fill: Vec<(&str, &str)> = written.iter().map(|field| (field.name.as_str(), SCRIPT)).collect();
        let form = page.is(200).form(&action(&address)).with(&fill);
        for step in ["edit", "check"] {
            let shown = rosa.send(form.clone(), step).await;
            shown.never("<script>").never("<img src=x");
            assert!([200, 422].contains(&shown.status), "{address}: {}", shown.status);
            for (name, value) in fill.iter().filter(|_| step == "edit") {
                assert!(keeps(&shown, &action(&address), name, value), "{address} loses {name}: {}", shown.body);
            }
        }
    }
    // Nor on any page that shows what was taken of it.
    let read = reach(&mut rosa, "/today").await;
    for shown in read.values().filter(|shown| shown.headers["content-type"].starts_with("text/html")) {
        shown.never("<script>").never("<img src=x");
    }
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_half_filled_form_survives_signing_in_again() {
    let town = Town::begin().await;
    let (handle, rosa) = (town.elm.handle(), town.elm.coordinator);
    let mut browser = town.browser(rosa).await;
    let (before, mut wrong) = (town.all_there_is().await, Vec::new());
    for (_, who, address, tried) in all() {
        if who == Anybody || matches!(tried, Not(_)) {
            continue;
        }
        let address = town.address(address);
        let page = browser.get(&address).await;
        let written = written(&page, &action(&address));
        let text = |kind: &str| if kind == "date" { "2099-01-02" } else { "Half & <half>" };
        let fill: Vec<(&str, &str)> = written.iter().map(|field| (field.name.as_str(), text(&field.kind))).collect();
        let form = page.is(200).form(&action(&address)).with(&fill);
        handle.end_sessions(rosa, None).await.unwrap();
        let door = browser.send(form, "send").await;
        door.is(401).says("We keep what you wrote.");
        let code = PaperCode::from_bytes(crate::runtime::home::random().unwrap());
        handle.issue_code(rosa, code.clone()).await.unwrap();
        let inside = browser.send(door.form("/sign-in").with(&[("code", &code.shown())]), "check").await;
        let back = browser.send(inside.is(200).form(&action(&address)), "edit").await;
        let lost = fill.iter().filter(|(field, value)| !keeps(&back, &action(&address), field, value));
        wrong.extend(lost.map(|(field, _)| format!("{address} loses {field}")));
        if back.status != 200 {
            wrong.push(format!("{address} says {}", back.status));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Nothing was sent on the way.
    assert_eq!(town.all_there_is().await, before);
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sends_what_they_have_no_right_to() {
    let town = Town::begin().await;
    let mut plain = town.browser(town.plain).await;
    let mut anybody = Browser::new(&town.served);
    let (own, theirs) = (plain.get("/gift").await.form("/gift"), anybody.get("/sign-in").await.form("/sign-in"));
    let (before, mut wrong) = (town.all_there_is().await, Vec::new());
    for (route, who, address, _) in all() {
        // Without an address of its own, a node has no passkeys.
        if who == Anybody || route.starts_with("/me/passkeys") {
            continue;
        }
        let address = action(&town.address(address));
        let to = |own: &Form| Form { action: address.clone(), ..own.clone() };
        let door = anybody.press(&to(&theirs), "send").await;
        if door.status != 401 || !door.body.contains("action=\"/sign-in\"") {
            wrong.push(format!("{address} says {} to whoever is not signed in", door.status));
        }
        if who == Coordinator {
            let refused = plain.press(&to(&own), "send").await;
            if refused.status != 403 || !refused.body.contains("<h1>This page is not for you</h1>") {
                wrong.push(format!("{address} says {} to a member", refused.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(town.all_there_is().await, before);
    // Whoever has the right does it with the same form.
    let mut rosa = town.browser(town.elm.coordinator).await;
    circle(&mut rosa, "Bakers", &["joe"], "amina").await;
    assert_ne!(town.all_there_is().await, before);
    town.end().await;
}
