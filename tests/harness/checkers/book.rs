//! A community's ledger kept a second time, by other code.

use super::{Kept, Violation, denied::Denied, disputes::Disputes, ensure, signers::Signers};
use kith_protocol::{
    community::{Balances, Charter, GroupPolicy},
    id::{AccountId, ExchangeId, MemberId},
    ledger::{Account, Body, CorrectionTerms, Entry, Ledger, UnderId},
    member::MemberKind,
    partnership::{Closing, Decision, Grant, Kind, Proposal, Side, Statement, Terms, Verdict},
    time::Timestamp,
};
use std::collections::BTreeMap;

/// A member's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    kind: MemberKind,
    balance: i64,
    /// A coordinator's correction, an opening balance or a new charter may leave a member outside the limits.
    unruled: bool,
    /// What came back from a partner counts whatever the limits are, and what is on hold may come back on top of it.
    recovered: bool,
}

/// A partnership's line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PartnerLine {
    terms: Terms,
    side: Side,
    /// What each side grants since the agreement, and the most that it ever granted, in minutes.
    granted: [Option<Grant>; 2],
    most: [i64; 2],
    /// All that were ever recorded: one that is not the latest any more may be on its way.
    ever: Vec<Grant>,
    pub(super) net: i64,
    on_hold: i64,
    /// The epoch the lanes are in.
    pub(super) epoch: u32,
    /// Holds that were released and lost may be on hold again: only what is paid is within the limits for certain.
    pub(super) uncertain: bool,
}

/// What can be corrected: who it was between, and how long it is said to have been now.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Story {
    Two { giver: MemberId, receiver: MemberId, minutes: i64 },
    Gift { from: MemberId, minutes: i64 },
    Group { changes: Vec<(MemberId, i64)>, pot: i64 },
}

/// The second book of one community.
#[derive(Debug, Clone, Default)]
pub(super) struct Book {
    pub(super) entries: u64,
    /// Whether a backup was put in place of the disk.
    pub(super) restored: bool,
    charter: Option<Charter>,
    /// Whether the entry that was folded last took somebody beyond a limit, where hours are gifts.
    pub(super) beyond: bool,
    members: BTreeMap<MemberId, Line>,
    signers: Signers,
    pot: i64,
    opening: i64,
    pub(super) partners: BTreeMap<AccountId, PartnerLine>,
    holds: BTreeMap<ExchangeId, (AccountId, MemberId, i64)>,
    /// At which entry each exchange began.
    pub(super) began: BTreeMap<ExchangeId, u64>,
    /// Payments that came to an end, and whether they were accepted.
    pub(super) finished: BTreeMap<ExchangeId, bool>,
    /// Minutes received from partners, and those that came back after they were lost.
    received: std::collections::BTreeSet<ExchangeId>,
    stories: BTreeMap<ExchangeId, Story>,
    /// What the pot advanced and did not get back: under which partnership, to whom, how much.
    advances: BTreeMap<ExchangeId, (AccountId, MemberId, i64)>,
    /// What is disputed, and what came of it.
    pub(super) disputes: Disputes,
    community: Option<kith_protocol::id::CommunityId>,
    /// The most that each side granted before a restore: what crossed under it may come back before the grants do.
    most_before: BTreeMap<AccountId, [i64; 2]>,
    /// What a cheat may deny.
    pub(super) denied: Denied,
}

fn books(detail: impl Into<String>) -> Violation {
    Violation::new("books", detail.into())
}

