//! Passkeys of members: what of them lies at the desk, and sessions that they open. Like codes and sessions they are in
//! no backup: after a restore, people sign in with a code and add them again.

use super::{
    Desk, Device, Digest, Handle, MemberId, Refused, SessionToken, StoreError, Timestamp, clock, codec, key, part,
};
use crate::{
    passkey::{Assertion, NewPasskey, Refusal, USER_BYTES},
    runtime::home,
    store::Write,
};
use serde::{Deserialize, Serialize};

/// The most passkeys of one member: a phone, a tablet, a computer and a key on a ring, each of them twice.
pub const MAX_PASSKEYS: usize = 8;

/// Names a passkey where it is shown: a hash of the id that its device gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasskeyName(pub Digest);

impl PasskeyName {
    fn of(credential: &[u8]) -> Self {
        Self(Digest::of("kith/v1/passkey", &[credential]))
    }
}

/// A passkey as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// Whose.
    pub member: MemberId,
    /// The id that its device gave it.
    #[serde(with = "serde_bytes")]
    pub credential: Vec<u8>,
    /// Its public key, as COSE.
    #[serde(with = "serde_bytes")]
    key: Vec<u8>,
    /// How far its device has counted.
    counter: u32,
    /// On what it was added.
    pub device: Device,
    /// When it was added.
    pub made_at: Timestamp,
    /// When somebody signed in with it last.
    pub used_at: Option<Timestamp>,
}

/// Keys of the rows about one member's passkey.
fn rows_of(member: &MemberId, name: &[u8]) -> [Vec<u8>; 2] {
    [key(part::PASSKEY, name), key(part::PASSKEY_OF, &[&member.0[..], name].concat())]
}

impl Desk {
    /// The handle by which a member's devices know them; it is made when it is first asked for.
    fn passkey_user(&self, member: MemberId, fresh: [u8; USER_BYTES]) -> Result<[u8; USER_BYTES], StoreError> {
        let _turn = self.turn();
        let at = key(part::PASSKEY_USER, &member.0);
        if let Some(Digest(known)) = self.get(&at)? {
            return Ok(known);
        }
        self.apply(vec![(at, Some(codec::encode(&Digest(fresh))))])?;
        Ok(fresh)
    }

    fn passkeys_of(&self, member: MemberId) -> Result<Vec<(PasskeyName, Passkey)>, StoreError> {
        let mut found = Vec::new();
        for (name, _) in self.all::<Timestamp>(part::PASSKEY_OF, &member.0, MAX_PASSKEYS)? {
            let Ok(name) = <[u8; 32]>::try_from(name) else { continue };
            let passkey = self.get::<Passkey>(&key(part::PASSKEY, &name))?;
            found.extend(passkey.map(|passkey| (PasskeyName(Digest(name)), passkey)));
        }
        found.sort_by_key(|(_, passkey)| passkey.made_at);
        Ok(found)
    }

    pub(super) fn add_passkey(
        &self,
        member: MemberId,
        made: NewPasskey,
        device: Device,
        now: Timestamp,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let _turn = self.turn();
        let [at, of] = rows_of(&member, &PasskeyName::of(&made.credential).0.0);
        if self.rows.get(&at)?.is_some() {
            return Ok(Err(Refusal::Twice));
        }
        if self.all::<Timestamp>(part::PASSKEY_OF, &member.0, MAX_PASSKEYS)?.len() == MAX_PASSKEYS {
            return Ok(Err(Refusal::TooMany));
        }
        let NewPasskey { credential, key, counter } = made;
        let passkey = Passkey { member, credential, key, counter, device, made_at: now, used_at: None };
        self.apply(vec![(at, Some(codec::encode(&passkey))), (of, Some(codec::encode(&now)))])?;
        Ok(Ok(()))
    }

    fn passkey(&self, credential: &[u8]) -> Result<Option<Passkey>, StoreError> {
        self.get(&key(part::PASSKEY, &PasskeyName::of(credential).0.0))
    }

