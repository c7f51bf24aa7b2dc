//! Signing in without a password: a code on paper opens a session, and a session is a random cookie. Passkeys, which
//! open one too, are next door.

use super::{Desk, Digest, Handle, MemberId, Refused, Span, StoreError, Timestamp, clock, key, part};
use crate::{runtime::home, store::Write};
use data_encoding::HEXLOWER;
use kith_protocol::codec;
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroizing;

/// How long a paper code is good: two weekly meetings, so that a letter or a visit has time.
pub const CODE_STANDS: Span = Span::days(14);
/// How long a session stands after it was last used: half a year, so that nobody has to sign in for every visit.
pub const SESSION_STANDS: Span = Span::days(180);
/// How often it is written down that a session is in use.
const SEEN_EVERY: Span = Span::days(1);
/// The most sessions of one member: a phone, a computer, and those of a family that were never ended.
const MAX_SESSIONS: usize = 10;
/// Letters of codes: none that is taken for another, and no vowels, so that no word comes out.
const LETTERS: &[u8; 27] = b"BCDFGHJKMNPQRSTVWXZ23456789";
/// Letters in a code: 47 bits, far beyond what the limit on tries lets anybody guess in two weeks.
const CODE_LETTERS: usize = 10;

/// A code that opens one session.
#[derive(Clone, PartialEq, Eq)]
pub struct PaperCode(Zeroizing<String>);

impl fmt::Debug for PaperCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PaperCode")
    }
}

impl PaperCode {
    /// The code that random bytes give.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        let mut number = u128::from_be_bytes(bytes);
        let mut letters = String::with_capacity(CODE_LETTERS);
        for _ in 0..CODE_LETTERS {
            let at = usize::try_from(number % LETTERS.len() as u128).unwrap_or(0);
            letters.push(char::from(LETTERS[at]));
            number /= LETTERS.len() as u128;
        }
        Self(Zeroizing::new(letters))
    }

    /// Reads a code as people type it: in any case, with or without spaces and dashes.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let letters: String =
            typed.chars().filter(|c| !c.is_whitespace() && *c != '-').take(CODE_LETTERS + 1).collect();
        let letters = letters.to_ascii_uppercase();
        let known = letters.len() == CODE_LETTERS && letters.bytes().all(|letter| LETTERS.contains(&letter));
        known.then(|| Self(Zeroizing::new(letters)))
    }

    /// In two groups, as it stands on paper.
    #[must_use]
    pub fn shown(&self) -> String {
        let (one, two) = self.0.split_at(CODE_LETTERS / 2);
        format!("{one}-{two}")
    }

    fn digest(&self) -> Digest {
        Digest::of("kith/v1/paper-code", &[self.0.as_bytes()])
    }
}

/// What is kept of a code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Code {
    pub(super) member: MemberId,
    pub(super) expires_at: Timestamp,
    used: bool,
    /// Whether it went out by e-mail: it takes nothing from a code on paper, so that nobody's paper is made worthless by
    /// whoever types their address.
    #[serde(default)]
    mail: bool,
}

impl Code {
    /// Under which it is found by its member.
    pub(super) fn of(&self) -> Vec<u8> {
        code_of(&self.member, self.mail)
    }
}

fn code_of(member: &MemberId, mail: bool) -> Vec<u8> {
    let mut of = key(part::CODE_OF, &member.0);
    of.extend(mail.then_some(b'm'));
    of
}

/// What a session runs on, as far as its owner needs it to tell two apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// A phone or tablet.
    Phone,
    /// Anything else.
    Computer,
}

/// An open session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Whose.
    pub member: MemberId,
    /// On what.
    pub device: Device,
    /// When it was opened.
    pub made_at: Timestamp,
    /// When it was last used, to the day.
    pub seen_at: Timestamp,
    /// Until when it stands if it is not used again.
    pub expires_at: Timestamp,
}

/// The secret in the cookie.
#[derive(Clone)]
pub struct SessionToken(Zeroizing<String>);

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken")
    }
}

impl SessionToken {
    pub(super) fn new() -> Result<Self, Refused> {
        let bytes = home::random::<32>().map_err(|why| Refused::People(why.to_string()))?;
        Ok(Self(Zeroizing::new(HEXLOWER.encode(&bytes))))
    }

