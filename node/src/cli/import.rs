//! `kith import`: people from another system.

mod system;

use super::{
    output::Out,
    reach::{Reach, pages},
};
use crate::{
    api::types::{BatchResult, MemberView, NewListing, NewMember, Outcome},
    area,
    client::{Client, ClientError},
    failure::{Exit, Failure},
    import::{Brought, ColumnMap, Kind, Limits, Person, Role, Sums, read_people},
};
use clap::{Args, Subcommand};
use kith_protocol::{
    id::{Digest, MemberId},
    member,
};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// How many people are admitted with one request: with every field filled a third of what a request may have.
const BATCH: usize = 200;
/// How many offers and needs are on their way at once: enough to share the disk's syncs, few enough to leave the node
/// room for its members.
const HANDS: usize = 8;
/// How often a busy node is asked again, a second apart.
const PATIENCE: u32 = 30;

/// Bring people in from another system.
#[derive(Debug, Subcommand)]
pub(super) enum Import {
    People(People),
    #[command(name = "from")]
    System(system::System),
}

/// Admit the people of a table (CSV), with what they offer and need.
///
/// Lines with anything wrong in them are left out whole and named. Put right, the file can be imported again: people
/// with an id of the earlier system are not doubled.
///
/// Example: kith import people members.csv --dir elm --map name=Username,external=N,email=Email --dry-run
#[derive(Debug, Args)]
pub(super) struct People {
    /// The table: UTF-8, its first line names the columns.
    file: PathBuf,
    /// Which column is what, as name=Username,email=Email. The fields are name, external, email, phone, area, joined,
    /// offers, needs, opening (balance brought along), kind and role.
    #[arg(long, value_name = "MAP")]
    map: String,
    /// Only read the file and say what would come in.
    #[arg(long)]
    dry_run: bool,
    /// Write everything that did not fit into this file, as a table.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    reach: Reach,
}

/// A line that did not come in, or not whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Misfit {
    line: u64,
    column: Option<String>,
    problem: String,
}

/// What came in and what did not fit.
#[derive(Debug, Default, Serialize)]
struct Report {
    dry_run: bool,
    /// People that could be read.
    read: usize,
    admitted: usize,
    /// People who were here already, by the id of the earlier system.
    already_here: usize,
    /// Offers of all these people that stand on the shelf now, however often they were imported.
    offers: usize,
    /// The same of needs.
    needs: usize,
    /// Lines left out because of a problem in the file.
    lines_left_out: usize,
    misfits: Vec<Misfit>,
    /// How the hours fit together, for a system that exports its exchanges.
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<Hours>,
}

/// The reconciliation, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Hours {
    transfers: u64,
    moved: i64,
    brought: i64,
    left_out: i64,
    rounding: i64,
    in_files: i64,
    compared: u64,
    differing: u64,
}

impl From<Sums> for Hours {
    fn from(sums: Sums) -> Self {
        Self {
            transfers: sums.transfers,
            moved: sums.moved,
            brought: sums.brought(),
            left_out: sums.left_out,
            rounding: sums.rounding,
            in_files: sums.in_files(),
            compared: sums.compared,
            differing: sums.differing,
        }
    }
}

impl Import {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        match self {
            Self::People(people) => people.run(out),
            Self::System(system) => system.run(out),
        }
    }
}

impl People {
    fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let map = ColumnMap::parse(&self.map)?;
        let file = File::open(&self.file).map_err(|error| Failure::file("read", &self.file, &error))?;
        let found = read_people(file, &map, Limits::default())?;
        let read = Brought {
            people: found.people,
            problems: found.problems,
            lines_left_out: found.lines_left_out,
            sums: None,
        };
        finish(read, self.dry_run, &self.reach, self.report.as_deref(), out)
    }
}

