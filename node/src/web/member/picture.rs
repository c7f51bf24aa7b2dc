//! A photo for an offer or an ask.

use super::listing::{Found, find, ids, may_withdraw};
use crate::{
    picture::{BadPicture, MAX_SENT_BYTES, small},
    runtime::{Refused, clock, office::Deed},
    web::{
        Answer, App, Oops,
        acting::Acting,
        forms::{Asked, Post, Reader, Step, Upload, Whose},
        news::{News, go_telling},
        pages::FormPage,
        visit::{Frame, Guest, Visit},
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

/// A listing whose photo somebody may see to, and for whom they do.
struct Mine {
    found: Found,
    acting: Acting,
}

impl Mine {
    fn address(&self) -> String {
        format!("/listing/{}/{}", self.found.record.community, self.found.record.key)
    }

    /// The page of the listing, which goes on with both names.
    fn back(&self) -> String {
        self.acting.address(&self.address())
    }
}

fn page<'a>(frame: &'a Frame, mut reader: Reader<'_>, mine: &Mine) -> FormPage<'a> {
    reader.file(FIELD, "picture-file", ACCEPT);
    let action = format!("{}/picture", mine.address());
    FormPage::new(frame, frame.t("picture"), reader, &action, frame.t("picture-button"))
        .lead(frame.t("picture-lead"))
        .lead(frame.t("picture-bare"))
        .other(frame.t("picture-back"), mine.back())
        .acting(mine.acting.line(frame.words))
}

/// The part of an address that asks whether a photo is to go.
const DROP: &str = "drop";

/// Where whoever wants a photo away is asked once more.
pub(super) fn dropping(pictures: &str) -> String {
    format!("{pictures}?{DROP}=yes")
}

/// Asks once more: a photo that was taken away is gone.
fn asking<'a>(frame: &'a Frame, reader: Reader<'_>, mine: &Mine) -> FormPage<'a> {
    let action = format!("{}/picture/remove", mine.address());
    FormPage::new(frame, frame.t("picture-drop-sure"), reader, &action, frame.t("picture-drop"))
        .lead(frame.t("picture-drop-lead"))
        .other(frame.t("picture-keep"), mine.back())
        .acting(mine.acting.line(frame.words))
        .ending()
}

async fn mine(app: &App, frame: &std::sync::Arc<Frame>, community: &str, key: &str) -> Result<Mine, Oops> {
    let (community, key) = ids(community, key)?;
    let found = find(app, community, key).await?;
    let visit = Visit::of(frame.clone()).ok_or(Oops::SignIn(Vec::new()))?;
    if !may_withdraw(&visit, &found) {
        return Err(Oops::NotYours);
    }
    let acting = Acting::with(&app.handle, &visit.member, found.owner).await?;
    Ok(Mine { found, acting })
}

pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    Path((community, key)): Path<(String, String)>,
    Asked(asked): Asked,
) -> Answer {
    let mine = mine(&app, &visit.frame, &community, &key).await?;
    let reader = Reader::open(visit.frame.words, &asked);
    let drops = asked.get(DROP) == "yes" && app.handle.picture(mine.found.record.key).await?.is_some();
    Ok(if drops { asking(&visit.frame, reader, &mine) } else { page(&visit.frame, reader, &mine) }.answer())
}

pub(super) async fn send(
    State(app): State<App>,
    Path((community, key)): Path<(String, String)>,
    request: Request,
) -> Answer {
    let mut upload = Upload::read(request, &app, Whose::Members, MAX_SENT_BYTES).await?;
    let mine = mine(&app, &upload.frame, &community, &key).await?;
    if upload.sent.step() == Step::Edit {
        let page = page(&upload.frame, Reader::judge(upload.frame.words, &upload.sent), &mine);
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
            app.handle.keep_picture(mine.found.record.key, jpeg).await?;
            mine.acting.note(&app.handle, Deed::Photo).await?;
            Ok(go_telling(&mine.back(), News::Picture))
        }
        Err(why) => {
            let error = upload.frame.t(match why {
                BadPicture::Kind => "picture-kind",
                BadPicture::TooLarge => "picture-large",
                BadPicture::Broken => "picture-broken",
            });
            let page = page(&upload.frame, Reader::judge(upload.frame.words, &upload.sent), &mine);
            Ok(page.failed(FIELD, error).answer())
        }
    }
}

pub(super) async fn remove(
    State(app): State<App>,
    Path((community, key)): Path<(String, String)>,
    post: Post,
) -> Answer {
    let mine = mine(&app, &post.frame, &community, &key).await?;
    if app.handle.picture(mine.found.record.key).await?.is_some() {
        app.handle.erase_pictures(vec![mine.found.record.key]).await?;
        mine.acting.note(&app.handle, Deed::Photo).await?;
    }
    Ok(go_telling(&mine.back(), News::PictureGone))
}

/// The picture of a listing that stands, for everybody who sees the listing.
pub(super) async fn jpeg(State(app): State<App>, Guest { frame }: Guest, Path(key): Path<String>) -> Answer {
    let key: RecordKey = key.parse().map_err(|_| Oops::Missing)?;
    let now = clock::now();
    let stands = app.handle.look(move |machine, _| {
        machine.state().shelf().1.get(&key).is_some_and(|own| own.listing && own.expires_at > now)
    });
    let hidden = frame.member.is_none() && app.handle.inside().await?.contains_key(&key);
    if hidden || !stands.await? {
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
