//! Walking a page with the keyboard alone.

use super::session::Browser;
use anyhow::{Result, ensure};
use serde::Deserialize;
use std::fmt::Write as _;
use thirtyfour::Key;

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
/// Notes where the focus goes and how that looks.
const WATCH: &str = "
    window.kithStops = [];
    document.activeElement.blur();
    document.addEventListener('focusin', event => {
        const one = event.target, style = getComputedStyle(one), box = one.getBoundingClientRect();
        window.kithStops.push({
            what: one.tagName.toLowerCase() + ' ' + (one.innerText || one.value || one.id || '').trim().slice(0, 40),
            outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
            shadow: style.boxShadow !== 'none',
            inside: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
                && box.right > 0 && box.left < innerWidth,
        });
    })";

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

impl Browser {
    /// Walks through the page with the tab key. Everything that can be pressed or filled in must be reached, be in the
    /// window, and have the line around it that shows where one is. Gives the number of stops.
    ///
    /// # Errors
    /// When that is not so.
    pub fn walk(&self) -> Result<usize> {
        let wanted = self.script(REACHABLE, Vec::new())?.as_u64().unwrap_or(0);
        self.script(WATCH, Vec::new())?;
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
            ensure!(stop.outline >= 3.0 && stop.shadow, "{path}: the focus cannot be seen: {stop:?}");
            ensure!(stop.inside, "{path}: the focus is where nobody sees it: {stop:?}");
        }
        ensure!(
            what.first().is_some_and(|first| first.starts_with("a Skip")),
            "{path}: the first stop is no way past the menu: {what:?}"
        );
        Ok(stops.len())
    }
}
