//! Bringing a community back: from its backup or from partners that keep its copies, with the 24 recovery words.

use super::{
    Answer, App, Sending, frame, sent,
    upload::{page as upload_page, said},
    wrong::Said,
};
use crate::{
    backup::{BackupError, Verified, Workshop, seal},
    escrow::{self, FetchError, MOST_ASKED, Why},
    runtime::{Root, WordsError, root},
    web::{
        desk::size,
        forms::{Need, Reader, Sent},
        pages::{FormPage, go},
        visit::Frame,
        words::Words,
    },
};
use axum::{extract::State, http::HeaderMap, response::Response};
use std::{collections::BTreeSet, sync::Arc};
use zeroize::Zeroizing;

const RECOVERY: &str = "/setup/recovery";
const PARTNERS: &str = "/setup/partners";
/// Where it is seen how far the work is.
pub(super) const FOUND: &str = "/setup/found";
/// The longest list of addresses: each of at most 256 bytes, with an end of a line.
const MAX_ADDRESSES: usize = MOST_ASKED * 257;

/// What is being done aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    Looking,
    Asking,
    Restoring,
}

/// Why there is nothing to restore.
pub(super) enum Problem {
    File(BackupError),
    Partners(FetchError),
}

/// How far it is.
#[derive(Clone, Default)]
pub(super) enum Stage {
    #[default]
    Waiting,
    Busy(Task),
    Failed(Arc<Problem>),
    /// Judged and found good; and why a restore of it failed.
    Looked(Arc<Verified>, Option<Arc<BackupError>>),
}

impl Stage {
    pub(super) fn is_busy(&self) -> bool {
        matches!(self, Self::Busy(_))
    }
}

/// A community on its way back.
#[derive(Default)]
pub(super) struct Bringing {
    pub(super) workshop: Option<Arc<Workshop>>,
    /// The length of the backup that came from the browser.
    pub(super) bytes: Option<u64>,
    /// The partners that were asked.
    pub(super) addresses: Vec<String>,
    pub(super) root: Option<Arc<Root>>,
    pub(super) stage: Stage,
}

impl Bringing {
    /// Takes note that a backup came; `false` while somebody works on another.
    pub(super) fn came(&mut self, bytes: u64) -> bool {
        if self.stage.is_busy() {
            return false;
        }
        (self.stage, self.root, self.bytes) = (Stage::Waiting, None, Some(bytes));
        true
    }

    /// Forgets all of it, unless it is being restored, or was and is only to move up.
    pub(super) fn forget(&mut self) -> bool {
        let whole = self.workshop.as_ref().is_some_and(|workshop| workshop.is_whole());
        if whole || matches!(self.stage, Stage::Busy(Task::Restoring)) {
            return false;
        }
        *self = Self::default();
        true
    }
}

/// The recovery words. What is wrong with them is said by their place, never by repeating one.
fn words_field(reader: &mut Reader<'_>) -> Option<Root> {
    let most = usize::try_from(root::MAX_WORDS_BYTES).unwrap_or(usize::MAX);
    let text = Zeroizing::new(reader.private_area("words", "setup-recovery", most, Need::Must));
    if text.is_empty() {
        return None;
    }
    let words = reader.words();
    let wrong = match Root::from_words(&text) {
        Ok(root) => return Some(root),
        Err(WordsError::Count(n)) => words.t1("setup-recovery-count", "n", n),
        Err(WordsError::Unknown(n)) => words.t1("setup-recovery-unknown", "n", n),
        Err(WordsError::Checksum) => words.t("setup-recovery-wrong"),
    };
    reader.fail("words", wrong);
    None
}

fn recovery_page<'a>(frame: &'a Frame, reader: Reader<'_>, bytes: u64) -> FormPage<'a> {
    FormPage::new(frame, frame.t("setup-recovery-title"), reader, RECOVERY, frame.t("go-on"))
        .lead(frame.t1("setup-recovery-lead", "size", size(frame.words, bytes)))
        .other(frame.t("setup-file-again"), super::UPLOAD_PATH.into())
}

pub(super) async fn words_form(State(setup): App, headers: HeaderMap) -> Answer {
    let frame = frame(&setup, &headers)?;
    let Some(bytes) = setup.answers().bringing.bytes else { return Ok(go(super::UPLOAD_PATH)) };
    let nothing = Sent::default();
    let mut reader = Reader::open(frame.words, &nothing);
    words_field(&mut reader);
    Ok(recovery_page(&frame, reader, bytes).answer())
}

