//! What the API says of the week, of the letters that bring it, and of what the community says about benefits.

use super::{
    events::EventView,
    exchanges::ExchangeView,
    listings::ListingView,
    schema::{Id, LanguageWord, maybe_text},
    together::NoticeView,
};
use crate::runtime::office::MAX_WORDS;
use kith_protocol::id::MemberId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The week on one page: what is new, what comes, and what waits for whoever reads it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WeekView {
    /// Since when something is new.
    pub since: u64,
    /// Until when events stand in it.
    pub until: u64,
    /// What people ask for, the newest first.
    pub needs: Vec<ListingView>,
    /// What people offer, the newest first.
    pub offers: Vec<ListingView>,
    /// What takes place, the next one first.
    pub events: Vec<EventView>,
    /// What is said to everybody, and to circles of the reader, the newest first.
    pub notices: Vec<NoticeView>,
    /// Exchanges that wait for the reader's yes, the oldest first.
    pub waiting: Vec<ExchangeView>,
    /// Messages that the reader has not read.
    pub unread: u64,
}

/// Languages of letters and pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LetterLanguage {
    /// English.
    #[serde(rename = "en")]
    English,
    /// Easy English.
    #[serde(rename = "en-easy")]
    Easy,
    /// Spanish.
    #[serde(rename = "es")]
    Spanish,
    /// Welsh.
    #[serde(rename = "cy")]
    Welsh,
}

impl LetterLanguage {
    /// As pages and letters name it.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Easy => "en-easy",
            Self::Spanish => "es",
            Self::Welsh => "cy",
        }
    }
}

/// Whether a member wants the week by e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WeeklyLetter {
    /// In which language; null when they do not want it.
    #[schema(value_type = Option<LanguageWord>)]
    pub language: Option<LetterLanguage>,
}

/// How it stands with the letters of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WeeklyLettersView {
    /// Whether letters can go out: whether a mail server is set up.
    pub mail: bool,
    /// Who wants the letter.
    #[schema(value_type = Vec<Id>)]
    pub readers: Vec<MemberId>,
    /// The day and hour of the letters that went out last.
    pub sent_at: Option<u64>,
}

/// What the community says about benefits and tax, in its own words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BenefitsWords {
    /// The words; null when it says nothing.
    #[schema(schema_with = maybe_text::<MAX_WORDS>)]
    pub text: Option<String>,
}