/// Brings in what was read, unless it is only looked at, and says what became of it.
fn finish(
    read: Brought,
    dry_run: bool,
    reach: &Reach,
    report_to: Option<&Path>,
    out: &mut Out<'_>,
) -> Result<(), Failure> {
    let misfits = read.problems.iter().map(|problem| Misfit {
        line: problem.line,
        column: problem.column.clone(),
        problem: format!("{}{}", problem.sheet, problem.wrong),
    });
    let mut report = Report {
        dry_run,
        read: read.people.len(),
        lines_left_out: read.lines_left_out,
        misfits: misfits.collect(),
        hours: read.sums.map(Hours::from),
        ..Report::default()
    };
    if dry_run {
        let posts = |need| read.people.iter().flat_map(move |p| p.posts.iter().filter(move |post| post.need == need));
        report.offers = read.people.iter().map(|person| person.offers.len()).sum::<usize>() + posts(false).count();
        report.needs = read.people.iter().map(|person| person.needs.len()).sum::<usize>() + posts(true).count();
    } else {
        let client = reach.client()?;
        bring_in(&client, &read.people, &mut report, out).map_err(interrupted)?;
    }
    report.misfits.sort_by_key(|misfit| misfit.line);
    if let Some(path) = report_to {
        write_report(path, &report.misfits)?;
    }
    out.result(&report, |report| words(report, report_to))
}

fn interrupted(mut failure: Failure) -> Failure {
    if failure.exit == Exit::Unreachable {
        failure.detail.push_str(". Give the same command again when the node is back: what came in is not doubled");
    }
    failure
}

fn bring_in(client: &Client, people: &[Person], report: &mut Report, out: &mut Out<'_>) -> Result<(), Failure> {
    let here = already_here(client, people)?;
    for (done, chunk) in people.chunks(BATCH).enumerate() {
        let known = admit(client, chunk, &here, report)?;
        publish(client, &known, report)?;
        if out.is_terminal() {
            out.line(&format!("{} of {} …", (done * BATCH + chunk.len()), people.len()))?;
        }
    }
    Ok(())
}

/// Members by the id they had in an earlier system.
fn already_here(client: &Client, people: &[Person]) -> Result<BTreeMap<String, MemberId>, Failure> {
    if people.iter().all(|person| person.external.is_none()) {
        return Ok(BTreeMap::new());
    }
    let members = pages::<MemberView>(client, "/api/v1/members?", None)?;
    Ok(members.items.into_iter().filter_map(|member| Some((member.external?, member.id))).collect())
}

/// Admits those of a chunk who are not here, and gives the ids of all who are then.
fn admit<'a>(
    client: &Client,
    chunk: &'a [Person],
    here: &BTreeMap<String, MemberId>,
    report: &mut Report,
) -> Result<Vec<(MemberId, &'a Person)>, Failure> {
    let id_of = |person: &Person| person.external.as_ref().and_then(|external| here.get(external)).copied();
    let mut known: Vec<(MemberId, &Person)> = chunk.iter().filter_map(|p| Some((id_of(p)?, p))).collect();
    report.already_here += known.len();
    let fresh: Vec<&Person> = chunk.iter().filter(|person| id_of(person).is_none()).collect();
    if fresh.is_empty() {
        return Ok(known);
    }
    let bodies: Vec<NewMember> = fresh.iter().map(|person| new_member(person)).collect();
    let bytes = serde_json::to_vec(&bodies).map_err(|error| Failure::usage(error.to_string()))?;
    // Two people of one name on different lines are two people; the same lines sent again are the same request.
    let key = key("people", &[&fresh[0].line.to_be_bytes(), &bytes]);
    let results: Vec<BatchResult> = patiently(|| client.post("/api/v1/members/batch", &bodies, Some(&key)))?;
    if results.len() != fresh.len() {
        let detail = "the node's answer does not fit the people sent. Are both programs of the same version?";
        return Err(Failure::new(Exit::Unreachable, "unreadable-answer", detail));
    }
    for (person, result) in fresh.into_iter().zip(results) {
        match result {
            BatchResult::Done(Outcome { member: Some(id), .. }) => {
                report.admitted += 1;
                known.push((id, person));
            }
            BatchResult::Done(_) => report.misfits.push(misfit(person, "was admitted without an id")),
            BatchResult::Refused(problem) => report.misfits.push(misfit(person, &problem.detail)),
        }
    }
    Ok(known)
}

fn misfit(person: &Person, problem: &str) -> Misfit {
    Misfit { line: person.line, column: None, problem: problem.to_owned() }
}

