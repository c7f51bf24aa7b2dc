//! What the API says of people who ask to join.

use super::{
    office::PaperKey,
    schema::{PaperName, maybe_text, text},
};
use crate::{
    people::{MAX_CONTACT, MAX_NAME},
    runtime::office::{Application, MAX_WORDS, PaperId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Somebody who asks to join and waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplicationView {
    /// Its id.
    #[schema(value_type = PaperName)]
    pub id: PaperKey,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Their telephone number.
    pub phone: Option<String>,
    /// Whether it may be printed in the directory of members.
    #[serde(default)]
    pub in_directory: bool,
    /// What people thank them for, in their words.
    pub text: Option<String>,
    /// When they asked.
    pub at: u64,
}

impl ApplicationView {
    /// An application as the API says it.
    #[must_use]
    pub fn of(id: PaperId, application: Application) -> Self {
        let Application { name, phone, email, in_directory, text, at } = application;
        let text = Some(text).filter(|text| !text.is_empty());
        Self { id: PaperKey(id), name, email, phone, in_directory, text, at: at.0 }
    }
}

/// Somebody who asks to join, on paper or by telephone, with a way to reach them.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApplication {
    /// Their name.
    #[schema(schema_with = text::<MAX_NAME>)]
    pub name: String,
    /// Their e-mail address; not needed when there is a telephone number.
    #[serde(default)]
    #[schema(schema_with = maybe_text::<MAX_CONTACT>)]
    pub email: Option<String>,
    /// Their telephone number; not needed when there is an e-mail address.
    #[serde(default)]
    #[schema(schema_with = maybe_text::<MAX_CONTACT>)]
    pub phone: Option<String>,
    /// Whether it may be printed in the directory of members; not when absent.
    #[serde(default)]
    pub in_directory: bool,
    /// What people thank them for, in their words.
    #[serde(default)]
    #[schema(schema_with = maybe_text::<MAX_WORDS>)]
    pub text: Option<String>,
}
