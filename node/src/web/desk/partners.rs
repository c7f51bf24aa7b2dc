//! Partner communities: how the hours between us stand, what waits, inviting and accepting.

use super::go_on;
use crate::{
    runtime::{
        Refused, clock,
        inviting::{Offered, USUAL_DAYS, USUAL_LARGEST, USUAL_LIMIT, acceptance},
    },
    web::{
        Answer, App, Oops,
        forms::{Asked, Need, Post, Reader, Step},
        pages::{self, CheckPage, FormPage, go, refusal},
        partners::{Line, Seen},
        qr::Square,
        visit::{Frame, Visit},
        words::Words,
    },
};
use askama::Template;
use axum::extract::State;
use kith_protocol::{
    id::CommunityId,
    minutes::Minutes,
    partnership::{Invitation, MAX_INVITATION_TEXT},
    rejection::Rejection,
    time::{Span, Timestamp},
};

/// The most partners on the page.
const SHOWN: usize = 100;
/// Bounds of a limit, in hours: from one to what a large association may be ahead in a year.
pub(super) const LIMIT_HOURS: std::ops::RangeInclusive<u64> = 1..=10_000;

/// What is so while everybody here waits for a partner, the button, and its address.
struct Waits {
    told: String,
    button: String,
    address: String,
}

impl Waits {
    fn new(words: Words, seen: &Seen, community: &CommunityId, now: Timestamp) -> Option<Self> {
        let name = seen.name(words);
        Some(Self {
            told: go_on::told(words, &name, seen.restored?, now),
            button: words.t1("without", "name", &name),
            address: go_on::address(community),
        })
    }
}

#[derive(Template)]
#[template(path = "partners.html", whitespace = "minimize")]
struct PartnersPage<'a> {
    frame: &'a Frame,
    /// Each partner, and what is so while everybody waits for it, with where that is decided.
    partners: Vec<(Line, Option<Waits>)>,
    joining: Vec<String>,
    refused: Vec<String>,
    /// Each partner's name, and where its balance sheet is.
    sheets: Vec<(String, String)>,
    /// The same for what we grant it.
    grants: Vec<(String, String)>,
    /// The same for where its mail is switched.
    mail: Vec<(String, String)>,
    /// The same for copies.
    escrow: Vec<(String, String)>,
    accepted: bool,
}

pub(super) async fn list(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let (frame, words, now) = (&visit.frame, visit.frame.words, clock::now());
    let look = app.handle.look(|machine, _| {
        let state = machine.state();
        let partners = state.ledger().partners().iter().take(SHOWN);
        let partners: Vec<Seen> = partners.map(|(account, partner)| Seen::of(machine, account, partner)).collect();
        let joining: Vec<String> = state.accepting().values().map(|waiting| waiting.invitation.name.clone()).collect();
        let refused: Vec<Option<String>> =
            state.refusals().keys().map(|community| crate::runtime::shelves::name_of(machine, community)).collect();
        let mail: Vec<_> = state.ledger().partners().values().take(SHOWN).map(|p| p.community()).collect();
        (partners, joining, refused, mail)
    });
    let (partners, joining, refused, mail) = look.await?;
    let each = |what: &str| {
        let named = partners.iter().zip(&mail);
        named.map(|(seen, id)| (seen.name(words), format!("/partners/{id}/{what}"))).collect()
    };
    let (sheets, grants, switches, escrow) = (each("sheet"), each("grant"), each("mail"), each("escrow"));
    let page = PartnersPage {
        frame,
        partners: partners
            .into_iter()
            .zip(&mail)
            .map(|(seen, id)| {
                let waits = Waits::new(words, &seen, id, now);
                (Line::new(words, seen, now), waits)
            })
            .collect(),
        joining,
        refused: refused.into_iter().map(|name| name.unwrap_or_else(|| words.t("partner-nameless"))).collect(),
        sheets,
        grants,
        mail: switches,
        escrow,
        accepted: asked.get("accepted") == "yes",
    };
    Ok(pages::show(frame, &page))
}

fn invite_fields(reader: &mut Reader<'_>) -> (u64, u64) {
    let ours = reader.number("ours", "partners-ours", LIMIT_HOURS);
    let theirs = reader.number("theirs", "partners-theirs", LIMIT_HOURS);
    (ours * 60, theirs * 60)
}

