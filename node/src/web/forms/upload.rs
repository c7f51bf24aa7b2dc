//! Forms that bring files along (multipart/form-data, RFC 7578).

use super::{MAX_PAIRS, Sent, is_ours};
use crate::web::{
    App, Oops,
    visit::{Frame, frame_of},
};
use axum::{
    extract::{FromRequest, Multipart, Request, multipart::MultipartError},
    http::StatusCode,
};
use std::{collections::BTreeMap, sync::Arc};

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
}

fn broken(why: &MultipartError) -> Oops {
    if why.status() == StatusCode::PAYLOAD_TOO_LARGE { Oops::TooLarge } else { Oops::Unreadable }
}

impl Upload {
    /// Reads a request. Who may not send it is refused before a byte of its body is read; the body's length is bounded
    /// by the route.
    ///
    /// # Errors
    /// [`Oops`].
    pub(in crate::web) async fn read(request: Request, app: &App, whose: Whose) -> Result<Self, Oops> {
        let (parts, body) = request.into_parts();
        let frame = frame_of(&parts);
        let member = frame.member.as_ref().ok_or(Oops::SignIn(Vec::new()))?;
        if whose == Whose::Coordinators && !member.coordinator {
            return Err(Oops::NotYours);
        }
        let request = Request::from_parts(parts, body);
        let mut form = Multipart::from_request(request, app).await.map_err(|_| Oops::Unreadable)?;
        let (mut pairs, mut files) = (Vec::new(), BTreeMap::new());
        while let Some(field) = form.next_field().await.map_err(|why| broken(&why))? {
            let name = field.name().unwrap_or_default().to_owned();
            if pairs.len() + files.len() >= MAX_PAIRS {
                return Err(Oops::TooLarge);
            }
            if field.file_name().is_some() {
                let bytes = field.bytes().await.map_err(|why| broken(&why))?;
                if !bytes.is_empty() {
                    files.insert(name, bytes.into());
                }
            } else {
                pairs.push((name, field.text().await.map_err(|why| broken(&why))?));
            }
        }
        let sent = Sent::from_pairs(pairs).ok_or(Oops::TooLarge)?;
        if !is_ours(&frame, &sent) {
            return Err(Oops::Stale);
        }
        Ok(Self { frame, sent, files })
    }
}