    /// What a cookie holds, if it can be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 64 && text.bytes().all(hex)).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// For the cookie, and for nothing else.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// What it is known by where anybody may see it.
    #[must_use]
    pub fn key(&self) -> SessionKey {
        SessionKey(Digest::of("kith/v1/session", &[self.0.as_bytes()]))
    }
}

/// Names a session without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionKey(pub Digest);

impl Desk {
    fn issue(&self, member: MemberId, code: &PaperCode, now: Timestamp) -> Result<Timestamp, StoreError> {
        let kept = Code { member, expires_at: now.plus(CODE_STANDS), used: false, mail: false };
        self.keep_code(code, kept)
    }

    fn keep_code(&self, code: &PaperCode, kept: Code) -> Result<Timestamp, StoreError> {
        let _turn = self.turn();
        let (digest, of) = (code.digest(), kept.of());
        let this = key(part::CODE, &digest.0);
        if let Some(known) = self.get::<Code>(&this)? {
            // The same request again: the code stays what it is, used or not.
            return Ok(known.expires_at);
        }
        let mut writes = Vec::new();
        if let Some(earlier) = self.get::<Digest>(&of)? {
            writes.push((key(part::CODE, &earlier.0), None));
        }
        let expires_at = kept.expires_at;
        writes.push((this, Some(codec::encode(&kept))));
        writes.push((of, Some(codec::encode(&digest))));
        self.apply(writes)?;
        Ok(expires_at)
    }

    fn redeem(
        &self,
        code: &PaperCode,
        token: &SessionToken,
        device: Device,
        now: Timestamp,
    ) -> Result<Option<MemberId>, StoreError> {
        let _turn = self.turn();
        let at = key(part::CODE, &code.digest().0);
        let Some(kept) = self.get::<Code>(&at)?.filter(|kept| !kept.used && kept.expires_at > now) else {
            return Ok(None);
        };
        let member = kept.member;
        let mut writes = vec![(at, Some(codec::encode(&Code { used: true, ..kept })))];
        writes.extend(self.opened(member, token, device, now)?);
        self.apply(writes)?;
        Ok(Some(member))
    }

    /// What opens a session, and ends the oldest when there are too many.
    pub(super) fn opened(
        &self,
        member: MemberId,
        token: &SessionToken,
        device: Device,
        now: Timestamp,
    ) -> Result<Vec<Write>, StoreError> {
        let session = Session { member, device, made_at: now, seen_at: now, expires_at: now.plus(SESSION_STANDS) };
        let name = token.key().0;
        let mut writes = vec![
            (key(part::SESSION, &name.0), Some(codec::encode(&session))),
            (key(part::SESSION_OF, &[&member.0[..], &name.0].concat()), Some(codec::encode(&now))),
        ];
        let mut open = self.all::<Timestamp>(part::SESSION_OF, &member.0, PAGE_OF_SESSIONS)?;
        open.sort_by_key(|(_, made_at)| *made_at);
        for (oldest, _) in open.iter().rev().skip(MAX_SESSIONS - 1) {
            writes.push((key(part::SESSION, oldest), None));
            writes.push((key(part::SESSION_OF, &[&member.0[..], oldest].concat()), None));
        }
        Ok(writes)
    }

    fn session(&self, name: SessionKey, now: Timestamp) -> Result<Option<Session>, StoreError> {
        let at = key(part::SESSION, &name.0.0);
        let Some(mut session) = self.get::<Session>(&at)?.filter(|session| session.expires_at > now) else {
            return Ok(None);
        };
        if now.since(session.seen_at) >= SEEN_EVERY {
            let _turn = self.turn();
            // It may have been ended meanwhile, and must not come back.
            if self.get::<Session>(&at)?.is_some() {
                (session.seen_at, session.expires_at) = (now, now.plus(SESSION_STANDS));
                self.apply(vec![(at, Some(codec::encode(&session)))])?;
            }
        }
        Ok(Some(session))
    }

