//! Sealing bytes to a community's key: HPKE (RFC 9180) in base mode, one message for each encapsulated key.
//!
//! The suite is DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305. The recipient's key is their Ed25519 key on the
//! Montgomery curve, so that nothing more has to be certified or published; what is sealed and what is signed are told apart by
//! their domains. HPKE in base mode does not say who sealed: what is inside has to be signed.

use crate::key::{SecretKey, SoundKey};
use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use curve25519_dalek::montgomery::MontgomeryPoint;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// DHKEM(X25519, HKDF-SHA256) as RFC 9180 §4.1 names it.
const KEM: &[u8] = b"KEM\x00\x20";
/// The whole suite as RFC 9180 §5.1 names it.
const SUITE: &[u8] = b"HPKE\x00\x20\x00\x01\x00\x03";
/// The encapsulated key that comes first.
const ENCAPSULATED: usize = 32;
/// By how many bytes what is sealed is longer than what was to be sealed: the encapsulated key and the tag.
pub const SEAL_BYTES: usize = ENCAPSULATED + 16;

fn extract(suite: &[u8], salt: &[u8], label: &[u8], material: &[u8]) -> Hkdf<Sha256> {
    let labelled = Zeroizing::new([b"HPKE-v1", suite, label, material].concat());
    Hkdf::new(Some(salt), &labelled)
}

fn expand<const N: usize>(from: &Hkdf<Sha256>, suite: &[u8], label: &[u8], info: &[u8]) -> Zeroizing<[u8; N]> {
    let length = u16::try_from(N).expect("every output is short").to_be_bytes();
    let mut out = Zeroizing::new([0; N]);
    from.expand_multi_info(&[&length, b"HPKE-v1", suite, label, info], &mut out[..]).expect("every output is short");
    out
}

/// The part of RFC 9180 §5.1 that both sides do: cipher and nonce of the one message.
fn schedule(
    shared: &[u8; 32],
    encapsulated: &[u8; 32],
    recipient: &[u8; 32],
    info: &[u8],
) -> (ChaCha20Poly1305, Nonce) {
    let pseudo = extract(KEM, b"", b"eae_prk", shared);
    let secret: Zeroizing<[u8; 32]> = expand(&pseudo, KEM, b"shared_secret", &[&encapsulated[..], recipient].concat());
    let hash = |label, material| {
        let (hashed, _) = Hkdf::<Sha256>::extract(Some(b""), &[b"HPKE-v1", SUITE, label, material].concat());
        hashed
    };
    let context = [&[0][..], &hash(b"psk_id_hash", b""), &hash(b"info_hash", info)].concat();
    let pseudo = extract(SUITE, &secret[..], b"secret", b"");
    let key: Zeroizing<[u8; 32]> = expand(&pseudo, SUITE, b"key", &context);
    let nonce: Zeroizing<[u8; 12]> = expand(&pseudo, SUITE, b"base_nonce", &context);
    (ChaCha20Poly1305::new(&(*key).into()), Nonce::from(*nonce))
}

fn encrypted(to: &MontgomeryPoint, info: &[u8], about: &[u8], plain: &[u8], ephemeral: &[u8; 32]) -> Vec<u8> {
    let encapsulated = MontgomeryPoint::mul_base_clamped(*ephemeral).0;
    let shared = Zeroizing::new(to.mul_clamped(*ephemeral).0);
    let (cipher, nonce) = schedule(&shared, &encapsulated, &to.0, info);
    let sealed = cipher.encrypt(&nonce, Payload { msg: plain, aad: about }).expect("what is sealed is short");
    [&encapsulated[..], &sealed].concat()
}

fn decrypted(secret: &[u8; 32], info: &[u8], about: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (encapsulated, rest) = sealed.split_first_chunk::<ENCAPSULATED>()?;
    let shared = Zeroizing::new(MontgomeryPoint(*encapsulated).mul_clamped(*secret).0);
    // RFC 9180 §7.1.4: an encapsulated key of small order gives a secret that everybody knows.
    if *shared == [0; 32] {
        return None;
    }
    let recipient = MontgomeryPoint::mul_base_clamped(*secret).0;
    let (cipher, nonce) = schedule(&shared, encapsulated, &recipient, info);
    cipher.decrypt(&nonce, Payload { msg: rest, aad: about }).ok().map(Zeroizing::new)
}

/// Seals bytes so that only the owner of a key can open them, for one purpose (`info`) and about one thing (`about`), which
/// are not in it. `ephemeral` must be unguessable and never be used for other bytes.
///
/// # Panics
/// Never: nothing of 256 GiB is ever sealed.
#[must_use]
pub fn seal(to: &SoundKey, info: &[u8], about: &[u8], plain: &[u8], ephemeral: &[u8; 32]) -> Vec<u8> {
    encrypted(&to.to_x25519(), info, about, plain, ephemeral)
}

/// Opens what [`seal`] gave. `None` when it was sealed to another key, for another purpose, about something else, or changed.
#[must_use]
pub fn open(secret: &SecretKey, info: &[u8], about: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    decrypted(&*secret.to_x25519(), info, about, sealed)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use data_encoding::HEXLOWER;

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        HEXLOWER.decode(text.as_bytes()).unwrap().try_into().unwrap()
    }

    /// The first message of RFC 9180 appendix A.2.1.
    #[test]
    fn seals_and_opens_as_the_standard_says() {
        let ephemeral = hex("f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600");
        let recipient = hex("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a");
        let secret = hex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb");
        let (info, about): ([u8; 20], [u8; 7]) = (hex("4f6465206f6e2061204772656369616e2055726e"), *b"Count-0");
        let plain: [u8; 29] = hex("4265617574792069732074727574682c20747275746820626561757479");
        let sealed = encrypted(&MontgomeryPoint(recipient), &info, &about, &plain, &ephemeral);
        let expected = "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a\
                        1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28";
        assert_eq!(HEXLOWER.encode(&sealed), expected);
        assert_eq!(decrypted(&secret, &info, &about, &sealed).unwrap().as_slice(), plain);
    }

    #[test]
    fn opens_for_the_owner_of_the_key_and_as_it_was_only() {
        let (secret, other) = (SecretKey::from_seed(&[1; 32]), SecretKey::from_seed(&[2; 32]));
        let to = secret.public().sound().unwrap();
        let sealed = seal(&to, b"purpose", b"about", b"hours", &[9; 32]);
        assert_eq!(sealed.len(), 5 + SEAL_BYTES);
        assert_eq!(open(&secret, b"purpose", b"about", &sealed).unwrap().as_slice(), b"hours");
        assert!(open(&other, b"purpose", b"about", &sealed).is_none());
        assert!(open(&secret, b"another", b"about", &sealed).is_none());
        assert!(open(&secret, b"purpose", b"else", &sealed).is_none());
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(open(&secret, b"purpose", b"about", &changed).is_none(), "byte {place}");
        }
        assert!(open(&secret, b"purpose", b"about", &sealed[..40]).is_none());
        let weak = [vec![0; 32], sealed[32..].to_vec()].concat();
        assert!(open(&secret, b"purpose", b"about", &weak).is_none());
    }
}
