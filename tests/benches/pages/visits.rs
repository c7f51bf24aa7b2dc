//! A coordinator who asks for every page, again and again.

use anyhow::{Context as _, Result, ensure};
use kith::runtime::{Handle, desk::PaperCode, home};
use kith_protocol::id::MemberId;
use std::{
    fmt,
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;

/// What no page should take longer than.
pub(crate) const DIRECTION: Duration = Duration::from_millis(300);

/// One page's times.
pub(crate) struct Line {
    page: String,
    first: Duration,
    times: Vec<Duration>,
}

impl Line {
    fn median(&self) -> Duration {
        let mut sorted = self.times.clone();
        sorted.sort_unstable();
        sorted[sorted.len() / 2]
    }

    fn worst(&self) -> Duration {
        self.times.iter().copied().max().unwrap_or_default()
    }

    /// Whether it took longer than [`DIRECTION`] even once, the first time included.
    pub(crate) fn is_slow(&self) -> bool {
        self.worst().max(self.first) > DIRECTION
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, median, worst] = [self.first, self.median(), self.worst()].map(millis);
        let mark = if self.is_slow() { "  slow" } else { "" };
        write!(f, "{:<40} {first:>8.1} {median:>8.1} {worst:>8.1}{mark}", self.page)
    }
}

/// The pages, with what they are called in the report: ids would only make it wide.
fn pages(people: &[MemberId]) -> Vec<(String, String)> {
    let one = people[people.len() / 2];
    let plain = [
        "/today",
        "/members",
        "/members?page=200",
        "/members?q=amina",
        "/members?q=zaman+19",
        "/members/new",
        "/slips",
        "/paper",
        "/paper/slips",
        "/paper/directory",
        "/paper/statements",
        "/paper/week",
        "/paper/weeks",
        "/today?part=today-matches&page=3",
        "/backup",
        "/rebuild",
        "/slips/scan",
        "/partners",
        "/partners/invite",
        "/safety",
        "/charter",
        "/charter/change",
        "/circles",
        "/circles/new",
        "/group",
        "/paper/attendance",
        "/notices",
        "/notices/new",
        "/week",
        "/export",
        "/contact",
        "/events",
        "/events/new",
        "/import",
        "/import/timeoverflow",
        "/home",
        "/find",
        "/find?q=kind",
        "/messages",
        "/me",
        "/map",
        "/statement",
    ];
    let theirs = [
        "/members/ID",
        "/members/ID/file",
        "/members/ID/role",
        "/members/ID/reference",
        "/members/ID/fact",
        "/paper/slips?giver=ID",
        "/home?for=ID",
        "/me?for=ID",
        "/statement?for=ID",
        "/record?for=ID&who=khan",
        "/messages/ID",
        "/leave?for=ID",
    ];
    let plain = plain.map(|page| (page.to_owned(), page.to_owned()));
    let theirs = theirs.map(|page| (page.to_owned(), page.replace("ID", &one.to_string())));
    plain.into_iter().chain(theirs).collect()
}

/// A browser that is signed in.
struct Visitor {
    agent: ureq::Agent,
    base: String,
    cookies: String,
}

impl Visitor {
    fn signed_in(base: &str, code: &PaperCode) -> Result<Self> {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let agent: ureq::Agent = config.build().into();
        let mut visitor = Self { agent, base: base.to_owned(), cookies: String::new() };
        let (_, page) = visitor.get("/sign-in")?;
        let token = page.split("name=\"token\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let token = token.context("the page has a form")?.to_owned();
        let fields = [("token", token.as_str()), ("code", &code.shown()), ("next", "/home"), ("step", "check")];
        let request = visitor.agent.post(format!("{base}/sign-in")).header("cookie", &visitor.cookies);
        let answer = request.header("sec-fetch-site", "same-origin").send_form(fields)?;
        ensure!(answer.status() == 303, "signing in led to {}", answer.status());
        visitor.keep(answer.headers());
        Ok(visitor)
    }

    fn keep(&mut self, headers: &ureq::http::HeaderMap) {
        for line in headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok()) {
            let pair = line.split(';').next().unwrap_or_default();
            self.cookies = if self.cookies.is_empty() { pair.to_owned() } else { format!("{}; {pair}", self.cookies) };
        }
    }

    /// A page, and how long it took until all of it was there.
    fn get(&mut self, path: &str) -> Result<(Duration, String)> {
        let begun = Instant::now();
        let request = self.agent.get(format!("{}{path}", self.base)).header("cookie", &self.cookies);
        let mut answer = request.call()?;
        let body = answer.body_mut().with_config().limit(64 << 20).read_to_string()?;
        let time = begun.elapsed();
        ensure!(answer.status() == 200, "{path} answers {}", answer.status());
        let headers = answer.headers().clone();
        self.keep(&headers);
        Ok((time, body))
    }

    fn line(&mut self, page: String, path: &str, rounds: usize, before: impl Fn(usize) -> Result<()>) -> Result<Line> {
        before(0)?;
        let (first, _) = self.get(path)?;
        let mut times = Vec::new();
        for round in 1..=rounds {
            before(round)?;
            times.push(self.get(path)?.0);
        }
        Ok(Line { page, first, times })
    }
}

/// Asks for each page.
pub(crate) fn all(
    base: &str,
    handle: &Handle,
    tokio: &Runtime,
    coordinator: MemberId,
    people: &[MemberId],
    rounds: usize,
) -> Result<Vec<Line>> {
    let code = PaperCode::from_bytes(home::random()?);
    tokio.block_on(handle.issue_code(coordinator, code.clone()))?;
    let mut visitor = Visitor::signed_in(base, &code)?;
    let mut lines = Vec::new();
    for (page, path) in pages(people) {
        lines.push(visitor.line(page, &path, rounds, |_| Ok(()))?);
    }
    // What is kept in memory is read anew after somebody changed.
    let change = |round: usize| {
        let one = people[round % people.len()];
        let known = tokio.block_on(handle.persons(vec![one]))?.remove(&one).context("they are known")?;
        let person = kith::people::Person { phone: Some(format!("020 7946 {round:04}")), ..known };
        tokio.block_on(handle.change_person(one, person))?;
        Ok(())
    };
    for page in ["/members", "/slips"] {
        lines.push(visitor.line(format!("{page}, somebody changed"), page, rounds, change)?);
    }
    Ok(lines)
}
