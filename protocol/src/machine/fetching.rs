//! Catching up with others' shelves: who is asked for what, what is answered, and when a shelf is known to be whole.

use super::{
    effect::{ForeignRecord, Turn},
    folding::revisions_before,
    input::Peer,
    message::Message,
    state::{Machine, OwnRecord},
};
use crate::{
    community::Certificate,
    envelope::{Content, Signed, Unverified},
    id::CommunityId,
    rejection::Rejection,
    shelf::{Head, Known, MAX_COMMUNITIES, Record, Verdict, live_root},
    time::{Span, Timestamp},
};
use std::collections::BTreeMap;

/// How long changes gather before peers are told how far we are with shelves.
const HEADS_AFTER: Span = Span::seconds(1);
/// How often peers are told even when nothing changed here, to mend what gossip lost.
pub(super) const HEADS_EVERY: Span = Span::seconds(60);
/// How many heads go into one message: 44 bytes each, well below the largest message.
const HEADS_PAGE: usize = 1_000;
/// How many shelves one peer is asked for at once: whoever promises more is asked for them later.
pub(super) const MAX_PULLS: usize = HEADS_PAGE;
/// Of how many shelves it is remembered how far one peer showed them: as many as are kept.
const MAX_SHOWN: usize = MAX_COMMUNITIES;
/// How many bytes of records one answer carries: a relayed circuit may end after 128 KiB.
pub(super) const SHELF_PAGE: usize = 48 * 1024;
/// How long an asked peer may take to send the next page before another is asked.
const PULL_PATIENCE: Span = Span::seconds(10);
/// How often a shelf that does not match its head may be fetched anew: clocks that differ and records that expire meanwhile
/// mend themselves within that time.
const REFETCH_EVERY: Span = Span::seconds(3_600);

/// A page that was asked for and has not come.
#[derive(Debug, Clone, Copy)]
struct Pull {
    since: Timestamp,
    /// Above which revision the page was asked for.
    after: u64,
    /// Above which revision the first page of this fetch was.
    begun: u64,
}

/// What one connected peer showed of one shelf.
#[derive(Debug, Clone, Copy, Default)]
struct Shown {
    through: u64,
    /// When the shelf was last fetched anew from this peer, as it did not match its community's word.
    anew: Timestamp,
}

/// What one connected peer is asked for and has shown. Gone with the connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Fetches {
    pulling: BTreeMap<CommunityId, Pull>,
    shown: BTreeMap<CommunityId, Shown>,
}

impl Fetches {
    /// Whether a page was asked for and may still come.
    fn busy(&self, community: &CommunityId, now: Timestamp) -> bool {
        self.pulling.get(community).is_some_and(|pull| now.since(pull.since) < PULL_PATIENCE)
    }

    fn shown(&self, community: &CommunityId) -> Option<Shown> {
        self.shown.get(community).copied()
    }

    /// Remembers what the peer showed, if there is room.
    fn remember(&mut self, community: CommunityId, shown: Shown) -> bool {
        let room = self.shown.len() < MAX_SHOWN || self.shown.contains_key(&community);
        if room {
            self.shown.insert(community, shown);
        }
        room
    }

    /// Under another key a shelf is another one.
    pub(super) fn forget(&mut self, community: &CommunityId) {
        self.shown.remove(community);
    }

    /// How many shelves the peer is being asked for.
    #[cfg(test)]
    pub(super) fn asked(&self) -> usize {
        self.pulling.len()
    }
}

/// What a community's word about its shelf says of what we hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Match {
    Whole,
    Differs,
    /// What we hold is newer than the word.
    Open,
}

/// An answer to a pull, with good signatures.
pub(super) struct Page<'a> {
    pub(super) certificate: &'a Signed<Certificate>,
    pub(super) records: &'a [Signed<Record>],
    pub(super) through: u64,
    pub(super) more: bool,
    pub(super) head: Option<&'a Signed<Head>>,
}

impl Machine {
    pub(super) fn tell_heads_soon(&mut self, turn: &Turn<'_>) {
        self.heads_at.get_or_insert(turn.now.plus(HEADS_AFTER));
    }

    pub(super) fn send_heads(&self, turn: &mut Turn<'_>, peer: Peer) {
        let own = std::iter::once((self.identity.community, self.state.revision));
        let all: Vec<_> = own.chain(self.known.iter().map(|(id, known)| (*id, known.through))).collect();
        for page in all.chunks(HEADS_PAGE) {
            turn.send(peer, Message::Heads { heads: page.to_vec() });
        }
    }

    /// Whether a peer is a community's own node.
    fn is_owner(&self, peer: &Peer, community: &CommunityId) -> bool {
        self.sessions.get(peer) == Some(&Some(*community))
    }

