//! Plays a script through the nodes' API, as members, coordinators and their phones would.

use super::{
    nodes::Node,
    script::{Member, Partnership, Script, Step, Words},
};
use crate::{
    api::types::{
        AcceptInvitation, AliasView, InvitationView, NewCorrection, NewExchange, NewGift, NewGroup, NewInvitation,
        NewListing, NewMember, NewPayment, Outcome, PartnerView,
    },
    client::ClientError,
    runtime::clock,
};
use anyhow::{Context as _, Result, bail, ensure};
use kith_protocol::{
    envelope::Content,
    id::{Alias, Digest, ExchangeId, MemberId},
    key::SecretKey,
    ledger::{Channel, Consent, ExchangeTerms, PaymentTerms},
    minutes::Minutes,
    partnership::Payee,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How many things are done at once: as many open connections as a busy community's members make.
const HANDS: usize = 24;
/// How many members are admitted with one request.
const BATCH: usize = 500;
/// How long anything may take to come about.
const PATIENCE: Duration = Duration::from_secs(600);

/// What was played.
#[derive(Debug, Default, Clone, Copy)]
pub struct Played {
    /// Offers and needs published.
    pub listings: usize,
    /// Exchanges inside communities.
    pub local: usize,
    /// Exchanges across communities.
    pub across: usize,
    /// Exchanges that a limit refused, as expected.
    pub refused: usize,
}

/// Plays scripts through nodes.
pub struct Player<'a> {
    script: &'a Script,
    nodes: &'a [Node],
    /// Members' ids, by their place in the script.
    pub ids: Vec<MemberId>,
    keys: Vec<Option<SecretKey>>,
    accounts: BTreeMap<(usize, usize), kith_protocol::id::AccountId>,
    aliases: Mutex<BTreeMap<(usize, usize), Alias>>,
    exchanges: Mutex<BTreeMap<usize, ExchangeId>>,
    counter: AtomicUsize,
}

impl<'a> Player<'a> {
    /// A player of `script` on `nodes`, one for each community.
    #[must_use]
    pub fn new(script: &'a Script, nodes: &'a [Node]) -> Self {
        let key = |(place, member): (usize, &Member)| {
            // A made-up member's key is made up, too: what matters is that every signature is real.
            let seed = Digest::of("kith/demo/member", &[&place.to_be_bytes()]);
            member.has_key.then(|| SecretKey::from_seed(&seed.0))
        };
        Self {
            script,
            nodes,
            ids: vec![MemberId([0; 16]); script.members.len()],
            keys: script.members.iter().enumerate().map(key).collect(),
            accounts: BTreeMap::new(),
            aliases: Mutex::default(),
            exchanges: Mutex::default(),
            counter: AtomicUsize::new(0),
        }
    }

    fn node(&self, member: usize) -> &Node {
        &self.nodes[self.script.members[member].community]
    }

    /// Admits every member.
    ///
    /// # Errors
    /// When one is refused.
    pub fn admit(&mut self) -> Result<()> {
        let batches: Vec<(usize, Vec<usize>)> = self
            .script
            .communities
            .iter()
            .enumerate()
            .flat_map(|(c, community)| community.members.chunks(BATCH).map(move |chunk| (c, chunk.to_vec())))
            .collect();
        let admitted = Mutex::new(Vec::new());
        in_parallel(batches.len(), |n| {
            let (community, members) = &batches[n];
            let new: Vec<NewMember> = members.iter().map(|m| self.new_member(*m)).collect();
            let results: Vec<serde_json::Value> =
                self.nodes[*community].client.post("/api/v1/members/batch", &new, None)?;
            ensure!(results.len() == members.len(), "not every member was answered for");
            for (place, result) in members.iter().zip(results) {
                let id = result.get("member").and_then(|id| id.as_str()).map(str::parse::<MemberId>);
                let Some(Ok(id)) = id else { bail!("a member was not admitted: {result}") };
                admitted.lock().unwrap_or_else(PoisonError::into_inner).push((*place, id));
            }
            Ok(())
        })?;
        for (place, id) in admitted.into_inner().unwrap_or_else(PoisonError::into_inner) {
            self.ids[place] = id;
        }
        Ok(())
    }