impl Book {
    /// Folds one durable entry.
    pub(super) fn enter(&mut self, entry: &Entry) -> Kept {
        self.beyond = false;
        if let Some(id) = entry.body.begins() {
            let index = self.entries;
            let before = self.began.insert(id, index);
            ensure("I7", before.is_none(), || format!("exchange {id} begins at {before:?} and again at {index}"))?;
        }
        self.signers.enter(&entry.body)?;
        match &entry.body {
            Body::Founded { certificate, charter, coordinator } => {
                self.community = Some(certificate.content.community);
                self.charter = Some(charter.clone());
                self.admit(*coordinator, MemberKind::Person)?;
            }
            Body::CharterChanged { charter, .. } => {
                self.charter = Some(charter.clone());
                self.members.values_mut().for_each(|line| line.unruled = true);
            }
            Body::MemberAdmitted { member, kind, .. } => self.admit(*member, *kind)?,
            Body::MemberLeft { member, .. } => {
                let line = self.members.get_mut(member).ok_or_else(|| books("a stranger leaves"))?;
                self.pot += std::mem::take(&mut line.balance);
            }
            Body::RoleChanged { .. } | Body::MemberKeyChanged { .. } | Body::KeyRotated { .. } => {}
            Body::Resumed { resumption } => {
                let offer = &resumption.offer.content;
                self.partner(&offer.account)?.epoch = offer.epoch;
            }
            Body::PartnershipAgreed { agreement } => {
                let side = self.community.and_then(|us| agreement.terms.side_of(&us));
                let side = side.ok_or_else(|| books("a partnership of others"))?;
                let account = PartnerLine {
                    terms: agreement.terms.clone(),
                    side,
                    granted: [None, None],
                    ever: Vec::new(),
                    most: [Side::B, Side::A].map(|side| agreement.terms.limit(side)),
                    net: 0,
                    on_hold: 0,
                    epoch: agreement.first_epoch(),
                    uncertain: self.restored,
                };
                self.partners.insert(agreement.terms.account(), account);
            }
            Body::PartnershipChanged { change, by } => self.change_grant(&change.grant.content, by.is_some())?,
            _ => self.enter_exchange(&entry.body)?,
        }
        self.entries += 1;
        let sum = self.members.values().map(|line| line.balance).sum::<i64>()
            + self.partners.values().map(|p| p.net + p.on_hold).sum::<i64>()
            + self.pot
            + self.opening;
        ensure("I2", sum == 0, || format!("the book sums to {sum}"))
    }

    fn admit(&mut self, member: MemberId, kind: MemberKind) -> Kept {
        let line = Line { kind, balance: 0, unruled: false, recovered: false };
        let before = self.members.insert(member, line).map_or(0, |line| line.balance);
        ensure("books", before == 0, || format!("{member} comes back with {before} minutes"))
    }

    fn enter_exchange(&mut self, body: &Body) -> Kept {
        match body {
            Body::Exchange { terms, .. } => {
                let minutes = i64::from(terms.minutes.get());
                self.change(terms.receiver, -minutes, true)?;
                self.change(terms.giver, minutes, true)?;
                let story = Story::Two { giver: terms.giver, receiver: terms.receiver, minutes };
                self.stories.insert(terms.exchange, story);
            }
            Body::GroupExchange { terms, policy, .. } => {
                let minutes = i64::from(terms.minutes.get());
                let all = minutes * i64::try_from(terms.participants.len()).unwrap_or(i64::MAX);
                let earned = if *policy == GroupPolicy::LeaderEarnsAll { all } else { minutes };
                let mut changes: Vec<_> = terms.participants.iter().map(|p| (*p, -minutes)).collect();
                changes.push((terms.leader, earned));
                changes.iter().try_for_each(|(member, change)| self.change(*member, *change, true))?;
                self.pot += all - earned;
                self.stories.insert(terms.exchange, Story::Group { changes, pot: all - earned });
            }
            Body::Gift { terms, .. } => {
                let minutes = i64::from(terms.minutes.get());
                self.change(terms.from, -minutes, true)?;
                self.pot += minutes;
                self.stories.insert(terms.exchange, Story::Gift { from: terms.from, minutes });
            }
            Body::OpeningBalance { member, minutes, .. } => {
                self.change(*member, minutes.get(), false)?;
                self.opening -= minutes.get();
            }
            Body::Correction { terms, .. } => self.correct(terms)?,
            Body::Hold { terms, .. } => {
                let minutes = i64::from(terms.minutes.get());
                self.holds.insert(terms.exchange, (terms.account, terms.payer, minutes));
                self.denied.held(&terms.account, terms.exchange, minutes);
                self.change(terms.payer, -minutes, true)?;
                self.partner(&terms.account)?.on_hold += minutes;
                self.within_largest(&terms.account, minutes)?;
                self.goes_on(&terms.account, terms.reverses.is_some(), true, Timestamp::MAX)?;
                self.within_limits(&terms.account, self.net(&terms.account), Some(true))?;
            }
            Body::Settle { proposal, .. } => {
                let (account, _, minutes) = self.unhold(&proposal.content.exchange, true)?;
                self.partner(&account)?.net += minutes;
                self.denied.crossed(&proposal.content, true);
            }
            Body::Release { proposal, .. } => {
                let (_, payer, minutes) = self.unhold(&proposal.content.exchange, false)?;
                self.change(payer, minutes, true)?;
            }
            Body::Advance { .. } | Body::AdvanceEnded { .. } => self.advance(body)?,
            Body::DisputeClosed { closing, .. } => self.disputes.close(&closing.content)?,
            Body::Receive { payee, proposal, advanced, .. } => {
                let minutes = i64::from(proposal.content.minutes.get());
                let rest = self.repay(&proposal.content, advanced.is_some())?;
                if rest > 0 {
                    self.change(*payee, rest, true)?;
                }
                self.received.insert(proposal.content.exchange);
                self.partner(&proposal.content.account)?.net -= minutes;
                self.denied.received(&proposal.content);
                let (account, back) = (proposal.content.account, proposal.content.kind != Kind::Exchange);
                self.goes_on(&account, back, false, proposal.content.made_at)?;
                self.within_limits(&account, self.net(&account), Some(false))?;
                self.within_largest(&proposal.content.account, minutes)?;
            }
            Body::Recovered { .. } => self.recover(body)?,
            _ => return Err(books("an entry that this book does not know")),
        }
        Ok(())
    }

