//! An invitation: a short text, or the QR code of it, that one coordinator hands to another.

use super::{MAX_LIMIT, agreement::serde_bytes_16};
use crate::{
    codec,
    community::{MAX_ADDRESS, MAX_ADDRESSES, MAX_NAME},
    id::CommunityId,
    key::PublicKey,
    minutes::Minutes,
    rejection::Rejection,
    text,
    time::Timestamp,
};
use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};

/// The longest invitation text: a QR code of version 40 at its lowest correction holds 4,296 such characters.
pub const MAX_INVITATION_TEXT: usize = 4_000;

const PREFIX: &str = "KITH1:";

/// What the inviting community offers, to whoever holds the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// Who invites.
    #[serde(rename = "c")]
    pub community: CommunityId,
    /// Its name, to be shown before anything is agreed.
    #[serde(rename = "n")]
    pub name: String,
    /// The key behind its libp2p peer id.
    #[serde(rename = "t")]
    pub transport: PublicKey,
    /// Where it can be reached.
    #[serde(rename = "a")]
    pub addresses: Vec<String>,
    /// Proves that the acceptor was given this invitation; good once.
    #[serde(rename = "s", with = "serde_bytes_16")]
    pub secret: [u8; 16],
    /// Not good from here on.
    #[serde(rename = "e")]
    pub expires_at: Timestamp,
    /// Minutes the inviter's members may receive ahead.
    #[serde(rename = "i")]
    pub inviter_limit: u64,
    /// Minutes the acceptor's members may receive ahead.
    #[serde(rename = "o")]
    pub acceptor_limit: u64,
    /// The longest single exchange.
    #[serde(rename = "l")]
    pub largest: Minutes,
}

impl Invitation {
    /// The text to hand over: upper-case letters, digits and a colon, which QR codes pack tightly.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{PREFIX}{}", BASE32_NOPAD.encode(&codec::encode(self)))
    }

    /// Reads the text, forgiving spaces, line breaks and lower case from copying.
    ///
    /// # Errors
    /// [`Rejection::BadInvitation`] for anything else.
    pub fn parse(given: &str) -> Result<Self, Rejection> {
        if given.len() > MAX_INVITATION_TEXT {
            return Err(Rejection::BadInvitation);
        }
        let text: String = given.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
        let body = text.strip_prefix(PREFIX).ok_or(Rejection::BadInvitation)?;
        let bytes = BASE32_NOPAD.decode(body.as_bytes()).map_err(|_| Rejection::BadInvitation)?;
        let invitation: Self = codec::decode(&bytes, MAX_INVITATION_TEXT).map_err(|_| Rejection::BadInvitation)?;
        invitation.check()?;
        Ok(invitation)
    }

    /// Checks texts and numbers.
    ///
    /// # Errors
    /// [`Rejection::BadText`] or [`Rejection::BadAgreement`].
    pub fn check(&self) -> Result<(), Rejection> {
        text::check("name", &self.name, MAX_NAME)?;
        if self.addresses.len() > MAX_ADDRESSES {
            return Err(Rejection::BadInvitation);
        }
        self.addresses.iter().try_for_each(|a| text::check("address", a, MAX_ADDRESS))?;
        if self.inviter_limit > MAX_LIMIT || self.acceptor_limit > MAX_LIMIT {
            return Err(Rejection::BadAgreement("a limit is larger than can be counted"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn survives_copying_and_nothing_else() {
        let invitation = Invitation {
            community: CommunityId([1; 32]),
            name: "Rushey Green".into(),
            transport: PublicKey([2; 32]),
            addresses: vec!["/dns4/hours.example/tcp/8381".into()],
            secret: [3; 16],
            expires_at: Timestamp(4),
            inviter_limit: 600,
            acceptor_limit: 1_200,
            largest: Minutes::new(480).unwrap(),
        };
        let text = invitation.to_text();
        assert!(text.len() < 500, "{} characters do not make a handy QR code", text.len());
        let mangled = format!("  {}\n{} ", &text[..40].to_lowercase(), &text[40..]);
        assert_eq!(Invitation::parse(&mangled).unwrap(), invitation);
        assert_eq!(Invitation::parse(&text[..text.len() - 3]).unwrap_err(), Rejection::BadInvitation);
        assert_eq!(Invitation::parse("hello").unwrap_err(), Rejection::BadInvitation);
    }
}
