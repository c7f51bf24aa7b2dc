//! First exchanges of new members, here and with members of other communities: a coordinator looks at them before anything
//! is recorded, or goes out.

use super::{Handle, MemberId, Paper, Pending, Refused, Timestamp, clock, safety::pending_id};
use crate::runtime::{handle::Request, home, personal::Note};
use kith_protocol::{
    envelope::Content as _,
    id::{AccountId, Alias, CommunityId, ExchangeId},
    ledger::{Agreed, Consent, ExchangeTerms, PaymentTerms},
    machine::{Command, Reply},
    minutes::Minutes,
    rejection::Rejection,
};
use serde::{Deserialize, Serialize};

/// An exchange of a member here with somebody elsewhere, that a coordinator looks at before it goes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Across {
    /// What goes out.
    pub going: Going,
    /// When it took place.
    pub made_at: Timestamp,
    /// When it was written down.
    pub at: Timestamp,
}

/// What goes out, once a coordinator looked at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Going {
    /// Our member was helped and pays, as they agreed.
    Pay {
        /// To what.
        terms: PaymentTerms,
        /// How.
        consent: Consent,
    },
    /// Our member helped, and somebody elsewhere is asked for the minutes.
    Ask(Asking),
}

/// A partner's member is asked for the minutes that one of ours gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asking {
    /// The partnership under which it goes.
    pub account: AccountId,
    /// Its id.
    pub exchange: ExchangeId,
    /// Who helped.
    pub payee: MemberId,
    /// Who was helped, by their code.
    pub payer: Alias,
    /// For how long.
    pub minutes: Minutes,
}

impl Asking {
    /// What the machine is asked for.
    #[must_use]
    pub const fn command(&self) -> Command {
        let Self { account, exchange, payee, payer, minutes } = *self;
        Command::Ask { account, exchange, payee, payer: Some(payer), minutes, reverses: None }
    }
}

impl Across {
    /// Our member.
    #[must_use]
    pub const fn member(&self) -> MemberId {
        match &self.going {
            Going::Pay { terms, .. } => terms.payer,
            Going::Ask(asking) => asking.payee,
        }
    }

    /// With whom it is.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        match &self.going {
            Going::Pay { terms, .. } => terms.account,
            Going::Ask(asking) => asking.account,
        }
    }

    const fn exchange(&self) -> ExchangeId {
        match &self.going {
            Going::Pay { terms, .. } => terms.exchange,
            Going::Ask(asking) => asking.exchange,
        }
    }
}

/// How whoever wrote down a first exchange here signed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// The signature, over the terms with the hash of the note.
    pub consent: Consent,
    /// The salt of that hash.
    pub salt: [u8; 16],
}

impl Pending {
    /// What is recorded once a coordinator looked at it, with its note. Where it was signed, it is what was signed.
    ///
    /// # Errors
    /// No randomness.
    pub fn terms(
        &self,
        community: CommunityId,
        exchange: ExchangeId,
    ) -> Result<(ExchangeTerms, Option<Note>), Refused> {
        let note = match (&self.signed, self.note.is_empty()) {
            (_, true) => None,
            (Some(signed), false) => Some(Note { salt: signed.salt, note: self.note.clone() }),
            (None, false) => {
                let salt = home::random().map_err(|why| Refused::People(why.to_string()))?;
                Some(Note { salt, note: self.note.clone() })
            }
        };
        let Self { giver, receiver, minutes, made_at, .. } = *self;
        let details = note.as_ref().map(Note::digest);
        Ok((ExchangeTerms { community, exchange, giver, receiver, minutes, made_at, details }, note))
    }

    /// How each of the two agreed so far: whoever wrote it down.
    #[must_use]
    pub fn consents(&self) -> Vec<Option<Consent>> {
        let theirs = self.signed.as_ref().map_or(Consent::Session, |signed| signed.consent.clone());
        [self.giver, self.receiver].map(|party| (party == self.by).then(|| theirs.clone())).into()
    }

