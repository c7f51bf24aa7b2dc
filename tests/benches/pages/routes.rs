//! That every page of coordinators is measured: the list of all pages is the one by which `tests/pages` looks at them.

use anyhow::{Context as _, Result, ensure};
use std::{collections::BTreeSet, fs, path::Path};

/// The fewest pages of coordinators that there must be for the list to be written as this file reads it.
const FEWEST: usize = 40;

/// What stands in a list of the file, from its name to its end.
fn list<'a>(text: &'a str, name: &str) -> Result<&'a str> {
    let rest = text.split_once(&format!("const {name}:")).map(|(_, rest)| rest);
    let body = rest.and_then(|rest| rest.split_once("];")).map(|(body, _)| body);
    body.with_context(|| format!("tests/pages/routes.rs has no list {name}"))
}

/// All routes with a page, and whether only coordinators see it.
fn routes() -> Result<Vec<(String, bool)>> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("pages/routes.rs"))?;
    let rows = list(&text, "ROUTES")?.split("(\"").skip(1).filter_map(|row| {
        let (route, rest) = row.split_once('"')?;
        let who = rest.split('"').next()?;
        Some((route.to_owned(), who.contains("Coordinator")))
    });
    // What comes up only while somebody works, a coordinator works at.
    let flows = list(&text, "FLOWS")?.split('"').skip(1).step_by(2).map(|route| (route.to_owned(), true));
    Ok(rows.chain(flows).filter(|(route, _)| !route.is_empty()).collect())
}

fn is_any(part: &str) -> bool {
    part.starts_with('{')
}

/// Whether a page has the address of a route.
fn fits(route: &str, page: &str) -> bool {
    let page = page.split('?').next().unwrap_or(page);
    let same = |(route, page): (&str, &str)| is_any(route) || route == page;
    route.split('/').count() == page.split('/').count() && route.split('/').zip(page.split('/')).all(same)
}

/// How much of a route is written out. Of two that fit, the one with more of that answers.
fn written(route: &str) -> usize {
    route.split('/').filter(|part| !is_any(part)).count()
}

/// That these pages leave out none of coordinators.
pub(crate) fn complete(pages: &[&str]) -> Result<()> {
    let routes = routes()?;
    let theirs: Vec<&str> = routes.iter().filter(|(_, theirs)| *theirs).map(|(route, _)| route.as_str()).collect();
    ensure!(theirs.len() >= FEWEST, "tests/pages/routes.rs is written otherwise now: {} pages are found", theirs.len());
    let answers = |page: &&str| {
        let fitting = routes.iter().map(|(route, _)| route.as_str()).filter(|route| fits(route, page));
        fitting.max_by_key(|route| written(route))
    };
    let measured: BTreeSet<&str> = pages.iter().filter_map(answers).collect();
    let missing: Vec<&str> = theirs.into_iter().filter(|route| !measured.contains(route)).collect();
    ensure!(missing.is_empty(), "nobody measures {missing:?}: add them in tests/benches/pages/visits.rs");
    Ok(())
}
