//! Asking to join: who they are and what people thank them for. A coordinator answers.

use crate::{
    people::Person,
    runtime::{
        clock,
        office::{Application, MAX_WORDS},
    },
    web::{
        Answer, App,
        forms::{Asked, Need, Open, Reader, Step},
        member::person_fields,
        pages::{CheckPage, DonePage, FormPage, show},
        visit::{Frame, Guest},
    },
};
use axum::extract::State;
use kith_protocol::id::Digest;

fn fields(reader: &mut Reader<'_>) -> (Person, String) {
    let text = reader.area("text", "join-text", MAX_WORDS, Need::May);
    let person = person_fields(reader);
    if person.phone.is_none() && person.email.is_none() {
        let error = reader.words().t("join-no-contact");
        reader.fail("phone", error);
    }
    (person, text)
}

fn page<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("join"), reader, "/join", frame.t("go-on"))
        .lead(frame.t("join-lead"))
        .lead(frame.t("join-who-reads"))
}

pub(super) async fn form(Guest { frame }: Guest, Asked(asked): Asked) -> Answer {
    let mut reader = Reader::open(frame.words, &asked);
    fields(&mut reader);
    Ok(page(&frame, reader).answer())
}

pub(super) async fn send(State(app): State<App>, Open { frame, source, sent, .. }: Open) -> Answer {
    let mut reader = Reader::judge(frame.words, &sent);
    let (person, text) = fields(&mut reader);
    if !reader.is_fine() || sent.step() == Step::Edit {
        return Ok(page(&frame, reader).answer());
    }
    if sent.step() == Step::Check {
        return Ok(CheckPage::new(&frame, frame.t("check"), reader, "/join", frame.t("join-button"))
            .lead(frame.t("join-who-reads"))
            .answer());
    }
    // The form's own number and this browser's token: sent twice, it is one.
    let id = Digest::of("kith/v1/application", &[frame.token.as_bytes(), sent.once().as_bytes()]);
    let (id, _) = id.0.split_first_chunk::<16>().expect("a digest has 32 bytes");
    let Person { name, phone, email, in_directory, .. } = person;
    let application = Application { name, phone, email, in_directory, text, at: clock::now() };
    if !app.joining.allowed(source) || !app.handle.apply(*id, application).await? {
        reader.fail("name", frame.t("join-too-many"));
        return Ok(page(&frame, reader).answer());
    }
    app.joining.wrong(source);
    let done = DonePage {
        frame: &frame,
        heading: frame.t("join-done"),
        next: vec![frame.t("join-done-next")],
        links: vec![(frame.t("go-first-page"), "/".to_owned())],
    };
    Ok(show(&frame, &done))
}
