//! Our own shelf, what we keep of others', and who our peers are.

use super::{
    effect::{Effect, ForeignRecord, Notice, Turn},
    fact::{Fact, Reply},
    fetching::{HEADS_EVERY, Page, SHELF_PAGE},
    input::Peer,
    message::{Checked, Hello, Message},
    state::Machine,
};
use crate::{
    codec,
    community::{Card, Certificate},
    envelope::{Content as _, Signed, Unverified},
    id::{AccountId, CommunityId, MemberId, RecordKey},
    rejection::Rejection,
    shelf::{Announcement, Item, Known, MAX_LIVE_RECORDS, Record, Verdict, accept, check_record},
    time::{Span, Timestamp},
};

/// The key under which every community's card stands on its shelf.
pub const CARD_KEY: RecordKey = RecordKey(*b"community's card");
/// How long a card stands without being renewed.
const CARD_LIFE: Span = Span::days(365);

impl Machine {
    pub(super) fn publish(
        &mut self,
        turn: &mut Turn<'_>,
        key: RecordKey,
        item: Item,
        expires_at: Timestamp,
        owner: Option<MemberId>,
    ) -> Result<Reply, Rejection> {
        if let Some(owner) = &owner {
            self.state.ledger.active(owner)?;
        }
        let standing = self.state.shelf.get(&key);
        if item == Item::Withdrawn && !standing.is_some_and(|own| own.listing) {
            return Err(Rejection::UnknownRecord(key));
        }
        if expires_at <= turn.now {
            return Err(Rejection::RecordExpired(expires_at));
        }
        // Whoever missed this record still shows the one before it until that expires: this one must live as long.
        let until = standing.map_or(expires_at, |own| own.expires_at.max(expires_at));
        if item != Item::Withdrawn && expires_at < until {
            return Err(Rejection::ExpiryTooEarly(until));
        }
        let expires_at = until;
        let live = || self.state.shelf.values().filter(|own| own.expires_at > turn.now).count();
        if standing.is_none() && self.state.shelf.len() >= MAX_LIVE_RECORDS && live() >= MAX_LIVE_RECORDS {
            return Err(Rejection::ShelfFull(MAX_LIVE_RECORDS));
        }
        let owner = owner.or_else(|| standing.and_then(|own| own.owner));
        let revision = self.state.revision + 1;
        let community = self.identity.community;
        let record = Record { v: 1, community, key, revision, item, made_at: turn.now, expires_at };
        check_record(&record)?;
        let record = record.sign(&self.identity.secret).into_unverified();
        self.record(turn, Fact::Shelved { record: record.clone(), owner });
        let announcement = Announcement { certificate: self.identity.certificate.clone(), record };
        turn.effects.rest.push(Effect::Publish { bytes: codec::encode(&announcement) });
        self.tell_heads_soon(turn);
        Ok(Reply::Shelved { key, revision })
    }

    /// Signs everything on our shelf anew, with the present key and above every revision there ever was.
    pub(super) fn renew_shelf(&mut self, turn: &mut Turn<'_>) {
        let community = self.identity.community;
        let mut after = 0;
        loop {
            let page = turn.view.records(&community, after, SHELF_PAGE);
            let Some(last) = page.last() else { break };
            after = last.content.revision;
            for Unverified { content, .. } in page {
                let own = self.state.shelf.get(&content.key).filter(|own| own.revision == content.revision);
                let Some(owner) = own.map(|own| own.owner) else { continue };
                if content.expires_at > turn.now {
                    let renewed = Record { revision: self.state.revision + 1, made_at: turn.now, ..content };
                    let record = renewed.sign(&self.identity.secret).into_unverified();
                    self.record(turn, Fact::Shelved { record, owner });
                }
            }
        }
        self.tell_heads_soon(turn);
    }

    pub(super) fn show_card(&mut self, turn: &mut Turn<'_>, card: Card) -> Result<Reply, Rejection> {
        let fresh = self.state.shelf.get(&CARD_KEY).filter(|own| own.expires_at.since(turn.now) > Span::days(30));
        if let Some(own) = fresh
            && self.state.card.as_ref() == Some(&card)
        {
            return Ok(Reply::Shelved { key: CARD_KEY, revision: own.revision });
        }
        let reply = self.publish(turn, CARD_KEY, Item::Card(card), turn.now.plus(CARD_LIFE), None)?;
        let peers: Vec<Peer> = self.sessions.keys().copied().collect();
        peers.into_iter().for_each(|peer| self.say_hello(turn, peer));
        Ok(reply)
    }

    pub(super) fn say_hello(&self, turn: &mut Turn<'_>, peer: Peer) {
        let Some(own) = self.state.shelf.get(&CARD_KEY) else { return };
        // The batch of this very turn may hold the card; the view knows only earlier ones.
        let fresh = turn.effects.batch.facts.iter().rev().find_map(|fact| match fact {
            Fact::Shelved { record, .. } if record.content.key == CARD_KEY => Some(record.clone()),
            _ => None,
        });
        let stored = || turn.view.records(&self.identity.community, own.revision - 1, 1).into_iter().next();
        if let Some(record) = fresh.or_else(stored) {
            let card = Announcement { certificate: self.identity.certificate.clone(), record };
            turn.send(peer, Message::Hello(Hello { card }));
        }
    }

