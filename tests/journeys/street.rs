//! The place where the story plays: two communities, their nodes, and everybody's browser.

use crate::photo::Kept;
use anyhow::{Context as _, Result};
use kith::api::types::SignInCode;
use kith_protocol::id::MemberId;
use kith_tests::{
    browser::{Browser, Driver, Look},
    cluster::{Node, Scratch},
};
use std::{cell::RefCell, collections::BTreeSet, ops::Deref, path::PathBuf, sync::Arc};

/// Elm Street, which is founded in the first journey, and who lives there.
pub(crate) struct Street {
    pub(crate) look: Look,
    scratch: Scratch,
    walked: Option<Arc<Walked>>,
    /// Elm Street's node, once there is one.
    pub(crate) elm: Option<Node>,
    /// Its recovery words, once they are written down.
    pub(crate) words: String,
    /// The photo of Joe's offer, once it is there.
    pub(crate) photo: Option<Kept>,
    /// Browsers, by their owners' names. They go before the driver does.
    people: Vec<(&'static str, Walker)>,
    driver: Driver,
}

/// Pages that somebody went through with the keyboard, by their paths.
#[derive(Default)]
struct Walked(RefCell<BTreeSet<String>>);

/// Somebody's browser. On the first visit of each page, it is walked through with the tab key.
pub(crate) struct Walker {
    browser: Browser,
    walked: Option<Arc<Walked>>,
}

impl Deref for Walker {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl Walker {
    /// Presses a button or link, and walks through the page behind it if that is new.
    pub(crate) fn press(&self, words: &str) -> Result<&Self> {
        self.browser.press(words)?;
        self.walk()?;
        Ok(self)
    }

    /// The same for a button only, where a link has the same words.
    pub(crate) fn press_button(&self, words: &str) -> Result<&Self> {
        self.browser.press_button(words)?;
        self.walk()?;
        Ok(self)
    }

    /// Goes to a page, and walks through it if it is new.
    pub(crate) fn go(&self, path: &str) -> Result<&Self> {
        self.browser.go(path)?;
        self.walk()?;
        Ok(self)
    }

    fn walk(&self) -> Result<()> {
        let Some(walked) = &self.walked else { return Ok(()) };
        let long = |part: &str| part.len() > 20;
        let kind: Vec<String> =
            self.path()?.split('/').map(|part| if long(part) { "…".to_owned() } else { part.to_owned() }).collect();
        let kind = format!("{} {}", kind.join("/"), self.text_of("h1")?.len());
        if walked.0.borrow_mut().insert(kind) {
            self.browser.walk()?;
        }
        Ok(())
    }
}

impl Street {
    pub(crate) fn new(look: Look, walked: bool) -> Result<Self> {
        let (scratch, driver) = (Scratch::new()?, Driver::start()?);
        let walked = walked.then(Arc::default);
        Ok(Self { look, scratch, walked, elm: None, words: String::new(), photo: None, people: Vec::new(), driver })
    }

    pub(crate) fn pages_walked(&self) -> usize {
        self.walked.as_ref().map_or(0, |walked| walked.0.borrow().len())
    }

    /// Where a community's directory is, or may be made.
    pub(crate) fn dir(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    pub(crate) fn elm(&self) -> &Node {
        self.elm.as_ref().expect("the street was founded in the first journey")
    }

    /// Gives somebody a browser.
    pub(crate) fn arrives(&mut self, name: &'static str, base: &str) -> Result<()> {
        let browser = self.driver.browser(base, self.look).with_context(|| format!("a browser for {name}"))?;
        self.people.push((name, Walker { browser, walked: self.walked.clone() }));
        Ok(())
    }

    /// Lets a member of a node in, by a code of their own.
    pub(crate) fn lets_in(&mut self, name: &'static str, node: &Node, member: &MemberId) -> Result<()> {
        let path = format!("/api/v1/members/{member}/sign-in-code");
        let code: SignInCode = node.client().post(&path, &serde_json::json!({}), None)?;
        self.arrives(name, &node.url())?;
        let person = self.person(name);
        person.go("/sign-in")?.fill("Your code", &code.code)?;
        person.press_button("Sign in")?;
        Ok(())
    }

    /// Somebody's browser.
    pub(crate) fn person(&self, name: &str) -> &Walker {
        let found = self.people.iter().find(|(known, _)| *known == name);
        found.map(|(_, walker)| walker).expect("everybody who acts has arrived before")
    }
}
