//! Every page there is, and who looks at it.

use crate::town::Town;
use anyhow::{Result, bail};
use std::{fs, path::Path};

/// Who looks at a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Anybody,
    Member,
    Coordinator,
}

use Who::{Anybody, Coordinator, Member};

/// Routes as the program names them, with an address to look at. Words in capitals are put in by [`pages`].
const ROUTES: [(&str, Who, &str); 108] = [
    ("/", Anybody, "/"),
    ("/community", Anybody, "/community"),
    ("", Anybody, "/nowhere"),
    ("/sign-in", Anybody, "/sign-in"),
    ("/look", Anybody, "/look"),
    ("", Anybody, "/home"),
    ("/events", Anybody, "/events"),
    ("/map", Anybody, "/map"),
    ("/join", Anybody, "/join"),
    ("/sign-in/email", Anybody, "/sign-in/email"),
    ("", Anybody, "/listing/COMMUNITY/OWN"),
    ("/home", Member, "/home"),
    ("/ask", Member, "/ask"),
    ("/offer", Member, "/offer"),
    ("/find", Member, "/find"),
    ("", Member, "/find?q=bikes"),
    ("", Member, "/find?q=unicorns"),
    ("", Member, "/find?kind=needs&category=transport"),
    ("", Member, "/find?place=near&day=friday&part=morning&language=en"),
    ("/listing/{community}/{key}", Member, "/listing/COMMUNITY/OTHERS"),
    ("", Member, "/listing/COMMUNITY/OWN"),
    ("/listing/{community}/{key}/withdraw", Member, "/listing/COMMUNITY/OWN/withdraw"),
    ("/listing/{community}/{key}/picture", Member, "/listing/COMMUNITY/OWN/picture"),
    ("/record", Member, "/record"),
    ("/record/hours", Member, "/record/hours?way=gave&to=m/OTHER"),
    ("/exchange/{id}", Member, "/exchange/SETTLED"),
    ("", Member, "/exchange/WAITING"),
    ("", Member, "/exchange/CLAIMED?new=yes"),
    ("/exchange/{id}/decline", Member, "/exchange/WAITING/decline"),
    ("/exchange/{id}/question", Member, "/exchange/SETTLED/question"),
    ("/exchange/{id}/back", Member, "/exchange/SETTLED/back"),
    ("/statement", Member, "/statement"),
    ("/me", Member, "/me"),
    ("/me/change", Member, "/me/change"),
    ("/me/key", Member, "/me/key"),
    ("/gift", Member, "/gift"),
    ("/leave", Member, "/leave"),
    ("/done/{what}", Member, "/done/saved"),
    ("/messages", Member, "/messages"),
    ("/messages/{member}", Member, "/messages/OTHER"),
    ("/report", Member, "/report?person=OTHER"),
    ("/away", Member, "/away"),
    ("/helpers", Member, "/helpers"),
    ("/pause", Member, "/pause"),
    ("/listing/{community}/{key}/change", Member, "/listing/COMMUNITY/OWN/change"),
    ("/circles", Member, "/circles"),
    ("/circles/{id}", Member, "/circles/CIRCLE"),
    ("/notices", Member, "/notices"),
    ("/notices/{id}", Member, "/notices/NOTICE"),
    ("/week", Member, "/week"),
    ("/charter", Member, "/charter"),
    ("/exchange/{id}/correct", Coordinator, "/exchange/SETTLED/correct"),
    ("/today", Coordinator, "/today"),
    ("/contact", Coordinator, "/contact"),
    ("/members", Coordinator, "/members"),
    ("", Coordinator, "/members?q=nobody"),
    ("/members/new", Coordinator, "/members/new"),
    ("/members/{id}", Coordinator, "/members/OTHER?admitted=yes"),
    ("/members/{id}/role", Coordinator, "/members/OTHER/role"),
    ("/slips", Coordinator, "/slips"),
    ("/slips/scan", Coordinator, "/slips/scan"),
    ("/partners", Coordinator, "/partners"),
    ("/partners/invite", Coordinator, "/partners/invite"),
    ("/partners/accept", Coordinator, "/partners/accept"),
    ("/paper", Coordinator, "/paper"),
    ("/paper/slips", Coordinator, "/paper/slips"),
    ("/paper/directory", Coordinator, "/paper/directory"),
    ("/paper/statements", Coordinator, "/paper/statements"),
    ("/events/new", Coordinator, "/events/new"),
    ("/events/{id}/change", Coordinator, "/events/EVENT/change"),
    ("/safety", Coordinator, "/safety"),
    ("/members/{id}/file", Coordinator, "/members/OTHER/file"),
    ("/members/{id}/{what}", Coordinator, "/members/OTHER/fact"),
    ("", Coordinator, "/members/OTHER/reference"),
    ("", Coordinator, "/members/OTHER/note"),
    ("/partners/{id}/mail", Coordinator, "/partners/PARTNER/mail"),
    ("/partners/{id}/sheet", Coordinator, "/partners/PARTNER/sheet"),
    ("/partners/{id}/grant", Coordinator, "/partners/PARTNER/grant"),
    ("/partners/{id}/escrow", Coordinator, "/partners/PARTNER/escrow"),
    ("/partners/{id}/go-on", Coordinator, "/partners/PARTNER/go-on"),
    ("/disputes/{id}", Coordinator, "/disputes/DISPUTED"),
    ("/disputes/{id}/{step}", Coordinator, "/disputes/DISPUTED/say"),
    ("", Coordinator, "/disputes/DISPUTED/close"),
    ("", Coordinator, "/disputes/DISPUTED/remind"),
    ("/exchange/{id}/advance", Coordinator, "/exchange/UNPAID/advance"),
    ("/import", Coordinator, "/import"),
    ("/import/{system}", Coordinator, "/import/timeoverflow"),
    ("", Coordinator, "/import/table"),
    ("", Coordinator, "/circles"),
    ("", Coordinator, "/circles/CIRCLE"),
    ("/circles/new", Coordinator, "/circles/new"),
    ("/circles/{id}/name", Coordinator, "/circles/CIRCLE/name"),
    ("/circles/{id}/add", Coordinator, "/circles/CIRCLE/add"),
    ("/circles/{id}/end", Coordinator, "/circles/CIRCLE/end"),
    ("/circles/{id}/members/{member}", Coordinator, "/circles/CIRCLE/members/OTHER"),
    ("/group", Coordinator, "/group?circle=CIRCLE"),
    ("", Coordinator, "/group"),
    ("/paper/attendance", Coordinator, "/paper/attendance?circle=CIRCLE"),
    ("", Coordinator, "/paper/attendance"),
    ("/notices/new", Coordinator, "/notices/new"),
    ("", Coordinator, "/notices/NOTICE?new=yes"),
    ("/paper/week", Coordinator, "/paper/week"),
    ("/paper/weeks", Coordinator, "/paper/weeks"),
    ("/charter/change", Coordinator, "/charter/change"),
    ("/export", Coordinator, "/export"),
    ("/backup", Coordinator, "/backup"),
    ("/rebuild", Coordinator, "/rebuild"),
    ("", Coordinator, "/home?for=OTHER"),
];
/// Routes that show no page of their own: files, and what only a form is sent to.
const NO_PAGE: [&str; 47] = [
    "/partners/{id}/escrow/now",
    "/live",
    "/static/kith.css",
    "/static/keys.js",
    "/static/kith.js",
    "/static/kith.svg",
    "/static/passkey.js",
    "/sign-in/passkey",
    "/sign-in/passkey/ask",
    "/me/passkeys",
    "/me/passkeys/new",
    "/me/passkeys/ask",
    "/statement.csv",
    "/statement.kith",
    "/sign-out",
    "/me/devices",
    "/exchange/{id}/confirm",
    "/members/{id}/code",
    "/slips/undo",
    "/setup",
    "/me/data.json",
    "/events.ics",
    "/offers.atom",
    "/community.jsonld",
    "/picture/{key}",
    "/listing/{community}/{key}/picture/remove",
    "/helpers/end",
    "/events/{id}/cancel",
    "/members/{id}/rang",
    "/members/{id}/forget",
    "/members/{id}/reader",
    "/members/{id}/fact/drop",
    "/first/{id}/yes",
    "/first/{id}/no",
    "/import/run/{id}/begin",
    "/import/run/{id}/problems.csv",
    "/reports/{id}/done",
    "/circles/{id}/leave",
    "/circles/{id}/members/{member}/out",
    "/circles/{id}/members/{member}/lead",
    "/notices/{id}/drop",
    "/week/letter",
    "/export/file",
    "/backup/file",
    "/partners/{id}/sheet.kith",
    "/partners/{id}/evidence.kith",
    "/applications/{id}/done",
];
/// Routes whose addresses come up only while somebody works: `flows` goes there.
const FLOWS: [&str; 5] =
    ["/reports/{id}", "/first/{id}", "/applications/{id}", "/import/columns/{id}", "/import/run/{id}"];

