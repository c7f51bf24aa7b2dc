//! What a ledger's entries add up to.

use super::{entry::Entry, merkle::Frontier};
use crate::{
    codec::pairs,
    community::{Certificate, Charter},
    id::{AccountId, CommunityId, ExchangeId, MemberId},
    key::PublicKey,
    member::{Member, Role},
    minutes::{Balance, Minutes},
    partnership::{Grant, Granted, Kind, Position, Proposal, Side, Terms},
    rejection::Rejection,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An account that postings move minutes between. The balances of all accounts sum to zero after every entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// A member's.
    Member(MemberId),
    /// The community pot.
    Pot,
    /// Where opening balances come from.
    Opening,
    /// On hold under a partnership until the partner decides.
    OnHold(AccountId),
    /// The running net with a partner: above zero when our members received more than they gave.
    Partner(AccountId),
}

/// One account's part of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// Which account.
    pub account: Account,
    /// By how much it changes.
    pub change: Balance,
}

/// Minutes waiting for a partner's decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Under which partnership.
    pub account: AccountId,
    /// Whose minutes.
    pub payer: MemberId,
    /// How many.
    pub minutes: Minutes,
    /// What for.
    pub kind: Kind,
}

impl Hold {
    /// Whether a proposal is about these minutes.
    #[must_use]
    pub fn is_of(&self, proposal: &Proposal) -> bool {
        (self.account, self.minutes, self.kind) == (proposal.account, proposal.minutes, proposal.kind)
    }
}

/// What the ledger knows of a partnership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    /// What was agreed.
    pub terms: Terms,
    /// Which side this community is.
    pub side: Side,
    /// The key that signs for the other side in this epoch.
    pub key: PublicKey,
    /// The epoch the lanes are in.
    pub epoch: u32,
    /// Running net: above zero when our members received more than they gave.
    pub net: Balance,
    /// Minutes on hold under this partnership.
    pub on_hold: Balance,
    /// The entry that holds the agreement.
    pub entry: u64,
    /// Keys that signed for the other side in earlier epochs.
    pub earlier_keys: Vec<PublicKey>,
    /// The entries with the outcomes of disputes, by number.
    pub outcomes: Vec<u64>,
    /// Ids under which exchanges came back that stand for other exchanges here: each was used again after a loss.
    #[serde(default)]
    pub used_again: BTreeSet<ExchangeId>,
    /// What side A and side B grant since the agreement.
    #[serde(default)]
    pub grants: [Option<Given>; 2],
}

/// What a side grants, and where it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// What it says.
    pub grant: Grant,
    /// The entry that holds it, signed.
    pub entry: u64,
}

/// Minutes that the pot gave a member whom a partner's member has not paid yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advance {
    /// Under which partnership the payment is awaited.
    pub account: AccountId,
    /// Who has the minutes.
    pub payee: MemberId,
    /// How many.
    pub minutes: Minutes,
    /// Whether a coordinator decided that the member keeps them, whatever comes.
    pub kept: bool,
    /// The entry that gave them.
    pub entry: u64,
}

impl Partner {
    /// Whether three quarters of a limit are used, by us with what is on hold, or by the partner.
    #[must_use]
    pub fn is_near_limit(&self) -> bool {
        let near = |used: i128, limit: i64| used > 0 && used * 4 >= i128::from(limit) * 3;
        let ours = i128::from(self.net.get()) + i128::from(self.on_hold.get());
        let theirs = -i128::from(self.net.get());
        near(ours, self.limit(self.side)) || near(theirs, self.limit(self.side.other()))
    }

    /// What a side grants since the agreement, if it changed anything.
    #[must_use]
    pub fn grant(&self, side: Side) -> Option<&Given> {
        self.grants[side as usize].as_ref()
    }

    /// All that a side grants now.
    #[must_use]
    pub fn granted(&self, side: Side) -> Granted {
        self.grant(side).map_or_else(|| Granted::agreed(&self.terms, side), |given| given.grant.granted)
    }

    /// How many minutes ahead a side's members may be helped: what the other side granted last.
    #[must_use]
    pub fn limit(&self, side: Side) -> i64 {
        i64::try_from(self.granted(side.other()).limit).unwrap_or(i64::MAX)
    }

    /// Whether `side`'s members may receive help that was recorded at `at`; what was recorded before a side closed goes on.
    ///
    /// # Errors
    /// [`Rejection::PartnershipPaused`] or [`Rejection::PartnershipEnded`].
    pub fn check_open(&self, side: Side, at: Timestamp) -> Result<(), Rejection> {
        if broken!(IgnoresPause) {
            return Ok(());
        }
        let before = self.grants.iter().flatten().map(|given| &given.grant).filter(|grant| grant.made_at < at);
        for Grant { from, granted, .. } in before {
            if granted.ended {
                return Err(Rejection::PartnershipEnded);
            }
            if !(if *from == side { granted.receives } else { granted.gives }) {
                return Err(Rejection::PartnershipPaused);
            }
        }
        Ok(())
    }

    /// The other community.
    #[must_use]
    pub const fn community(&self) -> CommunityId {
        self.terms.community(self.side.other())
    }
}

/// Where an exchange stands in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// The entry that began it.
    pub index: u64,
    /// The last entry that changed it: a correction, a settlement, a release.
    pub latest: u64,
}

/// What rules need to know of entries long past. Storage answers; the core never reads by itself.
pub trait History {
    /// Where an exchange stands, if its id was ever used.
    fn exchange(&self, id: &ExchangeId) -> Option<Recorded>;
    /// One entry.
    fn entry(&self, index: u64) -> Option<Entry>;
    /// The entry that decides a slot of a partnership, or begins an epoch of it.
    fn crossing(&self, account: &AccountId, place: &Position) -> Option<u64>;
}

