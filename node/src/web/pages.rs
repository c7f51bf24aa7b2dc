//! Pages that many parts share: a form, a look at what was filled in, what was done, and a plain message.

use super::{
    forms::{Control, Field, Reader},
    signing::Signing,
    visit::Frame,
    words::Words,
};
use askama::Template;
use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY, SET_COOKIE, VARY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{Html, IntoResponse as _, Response},
};
use kith_protocol::rejection::Rejection;

/// Nothing from elsewhere, nobody's frame, nothing that runs but the script in a file of ours. Pictures, styles, what the
/// script asks and the targets of forms are our own.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

pub(super) fn rendered(page: &impl Template) -> String {
    page.render().expect("templates write only to a String, which takes all text")
}

/// A page that is the same for everybody who asks with the same looks.
pub(super) fn public(status: StatusCode, html: String) -> Response {
    let head = [
        (CACHE_CONTROL, "no-cache"),
        (VARY, "cookie, accept-language"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, head, Html(html)).into_response()
}

/// A page for one visitor.
pub(super) fn page(frame: &Frame, status: StatusCode, page: &impl Template) -> Response {
    let mut response = public(status, rendered(page));
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for cookie in &frame.cookies {
        headers.append(SET_COOKIE, cookie.clone());
    }
    response
}

/// A page for one visitor, who asked for just that.
pub(super) fn show(frame: &Frame, template: &impl Template) -> Response {
    page(frame, StatusCode::OK, template)
}

/// On to another page, after something was done.
pub(super) fn go(to: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    // Addresses here are made of ids and our own words; anything else leads to the first page.
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, to);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What a rule said, for people.
pub(super) fn refusal(words: Words, why: &Rejection) -> String {
    words.t(refusal_key(why.code()))
}

/// The message for a reason's code. Reasons that no page can give rise to share one.
pub(super) fn refusal_key(code: &str) -> &'static str {
    REFUSALS.iter().find(|key| key.strip_prefix("refused-") == Some(code)).copied().unwrap_or("refused-other")
}

/// Every refusal that has a message of its own.
pub(super) const REFUSALS: [&str; 41] = [
    "refused-bad-invitation",
    "refused-exchange-exists",
    "refused-exchange-too-long",
    "refused-frozen",
    "refused-invitation-expired",
    "refused-key-moved",
    "refused-key-needed",
    "refused-key-unproven",
    "refused-last-coordinator",
    "refused-later-copy",
    "refused-member-ceiling",
    "refused-member-floor",
    "refused-member-left",
    "refused-not-a-key",
    "refused-not-a-party",
    "refused-not-advanceable",
    "refused-not-coordinator",
    "refused-not-correctable",
    "refused-not-disputable",
    "refused-not-reversible",
    "refused-not-waiting",
    "refused-nothing-changes",
    "refused-other",
    "refused-partner-is-self",
    "refused-partnership-exchange-too-long",
    "refused-partnership-exists",
    "refused-partnership-limit",
    "refused-partnership-paused",
    "refused-partnership-ended",
    "refused-pot-floor",
    "refused-recovering",
    "refused-request-reused",
    "refused-shelf-full",
    "refused-too-many-lines",
    "refused-too-many-waiting",
    "refused-unknown-dispute",
    "refused-unknown-exchange",
    "refused-unknown-invitation",
    "refused-unknown-member",
    "refused-with-oneself",
    "refused-wrong-signature",
];

/// A page that says one thing and leads on.
#[derive(Template)]
#[template(path = "message.html", whitespace = "minimize")]
pub(super) struct MessagePage<'a> {
    pub(super) frame: &'a Frame,
    pub(super) heading: String,
    pub(super) words: Vec<String>,
    pub(super) link: (String, String),
}

/// A form.
#[derive(Template)]
#[template(path = "form.html", whitespace = "minimize")]
pub(super) struct FormPage<'a> {
    frame: &'a Frame,
    heading: String,
    lead: Vec<String>,
    /// For whom it is filled in, when a coordinator does it.
    acting: Option<String>,
    fields: Vec<Field>,
    action: String,
    button: String,
    /// What a rule said about all of it.
    refused: Option<String>,
    /// What a program says of that, in English.
    technical: Option<String>,
    /// Another way, under the form.
    other: Option<(String, String)>,
    /// Another way that takes along what is filled in.
    also: Option<(String, String)>,
    /// Whether it ends something.
    ends: bool,
    /// Whether a passkey does as well.
    passkey: bool,
}

impl<'a> FormPage<'a> {
    pub(super) fn new(frame: &'a Frame, heading: String, reader: Reader<'_>, action: &str, button: String) -> Self {
        Self {
            frame,
            heading,
            lead: Vec::new(),
            acting: None,
            fields: reader.fields,
            action: action.to_owned(),
            button,
            refused: None,
            technical: None,
            other: None,
            also: None,
            ends: false,
            passkey: false,
        }
    }

    pub(super) fn lead(mut self, words: String) -> Self {
        self.lead.push(words);
        self
    }

    pub(super) fn acting(mut self, acting: Option<String>) -> Self {
        self.acting = acting;
        self
    }

    pub(super) fn refused(mut self, refused: Option<String>) -> Self {
        self.refused = refused;
        self
    }

    /// What a program says of what went wrong, in English.
    pub(super) fn technical(mut self, technical: Option<String>) -> Self {
        self.technical = technical;
        self
    }

