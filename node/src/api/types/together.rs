//! What the API says of circles and notices.

use super::{
    office::PaperKey,
    schema::{Id, PaperName},
};
use crate::runtime::office::{Circle, Notice, PaperId};
use kith_protocol::id::MemberId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A circle: members with coordinators of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CircleView {
    /// Its id.
    #[schema(value_type = PaperName)]
    pub id: PaperKey,
    /// What it is called.
    pub name: String,
    /// Who is in it.
    #[schema(value_type = Vec<Id>)]
    pub members: Vec<MemberId>,
    /// Who looks after it: they see its members and act for them, and for nobody else.
    #[schema(value_type = Vec<Id>)]
    pub coordinators: Vec<MemberId>,
}

impl CircleView {
    /// A circle as the API says it.
    #[must_use]
    pub fn of(id: PaperId, circle: Circle) -> Self {
        let Circle { name, coordinators, members } = circle;
        Self { id: PaperKey(id), name, members, coordinators }
    }
}

/// A circle to be made, or another name for one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CircleName {
    /// What it is called: 1 to 60 characters, and no other circle's name.
    #[schema(schema_with = super::schema::text::<{ crate::runtime::office::MAX_LINE }>)]
    pub name: String,
}

/// Somebody's part in a circle.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CirclePart {
    /// Whether they are in it.
    pub member: bool,
    /// Whether they look after it.
    pub coordinator: bool,
}

/// Something said to everybody, or to a circle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoticeView {
    /// Its id.
    #[schema(value_type = PaperName)]
    pub id: PaperKey,
    /// The words.
    pub text: String,
    /// Who wrote it.
    #[schema(value_type = Id)]
    pub by: MemberId,
    /// When.
    pub at: u64,
    /// Until when it stands.
    pub until: u64,
    /// The circle it is for; everybody's when absent.
    #[schema(value_type = Option<PaperName>)]
    pub circle: Option<PaperKey>,
    /// How it goes out by e-mail; absent when it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_mail: Option<NoticeMail>,
}

/// How a notice goes out by e-mail: to those who want the weekly letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoticeMail {
    /// For how many there is a letter; absent before the letters are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letters: Option<u64>,
    /// How many letters went.
    pub sent: u64,
}

impl NoticeView {
    /// A notice as the API says it.
    #[must_use]
    pub fn of(id: PaperId, notice: Notice) -> Self {
        let Notice { text, by, at, until, circle, by_mail } = notice;
        let by_mail = by_mail.map(|mail| NoticeMail { letters: mail.letters, sent: mail.sent });
        Self { id: PaperKey(id), text, by, at: at.0, until: until.0, circle: circle.map(PaperKey), by_mail }
    }
}

/// Something to be said to everybody, or to a circle.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNotice {
    /// The words: 1 to 1,000 characters.
    #[schema(schema_with = super::schema::text::<{ crate::runtime::office::MAX_WORDS }>)]
    pub text: String,
    /// The circle it is for; everybody's when absent.
    #[serde(default)]
    #[schema(value_type = Option<PaperName>)]
    pub circle: Option<PaperKey>,
    /// For how many days it stands: 1 to 31, 7 when absent.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 31)]
    pub days: Option<u64>,
    /// Whether it goes out by e-mail, too, to those who want the weekly letter. Only where e-mail is set up.
    #[serde(default)]
    pub by_mail: bool,
}