    fn new_member(&self, place: usize) -> NewMember {
        let member = &self.script.members[place];
        NewMember {
            name: member.name.clone(),
            external: member.external.clone(),
            joined: member.joined.clone(),
            kind: Some(member.kind),
            role: Some(member.role),
            key: self.keys[place].as_ref().map(SecretKey::public),
            ..NewMember::default()
        }
    }

    /// Puts every offer and need on the shelves.
    ///
    /// # Errors
    /// When one is refused.
    pub fn publish(&self) -> Result<usize> {
        let all: Vec<(usize, &'static str, &Words)> = self
            .script
            .members
            .iter()
            .enumerate()
            .flat_map(|(place, member)| {
                let offers = member.offers.iter().map(move |words| (place, "/api/v1/offers", words));
                offers.chain(member.needs.iter().map(move |words| (place, "/api/v1/needs", words)))
            })
            .collect();
        in_parallel(all.len(), |n| {
            let (place, path, words) = all[n];
            let new = NewListing {
                member: self.ids[place],
                title: words.title.clone(),
                text: None,
                category: Some(words.category),
                tags: words.tag.iter().cloned().collect(),
                area: None,
                language: Some(words.language.clone()),
                remote: false,
                times: Vec::new(),
                by: None,
                days: None,
                public: None,
            };
            patiently(|| self.node(place).client.post::<_, Outcome>(path, &new, None))?;
            Ok(())
        })?;
        Ok(all.len())
    }

    /// Makes every partnership, by invitation, and waits until both sides have it.
    ///
    /// # Errors
    /// When an invitation is refused or nothing comes of it.
    pub fn partner(&mut self) -> Result<()> {
        let agreed = Mutex::new(BTreeMap::new());
        in_parallel(self.script.partnerships.len(), |n| {
            let Partnership { between: (a, b), limits, largest } = &self.script.partnerships[n];
            let invitation = NewInvitation {
                our_limit_minutes: Some(limits.0),
                their_limit_minutes: Some(limits.1),
                largest_minutes: Some(i64::from(*largest)),
                days: None,
            };
            let (inviter, acceptor) = (&self.nodes[*a], &self.nodes[*b]);
            let made: InvitationView = inviter.client.post("/api/v1/partners/invitations", &invitation, None)?;
            let text = AcceptInvitation { text: made.text };
            let _accepting: PartnerView = acceptor.client.post("/api/v1/partners/accept", &text, None)?;
            for (node, other) in [(acceptor, inviter), (inviter, acceptor)] {
                let account = wait_for("a partnership", || {
                    let path = format!("/api/v1/partners/{}", other.id);
                    match node.client.get::<PartnerView>(&path) {
                        Ok(partner) if partner.state == "live" => Ok(partner.account),
                        Ok(partner) if partner.state == "refused" => bail!("{} refused the partnership", other.name),
                        Ok(_) => Ok(None),
                        Err(error) if error.code() == Some("unknown-partnership") => Ok(None),
                        Err(error) => Err(error.into()),
                    }
                })?;
                agreed.lock().unwrap_or_else(PoisonError::into_inner).insert((*a, *b), account);
            }
            Ok(())
        })?;
        self.accounts = agreed.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(())
    }

    /// Plays every step.
    ///
    /// # Errors
    /// When something is refused that should not be, or the other way round.
    pub fn play(&self, progress: &(dyn Fn(usize) + Sync)) -> Result<Played> {
        let counts = Mutex::new(Played::default());
        let step = |n: usize| {
            self.step(n, &counts)?;
            progress(n + 1);
            Ok(())
        };
        if self.script.in_order {
            (0..self.script.steps.len()).try_for_each(step)?;
        } else {
            in_parallel(self.script.steps.len(), step)?;
        }
        Ok(counts.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn step(&self, n: usize, counts: &Mutex<Played>) -> Result<()> {
        let count = |add: &dyn Fn(&mut Played)| add(&mut counts.lock().unwrap_or_else(PoisonError::into_inner));
        match &self.script.steps[n] {
            Step::Exchange { giver, receiver, minutes } => {
                let exchange = self.exchange(*giver, *receiver, *minutes)?;
                let crosses = self.crosses(*giver, *receiver);
                count(&|p| if crosses { p.across += 1 } else { p.local += 1 });
                self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).insert(n, exchange);
            }
            Step::Group { leader, participants, minutes } => {
                let mut participants: Vec<MemberId> = participants.iter().map(|p| self.ids[*p]).collect();
                participants.sort_unstable();
                let minutes = i64::from(*minutes);
                let group =
                    NewGroup { leader: self.ids[*leader], participants, minutes, channel: Some(Channel::InPerson) };
                let _: Outcome = self.node(*leader).client.post("/api/v1/groups", &group, None)?;
                count(&|p| p.local += 1);
            }
            Step::Gift { from, minutes } => {
                let gift =
                    NewGift { from: self.ids[*from], minutes: i64::from(*minutes), channel: Some(Channel::Phone) };
                let _: Outcome = self.node(*from).client.post("/api/v1/gifts", &gift, None)?;
                count(&|p| p.local += 1);
            }
            Step::Correction { of, minutes } => {
                let earlier = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).get(of).copied();
                let earlier = earlier.context("the exchange to correct was not played")?;
                let Step::Exchange { giver, .. } = &self.script.steps[*of] else {
                    bail!("only exchanges are corrected")
                };
                let correction = NewCorrection { minutes: Some(i64::from(*minutes)), by: None };
                let path = format!("/api/v1/exchanges/{earlier}/correction");
                let _: Outcome = self.node(*giver).client.post(&path, &correction, None)?;
            }
            Step::Refused { giver, receiver, minutes } => match self.exchange(*giver, *receiver, *minutes) {
                Ok(_) => bail!("an exchange beyond a limit was not refused"),
                Err(error) => match error.downcast_ref::<ClientError>() {
                    Some(ClientError::Refused(problem)) if problem.status == 422 => count(&|p| p.refused += 1),
                    _ => return Err(error),
                },
            },
        }
        Ok(())
    }

    fn crosses(&self, giver: usize, receiver: usize) -> bool {
        self.script.members[giver].community != self.script.members[receiver].community
    }

    fn exchange(&self, giver: usize, receiver: usize, minutes: u32) -> Result<ExchangeId> {
        let minutes = Minutes::new(i64::from(minutes))?;
        let made_at = clock::now();
        let exchange = ExchangeId(self.fresh_id(made_at.0));
        if self.crosses(giver, receiver) {
            return self.payment(giver, receiver, minutes, exchange);
        }
        let node = self.node(giver);
        let terms = ExchangeTerms {
            community: node.id,
            exchange,
            giver: self.ids[giver],
            receiver: self.ids[receiver],
            minutes,
            made_at,
            details: None,
        };
        let bytes = terms.signing_bytes();
        let new = NewExchange {
            id: Some(exchange),
            giver: Some(terms.giver),
            receiver: Some(terms.receiver),
            minutes: i64::from(minutes.get()),
            made_at: Some(made_at.0),
            giver_consent: Some(self.consent(giver, node, &bytes)),
            receiver_consent: Some(self.consent(receiver, node, &bytes)),
            ..NewExchange::default()
        };
        let outcome =
            patiently(|| node.client.post::<_, Outcome>("/api/v1/exchanges", &new, Some(&exchange.to_string())))?;
        ensure!(outcome.state == "settled", "an exchange that both agreed to is {}", outcome.state);
        Ok(exchange)
    }

    /// Across two communities, from the payer's side.
    fn payment(&self, giver: usize, receiver: usize, minutes: Minutes, exchange: ExchangeId) -> Result<ExchangeId> {
        let (home, partner) = (self.node(receiver), self.node(giver));
        let (a, b) = (self.script.members[giver].community, self.script.members[receiver].community);
        let account = self.accounts.get(&(a.min(b), a.max(b))).copied().context("the communities are not partners")?;
        let terms = PaymentTerms {
            community: home.id,
            account,
            exchange,
            payer: self.ids[receiver],
            payee: Payee::Alias(self.alias(giver, b)?),
            minutes,
            made_at: clock::now(),
            details: None,
            reverses: None,
        };
        let new = NewPayment {
            id: Some(exchange),
            partner: partner.id,
            payer: terms.payer,
            payee: terms.payee,
            minutes: i64::from(minutes.get()),
            made_at: Some(terms.made_at.0),
            consent: Some(self.consent(receiver, home, &terms.signing_bytes())),
            channel: None,
        };
        patiently(|| home.client.post::<_, Outcome>("/api/v1/payments", &new, Some(&exchange.to_string())))?;
        Ok(exchange)
    }

    /// The code that a giver's community gives out for them towards the receiver's.
    fn alias(&self, giver: usize, towards: usize) -> Result<Alias> {
        let known = self.aliases.lock().unwrap_or_else(PoisonError::into_inner).get(&(giver, towards)).copied();
        if let Some(alias) = known {
            return Ok(alias);
        }
        let path = format!("/api/v1/members/{}/alias?partner={}", self.ids[giver], self.nodes[towards].id);
        let view: AliasView = patiently(|| self.node(giver).client.get(&path))?;
        self.aliases.lock().unwrap_or_else(PoisonError::into_inner).insert((giver, towards), view.alias);
        Ok(view.alias)
    }

    fn consent(&self, member: usize, node: &Node, signed: &[u8]) -> Consent {
        match &self.keys[member] {
            Some(secret) => Consent::Key { key: secret.public(), signature: secret.sign(signed) },
            None => Consent::OnBehalf { coordinator: node.coordinator, channel: Channel::Paper },
        }
    }

    /// An id that sorts by time, as a ULID does.
    fn fresh_id(&self, now: u64) -> [u8; 16] {
        let count = self.counter.fetch_add(1, Ordering::Relaxed) as u128;
        ulid::Ulid::from_parts(now, (u128::from(std::process::id()) << 48) | count).to_bytes()
    }

    /// Waits until no exchange is undecided anywhere.
    ///
    /// # Errors
    /// When that takes too long.
    pub fn settle(&self) -> Result<()> {
        let partnered: BTreeSet<usize> =
            self.script.partnerships.iter().flat_map(|p| [p.between.0, p.between.1]).collect();
        for community in partnered {
            wait_for("all exchanges to settle", || {
                let partners: Vec<PartnerView> = self.nodes[community].client.get("/api/v1/partners")?;
                let open = |p: &PartnerView| p.undecided > 0 || p.unconfirmed > 0 || p.on_hold_minutes != 0;
                Ok((!partners.iter().any(open)).then_some(()))
            })?;
        }
        Ok(())
    }
}

/// Repeats while the node says that it is busy.
fn patiently<T>(ask: impl Fn() -> Result<T, ClientError>) -> Result<T> {
    let begun = Instant::now();
    loop {
        match ask() {
            Err(error) if error.code() == Some("busy") && begun.elapsed() < PATIENCE => {
                thread::sleep(Duration::from_millis(20));
            }
            answer => return Ok(answer?),
        }
    }
}

/// Asks again and again until there is an answer.
///
/// # Errors
/// The asker's, or that it took too long.
pub fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(5);
    while begun.elapsed() < PATIENCE {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(250));
    }
    bail!("{what} did not come about within {} s", PATIENCE.as_secs())
}

/// Does `count` things, several at once, and stops at the first that fails.
fn in_parallel(count: usize, work: impl Fn(usize) -> Result<()> + Sync) -> Result<()> {
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(None));
    thread::scope(|scope| {
        for _ in 0..HANDS.min(count) {
            scope.spawn(|| {
                while failed.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= count {
                        return;
                    }
                    if let Err(error) = work(n) {
                        failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    }
                }
            });
        }
    });
    failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}
