//! A coordinator who fills in forms and sends them: what is measured is each answer, up to the page on which it ends.

use crate::visits::{Line, Place, Sent, Visitor};
use anyhow::{Context as _, Result, bail};
use std::time::Duration;

/// A form as it stands on a page, with what was typed.
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

impl Form {
    /// The form that is sent to an address, with its hidden fields.
    pub(crate) fn on(page: &str, action: &str) -> Result<Self> {
        let start = format!("<form method=\"post\" action=\"{action}\"");
        let rest = page.split_once(&start).with_context(|| format!("the page has no form for {action}"))?.1;
        let form = rest.split("</form>").next().unwrap_or_default();
        let hidden = form.split('<').filter(|tag| attribute(tag, "type") == Some("hidden"));
        let fields =
            hidden.filter_map(|tag| Some((attribute(tag, "name")?.to_owned(), attribute(tag, "value")?.to_owned())));
        Ok(Self { action: action.to_owned(), fields: fields.collect() })
    }

    /// With something typed.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A form: its page, where it is sent, what is typed, and whether a page shows that again before it is done. `ROUND` stands for
/// a number that is new each time.
struct Paper {
    page: &'static str,
    action: &'static str,
    typed: Vec<(String, &'static str)>,
    checked: bool,
}

/// Twenty slips of two people who helped each other ten times.
fn twenty() -> Vec<(String, &'static str)> {
    let typed = |n: usize| {
        let (giver, receiver) = if n.is_multiple_of(2) { ("ONE", "TWO") } else { ("TWO", "ONE") };
        [("giver", giver), ("receiver", receiver), ("hours", "1:ROUND"), ("note", "A shelf"), ("anyway", "yes")]
            .map(|(field, words)| (format!("{field}-{n}"), words))
    };
    (1..=20).flat_map(typed).collect()
}

fn papers() -> Vec<Paper> {
    let one = |name: &str, words| vec![(name.to_owned(), words)];
    vec![
        Paper { page: "/slips", action: "/slips", typed: twenty(), checked: true },
        Paper { page: "/members/new", action: "/members/new", typed: one("name", "New ROUND"), checked: true },
        Paper { page: "/notices/new", action: "/notices/new", typed: one("text", "Open on day ROUND."), checked: true },
        Paper { page: "/circles/new", action: "/circles/new", typed: one("name", "Row ROUND"), checked: false },
        Paper {
            page: "/messages/MEMBER",
            action: "/messages/MEMBER",
            typed: one("text", "Hello ROUND"),
            checked: false,
        },
        Paper {
            page: "/record/hours?way=gave&to=m/OTHER&for=MEMBER",
            action: "/record/hours",
            typed: one("length", "0:ROUND"),
            checked: true,
        },
    ]
}

/// The times of one form in all rounds.
#[derive(Default)]
struct Times {
    check: Vec<Duration>,
    done: Vec<Duration>,
    end: Vec<Duration>,
}

impl Times {
    /// Fills the form in, sends it, and goes where it leads.
    fn round(&mut self, visitor: &mut Visitor, place: &Place<'_>, paper: &Paper, round: usize) -> Result<()> {
        let number = format!("{:02}", round + 10);
        let typed = |words: &str| place.address(words).replace("ROUND", &number);
        let (_, page) = visitor.get(&place.address(paper.page))?;
        let mut form = Form::on(&page, &place.address(paper.action))?;
        for (name, words) in &paper.typed {
            form = form.with(name, &typed(words));
        }
        let (time, mut sent) = visitor.send(&form, "check")?;
        if paper.checked {
            self.check.push(time);
            let Sent::Page(page) = sent else { bail!("{} asks nothing back", paper.action) };
            let (time, then) = visitor.send(&Form::on(&page, &form.action)?, "send")?;
            self.done.push(time);
            sent = then;
        } else {
            self.done.push(time);
        }
        let Sent::Elsewhere(end) = sent else { bail!("{} is not done", paper.action) };
        self.end.push(visitor.get(&end)?.0);
        Ok(())
    }

    fn lines(self, action: &str) -> Vec<Line> {
        let parts = [("is looked at", self.check), ("is done", self.done), ("ends", self.end)];
        let line = |(part, times): (&str, Vec<Duration>)| {
            let (first, times) = times.split_first()?;
            Some(Line { page: format!("{action} {part}"), first: *first, times: times.to_vec() })
        };
        parts.into_iter().filter_map(line).collect()
    }
}

/// Fills in each form again and again.
pub(crate) fn all(visitor: &mut Visitor, place: &Place<'_>, rounds: usize) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for paper in papers() {
        let mut times = Times::default();
        for round in 0..=rounds {
            times.round(visitor, place, &paper, round).with_context(|| format!("the form on {}", paper.page))?;
        }
        lines.extend(times.lines(paper.action));
    }
    Ok(lines)
}