    /// Whether the same was written down, by the same member.
    pub(super) fn is(&self, other: &Self) -> bool {
        let said = |pending: &Self| (pending.giver, pending.receiver, pending.minutes, pending.by);
        said(self) == said(other) && self.note == other.note
    }

    /// Whether the signature fits, if there is one: whoever signed is still there to hear of it.
    pub(super) fn check(&self, community: CommunityId, exchange: ExchangeId) -> Result<(), Refused> {
        let Some(Signed { consent: Consent::Key { key, signature }, .. }) = &self.signed else { return Ok(()) };
        let (terms, _) = self.terms(community, exchange)?;
        let fits = key.sound().and_then(|key| key.verify_member(&terms.signing_bytes(), signature));
        fits.map_err(|why| Rejection::BadKey(why).into())
    }
}

/// A first exchange to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum First {
    /// Of two members here.
    Here(Pending),
    /// With a member of another community.
    Across(Across),
}

impl First {
    /// Which of our members wrote it down.
    #[must_use]
    pub const fn by(&self) -> MemberId {
        match self {
            Self::Here(pending) => pending.by,
            Self::Across(across) => across.member(),
        }
    }

    /// When they did.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        match self {
            Self::Here(pending) => pending.at,
            Self::Across(across) => across.at,
        }
    }

    /// When it took place.
    #[must_use]
    pub const fn made_at(&self) -> Timestamp {
        match self {
            Self::Here(pending) => pending.made_at,
            Self::Across(across) => across.made_at,
        }
    }

    /// What it was.
    #[must_use]
    pub fn note(&self) -> &str {
        match self {
            Self::Here(pending) => &pending.note,
            Self::Across(_) => "",
        }
    }

    /// For how long.
    #[must_use]
    pub const fn minutes(&self) -> Minutes {
        match self {
            Self::Here(pending) => pending.minutes,
            Self::Across(Across { going: Going::Pay { terms, .. }, .. }) => terms.minutes,
            Self::Across(Across { going: Going::Ask(asking), .. }) => asking.minutes,
        }
    }

    /// Who helped, where it was one of ours.
    #[must_use]
    pub const fn giver(&self) -> Option<MemberId> {
        match self {
            Self::Here(pending) => Some(pending.giver),
            Self::Across(Across { going: Going::Ask(asking), .. }) => Some(asking.payee),
            Self::Across(_) => None,
        }
    }

    /// Who was helped, where it was one of ours.
    #[must_use]
    pub const fn receiver(&self) -> Option<MemberId> {
        match self {
            Self::Here(pending) => Some(pending.receiver),
            Self::Across(Across { going: Going::Pay { terms, .. }, .. }) => Some(terms.payer),
            Self::Across(_) => None,
        }
    }

    /// The members here who took part.
    pub fn parties(&self) -> impl Iterator<Item = MemberId> {
        self.giver().into_iter().chain(self.receiver())
    }

    /// The partnership under which it goes, when it is not only ours.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        match self {
            Self::Here(_) => None,
            Self::Across(across) => Some(across.account()),
        }
    }
}

impl Handle {
    /// Whether a coordinator has to look at what a member has with somebody elsewhere. What a coordinator speaks for was
    /// looked at by them.
    async fn first_across(&self, member: MemberId, request: Request) -> Result<bool, Refused> {
        Ok(self.earlier(request).await?.is_none() && self.first_of_any(vec![member]).await?)
    }

    /// Keeps it, again if it was kept, and never in the place of anything else.
    async fn hold(&self, across: Across) -> Result<(), Refused> {
        let exchange = across.exchange();
        let id = pending_id(exchange);
        let kept = self.office_work(move |room| {
            let free = match room.papers.get(&id) {
                None => true,
                Some(Paper::Across(kept)) => kept.member() == across.member(),
                Some(_) => false,
            };
            if free { room.put(id, Paper::Across(across)).map(|()| true) } else { Ok(false) }
        });
        if kept.await? { Ok(()) } else { Err(Rejection::ExchangeExists(exchange).into()) }
    }

