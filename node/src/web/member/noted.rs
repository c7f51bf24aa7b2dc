//! Exchanges with their notes, which are kept apart from the ledger.

use crate::{
    runtime::{Handle, Refused, home as keys, personal::Note},
    web::forms::Deed,
};
use kith_protocol::{
    id::ExchangeId,
    ledger::ExchangeTerms,
    machine::{Command, Reply},
    rejection::Rejection,
};

/// A note with a salt of its own; nothing when there are no words.
pub(in crate::web) fn salted(words: &str) -> Result<Option<Note>, Refused> {
    if words.is_empty() {
        return Ok(None);
    }
    let salt = keys::random().map_err(|why| Refused::People(why.to_string()))?;
    Ok(Some(Note { salt, note: words.to_owned() }))
}

/// Records an exchange here, with its note kept apart from the ledger.
pub(in crate::web) async fn local(
    handle: &Handle,
    deed: Deed,
    terms: ExchangeTerms,
    consents: Vec<Option<kith_protocol::ledger::Consent>>,
    note: Option<Note>,
) -> Result<Reply, Refused> {
    let node = handle.clone();
    with_note(handle, deed, terms.exchange, note, move |details| async move {
        let terms = ExchangeTerms { details, ..terms };
        node.agreed(deed.request(), terms, consents, Command::Exchange).await
    })
    .await
}

/// Asks for something new with the digest of its note, which is kept apart from the ledger.
pub(in crate::web) async fn with_note<F, W>(
    handle: &Handle,
    deed: Deed,
    id: ExchangeId,
    note: Option<Note>,
    ask: F,
) -> Result<Reply, Refused>
where
    F: FnOnce(Option<kith_protocol::id::Digest>) -> W + Send + 'static,
    W: Future<Output = Result<Reply, Refused>> + Send + 'static,
{
    let Some(note) = note else { return ask(None).await };
    if let Some(reply) = handle.earlier(deed.request()).await? {
        return Ok(reply);
    }
    let used = handle.look(move |machine, book| {
        use kith_protocol::ledger::History as _;
        machine.state().waiting().contains_key(&id) || book.exchange(&id).is_some()
    });
    if used.await? || handle.is_taken(id).await? {
        return Err(Rejection::ExchangeExists(id).into());
    }
    let digest = note.digest();
    handle.keeping_one(id.0, note.to_bytes(), async move { ask(Some(digest)).await }).await
}
