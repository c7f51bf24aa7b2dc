//! The charter: the rules that the community set itself, and what keeps everybody safe with benefits and tax.

use crate::{
    runtime::{Handle, Refused, office::MAX_WORDS},
    web::{
        Answer, App, Oops,
        forms::{Asked, Need, Post, Reader, Step, choices},
        news::{News, go_telling},
        pages::{self, CheckPage, FactsPage, FormPage, go, refusal},
        setup::{BALANCES, CONFIRMATIONS, RAILS, area_field, balances_field},
        stale::{self, Stood},
        visit::{Frame, Visit},
        words::{Words, zone_name},
    },
};
use axum::extract::State;
use kith_protocol::{
    community::{Balances, Charter, GroupPolicy, MAX_NAME},
    machine::Command,
    minutes::{Balance, Minutes},
    rejection::Rejection,
};

/// The most hours of a limit: beyond it there is none.
const MOST_HOURS: i64 = 100_000;
/// Letters of a number of hours as typed.
const MAX_HOURS: usize = 12;

const GROUPS: [(&str, &str, GroupPolicy); 2] = [
    ("once", "charter-group-once", GroupPolicy::LeaderEarnsOnce),
    ("all", "charter-group-all", GroupPolicy::LeaderEarnsAll),
];

/// Minutes of a limit, as people write hours: `40`, `40:30`.
fn limit_of(typed: &str) -> Option<i64> {
    let (hours, minutes) = typed.split_once(':').unwrap_or((typed, "0"));
    let digits = |text: &str| !text.is_empty() && text.len() <= 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (hours, minutes) = (digits(hours).then_some(hours)?, digits(minutes).then_some(minutes)?);
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= MOST_HOURS && minutes < 60).then_some(hours * 60 + minutes)
}

/// The same back.
fn limit_text(minutes: i64) -> String {
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    if rest == 0 { hours.to_string() } else { format!("{hours}:{rest:02}") }
}

fn limit(reader: &mut Reader<'_>, name: &str, key: &str, need: Need) -> Option<i64> {
    let typed = reader.line(name, key, MAX_HOURS, need);
    let found = limit_of(&typed);
    if found.is_none() && !(typed.is_empty() && need == Need::May) {
        let error = reader.words().t("charter-limit-wrong");
        reader.fail(name, error);
    }
    found
}

/// The limits beside that of a person: an organisation's, how many hours anybody has at most, and the longest exchange.
pub(in crate::web) struct Limits {
    pub(in crate::web) organisations: Balance,
    pub(in crate::web) ceiling: Option<Balance>,
    pub(in crate::web) longest: Minutes,
}

/// How far below zero a limit is.
fn below(minutes: i64) -> Option<Balance> {
    Balance::new(-minutes).ok()
}

/// They, as far as they are right.
pub(in crate::web) fn limit_fields(reader: &mut Reader<'_>) -> Option<Limits> {
    let organisations = limit(reader, "organisations", "charter-organisations", Need::Must);
    let ceiling = limit(reader, "ceiling", "charter-ceiling", Need::May);
    let longest = limit(reader, "longest", "charter-longest", Need::Must);
    let longest = longest.and_then(|minutes| Minutes::new(minutes).ok());
    if longest.is_none() {
        let error = reader.words().t("charter-limit-wrong");
        reader.fail("longest", error);
    }
    let ceiling = ceiling.and_then(|minutes| Balance::new(minutes).ok());
    Some(Limits { organisations: below(organisations?)?, ceiling, longest: longest? })
}

