//! Taking a backup from the browser: it goes to the disk as it comes, and nothing but a part of it is ever in memory.

use super::{Answer, App, MAX_UPLOAD_BYTES, Setup, UPLOAD_PATH, frame, wrong::Said};
use crate::{
    backup::{BackupError, WholeFile, seal},
    runtime::Refused,
    web::{
        desk::size,
        forms::{Reader, Sent},
        oops::Oops,
        pages::{FormPage, go},
        visit::Frame,
        words::Words,
    },
};
use axum::{
    body::Bytes,
    extract::{FromRequest as _, Multipart, Request, State, multipart::Field},
    http::{HeaderMap, StatusCode},
};
use std::{fs, io::Write as _, path::Path, sync::Arc};
use tokio::sync::mpsc;

/// What the field for the file is called.
const FIELD: &str = "backup";
/// What browsers offer first: backups are called so, and phones know no kind for that.
const ACCEPT: &str = ".age,application/octet-stream";
/// Parts that wait for the disk: browsers send them in 64 KiB or so.
const WAITING: usize = 4;
/// The longest field beside the file: a token, and the id of this sending.
const MAX_BESIDE: usize = 64;

/// What comes from the browser.
enum Part {
    Bytes(Bytes),
    /// All of it was there. Without this, whoever sent it went away.
    End,
}

/// Why a backup was not taken.
enum Unfit {
    /// The request itself.
    Oops(Oops),
    /// Larger than any that is taken here.
    TooLarge,
    /// There was no file in the form.
    Missing,
    /// What was sent, or the disk.
    Backup(BackupError),
}

impl From<BackupError> for Unfit {
    fn from(why: BackupError) -> Self {
        Self::Backup(why)
    }
}

impl From<Oops> for Unfit {
    fn from(oops: Oops) -> Self {
        Self::Oops(oops)
    }
}

/// What is wrong with a backup, for people.
pub(super) fn said(words: Words, why: &BackupError) -> Said {
    if why.is_no_room() {
        return Said::plain(words.t("setup-no-room"));
    }
    Said::plain(match why {
        BackupError::NotABackup => words.t("setup-file-other"),
        BackupError::CutShort => words.t("setup-file-short"),
        BackupError::Changed(_)
        | BackupError::Member { .. }
        | BackupError::Mismatch { .. }
        | BackupError::Unsound(_)
        | BackupError::Rule(_) => words.t("setup-file-changed"),
        BackupError::NewerFormat { .. } => words.t("setup-file-newer"),
        BackupError::WrongWords | BackupError::OtherCommunity { .. } => words.t("setup-words-other"),
        other => return Said::of(words, other),
    })
}

/// The page that asks for a backup, with what was wrong with one.
pub(super) fn page<'a>(frame: &'a Frame, wrong: Option<Said>) -> FormPage<'a> {
    let nothing = Sent::default();
    let mut reader = Reader::open(frame.words, &nothing);
    reader.file(FIELD, "setup-file", ACCEPT);
    let page = FormPage::new(frame, frame.t("setup-back-title"), reader, UPLOAD_PATH, frame.t("setup-file-button"))
        .lead(frame.t("setup-file-lead"))
        .other(frame.t("page-before"), "/setup/way".into());
    match wrong {
        Some(Said { words, technical }) => page.failed(FIELD, words).technical(technical),
        None => page,
    }
}

pub(super) async fn form(State(setup): App, headers: HeaderMap) -> Answer {
    Ok(page(&frame(&setup, &headers)?, None).answer())
}

pub(super) async fn take(State(setup): App, request: Request) -> Answer {
    // Who may not send it is refused before a byte of the file is read.
    let frame = frame(&setup, request.headers())?;
    let words = frame.words;
    Ok(match taken(&setup, &frame, request).await {
        Ok(()) => go("/setup/recovery"),
        Err(Unfit::Oops(oops)) => oops.page(&frame),
        Err(Unfit::Missing) => page(&frame, Some(Said::plain(words.t("setup-file-missing")))).answer(),
        Err(Unfit::TooLarge) => {
            let most = size(words, MAX_UPLOAD_BYTES as u64);
            page(&frame, Some(Said::plain(words.t1("setup-file-large", "most", most)))).answer()
        }
        Err(Unfit::Backup(why)) => page(&frame, Some(said(words, &why))).answer(),
    })
}

fn broken(why: &axum::extract::multipart::MultipartError) -> Unfit {
    match why.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Unfit::TooLarge,
        _ => Unfit::Oops(Oops::Unreadable),
    }
}

async fn taken(setup: &Arc<Setup>, frame: &Frame, request: Request) -> Result<(), Unfit> {
    let _one = setup.uploads.acquire().await.map_err(|_| Oops::Refused(Refused::Stopping))?;
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Oops::Unreadable)?;
    let mut ours = false;
    while let Some(mut field) = form.next_field().await.map_err(|why| broken(&why))? {
        if field.file_name().is_none() {
            let is_token = field.name() == Some("token");
            let text = short(&mut field).await?;
            ours |= is_token && text == frame.token.as_bytes();
        } else if !ours {
            // The token stands before the file in every form of ours.
            return Err(Oops::Stale.into());
        } else {
            return keep(setup, field).await;
        }
    }
    Err(Unfit::Missing)
}

async fn short(field: &mut Field<'_>) -> Result<Vec<u8>, Unfit> {
    let mut text = Vec::new();
    while let Some(bytes) = field.chunk().await.map_err(|why| broken(&why))? {
        text.extend_from_slice(&bytes);
        if text.len() > MAX_BESIDE {
            return Err(Oops::TooLarge.into());
        }
    }
    Ok(text)
}

/// Puts the file where the work is done, in the place of an earlier one.
async fn keep(setup: &Arc<Setup>, mut field: Field<'_>) -> Result<(), Unfit> {
    let workshop = setup.workshop()?.ok_or(Oops::Refused(Refused::Busy))?;
    let place = workshop.backup();
    let came = place.with_extension("came");
    let (send, parts) = mpsc::channel(WAITING);
    let to = came.clone();
    let writing = tokio::task::spawn_blocking(move || write(&to, parts));
    while let Some(bytes) = field.chunk().await.map_err(|why| broken(&why))? {
        // Whoever writes has gone when the disk refused, and says why.
        if send.send(Part::Bytes(bytes)).await.is_err() {
            break;
        }
    }
    let _ = send.send(Part::End).await;
    drop(send);
    let bytes = writing.await.map_err(|_| Oops::Refused(Refused::Stopping))??;
    let fit = fits(setup, &came, bytes);
    if fit.is_err() {
        // What cannot be used is not kept; should even that fail, it goes with the rest of the place.
        let _ = fs::remove_file(&came);
    }
    fit?;
    Ok(fs::rename(&came, &place).map_err(BackupError::file("make", &place))?)
}

/// Looks at what came, and takes note of it.
fn fits(setup: &Setup, came: &Path, bytes: u64) -> Result<(), Unfit> {
    if bytes == 0 {
        return Err(Unfit::Missing);
    }
    seal::begins(came)?;
    if setup.answers().bringing.came(bytes) { Ok(()) } else { Err(Oops::Refused(Refused::Busy).into()) }
}

fn write(to: &Path, mut parts: mpsc::Receiver<Part>) -> Result<u64, BackupError> {
    let mut file = WholeFile::create(to)?;
    while let Some(part) = parts.blocking_recv() {
        match part {
            Part::Bytes(bytes) => file.write_all(&bytes).map_err(|why| BackupError::Output(why).at(to))?,
            Part::End => return file.finish(),
        }
    }
    Err(BackupError::CutShort)
}
