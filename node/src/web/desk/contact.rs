//! How the community is reached: the line at the foot of every page.

use crate::{
    runtime::desk::MAX_CONTACT_WORDS,
    web::{
        Answer, App,
        forms::{Asked, Need, Post, Reader},
        pages::{FormPage, go},
        stale::{self, Stood},
        visit::{Frame, Visit},
    },
};
use axum::extract::State;

const PATH: &str = "/contact";

fn field(reader: &mut Reader<'_>) -> String {
    reader.line("contact", "contact-words", MAX_CONTACT_WORDS, Need::Must)
}

fn page<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("contact"), reader, PATH, frame.t("save")).lead(frame.t("contact-lead"))
}

async fn stood(app: &App) -> Result<Stood, crate::web::Oops> {
    Ok(Stood::new([("contact", app.handle.contact().await?.unwrap_or_default())]))
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let stood = stood(&app).await?;
    let filled = stood.filled();
    let mut reader = Reader::open(visit.frame.words, &filled);
    stood.remember(&mut reader, &asked);
    field(&mut reader);
    Ok(page(&visit.frame, reader).answer())
}

pub(super) async fn send(State(app): State<App>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let stands = stood(&app).await?;
    let mut reader = Reader::judge(post.frame.words, &post.sent);
    stands.remember(&mut reader, &post.sent);
    let words = field(&mut reader);
    if !reader.is_fine() {
        return Ok(page(&post.frame, reader).answer());
    }
    if stands.changed_since(&post.sent) {
        let both = stale::over(&post.frame, reader, &stands, |theirs| _ = field(theirs), PATH, "/today");
        return Ok(both.unwrap_or_else(|| go("/done/contact")));
    }
    app.handle.set_contact(Some(words)).await?;
    Ok(go("/done/contact"))
}
