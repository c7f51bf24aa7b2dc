//! A member's own key: made on a device of theirs or in another program, changed, given up, or taken away for whoever lost
//! it by a coordinator.

use crate::{
    runtime::{Refused, clock},
    web::{
        Answer, App, Oops,
        acting::Acting,
        forms::{Asked, Post, Reader, Sent, Step, fresh_once},
        pages::{self, CheckPage, go, refusal},
        signing::{self, PROOF, Signing},
        visit::{Frame, Visit},
    },
};
use askama::Template;
use axum::{extract::State, http::StatusCode};
use kith_protocol::{
    key::{BadKey, PublicKey},
    ledger::Agreed,
    machine::Command,
    member::KeyTerms,
    rejection::Rejection,
    time::Timestamp,
};

const ACTION: &str = "/me/key";
/// The field for a key from elsewhere.
const KEY: &str = "key";
/// How many letters of a key are shown to tell it from another.
const BEGINNING: usize = 8;

#[derive(Template)]
#[template(path = "key.html", whitespace = "minimize")]
struct KeyPage<'a> {
    frame: &'a Frame,
    acting: Option<String>,
    acting_for: String,
    refused: Option<String>,
    /// The key they have, in hexadecimal.
    key: Option<String>,
    once: String,
    /// What was typed, when it was not taken.
    typed: String,
    /// What is wrong with it.
    mistake: Option<String>,
}

impl<'a> KeyPage<'a> {
    fn new(frame: &'a Frame, acting: &Acting, key: Option<PublicKey>) -> Self {
        Self {
            frame,
            acting: acting.line(frame.words),
            acting_for: if acting.is_for_another() { acting.member.to_string() } else { String::new() },
            refused: None,
            key: key.map(|key| key.to_string()),
            once: fresh_once(),
            typed: String::new(),
            mistake: None,
        }
    }

    /// The fields that are to be mended, with what is wrong with each.
    fn wrong(&self) -> Vec<(&str, &str)> {
        self.mistake.iter().map(|mistake| (KEY, mistake.as_str())).collect()
    }

    fn refused(self, why: &Rejection, typed: &str) -> Answer {
        let said = Some(refusal(self.frame.words, why));
        let about_key = matches!(why, Rejection::BadKey(_) | Rejection::NothingChanges) && !typed.is_empty();
        let (mistake, refused) = if about_key { (said, None) } else { (None, said) };
        let page = Self { refused, mistake, typed: typed.to_owned(), ..self };
        Ok(pages::page(page.frame, StatusCode::UNPROCESSABLE_ENTITY, &page))
    }
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let acting = Acting::of(&app.handle, &visit.member, &asked).await?.not_by_helpers()?;
    let (key, _) = signing::key_of(&app, acting.member).await?;
    Ok(pages::show(&visit.frame, &KeyPage::new(&visit.frame, &acting, key)))
}

pub(super) async fn send(State(app): State<App>, post: Post) -> Answer {
    let acting = Acting::of(&app.handle, &post.member, &post.sent).await?.not_by_helpers()?;
    let (frame, sent, deed) = (&post.frame, &post.sent, post.deed());
    let done = acting.address("/done/key");
    if app.handle.earlier(deed.request()).await?.is_some() {
        return Ok(go(&done));
    }
    let (old, changes) = signing::key_of(&app, acting.member).await?;
    let page = || KeyPage::new(frame, &acting, old);
    if sent.step() == Step::Edit {
        // Back from signing in again, or from the check: nothing is judged yet.
        return Ok(pages::show(frame, &KeyPage { typed: sent.get(KEY).to_owned(), ..page() }));
    }
    let typed: String = sent.get(KEY).split_whitespace().collect();
    let Ok(key) = (if typed.is_empty() { Ok(None) } else { sound(&typed).map(Some) }) else {
        return page().refused(&Rejection::BadKey(BadKey::NotAKey), sent.get(KEY));
    };
    let (member, community) = (acting.member, app.handle.community());
    if sent.step() == Step::Check {
        let terms = KeyTerms { community, member, key, number: changes.saturating_add(1), made_at: clock::now() };
        if terms.key == old {
            return page().refused(&Rejection::NothingChanges, sent.get(KEY));
        }
        return Ok(check(frame, &acting, &post, old, &terms));
    }
    let number = sent.get("number").parse().map_err(|_| Oops::Unreadable)?;
    let made_at = Timestamp(sent.get("at").parse().map_err(|_| Oops::Unreadable)?);
    let terms = KeyTerms { community, member, key, number, made_at };
    match change(&app, &acting, &post, old, terms).await {
        Ok(()) => Ok(go(&done)),
        Err(Refused::Rule(why)) => page().refused(&why, sent.get(KEY)),
        Err(refused) => Err(Oops::Refused(refused)),
    }
}

fn sound(typed: &str) -> Result<PublicKey, BadKey> {
    let key: PublicKey = typed.parse().map_err(|_| BadKey::NotAKey)?;
    key.sound().map(|sound| sound.public())
}

fn check(
    frame: &Frame,
    acting: &Acting,
    post: &Post,
    old: Option<PublicKey>,
    terms: &KeyTerms,
) -> axum::response::Response {
    let mut reader = Reader::judge(frame.words, &post.sent);
    let key = terms.key.map(|key| key.to_string()).unwrap_or_default();
    reader.hidden(KEY, key.as_str());
    reader.hidden("number", terms.number.to_string());
    reader.hidden("at", terms.made_at.0.to_string());
    // A coordinator who acts for somebody says so; the member's own key is not at hand then.
    let present = old.filter(|_| !acting.is_for_another());
    let signing = Signing::change(terms, present, terms.key);
    let (lead, button) =
        if terms.key.is_some() { ("key-check", "key-take") } else { ("key-check-none", "key-give-up") };
    let page = CheckPage::new(frame, frame.t("check"), reader, ACTION, frame.t(button)).lead(frame.t(lead));
    let page = match key.get(..BEGINNING) {
        Some(begins) => page.row(frame.t("key-new"), begins.to_owned()),
        None => page,
    };
    let page = page.asking(acting.told(frame.words, &Sent::default()));
    page.acting(acting.line(frame.words)).signing(Some(signing).filter(|signing| !signing.fields.is_empty())).answer()
}

async fn change(
    app: &App,
    acting: &Acting,
    post: &Post,
    old: Option<PublicKey>,
    terms: KeyTerms,
) -> Result<(), Refused> {
    let proof = signing::sent(&post.sent, PROOF)?;
    let channel = acting.fields(&mut Reader::judge(post.frame.words, &post.sent));
    let consent = signing::consent(acting, channel, old, &post.sent)?;
    let command = move |terms: Agreed<KeyTerms>| Command::ChangeKey { terms, proof };
    app.handle.agreed(post.deed().request(), terms, vec![Some(consent)], command).await.map(drop)
}