/// The fold of all entries so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    pub(super) community: CommunityId,
    pub(super) tree: Frontier,
    pub(super) charter: Option<Charter>,
    pub(super) certificates: Vec<Certificate>,
    #[serde(with = "pairs")]
    pub(super) members: BTreeMap<MemberId, Member>,
    pub(super) coordinators: u32,
    pub(super) pot: Balance,
    pub(super) opening: Balance,
    #[serde(with = "pairs")]
    pub(super) partners: BTreeMap<AccountId, Partner>,
    #[serde(with = "pairs")]
    pub(super) holds: BTreeMap<ExchangeId, Hold>,
    pub(super) reversed: BTreeSet<ExchangeId>,
    #[serde(with = "pairs")]
    pub(super) advances: BTreeMap<ExchangeId, Advance>,
    #[serde(with = "pairs")]
    pub(super) outcomes: BTreeMap<ExchangeId, u64>,
}

impl Ledger {
    /// The ledger of a community that has recorded nothing.
    #[must_use]
    pub fn empty(community: CommunityId) -> Self {
        Self {
            community,
            tree: Frontier::default(),
            charter: None,
            certificates: Vec::new(),
            members: BTreeMap::new(),
            coordinators: 0,
            pot: Balance::ZERO,
            opening: Balance::ZERO,
            partners: BTreeMap::new(),
            holds: BTreeMap::new(),
            reversed: BTreeSet::new(),
            advances: BTreeMap::new(),
            outcomes: BTreeMap::new(),
        }
    }

    /// Whose ledger it is.
    #[must_use]
    pub const fn community(&self) -> CommunityId {
        self.community
    }

    /// The Merkle tree over all entries.
    #[must_use]
    pub const fn tree(&self) -> &Frontier {
        &self.tree
    }

    /// The rules in force; none before the community is founded.
    #[must_use]
    pub const fn charter(&self) -> Option<&Charter> {
        self.charter.as_ref()
    }

    /// The certificate of the key that signs now.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificates.last()
    }

    /// The certificates of all keys that ever signed for this community, the oldest first.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// All members ever admitted.
    #[must_use]
    pub const fn members(&self) -> &BTreeMap<MemberId, Member> {
        &self.members
    }

    /// The community pot.
    #[must_use]
    pub const fn pot(&self) -> Balance {
        self.pot
    }

    /// All partnerships.
    #[must_use]
    pub const fn partners(&self) -> &BTreeMap<AccountId, Partner> {
        &self.partners
    }

    /// All minutes on hold.
    #[must_use]
    pub const fn holds(&self) -> &BTreeMap<ExchangeId, Hold> {
        &self.holds
    }

    /// What the pot advanced and has not got back, by the exchange whose payment is awaited.
    #[must_use]
    pub const fn advances(&self) -> &BTreeMap<ExchangeId, Advance> {
        &self.advances
    }

    /// Exchanges whose dispute is over, and the entry that says how.
    #[must_use]
    pub const fn outcomes(&self) -> &BTreeMap<ExchangeId, u64> {
        &self.outcomes
    }

    /// The partnership with a community.
    #[must_use]
    pub fn partner_of(&self, community: &CommunityId) -> Option<(&AccountId, &Partner)> {
        self.partners.iter().find(|(_, p)| p.community() == *community)
    }

    /// A member who is here.
    ///
    /// # Errors
    /// [`Rejection::UnknownMember`] or [`Rejection::MemberLeft`].
    pub fn active(&self, id: &MemberId) -> Result<&Member, Rejection> {
        match self.members.get(id) {
            None => Err(Rejection::UnknownMember(*id)),
            Some(member) if !member.active => Err(Rejection::MemberLeft(*id)),
            Some(member) => Ok(member),
        }
    }

    /// A member who is here and a coordinator.
    ///
    /// # Errors
    /// Those of [`Ledger::active`], and [`Rejection::NotCoordinator`].
    pub fn coordinator(&self, id: &MemberId) -> Result<&Member, Rejection> {
        let member = self.active(id)?;
        if member.role == Role::Coordinator { Ok(member) } else { Err(Rejection::NotCoordinator(*id)) }
    }

    /// One account's balance.
    #[must_use]
    pub fn balance(&self, account: &Account) -> Balance {
        match account {
            Account::Member(id) => self.members.get(id).map_or(Balance::ZERO, |m| m.balance),
            Account::Pot => self.pot,
            Account::Opening => self.opening,
            Account::OnHold(id) => self.partners.get(id).map_or(Balance::ZERO, |p| p.on_hold),
            Account::Partner(id) => self.partners.get(id).map_or(Balance::ZERO, |p| p.net),
        }
    }

    pub(super) fn balance_mut(&mut self, account: &Account) -> Option<&mut Balance> {
        match account {
            Account::Member(id) => self.members.get_mut(id).map(|m| &mut m.balance),
            Account::Pot => Some(&mut self.pot),
            Account::Opening => Some(&mut self.opening),
            Account::OnHold(id) => self.partners.get_mut(id).map(|p| &mut p.on_hold),
            Account::Partner(id) => self.partners.get_mut(id).map(|p| &mut p.net),
        }
    }

    /// The sum over all accounts in minutes: zero, or a program is broken.
    #[must_use]
    pub fn sum(&self) -> i128 {
        let members = self.members.values().map(|m| i128::from(m.balance.get()));
        let partners = self.partners.values().map(|p| i128::from(p.net.get()) + i128::from(p.on_hold.get()));
        members.chain(partners).sum::<i128>() + i128::from(self.pot.get()) + i128::from(self.opening.get())
    }
}
