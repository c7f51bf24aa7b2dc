//! The papers themselves.

use super::{
    Across, Act, Application, ByMail, Coming, Edits, FileFull, Inside, KEPT_FOR, Letter, PaperId, Posted, Sheet,
    Signed, Spoken, acts,
};
use kith_protocol::{
    id::{CommunityId, ExchangeId, MemberId, RecordKey},
    minutes::Minutes,
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};

/// The longest text of one paper, in characters: half a page. With all else it fits one record (6 KiB) in any script.
pub const MAX_WORDS: usize = 1_000;
/// The longest line in a member's file, in characters: a name, or what was seen.
pub const MAX_LINE: usize = 60;
/// The most entries of one kind in a member's file: with the longest lines in any script, all of them fit one record.
pub const MAX_ENTRIES: usize = 6;
/// The most people somebody keeps away: beyond that, a coordinator has to know.
pub const MAX_BLOCKED: usize = 30;
/// The most members of a circle: one street, one programme; with their ids it fits one record.
pub const MAX_CIRCLE: usize = 200;
/// For how long an event or notice stays on paper after it is over.
pub(super) const AFTERWARDS: Span = Span::days(31);

/// What a member, or a coordinator about them, has on file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Whose it is.
    pub member: MemberId,
    /// Who spoke for them.
    pub references: Vec<Reference>,
    /// What a coordinator has seen, never the document itself.
    pub facts: Vec<Fact>,
    /// Who may act for them.
    pub helpers: Vec<Helper>,
    /// Whom they keep away.
    pub blocked: Vec<MemberId>,
    /// Until when they are not to be asked.
    pub away_until: Option<Timestamp>,
    /// When a coordinator rang them last.
    pub rung_at: Option<Timestamp>,
    /// What others did for them, the last few.
    pub acts: Vec<Act>,
    /// The language of the week's letter, if they want it by e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekly: Option<String>,
}

/// Somebody's word for a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Who spoke for them.
    pub who: String,
    /// The coordinator who took it down.
    pub by: MemberId,
    /// When.
    pub at: Timestamp,
}

/// Something seen, with the day from which it has to be seen again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// What.
    pub what: String,
    /// The coordinator who saw it.
    pub by: MemberId,
    /// When.
    pub at: Timestamp,
    /// Until when it is good.
    pub until: Timestamp,
}

/// Somebody who may act for a member, for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Helper {
    /// Who.
    pub member: MemberId,
    /// Until when.
    pub until: Timestamp,
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// An offer or need on our shelf.
    Listing(RecordKey),
    /// An exchange of the two.
    Exchange(ExchangeId),
    /// An earlier message.
    Message,
}

/// A message from one member to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Who wrote.
    pub from: MemberId,
    /// To whom.
    pub to: MemberId,
    /// When.
    pub at: Timestamp,
    /// What about.
    pub about: About,
    /// The words.
    pub text: String,
    /// Whether they were read.
    pub read: bool,
}

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// An offer or need, of any community.
    Listing(CommunityId, RecordKey),
    /// A member.
    Person(MemberId),
    /// A message; who wrote it.
    Message(MemberId, [u8; 16]),
    /// An exchange, whoever took part.
    Exchange(ExchangeId),
    /// An event.
    Event(PaperId),
    /// A circle.
    Circle(PaperId),
    /// A notice.
    Notice(PaperId),
}

/// What is wrong, in a word that needs no courage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// Somebody feels unsafe.
    Unsafe,
    /// Unkind, or worse.
    Unkind,
    /// Asking for money, or a trick.
    Money,
    /// Something else.
    Other,
}

/// Somebody tells coordinators that something is not right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Who tells.
    pub by: MemberId,
    /// When.
    pub at: Timestamp,
    /// What about.
    pub about: Subject,
    /// What is wrong.
    pub trouble: Trouble,
    /// In their words.
    pub text: String,
    /// The coordinator who dealt with it, and when.
    pub done: Option<(MemberId, Timestamp)>,
}

/// A coordinator's note about a member, for the few who may read such notes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Whom it is about.
    pub about: MemberId,
    /// Who wrote it.
    pub by: MemberId,
    /// When.
    pub at: Timestamp,
    /// The words.
    pub text: String,
}

/// Something that takes place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// What.
    pub title: String,
    /// When it begins.
    pub begins: Timestamp,
    /// How long it takes.
    pub minutes: Minutes,
    /// Where.
    pub place: String,
    /// More about it.
    pub text: String,
    /// Who wrote it down.
    pub by: MemberId,
    /// When.
    pub at: Timestamp,
    /// What became of it since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edits: Option<Edits>,
}

/// Members with a coordinator of their own: a street, a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Circle {
    /// What it is called.
    pub name: String,
    /// Who looks after it.
    pub coordinators: Vec<MemberId>,
    /// Who is in it.
    pub members: Vec<MemberId>,
}

/// Something for everybody to read, or for everybody of a circle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// The words.
    pub text: String,
    /// Who wrote it.
    pub by: MemberId,
    /// When.
    pub at: Timestamp,
    /// Until when it stands.
    pub until: Timestamp,
    /// The circle it is for; everybody's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub circle: Option<PaperId>,
    /// How it goes out by e-mail, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_mail: Option<ByMail>,
}

