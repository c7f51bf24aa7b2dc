//! The JSON of the API, shared by the server and the command line. Minutes are whole numbers, times are milliseconds since
//! 1970, ids are text.

mod backup;
mod community;
mod disputes;
mod escrow;
mod events;
mod exchanges;
mod joining;
mod ledger;
mod listings;
mod members;
mod office;
mod partners;
pub mod schema;
mod together;
mod week;

pub use backup::NewBackup;
pub use community::{CharterView, Status};
pub use disputes::{
    DisputeView, EndAdvance, NewAdvance, NewDispute, NewReminder, NewStatement, NewSuggestion, StatementView,
};
pub use escrow::{EscrowSwitch, EscrowView};
pub use events::{EventChange, EventView, NewEvent};
pub use exchanges::{
    Confirm, ExchangeView, GiveBack, NewCorrection, NewExchange, NewGift, NewGroup, NewPayment, NewRequest, Nothing,
    Outcome, SpokenFor,
};
pub use joining::{ApplicationView, NewApplication};
pub use ledger::{CheckpointView, ConsistencyView, EntriesView, EntryView, InclusionView};
pub use listings::{ListingView, NewListing, ShelfView};
pub use members::{
    AliasView, BatchMember, BatchResult, KeyChange, MemberView, NewMember, NewRole, SignInCode, StatementLine,
};
pub use office::{
    By, ConversationView, FactView, FeedView, FileView, FirstView, HelperView, Kept, ListingName, MessageView, NewFact,
    NewMessage, NewNote, NewPerson, NewReference, NewReport, NewSafety, NoteView, PaperKey, ReferenceView, ReportView,
    Rest, SafetyView, Until, With,
};
pub use partners::{
    AcceptInvitation, GoOn, GrantView, InvitationView, MailSwitch, NewGrant, NewInvitation, PartnerView,
};
pub use together::{CircleName, CirclePart, CircleView, NewNotice, NoticeMail, NoticeView};
pub use week::{BenefitsWords, LetterLanguage, WeekView, WeeklyLetter, WeeklyLettersView};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One page of a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Give this as `after` for the next page; absent on the last.
    pub next: Option<String>,
}

/// A problem, as RFC 9457 has it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A URI reference for the kind of problem: `/problems/CODE`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong and what to do.
    pub detail: String,
    /// The stable code.
    pub code: String,
}