/// What their fields begin with.
pub(in crate::web) fn limits_of(charter: &Charter) -> [(&'static str, String); 3] {
    [
        ("organisations", limit_text(charter.organisation_floor.get())),
        ("ceiling", charter.ceiling.map(|ceiling| limit_text(ceiling.get())).unwrap_or_default()),
        ("longest", limit_text(i64::from(charter.largest_exchange.get()))),
    ]
}

/// The rules as they stand, and the community's own words about benefits.
async fn now(handle: &Handle) -> Result<(Charter, String), Oops> {
    let charter = handle.look(|machine, _| machine.state().ledger().charter().cloned()).await?;
    let charter = charter.ok_or(Oops::Refused(Refused::Rule(Rejection::Founding)))?;
    Ok((charter, handle.office_rules().await?.benefits.unwrap_or_default()))
}

fn stood(charter: &Charter, benefits: &str) -> Stood {
    let confirmation = CONFIRMATIONS.iter().find(|(_, _, known)| *known == charter.confirmation);
    let group = GROUPS.iter().find(|(_, _, known)| *known == charter.group);
    let balances = BALANCES.iter().find(|(_, _, known)| *known == charter.balances);
    let [organisations, ceiling, longest] = limits_of(charter);
    Stood::new([
        ("name", charter.name.clone()),
        ("area", charter.area.clone().unwrap_or_default()),
        ("balances", balances.map_or("", |(value, _, _)| value).to_owned()),
        ("floor", limit_text(charter.person_floor.get())),
        organisations,
        ceiling,
        longest,
        ("confirmation", confirmation.map_or("", |(value, _, _)| value).to_owned()),
        ("group", group.map_or("", |(value, _, _)| value).to_owned()),
        ("benefits", benefits.to_owned()),
    ])
}

/// What is filled in, as far as it is right.
fn fields(reader: &mut Reader<'_>) -> Option<(Charter, String)> {
    let name = reader.line("name", "setup-name", MAX_NAME, Need::Must);
    let area = area_field(reader);
    let balances = balances_field(reader);
    let floor = limit(reader, "floor", "setup-floor", Need::Must);
    let limits = limit_fields(reader);
    let options = choices(reader.words(), CONFIRMATIONS.map(|(value, key, _)| (value, key)));
    let confirmation = reader.choice("confirmation", "setup-confirmation", options, Need::Must);
    let options = choices(reader.words(), GROUPS.map(|(value, key, _)| (value, key)));
    let group = reader.choice("group", "charter-group", options, Need::Must);
    let benefits = reader.area("benefits", "charter-benefits", MAX_WORDS, Need::May);
    let limits = limits?;
    let charter = Charter {
        name,
        area,
        person_floor: below(floor?)?,
        organisation_floor: limits.organisations,
        ceiling: limits.ceiling,
        largest_exchange: limits.longest,
        confirmation: CONFIRMATIONS.iter().find(|(value, _, _)| *value == confirmation)?.2,
        group: GROUPS.iter().find(|(value, _, _)| *value == group)?.2,
        balances,
    };
    Some((charter, benefits))
}

fn hours(words: Words, minutes: i64) -> String {
    words.hours(minutes.unsigned_abs())
}

/// A limit, and whether it counts while hours are gifts.
fn binding(words: Words, charter: &Charter, limit: String) -> String {
    if charter.balances.limits_bind() { limit } else { words.t1("balances-not-now", "limit", limit) }
}

/// What the community says about keeping score, for everybody to read; nothing when all is as usual.
fn about_score(words: Words, balances: Balances) -> Vec<String> {
    let rule = match balances {
        Balances::Shown => return Vec::new(),
        Balances::Hidden => "balances-hidden-rule",
        Balances::Gifts => "balances-gifts-rule",
    };
    vec![words.t(rule), words.t("balances-book")]
}

/// The rules, for every member.
pub(super) async fn show(State(app): State<App>, visit: Visit) -> Answer {
    let (frame, words) = (&visit.frame, visit.frame.words);
    let (charter, benefits) = now(&app.handle).await?;
    let confirmation = CONFIRMATIONS.iter().find(|(_, _, known)| *known == charter.confirmation);
    let group = GROUPS.iter().find(|(_, _, known)| *known == charter.group);
    let balances = BALANCES.iter().find(|(_, _, known)| *known == charter.balances);
    let no_ceiling = || words.t("charter-no-ceiling");
    let limit = |minutes: Balance| binding(words, &charter, hours(words, minutes.get()));
    let mut rows = vec![
        (words.t("setup-name"), charter.name.clone()),
        (words.t("balances"), balances.map(|(_, key, _)| words.t(key)).unwrap_or_default()),
        (words.t("setup-floor"), limit(charter.person_floor)),
        (words.t("charter-organisations"), limit(charter.organisation_floor)),
        (words.t("charter-ceiling"), charter.ceiling.map_or_else(no_ceiling, limit)),
        (words.t("charter-longest"), hours(words, i64::from(charter.largest_exchange.get()))),
        (words.t("setup-confirmation"), confirmation.map(|(_, key, _)| words.t(key)).unwrap_or_default()),
        (words.t("charter-group"), group.map(|(_, key, _)| words.t(key)).unwrap_or_default()),
    ];
    rows.extend(zone_name().map(|zone| (words.t("setup-zone"), zone)));
    if !benefits.is_empty() {
        rows.push((words.t("charter-benefits"), benefits));
    }
    let mut lead = vec![words.t("charter-lead")];
    lead.push(RAILS.map(|key| words.t(key)).join("\n"));
    lead.extend(about_score(words, charter.balances));
    lead.push(words.t("charter-benefits-warning"));
    let mut links = Vec::new();
    if visit.member.coordinator {
        links.push((words.t("charter-change"), "/charter/change".into()));
        links.push((words.t("safety-rules"), "/safety".into()));
    }
    links.push((words.t("menu-home"), "/home".into()));
    let page = FactsPage { frame, heading: words.t("charter"), lead, rows, presses: Vec::new(), links };
    Ok(pages::show(frame, &page))
}

const ACTION: &str = "/charter/change";

fn form<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("charter-change"), reader, ACTION, frame.t("go-on"))
        .lead(frame.t("charter-change-lead"))
        .other(frame.t("charter"), "/charter".into())
}

