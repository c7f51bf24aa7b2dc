//! A coordinator who asks for every page, again and again.

use crate::{around::Around, forms, imports, routes, town};
use anyhow::{Context as _, Result, bail, ensure};
use kith::runtime::{Handle, desk::PaperCode, home};
use kith_protocol::id::MemberId;
use std::{
    fmt,
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;

/// What no page should take longer than.
pub(crate) const DIRECTION: Duration = Duration::from_millis(300);

/// The largest answer: a file of everything.
const LARGEST: u64 = 256 << 20;

/// What a form led to.
pub(crate) enum Sent {
    /// A page.
    Page(String),
    /// Another address.
    Elsewhere(String),
}

/// One page's times.
pub(crate) struct Line {
    pub(crate) page: String,
    pub(crate) first: Duration,
    pub(crate) times: Vec<Duration>,
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

/// What is visited.
pub(crate) struct Place<'a> {
    pub(crate) base: &'a str,
    pub(crate) handle: &'a Handle,
    pub(crate) coordinator: MemberId,
    pub(crate) people: &'a [MemberId],
    pub(crate) around: &'a Around,
}

impl Place<'_> {
    /// An address, or what is typed. Words in capitals stand for ids, which would only make the report wide, and names.
    pub(crate) fn address(&self, page: &str) -> String {
        let Around { circle, notice, event, report, application, first, partner, disputed, unpaid, theirs } =
            self.around;
        let [one, two] = [1, 2].map(|n| self.people.len() / 2 + n);
        let put = [
            ("MEMBER", self.people[one].to_string()),
            ("OTHER", self.people[two].to_string()),
            ("ONE", town::name(one)),
            ("TWO", town::name(two)),
            ("CIRCLE", circle.clone()),
            ("NOTICE", notice.clone()),
            ("EVENT", event.clone()),
            ("REPORT", report.clone()),
            ("APPLICATION", application.clone()),
            ("FIRST", first.to_string()),
            ("PARTNER", partner.to_string()),
            ("DISPUTED", disputed.to_string()),
            ("UNPAID", unpaid.to_string()),
            ("SETTLED", town::settled().to_string()),
            ("THEIRS", theirs.to_string()),
        ];
        put.iter().fold(page.to_owned(), |page, (word, id)| page.replace(word, id))
    }
}

/// Pages that are there in every community.
const PLAIN: &[&str] = &[
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
    "/partners/accept",
    "/safety",
    "/charter",
    "/charter/change",
    "/today?part=today-firsts&page=3",
    "/today?part=today-waiting&page=3",
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
    "/import/table",
    "/home",
    "/find",
    "/find?q=kind",
    "/messages",
    "/me",
    "/map",
    "/statement",
    "/gift",
    "/find?place=others",
    "/record",
    "/pause",
    "/helpers",
    "/community",
];
/// Pages of one member, circle, partner or exchange.
const OF_ONE: &[&str] = &[
    "/members/MEMBER",
    "/members/MEMBER/file",
    "/members/MEMBER/role",
    "/members/MEMBER/reference",
    "/members/MEMBER/fact",
    "/paper/slips?giver=MEMBER",
    "/home?for=MEMBER",
    "/me?for=MEMBER",
    "/statement?for=MEMBER",
    "/record?for=MEMBER&who=khan",
    "/messages/MEMBER",
    "/leave?for=MEMBER",
    "/members/MEMBER/note",
    "/circles/CIRCLE",
    "/circles/CIRCLE/name",
    "/circles/CIRCLE/add",
    "/circles/CIRCLE/end",
    "/circles/CIRCLE/members/MEMBER",
    "/group?circle=CIRCLE",
    "/paper/attendance?circle=CIRCLE",
    "/notices/NOTICE",
    "/events/EVENT/change",
    "/partners/PARTNER/sheet",
    "/partners/PARTNER/sheet.kith",
    "/partners/PARTNER/grant",
    "/partners/PARTNER/go-on",
    "/partners/PARTNER/mail",
    "/partners/PARTNER/escrow",
    "/disputes/DISPUTED",
    "/disputes/DISPUTED/say",
    "/disputes/DISPUTED/close",
    "/disputes/DISPUTED/remind",
    "/exchange/DISPUTED",
    "/exchange/SETTLED",
    "/exchange/SETTLED/correct",
    "/exchange/UNPAID/advance",
    "/listing/PARTNER/THEIRS",
    "/reports/REPORT",
    "/first/FIRST",
    "/applications/APPLICATION",
    // What coordinators do for a member.
    "/ask?for=MEMBER",
    "/offer?for=MEMBER",
    "/gift?for=MEMBER",
    "/pause?for=MEMBER",
    "/me/change?for=MEMBER",
    "/me/key?for=MEMBER",
];
/// Pages of an import that was begun, in the order in which [`imports::begun`] gives their addresses.
const OF_AN_IMPORT: [&str; 2] = ["/import/columns/TABLE", "/import/run/TABLE"];

