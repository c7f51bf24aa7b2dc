//! What was read, how far it is, and what came in.

use super::{Import, Stage, address, set_going};
use crate::{
    import::{
        Problem, Wrong,
        bring::{Misfit, What},
        people::MAX_PROBLEMS_SHOWN,
    },
    runtime::Refused,
    web::{
        Answer, App, Oops,
        forms::{Post, fresh_once},
        pages::{self, go, refusal},
        visit::{Frame, Visit},
        waiting::AGAIN,
        words::Words,
    },
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::IntoResponse as _,
};

/// Something that did not fit.
struct Wronged {
    place: String,
    words: String,
}

#[derive(Template)]
#[template(path = "import.html", whitespace = "minimize")]
struct RunPage<'a> {
    frame: &'a Frame,
    heading: String,
    lead: String,
    /// It runs, and whoever looks again sees how far it is.
    again: bool,
    done: usize,
    all: usize,
    rows: Vec<(String, String)>,
    /// Who reads the listings among it.
    readers: Option<String>,
    sums: Vec<(String, String)>,
    fits: Option<bool>,
    wrong: Vec<Wronged>,
    more: Option<String>,
    file: Option<String>,
    begin: Option<(String, String)>,
    once: String,
}

/// What is wrong with a line, in the visitor's words.
fn wrong(words: Words, wrong: &Wrong) -> String {
    match wrong {
        Wrong::Width { found, expected } => {
            words.t2("wrong-width", ("found", &found.to_string()), ("expected", &expected.to_string()))
        }
        Wrong::NotUtf8 => words.t("wrong-not-utf8"),
        Wrong::TooManyBytes { most } => words.t1("wrong-too-many-bytes", "most", most),
        Wrong::TooLong { most } => words.t1("wrong-too-long", "most", most),
        Wrong::LineBreak => words.t("wrong-line-break"),
        Wrong::Strange => words.t("error-strange"),
        Wrong::Empty => words.t("wrong-empty"),
        Wrong::Repeated { first } => words.t1("wrong-repeated", "first", first),
        Wrong::NotEmail => words.t("wrong-email"),
        Wrong::NotPhone => words.t("wrong-phone"),
        Wrong::NotDay => words.t("wrong-day"),
        Wrong::NotMinutes => words.t("wrong-minutes"),
        Wrong::TooManyMinutes { most } => words.t1("wrong-too-many-minutes", "most", most),
        Wrong::NotKind => words.t("wrong-kind"),
        Wrong::NotRole => words.t("wrong-role"),
        Wrong::TooManyListings => words.t("wrong-listings"),
        Wrong::UnknownPerson => words.t("wrong-unknown"),
        Wrong::SharedName => words.t("wrong-shared-name"),
        Wrong::NotAmount => words.t("wrong-amount"),
        Wrong::Closed => words.t("wrong-closed"),
        Wrong::Differs { found, stated } => {
            words.t2("wrong-differs", ("found", &signed(words, *found)), ("stated", &signed(words, *stated)))
        }
    }
}

fn signed(words: Words, minutes: i64) -> String {
    let hours = words.hours(minutes.unsigned_abs());
    if minutes < 0 { format!("−{hours}") } else { hours }
}

fn place(words: Words, problem: &Problem) -> String {
    let sheet = words.t(&format!("import-sheet-{}", problem.sheet.name()));
    let line = words.t2("wrong-line", ("sheet", &sheet), ("line", &problem.line.to_string()));
    match &problem.column {
        Some(column) => format!("{line}, {column}"),
        None => line,
    }
}

fn misfit(words: Words, misfit: &Misfit) -> Wronged {
    let what = words.t(match misfit.what {
        What::Person => "import-what-person",
        What::Hours => "import-what-hours",
        What::Listing => "import-what-listing",
    });
    let sheet = words.t("import-sheet-people");
    let line = words.t2("wrong-line", ("sheet", &sheet), ("line", &misfit.line.to_string()));
    Wronged { place: format!("{line}, {what}"), words: refusal(words, &misfit.why) }
}

fn all_wrong<'a>(words: Words, import: &'a Import, stage: &'a Stage) -> impl Iterator<Item = Wronged> + 'a {
    let misfits = if let Stage::Came(came) = stage { came.misfits.as_slice() } else { &[] };
    let problems = import.brought.problems.iter();
    let problems = problems.map(move |found| Wronged { place: place(words, found), words: wrong(words, &found.wrong) });
    misfits.iter().map(move |found| misfit(words, found)).chain(problems)
}

