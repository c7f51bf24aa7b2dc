//! Walking a page, and doing things on it, with the keyboard alone.

use super::session::Browser;
use anyhow::{Result, bail, ensure};
use serde::Deserialize;
use std::fmt::Write as _;
use thirtyfour::{Key, WebElement};

/// The most presses of a key on the way to something: around the longest page, a pad of twenty slips with eight stops
/// each, and half as much again.
const MOST_PRESSES: usize = 300;

/// Everything on the page that the keyboard must reach; of several radio buttons of one name, one.
const REACHABLE: &str = "
    const seen = new Set();
    return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), textarea, select, summary')]
        .filter(one => one.checkVisibility() && !one.disabled)
        .filter(one => {
            if (one.type !== 'radio') return true;
            const first = !seen.has(one.name);
            seen.add(one.name);
            return first;
        }).length";
/// Further stops inside of fields: day, month, year and the calendar of a date; the first of them is the field's own.
const INSIDE: &str = "return 3 * document.querySelectorAll('input[type=date]').length";
/// A function that says how an element looks that has the focus.
const LOOKS: &str = "
    const looks = one => {
        const style = getComputedStyle(one), box = one.getBoundingClientRect();
        return {
            what: one.tagName.toLowerCase() + ' ' + (one.innerText || one.value || one.id || '').trim().slice(0, 40),
            outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
            shadow: style.boxShadow !== 'none',
            inside: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
                && box.right > 0 && box.left < innerWidth,
        };
    };";
/// Notes where the focus goes and how that looks.
const WATCH: &str = "
    window.kithStops = [];
    document.activeElement.blur();
    document.addEventListener('focusin', event => window.kithStops.push(looks(event.target)))";
/// Whether the focus is on an element, or on another choice of the same question: the tab key leads to a question, the
/// arrows to its choices.
const REACHED: &str = "
    const [wanted, now] = [arguments[0], document.activeElement];
    const asked = one => one.type === 'radio' && one.name;
    return now === wanted || (asked(wanted) && asked(now) === asked(wanted) && now.form === wanted.form)";

/// A place where the focus stood.
#[derive(Debug, Clone, Deserialize)]
pub struct Stop {
    /// The element and its words.
    pub what: String,
    /// How thick the line around it was, in CSS pixels.
    pub outline: f64,
    /// Whether the dark edge was around that line.
    pub shadow: bool,
    /// Whether it could be seen in the window.
    pub inside: bool,
}

impl Stop {
    /// That somebody sees where they are.
    fn check(&self, path: &str) -> Result<()> {
        ensure!(self.outline >= 3.0 && self.shadow, "{path}: the focus cannot be seen: {self:?}");
        ensure!(self.inside, "{path}: the focus is where nobody sees it: {self:?}");
        Ok(())
    }
}

impl Browser {
    /// Walks through the page with the tab key. Everything that can be pressed or filled in must be reached, be in the
    /// window, and have the line around it that shows where one is. Gives the number of stops.
    ///
    /// # Errors
    /// When that is not so.
    pub fn walk(&self) -> Result<usize> {
        let wanted = self.script(REACHABLE, Vec::new())?.as_u64().unwrap_or(0);
        self.script(&format!("{LOOKS}{WATCH}"), Vec::new())?;
        let inside = self.script(INSIDE, Vec::new())?.as_u64().unwrap_or(0);
        let mut tabs = String::new();
        for _ in 0..wanted + inside {
            let _ = tabs.write_char(Key::Tab.value());
        }
        self.run(self.driver().action_chain().send_keys(tabs).perform())?;
        let mut stops: Vec<Stop> = serde_json::from_value(self.script("return window.kithStops", Vec::new())?)?;
        stops.truncate(usize::try_from(wanted)?);
        let path = self.path()?;
        let what: Vec<&str> = stops.iter().map(|stop| stop.what.as_str()).collect();
        ensure!(stops.len() as u64 == wanted, "{path}: {wanted} things to reach, reached {}: {what:?}", stops.len());
        for stop in &stops {
            stop.check(&path)?;
        }
        ensure!(
            what.first().is_some_and(|first| first.starts_with("a Skip")),
            "{path}: the first stop is no way past the menu: {what:?}"
        );
        Ok(stops.len())
    }

    /// Presses a key until a script says that one is there. What has the focus then must show it.
    fn press_until(&self, key: Key, there: &str, wanted: &WebElement) -> Result<()> {
        let wanted = wanted.to_json()?;
        for _ in 0..MOST_PRESSES {
            if self.script(there, vec![wanted.clone()])?.as_bool() == Some(true) {
                let stop = self.script(&format!("{LOOKS} return looks(document.activeElement)"), Vec::new())?;
                return serde_json::from_value::<Stop>(stop)?.check(&self.path()?);
            }
            self.keys(&key.value().to_string())?;
        }
        let what = self.script("return arguments[0].outerHTML", vec![wanted])?;
        bail!("the keyboard does not lead to {what} on {}", self.path()?)
    }

    fn keys(&self, keys: &str) -> Result<()> {
        self.run(self.driver().action_chain().send_keys(keys).perform())
    }

    /// Goes on with the tab key until an element has the focus.
    pub(super) fn tab_to(&self, wanted: &WebElement) -> Result<()> {
        self.press_until(Key::Tab, REACHED, wanted)
    }

    /// Presses a link with the enter key, and a button with the space bar.
    pub(super) fn press_by_key(&self, wanted: &WebElement) -> Result<()> {
        self.tab_to(wanted)?;
        let link = self.run(wanted.tag_name())? == "a";
        self.keys(if link { "\u{e007}" } else { " " })
    }

    /// Types into a field, in place of what stands there.
    pub(super) fn type_into(&self, field: &WebElement, text: &str) -> Result<()> {
        self.tab_to(field)?;
        let all = self.driver().action_chain().key_down(Key::Control).send_keys("a").key_up(Key::Control);
        self.run(all.send_keys(Key::Delete + text).perform())
    }

    /// Chooses one of several with the arrows, or ticks a box with the space bar.
    pub(super) fn choose_by_key(&self, input: &WebElement) -> Result<()> {
        self.tab_to(input)?;
        self.press_until(Key::Down, "return document.activeElement === arguments[0]", input)?;
        // The arrows choose where they go; the tab key does not.
        if self.run(input.is_selected())? { Ok(()) } else { self.keys(" ") }
    }
}
