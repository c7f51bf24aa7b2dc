//! A form over something that somebody else changed while it was filled in: both are shown, and whoever filled it in says
//! which it shall be. Nobody's work is written over unseen.

use super::{
    forms::{Field, Reader, Sent},
    pages,
    visit::Frame,
};
use askama::Template;
use axum::{http::StatusCode, response::Response};
use kith_protocol::id::Digest;

/// The field that says over what a form was filled in.
const SEEN: &str = "seen";

/// What something says now, as far as a form shows it: its fields by name.
pub(super) struct Stood(Vec<(&'static str, String)>);

impl Stood {
    pub(super) fn new(fields: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self(fields.into_iter().collect())
    }

    /// A form that begins with it.
    pub(super) fn filled(&self) -> Sent {
        Sent::filled(self.0.iter().map(|(name, value)| (*name, value.as_str())))
    }

    fn mark(&self) -> String {
        let parts: Vec<&[u8]> = self.0.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]).collect();
        Digest::of("kith/v1/form-seen", &parts).to_string()
    }

    /// Lets a form remember over what it is filled in.
    pub(super) fn remember(&self, reader: &mut Reader<'_>, sent: &Sent) {
        let seen = sent.get(SEEN);
        reader.hidden(SEEN, if seen.is_empty() { self.mark() } else { seen.to_owned() });
    }

    /// Whether it is another than the one that the form was filled in over.
    pub(super) fn changed_since(&self, sent: &Sent) -> bool {
        let seen = sent.get(SEEN);
        !seen.is_empty() && seen != self.mark()
    }
}

/// One field that differs: its label, what stands there now, and what was filled in.
struct Difference {
    label: String,
    theirs: String,
    mine: String,
}

#[derive(Template)]
#[template(path = "stale.html", whitespace = "minimize")]
struct StalePage<'a> {
    frame: &'a Frame,
    acting: Option<String>,
    differences: Vec<Difference>,
    fields: Vec<Field>,
    action: String,
    keep: String,
}

/// Shows both, when they differ: `mine` as it was filled in, and `theirs` over what stands now. `keep` is where nothing
/// more is changed. Nothing when both say the same.
pub(super) fn both(
    frame: &Frame,
    acting: Option<String>,
    mine: Reader<'_>,
    (stood, theirs): (&Stood, Reader<'_>),
    action: &str,
    keep: String,
) -> Option<Response> {
    let now = |name: &str| theirs.fields.iter().find(|field| field.name == name).map(|field| field.shown(frame.words));
    let differs = |field: &Field| {
        let (theirs, mine) = (now(&field.name)?, field.shown(frame.words));
        (theirs != mine).then(|| Difference { label: field.label.clone(), theirs, mine })
    };
    let differences: Vec<Difference> =
        mine.fields.iter().filter(|field| !field.is_hidden()).filter_map(differs).collect();
    if differences.is_empty() {
        return None;
    }
    let mut fields = mine.fields;
    for field in fields.iter_mut().filter(|field| field.name == SEEN) {
        // From here on it is filled in over what stands now.
        field.value = stood.mark();
    }
    let page = StalePage { frame, acting, differences, fields, action: action.to_owned(), keep };
    Some(pages::page(frame, StatusCode::CONFLICT, &page))
}

/// The same for a form of a coordinator's own, whose fields `ask` reads.
pub(super) fn over(
    frame: &Frame,
    mine: Reader<'_>,
    stood: &Stood,
    ask: impl FnOnce(&mut Reader<'_>),
    action: &str,
    keep: &str,
) -> Option<Response> {
    let now = stood.filled();
    let mut theirs = Reader::open(frame.words, &now);
    ask(&mut theirs);
    both(frame, None, mine, (stood, theirs), action, keep.to_owned())
}