pub(super) async fn change(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let (charter, benefits) = now(&app.handle).await?;
    let stood = stood(&charter, &benefits);
    let filled = stood.filled();
    let mut reader = Reader::open(visit.frame.words, &filled);
    stood.remember(&mut reader, &asked);
    fields(&mut reader);
    Ok(form(&visit.frame, reader).answer())
}

pub(super) async fn send(State(app): State<App>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let (frame, deed) = (&post.frame, post.deed());
    let mut reader = Reader::judge(frame.words, &post.sent);
    let (charter, benefits) = now(&app.handle).await?;
    let stands = stood(&charter, &benefits);
    stands.remember(&mut reader, &post.sent);
    let filled = fields(&mut reader).filter(|_| reader.is_fine() && post.sent.step() != Step::Edit);
    let Some((wanted, words)) = filled else { return Ok(form(frame, reader).answer()) };
    if let Err(why) = wanted.check() {
        return Ok(form(frame, reader).refused(Some(refusal(frame.words, &why))).answer());
    }
    if stands.changed_since(&post.sent) && app.handle.earlier(deed.request()).await?.is_none() {
        let now = stands.filled();
        let mut theirs = Reader::open(frame.words, &now);
        fields(&mut theirs);
        return Ok(match stale::both(frame, None, reader, (&stands, theirs), ACTION, "/charter".into()) {
            Some(page) => page,
            // Somebody else made the same change.
            None => go_telling("/charter", News::SameCharter),
        });
    }
    if post.sent.step() == Step::Check {
        let check = CheckPage::new(frame, frame.t("check"), reader, ACTION, frame.t("charter-button"));
        return Ok(check.lead(frame.t("charter-check")).answer());
    }
    if wanted != charter {
        let command = Command::ChangeCharter { charter: wanted, by: post.member.id };
        match app.handle.command(deed.request(), command).await {
            Ok(_) => {}
            Err(Refused::Rule(why)) => {
                return Ok(form(frame, reader).refused(Some(refusal(frame.words, &why))).answer());
            }
            Err(refused) => return Err(Oops::Refused(refused)),
        }
    }
    let words = Some(words).filter(|words| !words.is_empty());
    app.handle.set_office_rules(move |rules| rules.benefits = words).await?;
    Ok(go("/done/charter"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_they_are_shown() {
        for (typed, minutes) in [("40", 2_400), ("0", 0), ("1:05", 65), ("100000", 6_000_000)] {
            assert_eq!(limit_of(typed), Some(minutes));
            assert_eq!(limit_text(minutes), typed);
        }
        assert_eq!(limit_text(-2_430), "40:30");
        for bad in ["", "x", "1:60", ":", "1:", "-1", "100001", "9999999", "1.5"] {
            assert_eq!(limit_of(bad), None, "{bad}");
        }
    }
}
