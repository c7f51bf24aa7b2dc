//! Outcomes of disputes: what two communities agreed about one exchange stands in both ledgers, once, and moves nothing.

use super::{
    super::{
        entry::Body,
        state::{History, Ledger},
    },
    partners::partner,
    reversals::part,
};
use crate::{
    id::{AccountId, ExchangeId},
    partnership::closes,
    rejection::Rejection,
};

impl Ledger {
    /// The partnership under which an exchange that can be disputed crossed: the partner has answered, and there is no outcome yet.
    ///
    /// # Errors
    /// [`Rejection::UnknownExchange`] and [`Rejection::NotDisputable`].
    pub fn check_disputable(&self, exchange: ExchangeId, history: &dyn History) -> Result<AccountId, Rejection> {
        let no = |why| Err(Rejection::NotDisputable(exchange, why));
        let account = match part(history, exchange) {
            Err(Rejection::NotReversible(_, why)) => return no(why),
            part => part?.account,
        };
        if self.holds.contains_key(&exchange) {
            return no("the partner has not answered yet");
        }
        if self.outcomes.contains_key(&exchange) {
            return no("both communities agreed on an outcome already");
        }
        Ok(account)
    }
}

pub(super) fn permit(ledger: &Ledger, body: &Body, history: &dyn History) -> Result<(), Rejection> {
    let Body::DisputeClosed { suggestion, closing } = body else { return Ok(()) };
    let word = &closing.content;
    let partner = partner(ledger, &word.account)?;
    // What this community signed before a loss counts, though the id stands for another exchange here by now.
    let used_again = partner.used_again.contains(&word.exchange);
    if !used_again && ledger.check_disputable(word.exchange, history)? != word.account {
        return Err(Rejection::OtherLane);
    }
    if !closes(&suggestion.content, word) {
        return Err(Rejection::NotDisputable(word.exchange, "its outcome is not what both signed"));
    }
    if usize::try_from(word.number) != Ok(partner.outcomes.len()) {
        let expected = partner.outcomes.len() as u64;
        return Err(Rejection::OutOfOrder { expected, found: u64::from(word.number) });
    }
    Ok(())
}

pub(super) fn apply(ledger: &mut Ledger, body: &Body) {
    let Body::DisputeClosed { closing, .. } = body else { return };
    let index = ledger.tree.size();
    if let Some(partner) = ledger.partners.get_mut(&closing.content.account) {
        partner.outcomes.push(index);
        if !partner.used_again.contains(&closing.content.exchange) {
            ledger.outcomes.insert(closing.content.exchange, index);
        }
    }
}