fn new_member(person: &Person) -> NewMember {
    NewMember {
        name: person.name.clone(),
        email: person.email.clone(),
        phone: person.phone.clone(),
        // Nobody was asked yet.
        in_directory: false,
        external: person.external.clone(),
        joined: person.joined.map(|day| day.to_string()),
        kind: Some(match person.kind {
            Kind::Person => member::MemberKind::Person,
            Kind::Organisation => member::MemberKind::Organisation,
        }),
        role: Some(match person.role {
            Role::Member => member::Role::Member,
            Role::Coordinator => member::Role::Coordinator,
        }),
        key: None,
        opening_minutes: person.opening_minutes.map(i64::from),
        by: None,
    }
}

/// Publishes what people offer and need, several at once.
fn publish(client: &Client, people: &[(MemberId, &Person)], report: &mut Report) -> Result<(), Failure> {
    let all: Vec<(MemberId, &Person, &str, &String, Option<&String>)> = people
        .iter()
        .flat_map(|(id, person)| {
            let offers = person.offers.iter().map(|title| (*id, *person, "offers", title, None));
            let bare = offers.chain(person.needs.iter().map(|title| (*id, *person, "needs", title, None)));
            bare.chain(person.posts.iter().map(|post| {
                (*id, *person, if post.need { "needs" } else { "offers" }, &post.title, post.text.as_ref())
            }))
        })
        .collect();
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..HANDS.min(all.len()) {
            scope.spawn(|| {
                while let Some((id, person, shelf, title, text)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = publish_one(client, *id, (person, title, *text), shelf);
                    let gone = matches!(&result, Err(failure) if failure.exit == Exit::Unreachable);
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((*person, *shelf, result));
                    if gone {
                        // The others find the same; they stop by themselves.
                        next.store(all.len(), Ordering::Relaxed);
                    }
                }
            });
        }
    });
    for (person, shelf, result) in results.into_inner().unwrap_or_else(PoisonError::into_inner) {
        match result {
            Ok(()) if shelf == "offers" => report.offers += 1,
            Ok(()) => report.needs += 1,
            Err(failure) if failure.problem.is_some() && failure.exit != Exit::Unreachable => {
                report.misfits.push(misfit(person, &format!("one of the {shelf}: {}", failure.detail)));
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

fn publish_one(
    client: &Client,
    id: MemberId,
    (person, title, text): (&Person, &String, Option<&String>),
    shelf: &str,
) -> Result<(), Failure> {
    let new = NewListing {
        member: id,
        title: title.clone(),
        text: text.cloned(),
        category: None,
        tags: Vec::new(),
        area: person.area.as_deref().and_then(area::shown_to_all),
        language: None,
        remote: false,
        times: Vec::new(),
        by: None,
        days: None,
        // Whoever it is of was not asked.
        public: Some(false),
    };
    let key = key("listing", &[id.as_bytes(), shelf.as_bytes(), title.as_bytes()]);
    let _: Outcome = patiently(|| client.post(&format!("/api/v1/{shelf}"), &new, Some(&key)))?;
    Ok(())
}

/// A name for a request by what it asks, so that the same import given twice counts once.
fn key(what: &str, parts: &[&[u8]]) -> String {
    format!("import-{what}-{}", Digest::of("kith/import", parts))
}

/// Asks a busy node again, for a while.
fn patiently<T>(ask: impl Fn() -> Result<T, ClientError>) -> Result<T, Failure> {
    let mut tries = 0;
    loop {
        match ask() {
            Err(error) if error.code() == Some("busy") && tries < PATIENCE => {
                tries += 1;
                std::thread::sleep(Duration::from_secs(1));
            }
            result => return Ok(result?),
        }
    }
}

fn write_report(path: &Path, misfits: &[Misfit]) -> Result<(), Failure> {
    let failed = |error: csv::Error| Failure::file("write", path, &error.into());
    let mut table = csv::Writer::from_path(path).map_err(failed)?;
    table.write_record(["line", "column", "problem"]).map_err(failed)?;
    for misfit in misfits {
        let column = misfit.column.as_deref().unwrap_or_default();
        table.write_record([&misfit.line.to_string(), column, &misfit.problem]).map_err(failed)?;
    }
    table.flush().map_err(|error| Failure::file("write", path, &error))
}

fn words(report: &Report, file: Option<&Path>) -> String {
    let shelf = format!("With them {} offers and {} needs.", report.offers, report.needs);
    let mut lines = if report.dry_run {
        vec![format!("People who can come in: {}. {shelf}", report.read)]
    } else {
        vec![format!("People who came in: {}; here already: {}. {shelf}", report.admitted, report.already_here)]
    };
    if let Some(hours) = &report.hours {
        lines.push(reconciled(hours));
    }
    if report.misfits.is_empty() {
        lines.push("Everything fitted.".into());
        return lines.join("\n");
    }
    lines.push(format!(
        "Lines left out, whole or in part: {}. What did not fit:",
        report.lines_left_out.max(refused_lines(report))
    ));
    let shown = report.misfits.len().min(Limits::default().problems_shown);
    for misfit in &report.misfits[..shown] {
        let column = misfit.column.as_ref().map_or_else(String::new, |column| format!(", column '{column}'"));
        lines.push(format!("  line {}{column}: {}", misfit.line, misfit.problem));
    }
    match (report.misfits.len() - shown, file) {
        (_, Some(file)) => lines.push(format!("All of it is in {}.", file.display())),
        (0, None) => {}
        (more, None) => lines.push(format!("  and {more} more; --report FILE writes them all.")),
    }
    lines.join("\n")
}

/// How the hours fit together, in minutes.
fn reconciled(hours: &Hours) -> String {
    let Hours { transfers, moved, brought, left_out, rounding, in_files, compared, differing } = hours;
    format!(
        "Exchanges in the files: {transfers}, of {moved} minutes together.\n\
         Minutes in the files: {in_files} = {brought} that come in + {left_out} of lines left out + {rounding} by rounding.\n\
         People compared with their exchanges: {compared}; of these do not fit: {differing}."
    )
}

/// Lines with something wrong, wherever it was found.
fn refused_lines(report: &Report) -> usize {
    report.misfits.iter().map(|misfit| misfit.line).collect::<std::collections::BTreeSet<_>>().len()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn run(csv: &str, extra: &[&str]) -> (Exit, String, String) {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("people.csv");
        std::fs::write(&file, csv).unwrap();
        let report = dir.path().join("report.csv");
        let mut args = vec!["kith", "import", "people", file.to_str().unwrap(), "--map", "name=N,email=E,offers=O"];
        args.extend(["--dry-run", "--report", report.to_str().unwrap()]);
        args.extend(extra);
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let args = args.iter().map(Into::into);
        let exit = crate::cli::run(args, false, &mut stdout, &mut stderr);
        let report = std::fs::read_to_string(report).unwrap_or_default();
        (exit, String::from_utf8([stdout, stderr].concat()).unwrap(), report)
    }

    #[test]
    fn a_dry_run_counts_and_names_what_does_not_fit() {
        let bad = (0..25).map(|n| format!("P{n},not an address,\n")).collect::<String>();
        let csv = format!("N,E,O\nAda,ada@example.org,Garden;Lifts\n{bad}");
        let (exit, said, report) = run(&csv, &[]);
        assert_eq!(exit, Exit::Done);
        assert!(said.contains("People who can come in: 1. With them 2 offers and 0 needs."), "{said}");
        assert!(said.contains("in part: 25."), "{said}");
        assert_eq!(said.matches("  line ").count(), 20, "{said}");
        assert_eq!(report.lines().count(), 26, "{report}");
        assert!(report.starts_with("line,column,problem\n3,E,"), "{report}");
        assert!(!report.contains("not an address,"), "the report repeats no values");
        let (_, json, _) = run(&csv, &["--json"]);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((json["read"].as_u64(), json["misfits"].as_array().map(Vec::len)), (Some(1), Some(25)));
    }

    #[test]
    fn a_wrong_map_is_a_usage_error() {
        let (exit, said, _) = run("n,E,O\nAda,,\n", &[]);
        assert_eq!(exit, Exit::Usage);
        assert!(said.contains("did you mean 'n'?"), "{said}");
    }

    #[test]
    fn a_request_is_named_by_what_it_asks() {
        assert_eq!(key("people", &[b"a"]), key("people", &[b"a"]));
        assert_ne!(key("people", &[b"a"]), key("people", &[b"b"]));
        assert!(key("listing", &[b"a"]).len() <= 100);
    }
}
