//! A photo for an offer or an ask.

use super::listing::{Found, find, ids, may_withdraw};
use crate::{
    picture::{BadPicture, MAX_SENT_BYTES, small},
    runtime::{Refused, clock, office::Deed},
    web::{
        Answer, App, Oops,
        acting::note_of,
        forms::{Asked, Post, Reader, Step, Upload, Whose},
        news::{News, go_telling},
        pages::FormPage,
        visit::{Frame, Visit},
    },
};
use axum::{
    extract::{Path, Request, State},
    http::{HeaderValue, header},
    response::IntoResponse as _,
};
use kith_protocol::id::RecordKey;

/// The field for the photo.
const FIELD: &str = "picture";
const ACCEPT: &str = "image/jpeg,image/png,image/webp";

fn page<'a>(frame: &'a Frame, mut reader: Reader<'_>, found: &Found) -> FormPage<'a> {
    reader.file(FIELD, "picture-file", ACCEPT);
    let address = format!("/listing/{}/{}", found.record.community, found.record.key);
    FormPage::new(frame, frame.t("picture"), reader, &format!("{address}/picture"), frame.t("picture-button"))
        .lead(frame.t("picture-lead"))
        .lead(frame.t("picture-bare"))
        .other(frame.t("picture-back"), address)
}

/// The part of an address that asks whether a photo is to go.
const DROP: &str = "drop";

/// Where whoever wants a photo away is asked once more.
pub(super) fn dropping(pictures: &str) -> String {
    format!("{pictures}?{DROP}=yes")
}

/// Asks once more: a photo that was taken away is gone.
fn asking<'a>(frame: &'a Frame, reader: Reader<'_>, found: &Found) -> FormPage<'a> {
    let address = format!("/listing/{}/{}", found.record.community, found.record.key);
    let action = format!("{address}/picture/remove");
    FormPage::new(frame, frame.t("picture-drop-sure"), reader, &action, frame.t("picture-drop"))
        .lead(frame.t("picture-drop-lead"))
        .other(frame.t("picture-keep"), address)
        .ending()
}

async fn mine(app: &App, frame: &std::sync::Arc<Frame>, community: &str, key: &str) -> Result<Found, Oops> {
    let (community, key) = ids(community, key)?;
    let found = find(app, community, key).await?;
    let visit = Visit::of(frame.clone()).ok_or(Oops::SignIn(Vec::new()))?;
    if may_withdraw(&visit, &found) { Ok(found) } else { Err(Oops::NotYours) }
}

/// Notes that somebody else saw to a member's photo.
async fn note(app: &App, frame: &Frame, found: &Found) -> Result<(), Oops> {
    match &frame.member {
        Some(by) => note_of(&app.handle, found.owner, by.id, Deed::Photo).await,
        None => Ok(()),
    }
}

pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    Path((community, key)): Path<(String, String)>,
    Asked(asked): Asked,
) -> Answer {
    let found = mine(&app, &visit.frame, &community, &key).await?;
    let reader = Reader::open(visit.frame.words, &asked);
    let drops = asked.get(DROP) == "yes" && app.handle.picture(found.record.key).await?.is_some();
    Ok(if drops { asking(&visit.frame, reader, &found) } else { page(&visit.frame, reader, &found) }.answer())
}

pub(super) async fn send(
    State(app): State<App>,
    Path((community, key)): Path<(String, String)>,
    request: Request,
) -> Answer {
    let mut upload = Upload::read(request, &app, Whose::Members, MAX_SENT_BYTES).await?;
    let found = mine(&app, &upload.frame, &community, &key).await?;
    if upload.sent.step() == Step::Edit {
        let page = page(&upload.frame, Reader::judge(upload.frame.words, &upload.sent), &found);
        return Ok(upload.remind(page).answer());
    }
    let sent = upload.files.remove(FIELD);
    let made = match sent {
        None if upload.too_large.contains(FIELD) => Err(BadPicture::TooLarge),
        None => Err(BadPicture::Kind),
        Some(bytes) => {
            // One at a time: each takes its dots in memory.
            let _turn = app.pictures.acquire().await.map_err(|_| Refused::Stopping)?;
            tokio::task::spawn_blocking(move || small(&bytes)).await.map_err(|_| Refused::Stopping)?
        }
    };
    match made {
        Ok(jpeg) => {
            app.handle.keep_picture(found.record.key, jpeg).await?;
            note(&app, &upload.frame, &found).await?;
            Ok(go_telling(&format!("/listing/{community}/{key}"), News::Picture))
        }
        Err(why) => {
            let error = upload.frame.t(match why {
                BadPicture::Kind => "picture-kind",
                BadPicture::TooLarge => "picture-large",
                BadPicture::Broken => "picture-broken",
            });
            let page = page(&upload.frame, Reader::judge(upload.frame.words, &upload.sent), &found);
            Ok(page.failed(FIELD, error).answer())
        }
    }
}

pub(super) async fn remove(
    State(app): State<App>,
    Path((community, key)): Path<(String, String)>,
    post: Post,
) -> Answer {
    let found = mine(&app, &post.frame, &community, &key).await?;
    if app.handle.picture(found.record.key).await?.is_some() {
        app.handle.erase_pictures(vec![found.record.key]).await?;
        note(&app, &post.frame, &found).await?;
    }
    Ok(go_telling(&format!("/listing/{community}/{key}"), News::PictureGone))
}

/// The picture of a listing that stands, for everybody who sees the listing.
pub(super) async fn jpeg(State(app): State<App>, Path(key): Path<String>) -> Answer {
    let key: RecordKey = key.parse().map_err(|_| Oops::Missing)?;
    let now = clock::now();
    let stands = app.handle.look(move |machine, _| {
        machine.state().shelf().1.get(&key).is_some_and(|own| own.listing && own.expires_at > now)
    });
    if !stands.await? {
        return Err(Oops::Missing);
    }
    let jpeg = app.handle.picture(key).await?.ok_or(Oops::Missing)?;
    let mut response = jpeg.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}
