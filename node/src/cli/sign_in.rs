//! `kith sign-in`: a code by which a member signs in on the pages.

use super::{
    output::{Out, when},
    reach::Write,
};
use crate::{
    api::types::{Nothing, SignInCode, Status},
    failure::{Exit, Failure},
};
use clap::Args;
use kith_protocol::id::MemberId;

/// Make a code by which a member signs in on the pages. It is good once.
///
/// Without a member it is for the first coordinator: the way in on a new node. An earlier code of theirs that was not
/// used stops working.
///
/// Example: kith sign-in --dir elm
#[derive(Debug, Args)]
pub(super) struct SignIn {
    /// Who; the first coordinator when absent.
    member: Option<MemberId>,
    #[command(flatten)]
    write: Write,
}

impl SignIn {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let client = self.write.reach.client()?;
        let member = match self.member {
            Some(member) => member,
            None => {
                let status: Status = client.get("/api/v1/status")?;
                let first = status.coordinators.first().copied();
                first.ok_or_else(|| Failure::new(Exit::NotFound, "no-coordinator", "the node has no coordinator"))?
            }
        };
        let path = format!("/api/v1/members/{member}/sign-in-code");
        let made: SignInCode = client.post(&path, &Nothing {}, self.write.request.as_deref())?;
        let link = format!("{}/sign-in?code={}", client.base(), made.code);
        if out.is_json() {
            return out.json(&serde_json::json!({
                "member": member,
                "code": made.code,
                "link": link,
                "expires_at": made.expires_at,
            }));
        }
        out.line(&format!("Open {link}"))?;
        out.line(&format!("Code {}, good once, until {}.", made.code, when(made.expires_at)))
    }
}