    /// A peer says which shelves it holds: ask for what we may lack.
    pub(super) fn heads(&mut self, turn: &mut Turn<'_>, peer: Peer, heads: &[(CommunityId, u64)]) {
        let fetches = self.fetches.entry(peer).or_default();
        if fetches.pulling.len() >= MAX_PULLS {
            // Whoever promised what is not there answers nothing.
            fetches.pulling.retain(|_, pull| turn.now.since(pull.since) < PULL_PATIENCE);
        }
        for (community, revision) in heads.iter().take(HEADS_PAGE) {
            if self.fetches.get(&peer).is_some_and(|fetches| fetches.pulling.len() >= MAX_PULLS) {
                break;
            }
            if *community != self.identity.community && self.wants(turn, peer, community, *revision) {
                self.pull(turn, peer, *community, None);
            }
        }
    }

    /// Whether a peer is asked for a shelf that it says it holds through a revision. A community's own node is, once a session
    /// and for whatever is new: nobody else's word stands in for its own. Anybody else is while it may have what we lack.
    fn wants(&mut self, turn: &Turn<'_>, peer: Peer, community: &CommunityId, revision: u64) -> bool {
        let owner = self.is_owner(&peer, community);
        let whole = self.known.get(community).map_or(0, |known| known.whole);
        let mut others = self.fetches.iter().filter(|(of, _)| **of != peer);
        let elsewhere = !owner && others.any(|(_, fetches)| fetches.busy(community, turn.now));
        let fetches = self.fetches.entry(peer).or_default();
        let shown = fetches.shown(community);
        if revision <= shown.map_or(0, |shown| shown.through) || fetches.busy(community, turn.now) {
            return false;
        }
        if !owner && revision <= whole {
            return false;
        }
        // Mostly another peer's answer makes this one's needless. It waits for it once: nobody is kept waiting by whoever
        // answers slowly, or without end.
        let waits = elsewhere && shown.is_none() && fetches.remember(*community, Shown::default());
        !waits
    }

    /// Asks for the next page, above all that is surely held and all that this very peer has shown.
    fn pull(&mut self, turn: &mut Turn<'_>, peer: Peer, community: CommunityId, begun: Option<u64>) {
        let whole = self.known.get(&community).map_or(0, |known| known.whole);
        let owner = self.is_owner(&peer, &community);
        let fetches = self.fetches.entry(peer).or_default();
        let shown = fetches.shown(&community).filter(|_| !owner).map_or(0, |shown| shown.through);
        let after = whole.max(shown);
        fetches.pulling.insert(community, Pull { since: turn.now, after, begun: begun.unwrap_or(after) });
        turn.send(peer, Message::Pull { community, after });
    }

    /// A peer asks for records: one page, and whether there are more.
    pub(super) fn pulled(&self, turn: &mut Turn<'_>, peer: Peer, community: CommunityId, after: u64) {
        let own = community == self.identity.community;
        let (certificate, end) = if own {
            (self.identity.certificate.clone(), self.state.revision)
        } else if let Some(known) = self.known.get(&community) {
            (known.certificate.clone(), known.through)
        } else {
            return;
        };
        let page = turn.view.records(&community, after, SHELF_PAGE);
        let last = page.last().map_or(end, |record| record.content.revision);
        let more = last < end && !page.is_empty();
        let through = if more { last } else { end };
        let begin = if own { self.over() } else { 0 };
        let fresh = |r: &Unverified<Record>| {
            r.content.expires_at > turn.now && r.content.revision <= through && r.content.revision > begin
        };
        let records = page.into_iter().filter(fresh).collect();
        let heard = || self.known.get(&community)?.head.clone().filter(|head| head.content.revision == end);
        let head = if own { (!more).then(|| self.head(turn.now)) } else { heard().filter(|_| !more) };
        turn.send(peer, Message::Shelf { certificate, records, through, more, head });
    }

    /// Through which revision our shelf is over: what an earlier key signed and had expired when the key changed. A clock that is
    /// set back does not bring it back, as nobody would take that signature for ours.
    fn over(&self) -> u64 {
        match self.state.ledger.certificates() {
            [_, .., present] if !broken!(KeepsRevision) => revisions_before(present),
            _ => 0,
        }
    }

    /// Our word about our whole shelf.
    fn head(&self, now: Timestamp) -> Unverified<Head> {
        let begin = self.over();
        let stands = |own: &&OwnRecord| own.expires_at > now && own.revision > begin;
        let mut standing: Vec<_> = self.state.shelf.values().filter(stands).collect();
        standing.sort_by_key(|own| own.revision);
        let (live, root) = live_root(standing.into_iter().map(|own| own.digest));
        let head = Head { community: self.identity.community, revision: self.state.revision, live, root, made_at: now };
        head.sign(&self.identity.secret).into_unverified()
    }