/// A browser that is signed in.
pub(crate) struct Visitor {
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
        let form = forms::Form::on(&page, "/sign-in")?.with("code", &code.shown());
        let (_, answer) = visitor.send(&form, "check")?;
        ensure!(matches!(answer, Sent::Elsewhere(_)), "signing in leads nowhere");
        Ok(visitor)
    }

    fn keep(&mut self, headers: &ureq::http::HeaderMap) {
        for line in headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok()) {
            let pair = line.split(';').next().unwrap_or_default();
            self.cookies = if self.cookies.is_empty() { pair.to_owned() } else { format!("{}; {pair}", self.cookies) };
        }
    }

    /// A page, and how long it took until all of it was there.
    pub(crate) fn get(&mut self, path: &str) -> Result<(Duration, String)> {
        let begun = Instant::now();
        let request = self.agent.get(format!("{}{path}", self.base)).header("cookie", &self.cookies);
        let mut answer = request.call()?;
        let body = answer.body_mut().with_config().limit(LARGEST).read_to_vec()?;
        let time = begun.elapsed();
        ensure!(answer.status() == 200, "{path} answers {}", answer.status());
        let headers = answer.headers().clone();
        self.keep(&headers);
        Ok((time, String::from_utf8_lossy(&body).into_owned()))
    }

    /// Sends a form, as the button of a step does, and says how long it took until all of the answer was there.
    pub(crate) fn send(&mut self, form: &forms::Form, step: &str) -> Result<(Duration, Sent)> {
        let request = self.agent.post(format!("{}{}", self.base, form.action)).header("cookie", &self.cookies);
        let fields = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let begun = Instant::now();
        let answer = request.header("sec-fetch-site", "same-origin").send_form(fields.chain([("step", step)]))?;
        self.led(&form.action, begun, answer)
    }

    /// Sends a form with a file, and says how long it took until all of the answer was there.
    pub(crate) fn upload(&mut self, form: &forms::Form, field: &str, file: &[u8]) -> Result<(Duration, Sent)> {
        const BOUNDARY: &str = "kith-pages-0123456789";
        let mut body = Vec::new();
        for (name, value) in &form.fields {
            let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(head.into_bytes());
        }
        let head = format!("content-disposition: form-data; name=\"{field}\"; filename=\"file\"\r\n\r\n");
        body.extend(format!("--{BOUNDARY}\r\n{head}").into_bytes());
        body.extend_from_slice(file);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        let request = self.agent.post(format!("{}{}", self.base, form.action)).header("cookie", &self.cookies);
        let request = request.header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
        let begun = Instant::now();
        let answer = request.header("sec-fetch-site", "same-origin").send(&body[..])?;
        self.led(&form.action, begun, answer)
    }

    /// What a form led to, when all of the answer was there.
    fn led(
        &mut self,
        action: &str,
        begun: Instant,
        mut answer: ureq::http::Response<ureq::Body>,
    ) -> Result<(Duration, Sent)> {
        let body = answer.body_mut().with_config().limit(LARGEST).read_to_string()?;
        let time = begun.elapsed();
        let headers = answer.headers().clone();
        self.keep(&headers);
        let elsewhere = headers.get("location").and_then(|place| place.to_str().ok());
        match (answer.status().as_u16(), elsewhere) {
            (200, None) => Ok((time, Sent::Page(body))),
            (303, Some(place)) => Ok((time, Sent::Elsewhere(place.to_owned()))),
            (status, _) => bail!("{action} answers {status}"),
        }
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

/// That no page of coordinators is left out.
///
/// # Errors
/// Names those that are.
pub(crate) fn complete() -> Result<()> {
    routes::complete(&[PLAIN, OF_ONE, &OF_AN_IMPORT].concat())
}

/// Asks for each page, and sends the forms of [`forms`].
pub(crate) fn all(place: &Place<'_>, tokio: &Runtime, rounds: usize) -> Result<Vec<Line>> {
    let (handle, people) = (place.handle, place.people);
    let code = PaperCode::from_bytes(home::random()?);
    tokio.block_on(handle.issue_code(place.coordinator, code.clone()))?;
    let mut visitor = Visitor::signed_in(place.base, &code)?;
    let mut lines = Vec::new();
    for page in [PLAIN, OF_ONE].concat() {
        lines.push(visitor.line(page.to_owned(), &place.address(page), rounds, |_| Ok(()))?);
    }
    let (addresses, look) = imports::begun(&mut visitor, people.len(), rounds)?;
    for (page, path) in OF_AN_IMPORT.into_iter().zip(addresses) {
        lines.push(visitor.line(page.to_owned(), &path, rounds, |_| Ok(()))?);
    }
    lines.push(look);
    // What is kept in memory is read anew after somebody changed.
    let change = |round: usize| {
        let one = people[round % people.len()];
        let known = tokio.block_on(handle.persons(vec![one]))?.remove(&one).context("they are known")?;
        let person = kith::people::Person { phone: Some(format!("020 7946 {round:04}")), ..known };
        tokio.block_on(handle.change_person(one, person))?;
        Ok(())
    };
    for page in ["/members", "/slips", "/today"] {
        lines.push(visitor.line(format!("{page}, somebody changed"), page, rounds, change)?);
    }
    lines.extend(forms::all(&mut visitor, place, rounds)?);
    Ok(lines)
}