    pub(super) fn peer_connected(&mut self, turn: &mut Turn<'_>, peer: Peer) {
        // Whoever comes anew was gone, seen or not, and may have lost what it held.
        self.peer_gone(&peer);
        self.sessions.insert(peer, None);
        let challenge = self.unguessable(turn, "challenge", peer.as_bytes());
        self.challenges.insert(peer, challenge);
        self.heads_at.get_or_insert(turn.now.plus(HEADS_EVERY));
        self.say_hello(turn, peer);
    }

    pub(super) fn peer_gone(&mut self, peer: &Peer) {
        let gone = self.sessions.remove(peer).flatten();
        self.post.forget(gone.as_ref());
        self.introduced.remove(peer);
        self.challenges.remove(peer);
        self.forget_absent();
        self.fetches.remove(peer);
    }

    /// What a partner said of its lanes counts for the session in which it was said.
    fn forget_absent(&mut self) {
        let sessions = &self.sessions;
        let ledger = &self.state.ledger;
        let here = |account: &AccountId| {
            let partner = ledger.partners().get(account).map(crate::ledger::Partner::community);
            partner.is_some_and(|partner| sessions.values().any(|who| *who == Some(partner)))
        };
        self.synced.retain(here);
        self.heard.retain(|account, _| here(account));
        self.inquired.retain(here);
        self.forget_told();
    }

    pub(super) fn received(&mut self, turn: &mut Turn<'_>, peer: Peer, message: Checked) -> Result<(), Rejection> {
        if let Checked::Hello { certificate, record } = message {
            return self.hello(turn, peer, &certificate, &record);
        }
        // Whoever got our hello answers it with more than their own; until then it may be lost and is said again.
        if self.sessions.contains_key(&peer) {
            self.introduced.insert(peer);
        }
        if self.is_for_latest(&message) {
            return Ok(());
        }
        if message == Checked::Plain(Message::WhoAreYou) {
            self.introduced.remove(&peer);
            self.say_hello(turn, peer);
            return Ok(());
        }
        let Some(from) = self.sessions.get(&peer).copied().flatten() else {
            turn.send(peer, Message::WhoAreYou);
            return Err(Rejection::BadCertificate("the peer did not say who it is"));
        };
        match message {
            Checked::Hello { .. } => Ok(()),
            Checked::Propose { proposal, details } => {
                let account = proposal.content().account;
                let taken = self.proposal(turn, peer, &proposal, &details);
                self.mend_gap(turn, peer, account, taken)
            }
            Checked::Decide(decision) => {
                let account = decision.content().account;
                let taken = self.decision(turn, peer, &decision);
                self.mend_gap(turn, peer, account, taken)
            }
            Checked::Acknowledge(word) => self.acknowledgement(turn, &word),
            Checked::Shelf { certificate, records, through, more, head } => {
                let (certificate, records, head) = (&certificate, &records[..], head.as_ref());
                self.shelf_page(turn, peer, &Page { certificate, records, through, more, head })
            }
            Checked::Plain(message) => self.plain(turn, peer, from, message),
        }
    }

    fn plain(&mut self, turn: &mut Turn<'_>, peer: Peer, from: CommunityId, message: Message) -> Result<(), Rejection> {
        match message {
            Message::Sync(sync) => self.sync(turn, peer, from, &sync)?,
            Message::ResumeRequest(asked) => self.resume_requested(turn, peer, from, *asked)?,
            Message::ResumeOffer { offer, certificate } => {
                self.resume_offered(turn, peer, from, *offer, certificate)?
            }
            Message::ResumeFetch { account, from: at } => self.fetched(turn, peer, from, account, at)?,
            Message::Crossings { account, crossings, next } => {
                self.crossings_arrived(turn, peer, from, account, crossings, next)?;
            }
            Message::ResumeAcknowledge(word) => self.resume_acknowledged(turn, peer, from, word)?,
            Message::LedgerWanted(wanted) => self.ledger_wanted(turn, peer, from, *wanted)?,
            Message::LedgerShown(shown) => self.ledger_shown(turn, peer, from, *shown)?,
            Message::Accept(acceptance) => self.acceptance(turn, peer, from, &acceptance)?,
            Message::Agreed(agreement) => self.agreed(turn, peer, from, agreement)?,
            Message::AgreementWanted { account } => self.agreement_wanted(turn, peer, from, account)?,
            Message::Declined { account, code } => self.acceptance_declined(turn, from, &account, code),
            Message::Ask(request) => self.asked(turn, peer, from, &request)?,
            Message::AskNoted { exchange } => self.ask_noted(turn, from, exchange),
            Message::AskDeclined { exchange } => self.ask_declined(turn, peer, from, exchange),
            Message::DisputeHeads(heads) => self.dispute_heads(turn, peer, from, heads)?,
            Message::Say(statement) => self.said(turn, from, *statement)?,
            Message::DisputeClosed { suggestion, closing } => self.dispute_closed(turn, from, suggestion, closing)?,
            Message::Grant(change) => self.grant_said(turn, from, change)?,
            Message::Heads { heads } => self.heads(turn, peer, &heads),
            Message::Pull { community, after } => self.pulled(turn, peer, community, after),
            Message::Mail { account, on, with } => self.mail_said(turn, peer, from, account, on, with)?,
            Message::MailDrop { to, n, sealed } => self.mail_dropped(turn, peer, from, (to, n), sealed),
            Message::MailHeld { to, digest } => self.mail_held(from, to, digest),
            Message::MailRefused { to, digest, code } => self.mail_refused(from, to, digest, &code),
            Message::MailBox(sealed) => self.mail_arrived(turn, peer, from, &sealed)?,
            Message::MailTaken { digest } => self.mail_taken(turn, from, digest),
            // Messages with signatures never come unchecked.
            Message::Hello(_)
            | Message::WhoAreYou
            | Message::Propose { .. }
            | Message::Decide(_)
            | Message::Acknowledge(_)
            | Message::Shelf { .. } => return Err(Rejection::BadRecord("an unchecked message")),
        }
        Ok(())
    }

