//! What a long simulation remembers of keys and signatures, so that a world does not judge the same certificate a thousand
//! times. Only what was found good is remembered, and only on a thread that asked for it. Compiled for tests only.

use super::{BadKey, KeyCache, PublicKey, Signature, SoundKey};
use sha2::{Digest as _, Sha256};
use std::{cell::RefCell, collections::BTreeSet, marker::PhantomData};

/// How many signatures are remembered before all are forgotten: 2 MiB.
const SIGNATURES: usize = 65_536;

#[derive(Debug, Default)]
struct Good {
    keys: KeyCache,
    signatures: BTreeSet<[u8; 32]>,
}

thread_local! {
    static GOOD: RefCell<Option<Good>> = const { RefCell::new(None) };
}

/// While this lives, this thread remembers what it found good.
#[derive(Debug)]
#[must_use = "things are remembered only as long as this lives"]
pub struct Remembering(PhantomData<*const ()>);

impl Drop for Remembering {
    fn drop(&mut self) {
        GOOD.set(None);
    }
}

/// Begins to remember on this thread, with nothing.
pub fn remember() -> Remembering {
    GOOD.set(Some(Good::default()));
    Remembering(PhantomData)
}

/// The parsed key, from memory if this thread remembers it.
pub(super) fn sound(key: &PublicKey) -> Result<SoundKey, BadKey> {
    GOOD.with_borrow_mut(|good| good.as_mut().map(|good| good.keys.sound(key))).unwrap_or_else(|| key.parse())
}

/// Judges a signature, unless this thread found it good before.
pub(super) fn strict(key: &SoundKey, message: &[u8], signature: &Signature) -> Result<(), BadKey> {
    let remembers = GOOD.with_borrow(Option::is_some);
    if !remembers {
        return key.judge(message, signature);
    }
    let name =
        Sha256::new().chain_update(key.0.as_bytes()).chain_update(signature.0).chain_update(message).finalize().into();
    if GOOD.with_borrow(|good| good.as_ref().is_some_and(|good| good.signatures.contains(&name))) {
        return Ok(());
    }
    key.judge(message, signature)?;
    GOOD.with_borrow_mut(|good| {
        if let Some(good) = good {
            if good.signatures.len() >= SIGNATURES {
                good.signatures.clear();
            }
            good.signatures.insert(name);
        }
    });
    Ok(())
}
