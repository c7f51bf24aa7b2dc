//! Members and charter.

use super::{effect::Turn, fact::Reply, input::Command, state::Machine};
use crate::{
    ledger::{Body, Consent},
    rejection::Rejection,
};

impl Machine {
    pub(super) fn members_command(&mut self, turn: &mut Turn<'_>, command: Command) -> Result<Reply, Rejection> {
        let body = match command {
            Command::ChangeCharter { charter, by } => Body::CharterChanged { charter, by },
            Command::Admit { member, kind, role, key, by } => Body::MemberAdmitted { member, kind, role, key, by },
            Command::Leave { member, by } => Body::MemberLeft { member, by },
            Command::SetRole { member, role, by } => Body::RoleChanged { member, role, by },
            Command::ChangeKey { terms, proof } => {
                let (terms, consents) = terms.into_parts();
                let consent = consents.first().and_then(Option::as_ref);
                self.own_keys(&[(terms.member, consent)])?;
                let member = consent.map(Consent::authority).ok_or(Rejection::ConfirmationMissing(terms.member))?;
                Body::MemberKeyChanged { terms, member, proof }
            }
            Command::Open { member, minutes, by } => Body::OpeningBalance { member, minutes, by },
            _ => return Err(Rejection::NothingChanges),
        };
        let index = self.enter(turn, body)?;
        Ok(Reply::Entry { index })
    }
}
