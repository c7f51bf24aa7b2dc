//! Members with keys of their own, and what they sign.

use super::node::Node;
use anyhow::Result;
use kith::{
    api::types::{NewExchange, NewMember, NewPayment},
    runtime::{clock, home},
};
use kith_protocol::{
    envelope::Content as _,
    id::{AccountId, CommunityId, Digest, ExchangeId, MemberId},
    key::SecretKey,
    ledger::{Consent, ExchangeTerms, PaymentTerms},
    minutes::Minutes,
    partnership::Payee,
};

/// A member with a key that only they hold.
#[derive(Clone)]
pub struct Person {
    /// Their id in their community.
    pub id: MemberId,
    /// Their key.
    pub key: SecretKey,
    /// Their name.
    pub name: String,
}

impl Person {
    /// Joins a community. The key follows from both names: what matters is that every signature is real.
    ///
    /// # Errors
    /// When they are refused.
    pub fn join(node: &Node, name: &str) -> Result<Self> {
        let seed = Digest::of("kith/test/person", &[node.name.as_bytes(), name.as_bytes()]);
        let key = SecretKey::from_seed(&seed.0);
        let new = NewMember { name: name.to_owned(), key: Some(key.public()), ..NewMember::default() };
        Ok(Self { id: node.admit(&new)?, key, name: name.to_owned() })
    }

    fn consent(&self, signed: &[u8]) -> Consent {
        Consent::Key { key: self.key.public(), signature: self.key.sign(signed) }
    }
}

/// A new exchange's id.
///
/// # Errors
/// When the system gives no randomness.
pub fn fresh_exchange() -> Result<ExchangeId> {
    Ok(ExchangeId(home::random()?))
}

/// An exchange inside a community that both members signed.
///
/// # Errors
/// When the minutes are none.
pub fn signed_exchange(
    node: &Node,
    giver: &Person,
    receiver: &Person,
    minutes: i64,
    exchange: ExchangeId,
) -> Result<NewExchange> {
    let terms = ExchangeTerms {
        community: node.id(),
        exchange,
        giver: giver.id,
        receiver: receiver.id,
        minutes: Minutes::new(minutes)?,
        made_at: clock::now(),
        details: None,
    };
    let bytes = terms.signing_bytes();
    Ok(NewExchange {
        id: Some(exchange),
        giver: Some(giver.id),
        receiver: Some(receiver.id),
        minutes,
        made_at: Some(terms.made_at.0),
        giver_consent: Some(giver.consent(&bytes)),
        receiver_consent: Some(receiver.consent(&bytes)),
        ..NewExchange::default()
    })
}

/// A payment to a partner's member that the payer signed.
///
/// # Errors
/// When the minutes are none.
pub fn signed_payment(
    home: &Node,
    partner: &Node,
    account: AccountId,
    payer: &Person,
    payee: Payee,
    minutes: i64,
    exchange: ExchangeId,
) -> Result<NewPayment> {
    signed_payment_to(home, partner.id(), account, payer, payee, minutes, exchange)
}

/// The same to a community that is no node of the cluster.
///
/// # Errors
/// When the minutes are none.
pub fn signed_payment_to(
    home: &Node,
    partner: CommunityId,
    account: AccountId,
    payer: &Person,
    payee: Payee,
    minutes: i64,
    exchange: ExchangeId,
) -> Result<NewPayment> {
    let terms = PaymentTerms {
        community: home.id(),
        account,
        exchange,
        payer: payer.id,
        payee,
        minutes: Minutes::new(minutes)?,
        made_at: clock::now(),
        details: None,
        reverses: None,
    };
    let consent = Some(payer.consent(&terms.signing_bytes()));
    Ok(NewPayment {
        id: Some(exchange),
        partner,
        payer: payer.id,
        payee: terms.payee,
        minutes,
        made_at: Some(terms.made_at.0),
        consent,
        channel: None,
    })
}