/// An exchange that a coordinator looks at before it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    /// Who helped.
    pub giver: MemberId,
    /// Who was helped.
    pub receiver: MemberId,
    /// For how long.
    pub minutes: Minutes,
    /// When it took place.
    pub made_at: Timestamp,
    /// What it was.
    pub note: String,
    /// Which of the two wrote it down.
    pub by: MemberId,
    /// When.
    pub at: Timestamp,
    /// Their signature, where a key of their own made one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Signed>,
}

/// What a community decided for its safety.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Whether a coordinator looks at the first exchange of a new member.
    pub approve_first: bool,
    /// The coordinators who may read and write notes about members.
    pub note_readers: Vec<MemberId>,
    /// The beginning of the week whose letters were asked for last.
    pub week_sent: Option<Timestamp>,
    /// What the community says about benefits and tax, in its own words.
    pub benefits: Option<String>,
}

/// What was agreed with a partner on copies that one keeps for the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copies {
    /// With whom.
    pub partner: CommunityId,
    /// Whether we keep copies for them.
    pub we_keep: bool,
    /// Whether they are to keep copies for us.
    pub they_keep: bool,
    /// Since when.
    pub since: Timestamp,
    /// Whether they have yet to be told that they need not keep ours any longer.
    pub release: bool,
    /// When their copies were asked for with their recovery words, the last few times.
    pub claimed: Vec<Timestamp>,
}

impl Copies {
    /// Nothing agreed.
    #[must_use]
    pub const fn none(partner: CommunityId) -> Self {
        let since = Timestamp(0);
        Self { partner, we_keep: false, they_keep: false, since, release: false, claimed: Vec::new() }
    }
}

/// One paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// A member's file.
    File(File),
    /// A message.
    Message(Message),
    /// A report.
    Report(Report),
    /// A note about a member.
    Case(Note),
    /// An event.
    Event(Event),
    /// A circle.
    Circle(Circle),
    /// A notice.
    Notice(Notice),
    /// An exchange to be looked at.
    Pending(Pending),
    /// An exchange with somebody elsewhere, to be looked at.
    Across(Across),
    /// What was decided for safety.
    Rules(Rules),
    /// What was agreed with a partner on copies.
    Copies(Copies),
    /// A letter that waits to go out by e-mail.
    Letter(Letter),
    /// Somebody who asks to join.
    Application(Application),
    /// Who put up an offer or need for another.
    Posted(Posted),
    /// A listing that is for members only.
    Inside(Inside),
    /// Who wrote down a group they look after.
    Sheet(Sheet),
    /// Who spoke for a member about an exchange.
    Spoken(Spoken),
    /// Who comes to an event.
    Coming(Coming),
}

impl File {
    /// An empty file.
    #[must_use]
    pub const fn of(member: MemberId) -> Self {
        Self {
            member,
            references: Vec::new(),
            facts: Vec::new(),
            helpers: Vec::new(),
            blocked: Vec::new(),
            away_until: None,
            rung_at: None,
            acts: Vec::new(),
            weekly: None,
        }
    }

    /// Whether somebody may act for them now.
    #[must_use]
    pub fn helped_by(&self, member: &MemberId, now: Timestamp) -> bool {
        self.helpers.iter().any(|helper| helper.member == *member && helper.until > now)
    }

    /// Whether they are not to be asked now.
    #[must_use]
    pub fn away(&self, now: Timestamp) -> bool {
        self.away_until.is_some_and(|until| until > now)
    }

    /// Brings it to what a file has room for. What was done for somebody is a log of the last few, and whoever may act
    /// for them no longer makes room. All else was written down on purpose, so nothing of it gives way.
    ///
    /// # Errors
    /// Of what there is too much.
    pub(super) fn fit(&mut self, now: Timestamp) -> Result<(), FileFull> {
        acts::fit(&mut self.acts);
        if self.helpers.len() > MAX_ENTRIES {
            self.helpers.retain(|helper| helper.until > now);
        }
        let full = [
            (self.references.len() > MAX_ENTRIES, FileFull::References),
            (self.facts.len() > MAX_ENTRIES, FileFull::Facts),
            (self.helpers.len() > MAX_ENTRIES, FileFull::Helpers),
            (self.blocked.len() > MAX_BLOCKED, FileFull::Blocked),
        ];
        full.into_iter().find(|(over, _)| *over).map_or(Ok(()), |(_, full)| Err(full))
    }
}

impl Paper {
    /// Whether nobody needs it any more.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        match self {
            Self::Message(message) => message.at.plus(KEPT_FOR) < now,
            Self::Report(Report { done: Some((_, at)), .. }) => at.plus(KEPT_FOR) < now,
            Self::Event(event) => event.kept_until() < now,
            Self::Coming(coming) => coming.until < now,
            Self::Notice(notice) => notice.until.plus(AFTERWARDS) < now,
            Self::Letter(letter) => letter.is_over(now),
            Self::Application(application) => application.is_over(now),
            Self::Posted(posted) => posted.until < now,
            Self::Inside(inside) => inside.until < now,
            _ => false,
        }
    }
}