    fn sessions_of(&self, member: MemberId, now: Timestamp) -> Result<Vec<(SessionKey, Session)>, StoreError> {
        let mut found = Vec::new();
        for (name, _) in self.all::<Timestamp>(part::SESSION_OF, &member.0, PAGE_OF_SESSIONS)? {
            let Ok(name) = <[u8; 32]>::try_from(name) else { continue };
            let session = self.get::<Session>(&key(part::SESSION, &name))?;
            found.extend(session.filter(|session| session.expires_at > now).map(|s| (SessionKey(Digest(name)), s)));
        }
        found.sort_by_key(|(_, session)| std::cmp::Reverse(session.seen_at));
        Ok(found)
    }

    fn end(&self, member: MemberId, only: Option<SessionKey>) -> Result<(), StoreError> {
        let _turn = self.turn();
        let mut writes = Vec::new();
        for (name, _) in self.all::<Timestamp>(part::SESSION_OF, &member.0, PAGE_OF_SESSIONS)? {
            if only.is_none_or(|only| only.0.0[..] == name[..]) {
                writes.push((key(part::SESSION, &name), None));
                writes.push((key(part::SESSION_OF, &[&member.0[..], &name].concat()), None));
            }
        }
        for of in [false, true].map(|mail| code_of(&member, mail)).into_iter().filter(|_| only.is_none()) {
            if let Some(code) = self.get::<Digest>(&of)? {
                writes.push((key(part::CODE, &code.0), None));
                writes.push((of, None));
            }
        }
        if only.is_none() {
            writes.extend(self.without_passkeys(member)?);
        }
        self.apply(writes)
    }
}

/// Sessions of one member read together: more than there ever are.
const PAGE_OF_SESSIONS: usize = 100;

impl Handle {
    /// Keeps a code that opens one session for a member, in place of any earlier one that was not used; gives the time
    /// from which it is not good. Keeping the same code again changes nothing.
    ///
    /// # Errors
    /// An unknown member or one who left; the disk.
    pub async fn issue_code(&self, member: MemberId, code: PaperCode) -> Result<Timestamp, Refused> {
        self.look(move |machine, _| machine.state().ledger().active(&member).map(|_| ())).await??;
        self.desk_work(move |desk| desk.issue(member, &code, clock::now())).await
    }

    /// Keeps a code that goes out by e-mail, good until `until`, in place of an earlier one that did; a code on paper
    /// stays good.
    ///
    /// # Errors
    /// An unknown member or one who left; the disk.
    pub async fn issue_mailed_code(
        &self,
        member: MemberId,
        code: PaperCode,
        until: Timestamp,
    ) -> Result<Timestamp, Refused> {
        self.look(move |machine, _| machine.state().ledger().active(&member).map(|_| ())).await??;
        let kept = Code { member, expires_at: until, used: false, mail: true };
        self.desk_work(move |desk| desk.keep_code(&code, kept)).await
    }

    /// Opens a session with a code; nothing when the code is not known, used, or too old.
    ///
    /// # Errors
    /// The disk.
    pub async fn redeem_code(
        &self,
        code: PaperCode,
        device: Device,
    ) -> Result<Option<(SessionToken, MemberId)>, Refused> {
        let token = SessionToken::new()?;
        let kept = token.clone();
        let member = self.desk_work(move |desk| desk.redeem(&code, &kept, device, clock::now())).await?;
        Ok(member.map(|member| (token, member)))
    }

    /// The session of a cookie, if it stands.
    ///
    /// # Errors
    /// The disk.
    pub async fn session(&self, token: &SessionToken) -> Result<Option<Session>, Refused> {
        let name = token.key();
        self.desk_work(move |desk| desk.session(name, clock::now())).await
    }

    /// A member's open sessions, the one used last first.
    ///
    /// # Errors
    /// The disk.
    pub async fn sessions_of(&self, member: MemberId) -> Result<Vec<(SessionKey, Session)>, Refused> {
        self.desk_work(move |desk| desk.sessions_of(member, clock::now())).await
    }

    /// Ends one of a member's sessions, or all of them, with an unused code and every passkey.
    ///
    /// # Errors
    /// The disk.
    pub async fn end_sessions(&self, member: MemberId, only: Option<SessionKey>) -> Result<(), Refused> {
        self.desk_work(move |desk| desk.end(member, only)).await
    }
}