/// An address in this town, with what its words in capitals stand for.
pub(crate) fn address(town: &Town, path: &str) -> String {
    let put = [
        ("COMMUNITY", town.id.to_string()),
        ("OTHERS", town.offers[1].to_string()),
        ("OWN", town.offers[0].to_string()),
        ("OTHER", town.people[1].to_string()),
        ("SETTLED", town.exchanges[1].to_string()),
        ("WAITING", town.exchanges[6].to_string()),
        ("CLAIMED", town.exchanges[7].to_string()),
        ("PARTNER", town.partner.to_string()),
        ("DISPUTED", town.disputed.to_string()),
        ("UNPAID", town.unpaid.to_string()),
        ("CIRCLE", town.circle.clone()),
        ("NOTICE", town.notice.clone()),
        ("EVENT", town.event.clone()),
    ];
    put.iter().fold(path.to_owned(), |path, (word, value)| path.replace(word, value))
}

/// The addresses of all pages for somebody, in this town.
pub(crate) fn pages(town: &Town, who: Who) -> Vec<String> {
    let of_theirs = ROUTES.iter().filter(|(_, looks, _)| *looks == who);
    of_theirs.map(|(_, _, path)| address(town, path)).collect()
}

/// That these paths are all there is of the routes whose addresses come up only while somebody works.
pub(crate) fn all_flows(seen: &[String]) -> Result<()> {
    let fits = |route: &str| {
        let beginning = route.split('{').next().unwrap_or(route);
        seen.iter().any(|path| path.starts_with(beginning))
    };
    match FLOWS.into_iter().find(|route| !fits(route)) {
        None => Ok(()),
        Some(route) => bail!("nobody came to {route}"),
    }
}

/// That every route of the program stands in one of the lists above.
pub(crate) fn complete() -> Result<()> {
    let mut missing = Vec::new();
    for route in routes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/src"))? {
        let known = NO_PAGE.contains(&route.as_str())
            || FLOWS.contains(&route.as_str())
            || route.starts_with("/setup/")
            || ROUTES.iter().any(|(known, _, _)| *known == route);
        if !known {
            missing.push(route);
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        bail!("no checker looks at {missing:?}: add them in tests/pages/routes.rs")
    }
}

/// The routes that the sources of the pages declare. Their tests only speak of routes.
fn routes(source: &Path) -> Result<Vec<String>> {
    let (mut open, mut found) = (vec![source.join("web"), source.join("web.rs")], Vec::new());
    while let Some(path) = open.pop() {
        if path.ends_with("tests") {
            continue;
        }
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                open.push(entry?.path());
            }
            continue;
        }
        let text = fs::read_to_string(&path)?;
        let declared =
            text.split(".route(").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
        found.extend(declared.map(str::to_owned));
    }
    if found.len() < ROUTES.len() / 2 {
        bail!("only {} routes were found: they are declared otherwise now", found.len())
    }
    Ok(found)
}
