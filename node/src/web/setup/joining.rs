//! Beginning with the invitation of another community: it is looked at first, and accepted when the new community is there.

use super::{Answer, App, Sending, frame, sent};
use crate::{
    runtime::{HomeError, home, inviting},
    web::{
        desk::{accept_fields, terms},
        forms::{Reader, Sent, Step},
        pages::{CheckPage, FormPage, go},
        visit::Frame,
    },
};
use axum::{extract::State, http::HeaderMap};
use kith_protocol::{machine::Command, partnership::Invitation};

const PATH: &str = "/setup/invitation";

/// What the node does with the invitation, once it runs: as a coordinator who accepts it on the page of the partners.
///
/// # Errors
/// The system gives no random numbers.
pub(crate) fn acceptance(invitation: Invitation) -> Result<Command, HomeError> {
    Ok(inviting::acceptance(invitation, home::random()?))
}

fn page<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("partners-accept"), reader, PATH, frame.t("go-on"))
        .lead(frame.t("partners-accept-lead"))
        .other(frame.t("page-before"), "/setup/way".into())
}

pub(super) async fn form(State(setup): App, headers: HeaderMap) -> Answer {
    let frame = frame(&setup, &headers)?;
    let text = setup.answers().invitation.as_ref().map(Invitation::to_text).unwrap_or_default();
    let filled = Sent::filled([("text", text.as_str())]);
    let mut reader = Reader::open(frame.words, &filled);
    accept_fields(&mut reader);
    Ok(page(&frame, reader).answer())
}

pub(super) async fn send(State(setup): App, headers: HeaderMap, form: Sending) -> Answer {
    let (frame, sent) = sent(&setup, &headers, form)?;
    let mut reader = Reader::judge(frame.words, &sent);
    let fine = accept_fields(&mut reader).filter(|_| reader.is_fine() && sent.step() != Step::Edit);
    let Some(invitation) = fine else { return Ok(page(&frame, reader).answer()) };
    if sent.step() == Step::Check {
        let mut check = CheckPage::new(&frame, frame.t("check"), reader, PATH, frame.t("setup-join-button"))
            .lead(frame.t("partners-accept-check"))
            .lead(frame.t("setup-join-next"))
            .bare();
        for (label, value) in terms(frame.words, &invitation).into_iter().rev() {
            check = check.row(label, value);
        }
        return Ok(check.answer());
    }
    setup.answers().invitation = Some(invitation);
    Ok(go("/setup/name"))
}
