//! What the API says of circles and notices.

use crate::runtime::office::{Circle, Notice, PaperId};
use data_encoding::HEXLOWER;
use kith_protocol::id::MemberId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a circle or a notice is known by: 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TogetherKey(pub PaperId);

impl TryFrom<String> for TogetherKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = HEXLOWER.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or("not 32 digits of 0 to 9 and a to f; copy it again from where it was given")
    }
}

impl From<TogetherKey> for String {
    fn from(key: TogetherKey) -> Self {
        HEXLOWER.encode(&key.0)
    }
}

/// A circle: members with coordinators of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CircleView {
    /// Its id.
    #[schema(value_type = String, pattern = "^[0-9a-f]{32}$")]
    pub id: TogetherKey,
    /// What it is called.
    pub name: String,
    /// Who is in it.
    #[schema(value_type = Vec<String>)]
    pub members: Vec<MemberId>,
    /// Who looks after it: they see its members and act for them, and for nobody else.
    #[schema(value_type = Vec<String>)]
    pub coordinators: Vec<MemberId>,
}

impl CircleView {
    /// A circle as the API says it.
    #[must_use]
    pub fn of(id: PaperId, circle: Circle) -> Self {
        let Circle { name, coordinators, members } = circle;
        Self { id: TogetherKey(id), name, members, coordinators }
    }
}

/// A circle to be made, or another name for one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CircleName {
    /// What it is called: 1 to 60 characters, and no other circle's name.
    #[schema(min_length = 1, max_length = 60)]
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
    #[schema(value_type = String, pattern = "^[0-9a-f]{32}$")]
    pub id: TogetherKey,
    /// The words.
    pub text: String,
    /// Who wrote it.
    #[schema(value_type = String)]
    pub by: MemberId,
    /// When.
    pub at: u64,
    /// Until when it stands.
    pub until: u64,
    /// The circle it is for; everybody's when absent.
    #[schema(value_type = Option<String>)]
    pub circle: Option<TogetherKey>,
}

impl NoticeView {
    /// A notice as the API says it.
    #[must_use]
    pub fn of(id: PaperId, notice: Notice) -> Self {
        let Notice { text, by, at, until, circle } = notice;
        Self { id: TogetherKey(id), text, by, at: at.0, until: until.0, circle: circle.map(TogetherKey) }
    }
}

/// Something to be said to everybody, or to a circle.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNotice {
    /// The words: 1 to 1,000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    pub text: String,
    /// The circle it is for; everybody's when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^[0-9a-f]{32}$")]
    pub circle: Option<TogetherKey>,
    /// For how many days it stands: 1 to 31, 7 when absent.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 31)]
    pub days: Option<u64>,
}
