//! What went wrong in a first run, in the visitor's language: what a person can mend, and how. What the program says of it is
//! English, and stands apart.

use crate::{
    runtime::{Mendable, mendable},
    web::words::Words,
};
use std::error::Error;

/// What went wrong.
pub(super) struct Said {
    /// For people.
    pub(super) words: String,
    /// What the program says, for whoever helps them.
    pub(super) technical: Option<String>,
}

impl Said {
    /// What needs no more words than these.
    pub(super) const fn plain(words: String) -> Self {
        Self { words, technical: None }
    }

    /// What a program says in English.
    pub(super) fn of(words: Words, why: &(dyn Error + 'static)) -> Self {
        let key = match mendable(why) {
            Some(Mendable::NoRoom) => "setup-no-room",
            Some(Mendable::NoRight) => "setup-no-right",
            Some(Mendable::FolderInUse) => "setup-in-use",
            Some(Mendable::AddressInUse) => "setup-address-used",
            Some(Mendable::NotEmpty) => "setup-not-empty",
            None => "setup-failed",
        };
        Self { words: words.t(key), technical: Some(why.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::words::Language;

    #[test]
    fn what_a_person_can_mend_is_said_in_their_language_and_the_rest_apart() {
        use std::io::{Error, ErrorKind};
        let causes = [
            (ErrorKind::PermissionDenied, "setup-no-right"),
            (ErrorKind::StorageFull, "setup-no-room"),
            (ErrorKind::AddrInUse, "setup-address-used"),
            (ErrorKind::NotADirectory, "setup-failed"),
        ];
        for (kind, key) in causes {
            let why = Error::from(kind);
            for language in Language::ALL {
                let said = Said::of(Words(language), &why);
                assert_eq!((said.words, said.technical), (Words(language).t(key), Some(why.to_string())));
            }
        }
    }
}