fn sums(words: Words, import: &Import) -> (Vec<(String, String)>, Option<bool>) {
    let Some(sums) = import.brought.sums else {
        let brought = import.brought.people.iter().filter_map(|person| person.opening_minutes).map(i64::from).sum();
        return (vec![(words.t("import-sum-brought"), signed(words, brought))], None);
    };
    let row = |key: &str, minutes: i64| (words.t(key), signed(words, minutes));
    let rows = vec![
        (words.t("import-sum-transfers"), words.grouped(sums.transfers)),
        row("import-sum-moved", sums.moved),
        row("import-sum-above", sums.above),
        row("import-sum-below", -sums.below),
        row("import-sum-brought", sums.brought()),
        row("import-sum-left-out", sums.left_out),
        row("import-sum-rounding", sums.rounding),
        row("import-sum-files", sums.in_files()),
        (words.t("import-sum-compared"), words.grouped(sums.compared)),
        (words.t("import-sum-differing"), words.grouped(sums.differing)),
    ];
    (rows, Some(sums.differing == 0))
}

fn rows(words: Words, import: &Import, stage: &Stage) -> Vec<(String, String)> {
    let count = |key: &str, n: usize| (words.t(key), words.grouped(n as u64));
    match stage {
        Stage::Came(came) => vec![
            count("import-admitted", came.admitted),
            count("import-already", came.already_here),
            count("import-opened", came.opened),
            (words.t("import-opened-hours"), signed(words, came.opened_minutes)),
            count("import-listings", came.listings),
            count("import-left-out", import.brought.lines_left_out + came.misfits.len()),
        ],
        Stage::Looked | Stage::Running | Stage::Stopped => vec![
            count("import-people", import.people),
            count("import-listings", import.listings),
            count("import-left-out", import.brought.lines_left_out),
        ],
    }
}

pub(in crate::web::desk) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Answer {
    let visit = visit.coordinator()?;
    let (frame, words) = (&visit.frame, visit.frame.words);
    let import = app.imports.find(&id).ok_or(Oops::Missing)?;
    let stage = import.stage();
    let count = import.brought.problems.len() + if let Stage::Came(came) = &stage { came.misfits.len() } else { 0 };
    let (heading, lead) = match &stage {
        Stage::Looked => ("import-would", "import-would-lead"),
        Stage::Running => ("import-running", "import-running-lead"),
        Stage::Came(_) => ("import-came", "import-came-lead"),
        Stage::Stopped => ("import-stopped", "import-stopped-lead"),
    };
    let (sums, fits) = sums(words, &import);
    let more = count.saturating_sub(MAX_PROBLEMS_SHOWN);
    let again = matches!(stage, Stage::Running);
    let page = RunPage {
        frame,
        heading: words.t(heading),
        lead: words.t(lead),
        again,
        done: import.done(),
        all: import.people,
        rows: rows(words, &import, &stage),
        readers: (import.listings > 0).then(|| words.t("import-inside")),
        sums,
        fits,
        wrong: all_wrong(words, &import, &stage).take(MAX_PROBLEMS_SHOWN).collect(),
        more: (more > 0).then(|| words.n("import-more-wrong", more as u64)),
        file: (count > 0).then(|| format!("{}/problems.csv", address(&id))),
        begin: match stage {
            Stage::Looked if import.people > 0 => Some((words.t("import-begin"), format!("{}/begin", address(&id)))),
            Stage::Stopped => Some((words.t("import-go-on"), format!("{}/begin", address(&id)))),
            _ => None,
        },
        once: fresh_once(),
    };
    let mut response = pages::show(frame, &page);
    response.headers_mut().extend(again.then_some(AGAIN));
    Ok(response)
}

pub(in crate::web::desk) async fn begin(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let import = app.imports.find(&id).ok_or(Oops::Missing)?;
    set_going(&app, &import, post.member.id, post.frame.lang());
    Ok(go(&address(&id)))
}

pub(in crate::web::desk) async fn problems(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Answer {
    let visit = visit.coordinator()?;
    let words = visit.frame.words;
    let import = app.imports.find(&id).ok_or(Oops::Missing)?;
    let stage = import.stage();
    let broken = |why: csv::Error| Oops::Refused(Refused::People(why.to_string()));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([words.t("import-csv-place"), words.t("import-csv-wrong")]).map_err(broken)?;
    for wrong in all_wrong(words, &import, &stage) {
        writer.write_record([crate::export::cell(&wrong.place), wrong.words]).map_err(broken)?;
    }
    let bytes = writer.into_inner().map_err(|why| Oops::Refused(Refused::People(why.to_string())))?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"left-out.csv\""));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