    pub(super) fn other(mut self, words: String, address: String) -> Self {
        self.other = Some((words, address));
        self
    }

    /// Another page that is given what is filled in here, and shows it unjudged.
    pub(super) fn also(mut self, words: String, address: &str) -> Self {
        self.also = Some((words, address.to_owned()));
        self
    }

    pub(super) fn ending(mut self) -> Self {
        self.ends = true;
        self
    }

    /// Offers a passkey instead, where the pages have an address that stays. The hidden fields go along.
    pub(super) fn or_passkey(mut self) -> Self {
        self.passkey = self.frame.site.is_some();
        self
    }

    /// Marks a field.
    pub(super) fn failed(mut self, name: &str, error: String) -> Self {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
            field.error = Some(error);
        }
        self
    }

    fn uploads(&self) -> bool {
        self.fields.iter().any(|field| matches!(field.control, Control::File { .. }))
    }

    /// Whether there is nothing to fill in.
    fn only_button(&self) -> bool {
        self.fields.iter().all(Field::is_hidden)
    }

    /// Whether fields are folded away.
    fn has_aside(&self) -> bool {
        self.fields.iter().any(|field| field.aside)
    }

    /// Whether they are unfolded, because something stands there.
    fn aside_open(&self) -> bool {
        self.fields.iter().any(|field| field.aside && (field.error.is_some() || !field.value.is_empty()))
    }

    fn wrong(&self) -> Vec<(&str, &str)> {
        wrong(&self.fields)
    }

    /// The page: 422 when something is to be mended (RFC 9110 §15.5.21).
    pub(super) fn answer(&self) -> Response {
        let fine = self.refused.is_none() && self.wrong().is_empty();
        let status = if fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        page(self.frame, status, self)
    }
}

/// What was filled in, to look at once more before it counts.
#[derive(Template)]
#[template(path = "check.html", whitespace = "minimize")]
pub(super) struct CheckPage<'a> {
    frame: &'a Frame,
    heading: String,
    lead: Vec<String>,
    acting: Option<String>,
    rows: Vec<(String, String)>,
    fields: Vec<Field>,
    /// What is asked here and nowhere before.
    asked: Vec<Field>,
    action: String,
    button: String,
    /// What a key of the member's own signs.
    signing: Option<Signing>,
}

impl<'a> CheckPage<'a> {
    pub(super) fn new(frame: &'a Frame, heading: String, reader: Reader<'_>, action: &str, button: String) -> Self {
        let words = frame.words;
        let shown = |field: &Field| (field.label.clone(), field.shown(words));
        let rows = reader.fields.iter().filter(|field| !field.is_hidden()).map(shown);
        let rows = rows.filter(|(_, value)| !value.is_empty()).collect();
        Self {
            frame,
            heading,
            lead: Vec::new(),
            acting: None,
            rows,
            fields: reader.fields,
            asked: Vec::new(),
            action: action.to_owned(),
            button,
            signing: None,
        }
    }

    pub(super) fn lead(mut self, words: String) -> Self {
        self.lead.push(words);
        self
    }

    pub(super) fn acting(mut self, acting: Option<String>) -> Self {
        self.acting = acting;
        self
    }

    /// Without what was filled in, where that says nothing to people. Rows come after.
    pub(super) fn bare(mut self) -> Self {
        self.rows.clear();
        self
    }

    pub(super) fn signing(mut self, signing: Option<Signing>) -> Self {
        self.signing = signing;
        self
    }

    pub(super) fn asking(mut self, fields: Vec<Field>) -> Self {
        self.asked = fields;
        self
    }

    /// Another row, before the fields.
    pub(super) fn row(mut self, label: String, value: String) -> Self {
        self.rows.insert(0, (label, value));
        self
    }

    pub(super) fn answer(&self) -> Response {
        show(self.frame, self)
    }
}

/// The fields that are to be mended, with what is wrong with each.
pub(super) fn wrong(fields: &[Field]) -> Vec<(&str, &str)> {
    fields.iter().filter_map(|field| Some((field.name.as_str(), field.error.as_deref()?))).collect()
}

/// What happened, and what comes next.
#[derive(Template)]
#[template(path = "done.html", whitespace = "minimize")]
pub(super) struct DonePage<'a> {
    pub(super) frame: &'a Frame,
    pub(super) heading: String,
    pub(super) next: Vec<String>,
    pub(super) links: Vec<(String, String)>,
}

/// A button that does something by itself.
pub(super) struct Press {
    pub(super) action: String,
    pub(super) words: String,
    pub(super) once: String,
    /// Fields that go along.
    pub(super) fields: Vec<(&'static str, String)>,
    /// Whether it ends something.
    pub(super) ends: bool,
}

impl Press {
    pub(super) fn new(words: String, action: String) -> Self {
        Self { action, words, once: super::forms::fresh_once(), fields: Vec::new(), ends: false }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.fields.push((name, value.to_string()));
        self
    }

    pub(super) fn ending(mut self) -> Self {
        self.ends = true;
        self
    }
}

/// What is known of something, and what can be done about it.
#[derive(Template)]
#[template(path = "facts.html", whitespace = "minimize")]
pub(super) struct FactsPage<'a> {
    pub(super) frame: &'a Frame,
    pub(super) heading: String,
    pub(super) lead: Vec<String>,
    pub(super) rows: Vec<(String, String)>,
    pub(super) presses: Vec<Press>,
    pub(super) links: Vec<(String, String)>,
}
