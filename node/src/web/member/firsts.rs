//! Hours of a new member, which a coordinator looks at before they are recorded.

use super::record::{Hours, Made, Other};
use crate::{
    runtime::{
        clock,
        office::{Pending, Signed},
    },
    web::{App, Oops, acting::Acting, exchanges::Seen, forms::Post, pages::go, signing},
};
use axum::response::Response;
use kith_protocol::{
    id::ExchangeId,
    ledger::{Consent, History as _},
    minutes::Minutes,
};

/// The first exchange of a new member waits for a coordinator, where the community wants it so. What a coordinator writes
/// down was looked at by them. Sent again once somebody looked at it, it leads to what became of it.
pub(super) async fn looked_at_first(
    app: &App,
    acting: &Acting,
    post: &Post,
    (hours, minutes): (&Hours, Minutes),
    made: &Made,
) -> Result<Option<Response>, Oops> {
    if app.handle.was_looked_at(made.exchange).await? {
        return became(app, acting, made.exchange).await.map(Some);
    }
    let Other::Member(other) = hours.other else { return Ok(None) };
    if acting.coordinator().is_some()
        || app.handle.earlier(post.deed().request()).await?.is_some()
        || is_known(app, made.exchange).await?
        || !app.handle.first_exchange(acting.member, other).await?
    {
        return Ok(None);
    }
    let (giver, receiver) = if hours.gave { (acting.member, other) } else { (other, acting.member) };
    let signed = match (signing::consent(acting, hours.channel, made.key, &post.sent)?, &made.drawn) {
        (consent @ Consent::Key { .. }, Some(drawn)) => Some(Signed { consent, salt: drawn.salt }),
        _ => None,
    };
    let (by, at, made_at, note) = (acting.member, clock::now(), made.made_at, hours.note.clone());
    let pending = Pending { giver, receiver, minutes, made_at, note, by, at, signed };
    app.handle.keep_pending(made.exchange, pending).await?;
    acting.spoke(&app.handle, made.exchange).await?;
    Ok(Some(go(&acting.address("/done/first"))))
}

/// Whether something is kept under this id: then the rules have to say no.
async fn is_known(app: &App, id: ExchangeId) -> Result<bool, Oops> {
    let known = app
        .handle
        .look(move |machine, book| machine.state().waiting().contains_key(&id) || book.exchange(&id).is_some());
    Ok(known.await? || app.handle.is_taken(id).await?)
}

/// What a coordinator decided stays decided.
async fn became(app: &App, acting: &Acting, id: ExchangeId) -> Result<Response, Oops> {
    let written = app.handle.look(move |machine, book| Seen::find(machine, book, id).is_some()).await?;
    let to = if written { format!("/exchange/{id}?new=yes") } else { "/done/first-over".to_owned() };
    Ok(go(&acting.address(&to)))
}