    pub(super) fn shelf_page(&mut self, turn: &mut Turn<'_>, peer: Peer, page: &Page<'_>) -> Result<(), Rejection> {
        let community = page.certificate.content().community;
        if community == self.identity.community {
            self.watch_for_copy(turn, page.certificate);
            return Ok(());
        }
        let asked = self.fetches.get_mut(&peer).and_then(|fetches| fetches.pulling.remove(&community));
        let Some(asked) = asked else { return Err(Rejection::BadRecord("it was not asked for")) };
        self.check_newest(page.certificate.unverified(), turn.now)?;
        if !self.known.contains_key(&community) && self.known.len() >= MAX_COMMUNITIES {
            return Ok(());
        }
        let mut kept = Vec::new();
        for record in page.records {
            match self.judge(turn, page.certificate, record) {
                Verdict::Accept => kept.push(record.clone()),
                Verdict::Ignore(Rejection::RecordExpired(at)) => {
                    let lapsed = self.lapsed.entry(community).or_default();
                    *lapsed = at.max(*lapsed);
                }
                Verdict::Ignore(_) => {}
                Verdict::Reject(why) => return Err(why),
            }
        }
        self.keep(turn, page.certificate, &kept);
        let again = self.take_word(turn, peer, page, &kept, asked);
        if let Some(known) = self.known.get(&community) {
            turn.effects.batch.foreign.push(ForeignRecord::Known(community, known.clone()));
        }
        let further = page.more && page.through > asked.after;
        if again || further {
            self.pull(turn, peer, community, further.then_some(asked.begun));
        }
        self.tell_heads_soon(turn);
        Ok(())
    }

    /// What a page says beyond its records: how far the shelf goes, and its community's word about it. Whether it is to be
    /// fetched anew.
    fn take_word(
        &mut self,
        turn: &Turn<'_>,
        peer: Peer,
        page: &Page<'_>,
        kept: &[Signed<Record>],
        asked: Pull,
    ) -> bool {
        let community = page.certificate.content().community;
        let owner = self.is_owner(&peer, &community);
        let lapsed = self.lapsed.get(&community).copied().unwrap_or_default();
        let Some(known) = self.known.get_mut(&community) else { return false };
        let head = page.head.filter(|head| !page.more && head.content().made_at >= lapsed);
        let found = head.map_or(Match::Open, |head| compare(turn, known, head, kept));
        if let Some(head) = head.filter(|_| found == Match::Whole) {
            known.whole = known.whole.max(head.content().revision);
            known.head = Some(head.unverified().clone());
        }
        if owner {
            let end = page.head.map_or(page.through, |head| page.through.min(head.content().revision));
            known.whole = known.whole.max(end);
        }
        // A third's word reaches no further than the records that it shows.
        let last = page.records.iter().map(|record| record.content().revision).max().unwrap_or(0);
        known.through = known.through.max(known.whole).max(last.min(page.through));
        let fetches = self.fetches.entry(peer).or_default();
        let mut shown = fetches.shown(&community).unwrap_or_default();
        shown.through = shown.through.max(page.through);
        let lately = |at: Timestamp| turn.now.since(at) < REFETCH_EVERY;
        let again = found == Match::Differs
            && if owner {
                !self.refetched.get(&community).is_some_and(|at| lately(*at))
            } else {
                asked.begun > known.whole && !lately(shown.anew)
            };
        // A community whose words and records differ would have everybody fetch for ever.
        if again {
            shown = Shown { through: 0, anew: turn.now };
        }
        if again && owner {
            known.whole = 0;
            self.refetched.insert(community, turn.now);
        }
        fetches.remember(community, shown);
        again
    }
}

/// Whether we hold all of a shelf, by its community's own word.
fn compare(turn: &Turn<'_>, known: &Known, head: &Signed<Head>, kept: &[Signed<Record>]) -> Match {
    let head = head.content();
    let community = known.certificate.content.community;
    let mut standing = turn.view.standing(&community);
    standing.retain(|s| kept.iter().all(|r| r.content().key != s.key));
    standing.extend(kept.iter().map(|r| r.content().into()));
    // What was gossiped since stands in the place of what this head speaks of; the next head speaks of both.
    if standing.iter().any(|s| s.revision > head.revision) {
        return Match::Open;
    }
    standing.retain(|s| s.expires_at > head.made_at);
    standing.sort_by_key(|s| s.revision);
    let found = live_root(standing.into_iter().map(|s| s.digest));
    let same = head.community == community && found == (head.live, head.root);
    if same { Match::Whole } else { Match::Differs }
}