fn inviting<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("partners-invite"), reader, "/partners/invite", frame.t("partners-invite-button"))
        .lead(frame.t("partners-invite-lead"))
}

pub(super) async fn invite(visit: Visit) -> Answer {
    let visit = visit.coordinator()?;
    let hours = (USUAL_LIMIT / 60).to_string();
    let filled = crate::web::forms::Sent::filled([("ours", hours.as_str()), ("theirs", &hours)]);
    let mut reader = Reader::open(visit.frame.words, &filled);
    invite_fields(&mut reader);
    Ok(inviting(&visit.frame, reader).answer())
}

#[derive(Template)]
#[template(path = "invitation.html", whitespace = "minimize")]
struct InvitationPage<'a> {
    frame: &'a Frame,
    text: String,
    until: String,
    square: Option<Square>,
}

pub(super) async fn send_invite(State(app): State<App>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let frame = &post.frame;
    let mut reader = Reader::judge(frame.words, &post.sent);
    let (ours, theirs) = invite_fields(&mut reader);
    if !reader.is_fine() {
        return Ok(inviting(frame, reader).answer());
    }
    let (good_for, largest) =
        (Span::days(u64::from(USUAL_DAYS)), Minutes::new(USUAL_LARGEST).map_err(Rejection::from)?);
    let (deed, offered) = (post.deed(), Offered { good_for, ours, theirs, largest });
    let invitation = app.handle.invite(deed.request(), deed.new_id(&app.handle, "invitation"), offered).await?;
    let text = invitation.to_text();
    let page =
        InvitationPage { frame, until: frame.words.day(invitation.expires_at), square: Square::new(&text), text };
    Ok(pages::show(frame, &page))
}

/// The text of an invitation, if it is whole and still good.
pub(in crate::web) fn accept_fields(reader: &mut Reader<'_>) -> Option<Invitation> {
    let text = reader.area("text", "partners-text", MAX_INVITATION_TEXT, Need::Must);
    let invitation = Invitation::parse(&text).ok();
    let wrong = match &invitation {
        None => Some("refused-bad-invitation"),
        Some(invitation) if clock::now() >= invitation.expires_at => Some("refused-invitation-expired"),
        Some(_) => None,
    };
    if let Some(wrong) = wrong {
        let error = reader.words().t(wrong);
        reader.fail("text", error);
    }
    invitation
}

fn accepting<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("partners-accept"), reader, "/partners/accept", frame.t("go-on"))
        .lead(frame.t("partners-accept-lead"))
}

pub(super) async fn accept(visit: Visit, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let mut reader = Reader::open(visit.frame.words, &asked);
    accept_fields(&mut reader);
    Ok(accepting(&visit.frame, reader).answer())
}

/// What an invitation offers, as rows to look at.
pub(in crate::web) fn terms(words: Words, invitation: &Invitation) -> [(String, String); 4] {
    let hours = |minutes: u64| words.hours(minutes);
    [
        (words.t("partners-from"), invitation.name.clone()),
        (words.t("partners-ours"), hours(invitation.acceptor_limit)),
        (words.t("partners-theirs"), hours(invitation.inviter_limit)),
        (words.t("partners-until"), words.day(invitation.expires_at)),
    ]
}

pub(super) async fn send_accept(State(app): State<App>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let frame = &post.frame;
    let mut reader = Reader::judge(frame.words, &post.sent);
    let invitation = accept_fields(&mut reader);
    let fine = invitation.filter(|_| reader.is_fine() && post.sent.step() != Step::Edit);
    let Some(invitation) = fine else { return Ok(accepting(frame, reader).answer()) };
    if post.sent.step() == Step::Check {
        let mut check =
            CheckPage::new(frame, frame.t("check"), reader, "/partners/accept", frame.t("partners-accept-button"))
                .lead(frame.t("partners-accept-check"))
                .bare();
        for (label, value) in terms(frame.words, &invitation).into_iter().rev() {
            check = check.row(label, value);
        }
        return Ok(check.answer());
    }
    let deed = post.deed();
    let nonce = deed.new_id(&app.handle, "agreement");
    match app.handle.command(deed.request(), acceptance(invitation, nonce)).await {
        Ok(_) => Ok(go("/partners?accepted=yes")),
        Err(Refused::Rule(why)) => Ok(accepting(frame, reader).refused(Some(refusal(frame.words, &why))).answer()),
        Err(refused) => Err(Oops::Refused(refused)),
    }
}
