//! What coordinators keep in mind: questions about exchanges, slips that can be taken back, and whom to ring.

use super::{
    Deserialize, Desk, ExchangeId, Handle, MemberId, Refused, Serialize, Span, StoreError, Timestamp, clock, key, part,
};
use kith_protocol::codec;

/// The longest line about whom to ring, in characters: two lines on a phone.
pub const MAX_CONTACT_WORDS: usize = 120;
/// For how long a batch of slips can be taken back as a whole: until the same time tomorrow.
pub const UNDO_WITHIN: Span = Span::days(1);
/// The most questions shown; a coordinator answers them one by one.
const MAX_QUESTIONS: usize = 200;
/// The most batches of a day.
const MAX_BATCHES: usize = 200;

/// Why somebody thinks that an exchange is not right. No free words: they would tell about others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The hours are wrong.
    Hours,
    /// It did not happen.
    Never,
    /// It was with somebody else.
    Person,
    /// Something else.
    Other,
}

/// A question about an exchange, for a coordinator to answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Who asks.
    pub member: MemberId,
    /// Why.
    pub reason: Reason,
    /// Since when.
    pub asked_at: Timestamp,
}

/// Slips that were typed together, or the sheet of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Who typed them.
    pub by: MemberId,
    /// When.
    pub made_at: Timestamp,
    /// What they led to.
    pub exchanges: Vec<ExchangeId>,
    /// How many people took part, when it was one sheet of a group.
    #[serde(default)]
    pub people: Option<u32>,
}

impl Desk {
    /// Gives whether it is a new question: the same one again stays as it is.
    fn ask(&self, exchange: ExchangeId, question: &Question) -> Result<bool, StoreError> {
        let (_turn, at) = (self.turn(), key(part::QUESTION, &exchange.0));
        let same = |open: Question| (open.member, open.reason) == (question.member, question.reason);
        if self.get(&at)?.is_some_and(same) {
            return Ok(false);
        }
        self.apply(vec![(at, Some(codec::encode(question)))])?;
        Ok(true)
    }

    fn list<T: serde::de::DeserializeOwned>(&self, part: u8, most: usize) -> Result<Vec<([u8; 16], T)>, StoreError> {
        let rows = self.all::<T>(part, &[], most)?;
        Ok(rows.into_iter().filter_map(|(id, row)| Some((id.try_into().ok()?, row))).collect())
    }

    fn forget(&self, part: u8, id: [u8; 16]) -> Result<(), StoreError> {
        let _turn = self.turn();
        self.apply(vec![(key(part, &id), None)])
    }
}

impl Handle {
    /// Keeps a question about an exchange until it is answered. Gives whether it is new: asked again, it stays one question.
    ///
    /// # Errors
    /// The disk.
    pub async fn question(&self, exchange: ExchangeId, member: MemberId, reason: Reason) -> Result<bool, Refused> {
        let question = Question { member, reason, asked_at: clock::now() };
        let new = self.desk_work(move |desk| desk.ask(exchange, &question)).await?;
        if new {
            self.office.changes.send_modify(|n| *n += 1);
        }
        Ok(new)
    }

    /// Questions that nobody has answered, by exchange.
    ///
    /// # Errors
    /// The disk.
    pub async fn questions(&self) -> Result<Vec<(ExchangeId, Question)>, Refused> {
        let found = self.desk_work(|desk| desk.list::<Question>(part::QUESTION, MAX_QUESTIONS)).await?;
        Ok(found.into_iter().map(|(id, question)| (ExchangeId(id), question)).collect())
    }

    /// A question is answered.
    ///
    /// # Errors
    /// The disk.
    pub async fn answered(&self, exchange: ExchangeId) -> Result<(), Refused> {
        self.desk_work(move |desk| desk.forget(part::QUESTION, exchange.0)).await
    }

    /// Keeps in mind what a batch of slips led to, under an id of its own.
    ///
    /// # Errors
    /// The disk.
    pub async fn keep_batch(&self, id: [u8; 16], batch: Batch) -> Result<(), Refused> {
        let keep = move |desk: &Desk| {
            let _turn = desk.turn();
            desk.apply(vec![(key(part::BATCH, &id), Some(codec::encode(&batch)))])
        };
        self.desk_work(keep).await
    }

    /// Batches that can still be taken back, the newest first.
    ///
    /// # Errors
    /// The disk.
    pub async fn batches(&self) -> Result<Vec<([u8; 16], Batch)>, Refused> {
        let mut found = self.desk_work(|desk| desk.list::<Batch>(part::BATCH, MAX_BATCHES)).await?;
        let now = clock::now();
        found.retain(|(_, batch)| batch.made_at.plus(UNDO_WITHIN) > now);
        found.sort_by_key(|(_, batch)| std::cmp::Reverse(batch.made_at));
        Ok(found)
    }

    /// A batch was taken back.
    ///
    /// # Errors
    /// The disk.
    pub async fn forget_batch(&self, id: [u8; 16]) -> Result<(), Refused> {
        self.desk_work(move |desk| desk.forget(part::BATCH, id)).await
    }

    /// Whom to ring for help, in the community's own words.
    ///
    /// # Errors
    /// The disk.
    pub async fn contact(&self) -> Result<Option<String>, Refused> {
        self.desk_work(|desk| desk.get::<String>(&[part::CONTACT])).await
    }

    /// Sets whom to ring.
    ///
    /// # Errors
    /// The disk.
    pub async fn set_contact(&self, words: Option<String>) -> Result<(), Refused> {
        let set = move |desk: &Desk| {
            let _turn = desk.turn();
            desk.apply(vec![(vec![part::CONTACT], words.map(|words| codec::encode(&words)))])
        };
        self.desk_work(set).await
    }
}
