//! What members are called towards a partner: a code that says nothing to anybody but the home community.
//!
//! A code is the member's id under a block cipher (AES-256, one block) whose key belongs to one partnership, so that the home
//! community reads it back without a table, and two partners cannot tell that they deal with the same member.

use crate::id::{AccountId, Alias, Digest, MemberId};
use aes::{
    Aes256,
    cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit},
};
use zeroize::Zeroizing;

/// The community's secret behind all its members' codes. It never changes, or partners would lose sight of people they know.
#[derive(Clone)]
pub struct AliasSecret(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for AliasSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AliasSecret")
    }
}

impl AliasSecret {
    /// From 32 random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    fn cipher(&self, account: &AccountId) -> Aes256 {
        let key = Digest::of("kith/v1/alias", &[&self.0[..], account.as_bytes()]);
        Aes256::new(&key.0.into())
    }

    /// The member's code under this partnership.
    #[must_use]
    pub fn alias(&self, account: &AccountId, member: &MemberId) -> Alias {
        let mut block = member.0.into();
        self.cipher(account).encrypt_block(&mut block);
        Alias(block.into())
    }

    /// The member behind a code: some id, which only names a member if the code was ours.
    #[must_use]
    pub fn member(&self, account: &AccountId, alias: &Alias) -> MemberId {
        let mut block = alias.0.into();
        self.cipher(account).decrypt_block(&mut block);
        MemberId(block.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_return_and_differ_between_partners() {
        let secret = AliasSecret::new([7; 32]);
        let (one, two) = (AccountId([1; 32]), AccountId([2; 32]));
        let member = MemberId([9; 16]);
        let code = secret.alias(&one, &member);
        assert_eq!(secret.member(&one, &code), member);
        assert_ne!(secret.alias(&two, &member), code);
        assert_ne!(secret.member(&two, &code), member);
        assert_ne!(AliasSecret::new([8; 32]).member(&one, &code), member);
    }
}
