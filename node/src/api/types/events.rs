//! What the API says of events.

use super::{
    PaperKey,
    schema::{Id, PaperName, maybe_text, text},
};
use crate::runtime::office::{Event, MAX_LINE, MAX_WORDS, PaperId};
use kith_protocol::id::MemberId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An event to be announced.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEvent {
    /// What.
    #[schema(schema_with = text::<MAX_LINE>)]
    pub title: String,
    /// When it begins.
    pub begins_at: u64,
    /// How long it takes.
    #[schema(schema_with = super::schema::minutes)]
    pub minutes: i64,
    /// Where.
    #[schema(schema_with = text::<MAX_LINE>)]
    pub place: String,
    /// More about it.
    #[serde(default)]
    #[schema(schema_with = maybe_text::<MAX_WORDS>)]
    pub text: Option<String>,
    /// The coordinator; the first coordinator when absent.
    #[serde(default)]
    #[schema(value_type = Option<Id>)]
    pub by: Option<MemberId>,
}

/// What an event is to say from now on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventChange {
    /// What.
    #[schema(schema_with = text::<MAX_LINE>)]
    pub title: String,
    /// When it begins.
    pub begins_at: u64,
    /// How long it takes.
    #[schema(schema_with = super::schema::minutes)]
    pub minutes: i64,
    /// Where.
    #[schema(schema_with = text::<MAX_LINE>)]
    pub place: String,
    /// More about it.
    #[serde(default)]
    #[schema(schema_with = maybe_text::<MAX_WORDS>)]
    pub text: Option<String>,
    /// How often it was changed when it was read, so that nothing newer is written over.
    pub changes: u32,
}

/// An event that is not over.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EventView {
    /// Its id.
    #[schema(value_type = PaperName)]
    pub id: PaperKey,
    /// What.
    pub title: String,
    /// When it begins.
    pub begins_at: u64,
    /// How long it takes.
    pub minutes: u32,
    /// Where.
    pub place: String,
    /// More about it.
    pub text: Option<String>,
    /// How often it was changed.
    #[serde(default)]
    pub changes: u32,
    /// When it was announced, or changed last.
    #[serde(default)]
    pub written_at: u64,
}

impl EventView {
    /// An event as programs see it.
    #[must_use]
    pub fn of(id: PaperId, event: Event) -> Self {
        let (changes, written_at) = (event.times_changed(), event.written_at().0);
        let Event { title, begins, minutes, place, text, .. } = event;
        let text = Some(text).filter(|text| !text.is_empty());
        Self { id: PaperKey(id), title, begins_at: begins.0, minutes: minutes.get(), place, text, changes, written_at }
    }
}
