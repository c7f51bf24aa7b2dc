//! Leaving: the hours go to the community's pot, and the name can be forgotten.

use crate::{
    runtime::{Handle, Refused},
    web::{
        Answer, App, Oops,
        acting::{Acting, FOR},
        forms::{Asked, Need, Post, Reader, Step, choices},
        pages::{CheckPage, FormPage, go, refusal},
        sight::Sight,
        visit::{Frame, Visit, set_cookie},
    },
};
use axum::{
    extract::State,
    http::{HeaderMap, header},
};
use kith_protocol::{id::MemberId, member::Role, rejection::Rejection};

/// What stays when somebody is forgotten, said before it is done.
pub(in crate::web) const FORGETTING: &[&str] = &["forget-public", "forget-talks", "forget-others", "forget-copies"];

fn fields(reader: &mut Reader<'_>) -> bool {
    let ways = [("forget", "leave-forget"), ("keep", "leave-keep")];
    let options = choices(reader.words(), ways);
    reader.choice("name", "leave-name", options, Need::Must) == "forget"
}

fn form<'a>(frame: &'a Frame, acting: &Acting, sight: Sight, mut reader: Reader<'_>) -> FormPage<'a> {
    carried(acting, &mut reader);
    let page = FormPage::new(frame, frame.t("leave"), reader, "/leave", frame.t("go-on")).lead(frame.t("leave-lead"));
    // Where nobody keeps score, there is nothing that anybody would miss.
    let page = if sight.keeps_score() { page.lead(frame.t("leave-hours")) } else { page };
    page.acting(acting.line(frame.words)).other(frame.t("leave-not"), acting.address("/me")).ending()
}

fn carried(acting: &Acting, reader: &mut Reader<'_>) {
    if acting.is_for_another() {
        reader.hidden(FOR, acting.member.to_string());
    }
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let acting = Acting::of(&app.handle, &visit.member, &asked).await?.not_by_helpers()?;
    let mut reader = Reader::open(visit.frame.words, &asked);
    fields(&mut reader);
    let sight = Sight::ask(&app.handle, !acting.is_for_another()).await?;
    Ok(form(&visit.frame, &acting, sight, reader).answer())
}

/// Who records it: the coordinator who acts, or, for somebody who leaves by themselves, any who is here.
async fn recorder(handle: &Handle, acting: &Acting) -> Result<MemberId, Refused> {
    if let Some(by) = acting.coordinator() {
        return Ok(by);
    }
    let leaving = acting.member;
    let found = handle.look(move |machine, _| {
        let mut members = machine.state().ledger().members().iter();
        let other = members.find(|(id, member)| **id != leaving && member.active && member.role == Role::Coordinator);
        other.map(|(id, _)| *id)
    });
    found.await?.ok_or(Refused::Rule(Rejection::LastCoordinator(leaving)))
}

/// Their hours are in the pot: forgets the name, if that was chosen, and says what is so.
async fn left(handle: &Handle, headers: &HeaderMap, post: &Post, whom: MemberId, forget: bool) -> Answer {
    if forget {
        handle.forget(whom).await?;
    }
    if whom != post.member.id {
        return Ok(go("/done/taken-out"));
    }
    let mut response = go("/done/left");
    response.headers_mut().append(header::SET_COOKIE, set_cookie(headers, crate::web::visit::SESSION, "", 0));
    Ok(response)
}

pub(super) async fn send(State(app): State<App>, headers: HeaderMap, post: Post) -> Answer {
    let request = post.deed().request();
    // Sent twice: nobody acts any more for whoever left by the first.
    if app.handle.earlier(request).await?.is_some() {
        let whom = post.sent.get(FOR).parse().unwrap_or(post.member.id);
        return left(&app.handle, &headers, &post, whom, fields(&mut Reader::judge(post.frame.words, &post.sent)))
            .await;
    }
    let acting = Acting::of(&app.handle, &post.member, &post.sent).await?.not_by_helpers()?;
    let (frame, handle) = (&post.frame, &app.handle);
    let sight = Sight::ask(handle, !acting.is_for_another()).await?;
    let mut reader = Reader::judge(frame.words, &post.sent);
    let forget = fields(&mut reader);
    if !reader.is_fine() || post.sent.step() == Step::Edit {
        return Ok(form(frame, &acting, sight, reader).answer());
    }
    if post.sent.step() == Step::Check {
        carried(&acting, &mut reader);
        let page = CheckPage::new(frame, frame.t("leave-sure"), reader, "/leave", frame.t("leave-button"))
            .lead(frame.t("leave-for-good"));
        let leads = if forget { FORGETTING } else { &[] };
        let page = leads.iter().fold(page, |page, lead| page.lead(frame.t(lead)));
        return Ok(page.acting(acting.line(frame.words)).answer());
    }
    let led = match recorder(handle, &acting).await {
        Ok(by) => handle.leave(request, acting.member, by).await,
        Err(refused) => Err(refused),
    };
    match led {
        Ok(_) => left(handle, &headers, &post, acting.member, forget).await,
        Err(Refused::Rule(why)) => {
            Ok(form(frame, &acting, sight, reader).refused(Some(refusal(frame.words, &why))).answer())
        }
        Err(refused) => Err(Oops::Refused(refused)),
    }
}
