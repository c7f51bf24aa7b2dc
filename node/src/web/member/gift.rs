//! Giving hours to the community's pot.

use crate::{
    runtime::{Refused, clock},
    web::{
        Answer, App, Oops,
        acting::Acting,
        forms::{Asked, Post, Reader, Step},
        pages::{CheckPage, FormPage, go, refusal},
        sight::Sight,
        signing::{self, Drawn, Signing},
        visit::{Frame, Visit},
        words::Words,
    },
};
use axum::extract::State;
use kith_protocol::{
    id::ExchangeId,
    ledger::{Channel, GiftTerms},
    machine::Command,
    minutes::Minutes,
    time::Timestamp,
};

const ACTION: &str = "/gift";

fn fields(acting: &Acting, reader: &mut Reader<'_>) -> (Option<Minutes>, Channel) {
    (reader.length("length", "gift-length"), acting.fields(reader))
}

/// What the pot holds, where anybody may see where members stand: those who left took their hours to it.
async fn pot(app: &App, words: Words) -> Result<Option<String>, Refused> {
    let looked = app.handle.look(|machine, _| (Sight::of(machine, false), machine.state().ledger().pot().get()));
    let (sight, pot) = looked.await?;
    let hours = words.hours(pot.unsigned_abs());
    Ok(sight.balance().then(|| match pot {
        0 => words.t("gift-pot-empty"),
        1.. => words.t1("gift-pot", "hours", hours),
        _ => words.t1("gift-pot-gave", "hours", hours),
    }))
}

async fn form<'a>(app: &App, frame: &'a Frame, acting: &Acting, reader: Reader<'_>) -> Result<FormPage<'a>, Refused> {
    let page = FormPage::new(frame, frame.t("gift"), reader, ACTION, frame.t("go-on"));
    let page = page.lead(frame.t("gift-lead")).acting(acting.line(frame.words));
    Ok(match pot(app, frame.words).await? {
        Some(pot) => page.lead(pot),
        None => page,
    })
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let acting = Acting::of(&app.handle, &visit.member, &asked).await?.not_by_helpers()?;
    let mut reader = Reader::open(visit.frame.words, &asked);
    fields(&acting, &mut reader);
    Ok(form(&app, &visit.frame, &acting, reader).await?.answer())
}

pub(super) async fn send(State(app): State<App>, post: Post) -> Answer {
    let acting = Acting::of(&app.handle, &post.member, &post.sent).await?.not_by_helpers()?;
    let (frame, words, deed) = (&post.frame, post.frame.words, post.deed());
    let mut reader = Reader::judge(words, &post.sent);
    let (minutes, channel) = fields(&acting, &mut reader);
    let fine = minutes.filter(|_| reader.is_fine() && post.sent.step() != Step::Edit);
    let Some(minutes) = fine else { return Ok(form(&app, frame, &acting, reader).await?.answer()) };
    let key = signing::own_key(&app, &acting).await?;
    if post.sent.step() == Step::Check {
        let signing = match key {
            Some(key) => {
                let drawn = Drawn::new(clock::now())?;
                drawn.fields(&mut reader);
                Some(Signing::of(&terms(&app, &acting, minutes, (drawn.exchange, drawn.made_at)), &key))
            }
            None => None,
        };
        return Ok(CheckPage::new(frame, frame.t("check"), reader, ACTION, frame.t("gift-button"))
            .lead(frame.t1("gift-check", "hours", words.hours(u64::from(minutes.get()))))
            .acting(acting.line(words))
            .signing(signing)
            .answer());
    }
    let made = match Drawn::sent(&post.sent).filter(|_| key.is_some()) {
        Some(drawn) => (drawn.exchange, drawn.made_at),
        None => (ExchangeId(deed.new_id(&app.handle, "exchange")), clock::now()),
    };
    let consent = signing::consent(&acting, channel, key, &post.sent)?;
    let terms = terms(&app, &acting, minutes, made);
    match app.handle.agreed(deed.request(), terms, vec![Some(consent)], Command::Gift).await {
        Ok(_) => Ok(go(&acting.address(&format!("/exchange/{}?new=yes", made.0)))),
        Err(Refused::Rule(why)) => {
            let refused = Some(refusal(words, &why));
            Ok(form(&app, frame, &acting, reader).await?.refused(refused).answer())
        }
        Err(refused) => Err(Oops::Refused(refused)),
    }
}

fn terms(app: &App, acting: &Acting, minutes: Minutes, (exchange, made_at): (ExchangeId, Timestamp)) -> GiftTerms {
    GiftTerms { community: app.handle.community(), exchange, from: acting.member, minutes, made_at, details: None }
}