    /// What the pot pays ahead of a partner, and what becomes of it.
    fn advance(&mut self, body: &Body) -> Kept {
        match body {
            Body::Advance { exchange, account, payee, minutes, .. } => {
                let minutes = i64::from(minutes.get());
                self.pot -= minutes;
                let first = self.advances.insert(*exchange, (*account, *payee, minutes)).is_none();
                ensure("advance", first && !self.began.contains_key(exchange), || format!("{exchange} again"))?;
                ensure("advance", self.pot >= 0, || format!("the pot is at {} after an advance", self.pot))?;
                self.change(*payee, minutes, true)?;
            }
            Body::AdvanceEnded { exchange, kept, .. } => {
                let known = self.advances.get(exchange).copied();
                let (_, payee, minutes) = known.ok_or_else(|| books(format!("nothing is advanced for {exchange}")))?;
                if !kept {
                    self.advances.remove(exchange);
                    self.pot += minutes;
                    self.change(payee, -minutes, true)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What both signed and this book had lost counts, whatever the limits are.
    fn recover(&mut self, body: &Body) -> Kept {
        let Body::Recovered { member, paid, under_id, proposal, advanced, .. } = body else { return Ok(()) };
        let (account, id) = (proposal.content.account, proposal.content.exchange);
        let minutes = i64::from(proposal.content.minutes.get());
        self.received.insert(id);
        if *under_id == UnderId::Hold {
            self.unhold(&id, true)?;
        } else {
            let change = if *paid { -minutes } else { self.repay(&proposal.content, advanced.is_some())? };
            match member {
                _ if change == 0 => {}
                Some(member) => {
                    self.change(*member, change, false)?;
                    self.members.entry(*member).and_modify(|line| line.recovered = true);
                }
                None => self.pot += change,
            }
        }
        self.partner(&account)?.net += if *paid { minutes } else { -minutes };
        self.denied.crossed(&proposal.content, *paid);
        Ok(())
    }

    /// What comes from a partner repays the pot first, once; the rest is for whose it is.
    fn repay(&mut self, proposal: &Proposal, said: bool) -> Result<i64, Violation> {
        let minutes = i64::from(proposal.minutes.get());
        let advanced = self.advances.get(&proposal.exchange).filter(|a| a.0 == proposal.account).map_or(0, |a| a.2);
        ensure("advance", said == (advanced > 0), || {
            format!("{} comes in, {advanced} minutes of it are advanced", proposal.exchange)
        })?;
        let back = minutes.min(advanced);
        if back > 0 {
            self.advances.remove(&proposal.exchange);
            self.pot += back;
        }
        Ok(minutes - back)
    }

    fn partner(&mut self, account: &AccountId) -> Result<&mut PartnerLine, Violation> {
        self.partners.get_mut(account).ok_or_else(|| books(format!("there is no partnership {account}")))
    }

    fn net(&self, account: &AccountId) -> i64 {
        self.partners.get(account).map_or(0, |p| p.net)
    }

    fn unhold(&mut self, id: &ExchangeId, accepted: bool) -> Result<(AccountId, MemberId, i64), Violation> {
        let hold = self.holds.remove(id).ok_or_else(|| books(format!("nothing is on hold for {id}")))?;
        self.partner(&hold.0)?.on_hold -= hold.2;
        self.finished.insert(*id, accepted);
        if !accepted {
            self.denied.released(&hold.0, id);
        }
        Ok(hold)
    }

    /// Changes a member's balance; `ruled` when the charter's limits bind the change.
    fn change(&mut self, member: MemberId, change: i64, ruled: bool) -> Kept {
        let charter = self.charter.as_ref().ok_or_else(|| books("an entry before the founding"))?;
        let line = self.members.get_mut(&member).ok_or_else(|| books(format!("there is no member {member}")))?;
        line.balance += change;
        line.unruled |= !ruled;
        let floor = match line.kind {
            MemberKind::Person => charter.person_floor.get(),
            MemberKind::Organisation => charter.organisation_floor.get(),
        };
        let Line { balance, unruled, recovered, .. } = *line;
        let too_low = change < 0 && balance < floor;
        let too_high = change > 0 && charter.ceiling.is_some_and(|ceiling| balance > ceiling.get());
        // What is on hold may come back: only then within the limits, too, is a member back under the rules.
        let held: i64 = self.holds.values().filter(|(_, payer, _)| *payer == member).map(|(.., held)| held).sum();
        let limits = floor..=charter.ceiling.map_or(i64::MAX, |c| c.get());
        if limits.contains(&balance) && limits.contains(&(balance + held)) {
            line.unruled = false;
        }
        // Where nobody keeps score, nobody is stopped; a new charter begins with everybody unruled.
        let gifts = charter.balances == Balances::Gifts;
        self.beyond |= gifts && (too_low || too_high);
        ensure("I6", gifts || unruled || recovered || !(too_low || too_high), || {
            format!("{member} is at {balance} after {change}, where balances are {:?}", charter.balances)
        })
    }

    fn correct(&mut self, terms: &CorrectionTerms) -> Kept {
        let target = terms.minutes.map_or(0, |minutes| i64::from(minutes.get()));
        let story = self.stories.get_mut(&terms.corrects).ok_or_else(|| books("nothing to correct"))?;
        let changes = match story {
            Story::Two { giver, receiver, minutes } => {
                let by = target - std::mem::replace(minutes, target);
                vec![(*giver, by), (*receiver, -by)]
            }
            Story::Gift { from, minutes } => {
                let by = target - std::mem::replace(minutes, target);
                self.pot += by;
                vec![(*from, -by)]
            }
            Story::Group { changes, pot } => {
                self.pot -= std::mem::take(pot);
                std::mem::take(changes).into_iter().map(|(member, change)| (member, -change)).collect()
            }
        };
        changes.into_iter().try_for_each(|(member, change)| self.change(member, change, false))
    }

    /// What a side grants from here on.
    fn change_grant(&mut self, grant: &Grant, by_us: bool) -> Kept {
        let p = self.partner(&grant.account)?;
        let (place, limit) = (grant.from as usize, i64::try_from(grant.granted.limit).unwrap_or(i64::MAX));
        let newer = p.granted[place].as_ref().is_none_or(|known| known.n < grant.n);
        let ours = grant.from == p.side;
        p.granted[place] = Some(grant.clone());
        p.ever.push(grant.clone());
        p.most[place] = p.most[place].max(limit);
        ensure("grant", newer && (ours || !by_us), || format!("{grant:?} does not follow"))
    }

    /// A backup takes the place of the book that is lost.
    pub(super) fn after(lost: &Self) -> Self {
        let mut most_before = lost.most_before.clone();
        for (account, line) in &lost.partners {
            let most = most_before.entry(*account).or_default();
            *most = [0, 1].map(|side| most[side].max(line.most[side]));
        }
        Self { restored: true, most_before, denied: Denied::after(&lost.denied), ..Self::default() }
    }

    /// Whether a grant was recorded here.
    pub(super) fn grants(&self, grant: &Grant) -> bool {
        self.partners.get(&grant.account).is_some_and(|p| p.ever.contains(grant))
    }

    /// Nothing new after a side paused it, but what is given back.
    fn goes_on(&self, account: &AccountId, back: bool, paying: bool, at: Timestamp) -> Kept {
        let Some(p) = self.partners.get(account).filter(|_| !back) else { return Ok(()) };
        let receiver = if paying { p.side } else { p.side.other() };
        let stops = |g: &&Grant| {
            let goes_on = if g.from == receiver { g.granted.receives } else { g.granted.gives };
            g.made_at < at && (g.granted.ended || !goes_on)
        };
        let stopped = p.granted.iter().flatten().find(stops);
        ensure("grant", stopped.is_none(), || format!("something new, although {stopped:?}"))
    }

    /// I6 for a partnership, whatever becomes of what is undecided. A limit that was lowered binds what is new: what we hold, if
    /// `paying`, or else what they do; at other times the largest that ever was binds.
    pub(super) fn within_limits(&self, account: &AccountId, net: i64, paying: Option<bool>) -> Kept {
        let Some(p) = self.partners.get(account) else { return Ok(()) };
        let (worst, best) = (net + if p.uncertain { 0 } else { p.on_hold }, net);
        let limit = |side: Side, now: bool| {
            let granter = side.other() as usize;
            match (&p.granted[granter], now) {
                (Some(grant), true) => i64::try_from(grant.granted.limit).unwrap_or(i64::MAX),
                (None, true) => p.terms.limit(side),
                (_, false) => p.most[granter].max(self.most_before.get(account).map_or(0, |most| most[granter])),
            }
        };
        // What a cheat does with what we lost is no excuse for going beyond the limits ourselves.
        let binds = [paying == Some(true), paying == Some(false)];
        let beyond = self.denied.beyond(account);
        let [ours, theirs] = [(p.side, 0), (p.side.other(), 1)]
            .map(|(side, i)| limit(side, binds[i]) + if binds[i] { 0 } else { beyond[i] });
        ensure("I6", worst <= ours && -best <= theirs, || {
            format!("partnership {account} may come to {worst} of {ours}, or is at {best} of -{theirs}")
        })
    }

    /// I6 for a single exchange.
    fn within_largest(&self, account: &AccountId, minutes: i64) -> Kept {
        let largest = self.partners.get(account).map_or(0, |p| i64::from(p.terms.largest.get()));
        ensure("I6", minutes <= largest, || format!("{minutes} minutes under {account}, where {largest} are agreed"))
    }

    /// What is proposed is on hold.
    pub(super) fn backs(&self, proposal: &Proposal) -> Kept {
        let held = self.holds.get(&proposal.exchange).map(|(account, _, minutes)| (*account, *minutes));
        let backed = held == Some((proposal.account, i64::from(proposal.minutes.get())));
        ensure("hold", backed, || format!("{} is proposed, on hold is {held:?}", proposal.exchange))
    }

    /// How many proposals of one side may be undecided.
    pub(super) fn window(&self, account: &AccountId) -> usize {
        self.partners.get(account).map_or(0, |p| usize::from(p.terms.window))
    }

    /// An acceptance names the entry that holds it.
    pub(super) fn leaf_is_right(&self, proposal: &Proposal, decision: &Decision) -> Kept {
        let Verdict::Accept { leaf_index } = decision.verdict else { return Ok(()) };
        let found = self.began.get(&proposal.exchange).copied();
        ensure("books", found == Some(leaf_index), || format!("accepted at {leaf_index}, recorded at {found:?}"))
    }

    /// Whether a statement is of this book's community.
    pub(super) fn is_own(&self, said: &Statement) -> bool {
        self.partners.get(&said.account).is_some_and(|partner| partner.side == said.side)
    }

    /// Whoever closes a dispute suggested the same before; what was lost with a disk cannot be asked for.
    pub(super) fn closes_as_wanted(&self, closing: &Closing) -> Kept {
        let closer = self.partners.get(&closing.account).is_some_and(|partner| partner.side == Side::A);
        if closer && !self.restored { self.disputes.wanted(closing) } else { Ok(()) }
    }

    /// Whether an exchange with a partner is committed here.
    pub(super) fn crossed(&self, id: &ExchangeId) -> bool {
        self.finished.get(id) == Some(&true) || self.received.contains(id)
    }

    /// Whether the machine's ledger says the same.
    pub(super) fn agrees(&self, ledger: &Ledger) -> Kept {
        let here = |account: Account| ledger.balance(&account).get();
        let same = self.entries == ledger.tree().size()
            && self.members.len() == ledger.members().len()
            && self.members.iter().all(|(id, line)| here(Account::Member(*id)) == line.balance)
            && here(Account::Pot) == self.pot
            && here(Account::Opening) == self.opening
            && self.holds.len() == ledger.holds().len()
            && self.advances.keys().eq(ledger.advances().keys())
            && self.partners.len() == ledger.partners().len()
            && self
                .partners
                .iter()
                .all(|(id, p)| here(Account::Partner(*id)) == p.net && here(Account::OnHold(*id)) == p.on_hold);
        ensure("books", same, || format!("the machine's ledger of {} entries differs from the book", self.entries))
    }
}
