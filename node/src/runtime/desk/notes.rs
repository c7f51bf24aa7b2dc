//! What coordinators keep in mind: questions about exchanges, slips that can be taken back, and whom to ring.

use super::{
    Deserialize, Desk, ExchangeId, Handle, MemberId, Refused, Serialize, Span, StoreError, Timestamp, clock, key, part,
};
use kith_protocol::codec;

/// The longest line about whom to ring, in characters: two lines on a phone.
pub const MAX_CONTACT_WORDS: usize = 120;
/// For how long a batch of slips can be taken back as a whole: until the same time tomorrow.
pub const UNDO_WITHIN: Span = Span::days(1);
/// For how long a form that asked is known again, or whose first exchange was looked at: longer than anybody keeps a page
/// open.
pub(super) const ASKED_KNOWN: Span = Span::days(31);
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

/// What became of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It is new.
    First,
    /// It stood there before.
    Before,
    /// It was sent before, and nothing is open about this exchange any more.
    Answered,
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
    fn ask(&self, form: [u8; 16], exchange: ExchangeId, question: &Question) -> Result<Heard, StoreError> {
        let (_turn, sent) = (self.turn(), key(part::ASKED, &form));
        // Each who took part may ask: nobody's words take the place of another's.
        let at = key(part::QUESTION, &[exchange.0, question.member.0].concat());
        let open: Option<Question> = self.get(&at)?;
        if self.get::<Timestamp>(&sent)?.is_some() {
            return Ok(if open.is_some() { Heard::Before } else { Heard::Answered });
        }
        let same = open.is_some_and(|open| open.reason == question.reason);
        let mut rows = vec![(sent, Some(codec::encode(&question.asked_at)))];
        if !same {
            rows.push((at, Some(codec::encode(question))));
        }
        self.apply(rows)?;
        Ok(if same { Heard::Before } else { Heard::First })
    }

    fn close(&self, exchange: ExchangeId) -> Result<(), StoreError> {
        let _turn = self.turn();
        let rows = self.rows.scan(&key(part::QUESTION, &exchange.0), None, MAX_QUESTIONS)?;
        self.apply(rows.into_iter().map(|(at, _)| (at, None)).collect())
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
    /// Keeps a question about an exchange until it is answered. Asked again, it stays one question; and what was sent with
    /// this form before opens nothing anew.
    ///
    /// # Errors
    /// The disk.
    pub async fn question(
        &self,
        form: [u8; 16],
        exchange: ExchangeId,
        member: MemberId,
        reason: Reason,
    ) -> Result<Heard, Refused> {
        let question = Question { member, reason, asked_at: clock::now() };
        let heard = self.desk_work(move |desk| desk.ask(form, exchange, &question)).await?;
        if heard == Heard::First {
            self.office.changes.send_modify(|n| *n += 1);
        }
        Ok(heard)
    }

    /// Questions that nobody has answered, with the exchange each is about.
    ///
    /// # Errors
    /// The disk.
    pub async fn questions(&self) -> Result<Vec<(ExchangeId, Question)>, Refused> {
        let found = self.desk_work(|desk| desk.all::<Question>(part::QUESTION, &[], MAX_QUESTIONS)).await?;
        let about = |(id, question): (Vec<u8>, Question)| Some((ExchangeId(*id.first_chunk()?), question));
        Ok(found.into_iter().filter_map(about).collect())
    }

    /// All questions about an exchange are answered.
    ///
    /// # Errors
    /// The disk.
    pub async fn answered(&self, exchange: ExchangeId) -> Result<(), Refused> {
        self.desk_work(move |desk| desk.close(exchange)).await
    }

    /// Keeps in mind that a coordinator looked at a first exchange: whatever they said, the same form opens it no more.
    ///
    /// # Errors
    /// The disk.
    pub(in crate::runtime) async fn keep_looked_at(&self, exchange: ExchangeId) -> Result<(), Refused> {
        let at = clock::now();
        let keep = move |desk: &Desk| {
            let _turn = desk.turn();
            desk.apply(vec![(key(part::LOOKED_AT, &exchange.0), Some(codec::encode(&at)))])
        };
        self.desk_work(keep).await
    }

    /// Whether a coordinator looked at a first exchange, and decided.
    ///
    /// # Errors
    /// The disk.
    pub async fn was_looked_at(&self, exchange: ExchangeId) -> Result<bool, Refused> {
        let found = self.desk_work(move |desk| desk.get::<Timestamp>(&key(part::LOOKED_AT, &exchange.0)));
        Ok(found.await?.is_some())
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