    /// A peer shows who it is.
    fn hello(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        certificate: &Signed<Certificate>,
        record: &Signed<Record>,
    ) -> Result<(), Rejection> {
        let community = certificate.content().community;
        let Item::Card(card) = &record.content().item else {
            return Err(Rejection::BadRecord("a card was expected"));
        };
        if card.transport != peer || record.content().key != CARD_KEY || community == self.identity.community {
            return Err(Rejection::BadRecord("the card is not this peer's"));
        }
        if let Err(why) = self.check_newest(certificate.unverified(), turn.now) {
            self.show_newer(turn, peer, certificate.unverified());
            return Err(why);
        }
        match self.judge(turn, certificate, record) {
            Verdict::Accept => self.keep(turn, certificate, std::slice::from_ref(record)),
            Verdict::Ignore(Rejection::Superseded) => {}
            Verdict::Ignore(why) | Verdict::Reject(why) => return Err(why),
        }
        self.sessions.insert(peer, Some(community));
        self.dials.remove(&community);
        if let Some((account, _)) = self.state.ledger.partner_of(&community) {
            self.gaps.remove(account);
        }
        self.greet(turn, peer, community);
        self.hand_over(turn, peer, &community);
        self.send_heads(turn, peer);
        Ok(())
    }

    pub(super) fn judge(&self, turn: &Turn<'_>, certificate: &Signed<Certificate>, record: &Signed<Record>) -> Verdict {
        let community = certificate.content().community;
        if community == self.identity.community {
            return Verdict::Ignore(Rejection::Superseded);
        }
        let held = turn.view.held(&community, &record.content().key);
        accept(record, certificate, self.known.get(&community), held, self.known.len(), turn.now)
    }

    /// Keeps records that were accepted.
    pub(super) fn keep(&mut self, turn: &mut Turn<'_>, certificate: &Signed<Certificate>, records: &[Signed<Record>]) {
        let community = certificate.content().community;
        let known = self.known.entry(community).or_insert_with(|| Known::new(certificate.unverified().clone()));
        // With a new key a community publishes everything anew; what an earlier key signed may be lost there.
        let anew = known.certificate.content.serial < certificate.content().serial;
        if anew {
            let old = turn.view.standing(&community).into_iter();
            let drops = old.map(|s| ForeignRecord::Drop { community, revision: s.revision, key: s.key });
            turn.effects.batch.foreign.extend(drops);
            (known.through, known.whole, known.head, known.live) = (0, 0, None, 0);
            self.fetches.values_mut().for_each(|fetches| fetches.forget(&community));
        }
        known.certificate = certificate.unverified().clone();
        for record in records {
            let content = record.content();
            if anew || turn.view.held(&community, &content.key).is_none() {
                known.live += 1;
            }
            // Revisions grow by one: what follows on what is whole leaves nothing out, whoever hands it on.
            if content.revision.checked_sub(1) == Some(known.whole) {
                known.whole = content.revision;
            }
            if content.revision.checked_sub(1) == Some(known.through) {
                known.through = content.revision;
            }
            known.through = known.through.max(known.whole);
            if let Item::Card(card) = &content.item {
                known.card = Some(card.clone());
            }
            turn.effects.batch.foreign.push(ForeignRecord::Keep(record.unverified().clone()));
            turn.effects.rest.push(Effect::Notice(Notice::RecordKept));
        }
        turn.effects.batch.foreign.push(ForeignRecord::Known(community, known.clone()));
        self.remember_card(turn, community);
    }

    pub(super) fn gossiped(
        &mut self,
        turn: &mut Turn<'_>,
        gossip: u64,
        certificate: &Signed<Certificate>,
        record: &Signed<Record>,
    ) {
        self.watch_for_copy(turn, certificate);
        let verdict = self.judge(turn, certificate, record);
        if verdict == Verdict::Accept {
            self.keep(turn, certificate, std::slice::from_ref(record));
        }
        turn.effects.rest.push(Effect::Pass { gossip, verdict });
    }
}