    async fn pay(&self, request: Request, terms: PaymentTerms, consent: Consent) -> Result<Reply, Refused> {
        let salt = home::random().map_err(|why| Refused::People(why.to_string()))?;
        let command = move |terms: Agreed<PaymentTerms>| Command::Pay { terms, salt };
        self.agreed(request, terms, vec![Some(consent)], command).await
    }

    /// Pays a partner's member, as a member here agreed. A new member's first exchange is kept until a coordinator looked
    /// at it: nothing has gone out then, and there is no reply.
    ///
    /// # Errors
    /// [`Refused`]: nothing was done.
    pub async fn pay_or_hold(
        &self,
        request: Request,
        terms: PaymentTerms,
        consent: Consent,
    ) -> Result<Option<Reply>, Refused> {
        let spoken_for = matches!(consent, Consent::OnBehalf { .. });
        if spoken_for || !self.first_across(terms.payer, request).await? {
            return self.pay(request, terms, consent).await.map(Some);
        }
        let (made_at, at) = (terms.made_at, clock::now());
        self.hold(Across { going: Going::Pay { terms, consent }, made_at, at }).await?;
        Ok(None)
    }

    /// Asks a partner's member for minutes that a member here gave, at this time. It is kept as a payment is.
    ///
    /// # Errors
    /// [`Refused`]: nothing was done.
    pub async fn ask_or_hold(
        &self,
        request: Request,
        asking: Asking,
        made_at: Timestamp,
    ) -> Result<Option<Reply>, Refused> {
        if !self.first_across(asking.payee, request).await? {
            return self.command(request, asking.command()).await.map(Some);
        }
        self.hold(Across { going: Going::Ask(asking), made_at, at: clock::now() }).await?;
        Ok(None)
    }

    /// A coordinator looked at it, and it goes out.
    ///
    /// # Errors
    /// [`Refused`]: nothing was done.
    pub async fn go_across(&self, request: Request, across: Across) -> Result<Reply, Refused> {
        match across.going {
            Going::Pay { terms, consent } => self.pay(request, terms, consent).await,
            Going::Ask(asking) => self.command(request, asking.command()).await,
        }
    }

    /// First exchanges to be looked at, the oldest first.
    ///
    /// # Errors
    /// The disk.
    pub async fn firsts(&self) -> Result<Vec<(ExchangeId, First)>, Refused> {
        let across = |paper: &Paper| match paper {
            Paper::Across(across) => Some(across.clone()),
            _ => None,
        };
        let across = self.papers(across).await?.into_iter();
        let across = across.map(|(_, across)| (across.exchange(), First::Across(across)));
        let here = self.pending_exchanges().await?.into_iter().map(|(id, pending)| (id, First::Here(pending)));
        let mut found: Vec<(ExchangeId, First)> = here.chain(across).collect();
        found.sort_by_key(|(_, first)| first.at());
        Ok(found)
    }

    /// Those of them that a member wrote down.
    ///
    /// # Errors
    /// The disk.
    pub async fn firsts_of(&self, member: MemberId) -> Result<Vec<(ExchangeId, First)>, Refused> {
        let mut found = self.firsts().await?;
        found.retain(|(_, first)| first.by() == member);
        Ok(found)
    }

    /// One of them.
    ///
    /// # Errors
    /// The disk.
    pub async fn first(&self, exchange: ExchangeId) -> Result<Option<First>, Refused> {
        let found = self.paper(pending_id(exchange), |paper| match paper {
            Paper::Pending(pending) => Some(First::Here(pending.clone())),
            Paper::Across(across) => Some(First::Across(across.clone())),
            _ => None,
        });
        found.await
    }
}