/// Takes the words for the backup. Whether they open it is seen at once; the rest takes longer.
pub(super) async fn words(State(setup): App, headers: HeaderMap, form: Sending) -> Answer {
    let (frame, sent) = sent(&setup, &headers, form)?;
    let Some(bytes) = setup.answers().bringing.bytes else { return Ok(go(super::UPLOAD_PATH)) };
    let mut reader = Reader::judge(frame.words, &sent);
    let root = words_field(&mut reader).filter(|_| reader.is_fine());
    let Some(root) = root else { return Ok(recovery_page(&frame, reader, bytes).answer()) };
    let workshop = match setup.workshop() {
        Ok(Some(workshop)) => workshop,
        Ok(None) => return Ok(go(FOUND)),
        Err(why) => return Ok(upload_page(&frame, Some(said(frame.words, &why))).answer()),
    };
    match seal::opens(&workshop.backup(), &root).and_then(|()| setup.look(root)) {
        Ok(()) => Ok(go(FOUND)),
        Err(why @ BackupError::WrongWords) => {
            reader.fail("words", said(frame.words, &why).words);
            Ok(recovery_page(&frame, reader, bytes).answer())
        }
        Err(why) => Ok(upload_page(&frame, Some(said(frame.words, &why))).answer()),
    }
}

fn addresses_field(reader: &mut Reader<'_>) -> Vec<String> {
    let text = reader.area("addresses", "setup-addresses", MAX_ADDRESSES, Need::Must);
    let mut seen = BTreeSet::new();
    let all: Vec<String> = text.split_whitespace().filter(|one| seen.insert(*one)).map(str::to_owned).collect();
    let words = reader.words();
    if all.len() > MOST_ASKED {
        reader.fail("addresses", words.t1("setup-addresses-many", "most", MOST_ASKED));
    } else if let Err(FetchError::Address { address, .. }) = escrow::check_addresses(&all) {
        let address = crate::web::words::shortened(&address, 80);
        reader.fail("addresses", words.t1("setup-address-wrong", "address", address));
    }
    all
}

fn partners_page<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("setup-back-title"), reader, PARTNERS, frame.t("setup-partners-button"))
        .lead(frame.t("setup-partners-lead"))
        .other(frame.t("page-before"), "/setup/way".into())
}

pub(super) async fn partners_form(State(setup): App, headers: HeaderMap) -> Answer {
    let frame = frame(&setup, &headers)?;
    let nothing = Sent::default();
    let mut reader = Reader::open(frame.words, &nothing);
    addresses_field(&mut reader);
    words_field(&mut reader);
    Ok(partners_page(&frame, reader).answer())
}

pub(super) async fn partners(State(setup): App, headers: HeaderMap, form: Sending) -> Answer {
    let (frame, sent) = sent(&setup, &headers, form)?;
    let mut reader = Reader::judge(frame.words, &sent);
    let addresses = addresses_field(&mut reader);
    let root = words_field(&mut reader).filter(|_| reader.is_fine());
    let Some(root) = root else { return Ok(partners_page(&frame, reader).answer()) };
    match setup.ask(addresses, root) {
        Ok(()) => Ok(go(FOUND)),
        Err(why) => {
            let Said { words, technical } = said(frame.words, &why);
            Ok(partners_page(&frame, reader).refused(Some(words)).technical(technical).answer())
        }
    }
}

fn partner_said(words: Words, why: Option<Why>) -> String {
    words.t(match why {
        Some(Why::Away) => "setup-partner-away",
        Some(Why::Nothing) => "setup-partner-nothing",
        Some(Why::Later) => "setup-partner-later",
        Some(Why::Bad) => "setup-partner-bad",
        Some(Why::Other) | None => "setup-partner-other",
    })
}

/// Where somebody is to mend what went wrong, with all that they wrote.
pub(super) fn failed(setup: &super::Setup, frame: &Frame, problem: &Problem) -> Response {
    let words = frame.words;
    let why = match problem {
        Problem::File(why) => return upload_page(frame, Some(said(words, why))).answer(),
        Problem::Partners(why) => why,
    };
    let (addresses, root) = {
        let answers = setup.answers();
        (answers.bringing.addresses.join("\n"), answers.bringing.root.clone())
    };
    let typed = root.map(|root| root.words()).unwrap_or_default();
    let filled = Sent::filled([("addresses", addresses.as_str()), ("words", typed.as_str())]);
    let mut reader = Reader::judge(words, &filled);
    addresses_field(&mut reader);
    words_field(&mut reader);
    let (at, refused) = match why {
        FetchError::None(heard) => {
            let one = |(n, heard): (usize, &escrow::Heard)| format!("{}. {}", n + 1, partner_said(words, heard.why));
            (Some(heard.iter().enumerate().map(one).collect::<Vec<_>>().join(" ")), None)
        }
        FetchError::Local(why) => (None, Some(said(words, why))),
        other => (None, Some(Said::of(words, other))),
    };
    if let Some(at) = at {
        reader.fail("addresses", at);
    }
    let (refused, technical) = refused.map_or((None, None), |said| (Some(said.words), said.technical));
    partners_page(frame, reader).refused(refused).technical(technical).answer()
}
