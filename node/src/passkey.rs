//! Passkeys: signing in with a face, a finger or a screen lock (W3C Web Authentication, Level 3).
//!
//! This module judges and remembers nothing but which challenges were used. Every check of §7.1 and §7.2 that concerns a
//! community's own page is here, in few lines: keys of three kinds, no attestation. What a device says about its maker
//! is not asked for, and where it comes anyway it is read over, because nobody here would decide by it. The arithmetic is
//! that of `ring`, which checks the certificates of this node's connections, too.

mod cbor;
mod ceremony;
mod challenge;
mod key;
mod site;
#[cfg(test)]
pub(crate) mod soft;
#[cfg(test)]
mod tests;

pub use ceremony::{Asked, Asserted, Assertion, Created, NewPasskey, asserted, created};
pub use challenge::{Challenges, Purpose};
pub use key::{ALGORITHMS, PublicKey};
pub use site::Site;

use thiserror::Error;

/// Why a passkey is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Not what a browser sends.
    #[error("what the browser sent cannot be read; open the page again and try once more")]
    Unreadable,
    /// More than any device sends.
    #[error("what the browser sent is larger than any passkey; open the page again and try once more")]
    TooLarge,
    /// An answer to another question: made while signing in, sent to be added, or the other way round.
    #[error("the browser answered another question; open the page again and try once more")]
    OtherQuestion,
    /// This node never asked, or asked another browser.
    #[error("this browser was not asked for a passkey; open the page again and try once more")]
    NotAsked,
    /// The question was asked too long ago.
    #[error("it took too long; try once more")]
    TooLate,
    /// The answer was used before.
    #[error("this answer was used before; try once more")]
    Used,
    /// Too many questions were answered within a few minutes.
    #[error("too many people sign in with a passkey just now; wait a few minutes and try once more")]
    Busy,
    /// Made for a page at another address, or inside one.
    #[error("the passkey was used at another address; open the page under the address that the community gave you")]
    OtherSite,
    /// The device made it for another site's name.
    #[error("the passkey belongs to another site; sign in with a code and add one for this site")]
    OtherRelyingParty,
    /// Nobody touched the device.
    #[error("the device did not say that somebody was there; try once more, and touch it when it asks")]
    NobodyThere,
    /// A kind of key that nobody asked for.
    #[error("the device made a kind of key that is not used here; try another device")]
    OtherAlgorithm,
    /// A key that is none, or is written in a way of its own.
    #[error("the device sent a key that cannot be used; try another device")]
    BadKey,
    /// No such passkey is kept here.
    #[error("this passkey is not known here; sign in with a code and add it again")]
    Unknown,
    /// The device says that it belongs to somebody else.
    #[error("this passkey was made for somebody else; sign in with a code")]
    OtherMember,
    /// The signature does not fit.
    #[error("the passkey did not sign what it was asked to; sign in with a code, remove it and add it again")]
    BadSignature,
    /// The device has counted less far than it had before: there may be a copy of it.
    #[error("this passkey may have been copied; sign in with a code, remove it and add a new one")]
    CounterBack,
    /// It was added before.
    #[error("this passkey was added before; you can sign in with it")]
    Twice,
    /// One more than a member may have.
    #[error("there are as many passkeys as one member can have; remove one that you do not use")]
    TooMany,
}

/// A member's handle, by which their device keeps passkeys apart: random, and neither name nor id (§14.6.1).
pub const USER_BYTES: usize = 32;
/// The longest id of a credential (§5.8.3, `credentialIdLength`).
pub const MAX_CREDENTIAL_BYTES: usize = 1_023;
/// The longest that anything else may be which a browser sends: an attestation with its certificates takes up to four
/// thousand, and a value of a form holds as much as this in base64url.
pub const MAX_PART_BYTES: usize = 6 * 1_024;
