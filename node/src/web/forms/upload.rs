//! Forms that bring files along (multipart/form-data, RFC 7578).

use super::{MAX_FORM_BYTES, MAX_PAIRS, MAX_VALUE, Sent, is_ours};
use crate::web::{
    App, Oops,
    pages::FormPage,
    visit::{Frame, frame_of},
};
use axum::{
    body::to_bytes,
    extract::{
        FromRequest, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::{StatusCode, header, request::Parts},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Says, beside what is kept of a form while somebody signs in, that a file was not.
pub(in crate::web) const FILE_LOST: &str = "file-lost";

/// Who may send files to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Whose {
    /// Any member.
    Members,
    /// Coordinators only.
    Coordinators,
}

/// A form with files, from a member who may send it.
pub(in crate::web) struct Upload {
    pub(in crate::web) frame: Arc<Frame>,
    pub(in crate::web) sent: Sent,
    /// What was in the files, by the names of their fields; fields left empty are missing.
    pub(in crate::web) files: BTreeMap<String, Vec<u8>>,
    /// The fields whose files were too large. Nothing of these is kept.
    pub(in crate::web) too_large: BTreeSet<String>,
}

fn broken(why: &MultipartError) -> Oops {
    if is_too_much(why) { Oops::TooLarge } else { Oops::Unreadable }
}

fn is_too_much(why: &MultipartError) -> bool {
    why.status() == StatusCode::PAYLOAD_TOO_LARGE
}

/// What a form brought.
#[derive(Default)]
struct Brought {
    pairs: Vec<(String, String)>,
    files: BTreeMap<String, Vec<u8>>,
    too_large: BTreeSet<String>,
}

/// What is in a field, unless it is longer than `most`. A longer one is read to its end all the same: browsers look at an
/// answer only when they have sent everything.
async fn take(mut field: Field<'_>, most: usize) -> Result<Option<Vec<u8>>, MultipartError> {
    let mut taken = Some(Vec::new());
    while let Some(chunk) = field.chunk().await? {
        taken = taken.filter(|bytes| bytes.len() + chunk.len() <= most);
        if let Some(bytes) = &mut taken {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(taken)
}

/// Reads the parts of a form; `most` bytes of its files are kept.
async fn brought(request: Request, app: &App, most: usize) -> Result<Brought, Oops> {
    let mut form = Multipart::from_request(request, app).await.map_err(|_| Oops::Unreadable)?;
    let (mut all, mut room) = (Brought::default(), most);
    while let Some(field) = form.next_field().await.map_err(|why| broken(&why))? {
        let name = field.name().unwrap_or_default().to_owned();
        if all.pairs.len() + all.files.len() + all.too_large.len() >= MAX_PAIRS {
            return Err(Oops::TooLarge);
        }
        if field.file_name().is_none() {
            let text = take(field, MAX_VALUE).await.map_err(|why| broken(&why))?.ok_or(Oops::TooLarge)?;
            all.pairs.push((name, String::from_utf8_lossy(&text).into_owned()));
            continue;
        }
        match take(field, room).await {
            Ok(Some(bytes)) if bytes.is_empty() => {}
            Ok(Some(bytes)) => {
                room -= bytes.len();
                all.files.insert(name, bytes);
            }
            Ok(None) => drop(all.too_large.insert(name)),
            // More than is read at all: what came before it is all that there is.
            Err(why) if is_too_much(&why) => {
                all.too_large.insert(name);
                break;
            }
            Err(why) => return Err(broken(&why)),
        }
    }
    Ok(all)
}

/// Whether a form comes without files: one that was kept while somebody signed in again.
fn is_plain(parts: &Parts) -> bool {
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.starts_with("application/x-www-form-urlencoded")
}

impl Upload {
    /// Reads a request, of whose files no more than `most` bytes are kept. Who may not send it is refused before a byte of
    /// its body is read; the body's length is bounded by the route. Of whoever has to sign in first, all but the files is
    /// kept meanwhile.
    ///
    /// # Errors
    /// [`Oops`].
    pub(in crate::web) async fn read(request: Request, app: &App, whose: Whose, most: usize) -> Result<Self, Oops> {
        let (parts, body) = request.into_parts();
        let frame = frame_of(&parts);
        let member = frame.member.as_ref();
        if whose == Whose::Coordinators && member.is_some_and(|member| !member.coordinator) {
            return Err(Oops::NotYours);
        }
        let all = if is_plain(&parts) {
            let body = to_bytes(body, MAX_FORM_BYTES).await.map_err(|_| Oops::TooLarge)?;
            let open = super::read(Request::from_parts(parts, body.into()), app).await?;
            Brought { pairs: open.sent.0, ..Brought::default() }
        } else {
            let most = if member.is_some() { most } else { 0 };
            brought(Request::from_parts(parts, body), app, most).await?
        };
        let sent = Sent::from_pairs(all.pairs).ok_or(Oops::TooLarge)?;
        if member.is_none() {
            let mut kept = sent.kept();
            if !all.too_large.is_empty() {
                kept.push((FILE_LOST.to_owned(), "yes".to_owned()));
            }
            return Err(Oops::SignIn(kept));
        }
        if !is_ours(&frame, &sent) {
            return Err(Oops::Stale);
        }
        Ok(Self { frame, sent, files: all.files, too_large: all.too_large })
    }

    /// Says on the form that its file has to be chosen again, when that was not kept.
    pub(in crate::web) fn remind<'a>(&self, page: FormPage<'a>) -> FormPage<'a> {
        if self.sent.get(FILE_LOST) == "yes" { page.lead(self.frame.t("upload-lost")) } else { page }
    }
}
