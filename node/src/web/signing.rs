//! What a member's own key signs: the page shows the terms, the device that has the key signs them, and the signature comes
//! back with the form. Who has no key agrees by their session, as ever.

use super::{
    App, Oops,
    acting::Acting,
    forms::{Reader, Sent},
};
use crate::runtime::{Refused, home, personal::Note};
use data_encoding::{BASE64, HEXLOWER};
use kith_protocol::{
    envelope::Content,
    id::{ExchangeId, MemberId},
    key::{BadKey, PublicKey, Signature},
    ledger::{Channel, Consent},
    rejection::Rejection,
    time::Timestamp,
};

/// The field in which the signature of the present key comes back.
const SIGNATURE: &str = "signature";
/// The field in which that of a new key does.
pub(super) const PROOF: &str = "proof";

/// Something to be signed, and by which keys.
pub(super) struct Signing {
    /// What is signed, in base64 (RFC 4648 §4).
    pub(super) bytes: String,
    /// The fields for signatures, each with the key that makes it, in hexadecimal, and whether that is a new one.
    pub(super) fields: Vec<(&'static str, String, bool)>,
}

impl Signing {
    /// Terms that a member signs with the key they have.
    pub(super) fn of<T: Content>(terms: &T, key: &PublicKey) -> Self {
        Self::by(terms, vec![(SIGNATURE, *key)])
    }

    /// Terms about a key: the one they have signs, if they have one, and the new one, if there is to be one.
    pub(super) fn change<T: Content>(terms: &T, old: Option<PublicKey>, new: Option<PublicKey>) -> Self {
        let fields = [old.map(|key| (SIGNATURE, key)), new.map(|key| (PROOF, key))];
        Self::by(terms, fields.into_iter().flatten().collect())
    }

    fn by<T: Content>(terms: &T, fields: Vec<(&'static str, PublicKey)>) -> Self {
        let fields = fields.into_iter().map(|(name, key)| (name, key.to_string(), name == PROOF)).collect();
        Self { bytes: BASE64.encode(&terms.signing_bytes()), fields }
    }
}

/// The key of a member, and how often they changed it.
pub(super) async fn key_of(app: &App, member: MemberId) -> Result<(Option<PublicKey>, u32), Oops> {
    let known = app.handle.look(move |machine, _| {
        let known = machine.state().ledger().active(&member)?;
        Ok::<_, Rejection>((known.key, known.key_changes))
    });
    Ok(known.await??)
}

/// The key with which whoever acts for themselves can sign.
pub(super) async fn own_key(app: &App, acting: &Acting) -> Result<Option<PublicKey>, Oops> {
    match acting.myself() {
        Some(member) => Ok(key_of(app, member).await?.0),
        None => Ok(None),
    }
}

/// A signature that came with a form, if one did.
pub(super) fn sent(sent: &Sent, field: &str) -> Result<Option<Signature>, Rejection> {
    let text: String = sent.get(field).split_whitespace().collect();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Rejection::BadKey(BadKey::WrongSignature))
}

/// How a member agrees: by the signature that came with the form, or as they do without one.
pub(super) fn consent(
    acting: &Acting,
    channel: Channel,
    key: Option<PublicKey>,
    form: &Sent,
) -> Result<Consent, Rejection> {
    match (key, sent(form, SIGNATURE)?) {
        (Some(key), Some(signature)) => Ok(Consent::Key { key, signature }),
        _ => Ok(acting.consent(channel)),
    }
}

/// What the node makes up for terms that are signed: it must be the same when they come back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drawn {
    pub(super) exchange: ExchangeId,
    pub(super) made_at: Timestamp,
    pub(super) salt: [u8; 16],
}

impl Drawn {
    pub(super) fn new(made_at: Timestamp) -> Result<Self, Refused> {
        let random = || home::random().map_err(|why| Refused::People(why.to_string()));
        Ok(Self { exchange: ExchangeId(random()?), made_at, salt: random()? })
    }

    /// What came back with a signature.
    pub(super) fn sent(form: &Sent) -> Option<Self> {
        if form.get(SIGNATURE).is_empty() {
            return None;
        }
        let salt = HEXLOWER.decode(form.get("drawn-salt").as_bytes()).ok()?;
        Some(Self {
            exchange: form.get("drawn-id").parse().ok()?,
            made_at: Timestamp(form.get("drawn-at").parse().ok()?),
            salt: salt.try_into().ok()?,
        })
    }

    pub(super) fn fields(&self, reader: &mut Reader<'_>) {
        reader.hidden("drawn-id", self.exchange.to_string());
        reader.hidden("drawn-at", self.made_at.0.to_string());
        reader.hidden("drawn-salt", HEXLOWER.encode(&self.salt));
    }

    /// The note with the salt that was drawn for it.
    pub(super) fn note(&self, words: &str) -> Option<Note> {
        (!words.is_empty()).then(|| Note { salt: self.salt, note: words.to_owned() })
    }
}
