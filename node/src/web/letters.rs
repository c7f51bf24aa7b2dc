//! What stands in letters that go out by e-mail: plain text, in the reader's language.

use super::{
    desk::signed,
    week::{self, Week},
    words::{Language, Words},
};
use crate::runtime::{
    Handle, Refused, clock,
    desk::PaperCode,
    home,
    office::{CODE_LETTER_STANDS, Letter, LetterKind, PaperId},
    shelves::name_of,
};
use kith_protocol::{id::MemberId, rejection::Rejection, time::Timestamp};

/// A letter as it goes out.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    /// The name of whom it is for.
    pub name: String,
    /// Their address.
    pub address: String,
    /// The name of the community it comes from.
    pub from: String,
    /// What it is about.
    pub subject: String,
    /// The words, in plain text.
    pub text: String,
}

impl std::fmt::Debug for Written {
    /// Says nothing of anybody, so that no log does.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Written")
    }
}

/// Writes a letter as things are now; nothing when whom it is for has no address any more, left, or wants none. A code
/// in it is made here, and is good from here on.
///
/// # Errors
/// The disk, or a node that is busy.
pub async fn write(handle: &Handle, letter: &Letter) -> Result<Option<Written>, Refused> {
    let words = Words(Language::of_tag(&letter.language).unwrap_or(Language::English));
    let person = handle.persons(vec![letter.to]).await?.remove(&letter.to);
    let Some((name, Some(address))) = person.map(|person| (person.name, person.email)) else { return Ok(None) };
    let from = handle.look(|machine, _| name_of(machine, &machine.identity().community)).await?.unwrap_or_default();
    let now = clock::now();
    let (subject, text) = match letter.kind {
        LetterKind::Code => {
            let bytes = home::random().map_err(|why| Refused::People(why.to_string()))?;
            let code = PaperCode::from_bytes(bytes);
            match handle.issue_mailed_code(letter.to, code.clone(), now.plus(CODE_LETTER_STANDS)).await {
                Ok(until) => {
                    let values = [("name", name.clone()), ("code", code.shown()), ("time", words.time(until))];
                    (words.t1("letter-code-subject", "community", &from), words.filled("letter-code", &values))
                }
                Err(Refused::Rule(Rejection::UnknownMember(_) | Rejection::MemberLeft(_))) => return Ok(None),
                Err(refused) => return Err(refused),
            }
        }
        LetterKind::Week => {
            if !wants_letters(handle, letter.to).await? {
                return Ok(None);
            }
            let week = week::gather(handle, words, Some(letter.to), now).await?;
            let contact = handle.contact().await?;
            (words.t1("letter-week-subject", "community", &from), plain(words, &week, contact.as_deref()))
        }
        LetterKind::Notice(id) => {
            if !wants_letters(handle, letter.to).await? {
                return Ok(None);
            }
            let Some(text) = noticed(handle, words, letter.to, id).await? else { return Ok(None) };
            (words.t1("letter-notice-subject", "community", &from), text)
        }
    };
    Ok(Some(Written { name, address, from, subject, text }))
}

/// Whether somebody is here and wants what is new by e-mail.
async fn wants_letters(handle: &Handle, member: MemberId) -> Result<bool, Refused> {
    let here = handle.look(move |machine, _| machine.state().ledger().active(&member).is_ok()).await?;
    Ok(here && handle.file(member).await?.weekly.is_some())
}

/// A notice as text; nothing when it stands no more, or is not for them.
async fn noticed(handle: &Handle, words: Words, to: MemberId, id: PaperId) -> Result<Option<String>, Refused> {
    let found = handle.notices_for(to).await?.into_iter().find(|(known, _)| *known == id);
    let Some((_, notice)) = found else { return Ok(None) };
    let signed = signed(handle, words, &notice).await?;
    let mut text = format!("{}\n\n{signed}\n", notice.text);
    end(words, &mut text, handle.contact().await?.as_deref());
    Ok(Some(text))
}

/// The week as text.
fn plain(words: Words, week: &Week, contact: Option<&str>) -> String {
    let mut text = format!("{}\n{}\n", week.heading, week.until);
    if week.parts.is_empty() {
        text.push_str(&format!("\n{}\n", words.t("week-nothing")));
    }
    for part in &week.parts {
        text.push_str(&format!("\n{}\n", part.heading));
        part.lines.iter().for_each(|line| text.push_str(&format!("- {line}\n")));
    }
    end(words, &mut text, contact);
    text
}

/// The end of each letter that comes unasked on its day: who helps, and how to stop them.
fn end(words: Words, text: &mut String, contact: Option<&str>) {
    if let Some(contact) = contact {
        text.push_str(&format!("\n{} {contact}\n", words.t("foot-hand")));
    }
    text.push_str(&format!("\n{}\n", words.t("letter-week-stop")));
}

/// When letters of a week went out last, or were to.
#[must_use]
pub fn week_goes_out(now: Timestamp) -> Option<Timestamp> {
    week::goes_out(now)
}
