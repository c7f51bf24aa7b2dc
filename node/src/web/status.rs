//! The public page: who this community is, what people share here, its partners, and how to join. No names, no ids of members.

use super::{
    pages::rendered,
    partners::{self, Line, Seen},
    public,
    shelf::{self, Board, Found},
    visit::Frame,
    words::Words,
};
use crate::runtime::{Handle, Refused, book::Book, clock, office::AllInside};
use askama::Template;
use kith_protocol::{
    machine::Machine,
    member::{MemberKind, Role},
    time::{Span, Timestamp},
};
use std::collections::BTreeMap;
use tokio::sync::Mutex;

/// For how long a page that was made is shown again: whoever asks a thousand times a second costs the core one look.
const FRESH: Span = Span::seconds(1);

/// Makes the page and keeps it for a moment.
pub(super) struct Status {
    handle: Handle,
    /// By language and text size.
    pub(super) kept: Mutex<BTreeMap<(Words, bool), (Timestamp, String)>>,
}

impl Status {
    pub(super) fn new(handle: Handle) -> Self {
        Self { handle, kept: Mutex::default() }
    }

    /// The page as HTML.
    ///
    /// # Errors
    /// [`Refused`] when the core cannot be asked now.
    pub(super) async fn page(&self, words: Words, large: bool) -> Result<String, Refused> {
        // Held while the page is made, so that those who ask meanwhile wait for it and do not make their own.
        let mut kept = self.kept.lock().await;
        let now = clock::now();
        if let Some((made, html)) = kept.get(&(words, large))
            && *made <= now
            && now.since(*made) < FRESH
        {
            return Ok(html.clone());
        }
        let overdue = self.handle.keeper().overdue(now);
        let inside = self.handle.inside().await?;
        let gathered = self.handle.look(move |machine, book| Gathered::of(machine, book, &inside, now)).await?;
        let gathered = Gathered { backup_overdue: overdue, ..gathered };
        let proof = self.handle.checkpoint().await.map(|(_, note)| note);
        let frame = Frame {
            community: gathered.name.clone(),
            connected: gathered.connected,
            contact: self.handle.contact().await?,
            ..Frame::plain(words, large)
        };
        let html = rendered(&StatusPage::new(frame, gathered, proof, now));
        kept.insert((words, large), (now, html.clone()));
        Ok(html)
    }
}

/// What one look at the core gives.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) name: String,
    pub(super) area: Option<String>,
    pub(super) people: u64,
    pub(super) organisations: u64,
    pub(super) coordinators: u64,
    pub(super) entries: u64,
    pub(super) exchanged: u64,
    pub(super) connected: u64,
    pub(super) own: Found,
    pub(super) partners: Vec<Seen>,
    /// Partners that have no room on the page.
    pub(super) more_partners: u64,
    /// Communities whose invitation we accepted and who have not signed yet.
    pub(super) joining: Vec<String>,
    pub(super) backup_overdue: bool,
}

impl Gathered {
    fn of(machine: &Machine, book: &Book, inside: &AllInside, now: Timestamp) -> Self {
        let (state, ledger) = (machine.state(), machine.state().ledger());
        let (name, area) = ledger.charter().map(|c| (c.name.clone(), c.area.clone())).unwrap_or_default();
        let here = || ledger.members().values().filter(|member| member.active);
        let partners = ledger.partners().iter().take(partners::SHOWN);
        let partners = partners.map(|(account, partner)| Seen::of(machine, account, partner));
        Self {
            name,
            area,
            people: here().filter(|member| member.kind == MemberKind::Person).count() as u64,
            organisations: here().filter(|member| member.kind == MemberKind::Organisation).count() as u64,
            coordinators: here().filter(|member| member.role == Role::Coordinator).count() as u64,
            entries: ledger.tree().size(),
            exchanged: book.exchanged_minutes(),
            connected: machine.known().keys().filter(|community| machine.connected(community)).count() as u64,
            own: shelf::own(machine, book, inside, now),
            partners: partners.collect(),
            more_partners: ledger.partners().len().saturating_sub(partners::SHOWN) as u64,
            joining: state.accepting().values().take(partners::SHOWN).map(|a| a.invitation.name.clone()).collect(),
            backup_overdue: false,
        }
    }
}

/// The public page.
#[derive(Template)]
#[template(path = "status.html", whitespace = "minimize")]
pub(super) struct StatusPage {
    frame: Frame,
    area: Option<String>,
    members: String,
    exchanged: String,
    entries: String,
    coordinators: String,
    offers: Board,
    needs: Board,
    partners: Vec<Line>,
    more_partners: Option<String>,
    joining: Vec<String>,
    backup_overdue: bool,
    /// What search engines read.
    data: String,
    /// The signed checkpoint, or none when it cannot be shown now.
    proof: Option<String>,
}

impl StatusPage {
    pub(super) fn new(frame: Frame, gathered: Gathered, proof: Result<String, Refused>, now: Timestamp) -> Self {
        let words = frame.words;
        let mut members = words.n("people", gathered.people);
        if gathered.organisations > 0 {
            let organisations = words.n("organisations", gathered.organisations);
            members = words.t2("and", ("one", &members), ("other", &organisations));
        }
        let proof = proof.inspect_err(|refused| tracing::warn!(%refused, "no checkpoint on the public page"));
        Self {
            data: public::of_community(&gathered.name, &gathered.own.offers, &gathered.own.needs),
            area: gathered.area,
            members,
            exchanged: words.hours(gathered.exchanged),
            entries: words.grouped(gathered.entries),
            coordinators: words.n("public-coordinators", gathered.coordinators),
            offers: Board::new(words, gathered.own.offers),
            needs: Board::new(words, gathered.own.needs),
            partners: gathered.partners.into_iter().map(|seen| Line::new(words, seen, now)).collect(),
            more_partners: (gathered.more_partners > 0)
                .then(|| words.n("public-more-partners", gathered.more_partners)),
            joining: gathered.joining,
            backup_overdue: gathered.backup_overdue,
            proof: proof.ok(),
            frame,
        }
    }
}