    /// Opens a session when the passkey said so, and notes how far its device has counted, both or neither.
    pub(super) fn enter(
        &self,
        said: &Assertion,
        token: &SessionToken,
        device: Device,
        now: Timestamp,
    ) -> Result<Result<MemberId, Refusal>, StoreError> {
        let _turn = self.turn();
        let Some(kept) = self.passkey(&said.credential)? else { return Ok(Err(Refusal::Unknown)) };
        let member = kept.member;
        let user = self.get::<Digest>(&key(part::PASSKEY_USER, &member.0))?;
        let Some(Digest(user)) = user else { return Ok(Err(Refusal::Unknown)) };
        let counter = match said.is_by(&kept.key, &user, kept.counter) {
            Ok(counter) => counter,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let [at, _] = rows_of(&member, &PasskeyName::of(&kept.credential).0.0);
        let used = Passkey { counter, used_at: Some(now), ..kept };
        let mut writes = vec![(at, Some(codec::encode(&used)))];
        writes.extend(self.opened(member, token, device, now)?);
        self.apply(writes)?;
        Ok(Ok(member))
    }

    fn drop_passkey(&self, member: MemberId, name: PasskeyName) -> Result<(), StoreError> {
        let _turn = self.turn();
        let rows = rows_of(&member, &name.0.0);
        // The row by the member is there only when it is theirs.
        if self.rows.get(&rows[1])?.is_none() {
            return Ok(());
        }
        self.apply(rows.map(|row| (row, None)).into())
    }

    /// What takes all passkeys of a member away, and what their devices knew them by.
    pub(super) fn without_passkeys(&self, member: MemberId) -> Result<Vec<Write>, StoreError> {
        let names = self.all::<Timestamp>(part::PASSKEY_OF, &member.0, MAX_PASSKEYS)?;
        let rows = names.iter().flat_map(|(name, _)| rows_of(&member, name));
        Ok(rows.chain([key(part::PASSKEY_USER, &member.0)]).map(|row| (row, None)).collect())
    }
}

impl Handle {
    /// The handle by which a member's devices know them: random, and the same until they leave.
    ///
    /// # Errors
    /// An unknown member or one who left; the disk.
    pub async fn passkey_user(&self, member: MemberId) -> Result<[u8; USER_BYTES], Refused> {
        self.look(move |machine, _| machine.state().ledger().active(&member).map(|_| ())).await??;
        let fresh = home::random().map_err(|why| Refused::People(why.to_string()))?;
        self.desk_work(move |desk| desk.passkey_user(member, fresh)).await
    }

    /// A member's passkeys, the oldest first.
    ///
    /// # Errors
    /// The disk.
    pub async fn passkeys_of(&self, member: MemberId) -> Result<Vec<(PasskeyName, Passkey)>, Refused> {
        self.desk_work(move |desk| desk.passkeys_of(member)).await
    }

    /// Keeps a passkey for a member, or says why not.
    ///
    /// # Errors
    /// An unknown member or one who left; the disk.
    pub async fn add_passkey(
        &self,
        member: MemberId,
        made: NewPasskey,
        device: Device,
    ) -> Result<Result<(), Refusal>, Refused> {
        self.look(move |machine, _| machine.state().ledger().active(&member).map(|_| ())).await??;
        self.desk_work(move |desk| desk.add_passkey(member, made, device, clock::now())).await
    }

    /// Opens a session with a passkey, or says why not.
    ///
    /// # Errors
    /// The disk.
    pub async fn enter_by_passkey(
        &self,
        said: Assertion,
        device: Device,
    ) -> Result<Result<(SessionToken, MemberId), Refusal>, Refused> {
        let token = SessionToken::new()?;
        let kept = token.clone();
        let entered = self.desk_work(move |desk| desk.enter(&said, &kept, device, clock::now())).await?;
        Ok(entered.map(|member| (token, member)))
    }

    /// Takes one of a member's passkeys away; nothing happens when they have none of that name.
    ///
    /// # Errors
    /// The disk.
    pub async fn drop_passkey(&self, member: MemberId, name: PasskeyName) -> Result<(), Refused> {
        self.desk_work(move |desk| desk.drop_passkey(member, name)).await
    }
}
