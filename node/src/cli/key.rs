//! `kith key`: a member's own key, kept by the member, and what a coordinator does about it.

use super::{
    output::{Out, outcome},
    reach::{Reach, protocol_word},
};
use crate::{
    api::types::{KeyChange, MemberView, Outcome, Status},
    failure::Failure,
    runtime::{
        clock,
        home::{member_key, new_member_key},
    },
};
use clap::{Args, Subcommand};
use data_encoding::BASE64;
use kith_protocol::{
    codec,
    envelope::Content,
    id::MemberId,
    ledger::{Channel, ExchangeTerms, GiftTerms, GroupTerms, PaymentTerms},
    member::KeyTerms,
};
use serde::{Serialize, de::DeserializeOwned};
use std::path::{Path, PathBuf};

/// The longest text to sign, in bytes: the terms of the largest group exchange.
const MAX_SIGNED_BYTES: usize = 8 * 1024;

/// Make a key of your own, and sign with it what a page of your community shows.
#[derive(Debug, Subcommand)]
pub(super) enum Key {
    New(New),
    Show(Show),
    Sign(Sign),
    Register(Register),
    Lost(Lost),
}

/// Make a new key.
///
/// Example: kith key new my.key
#[derive(Debug, Args)]
pub(super) struct New {
    /// The file to keep the key in. Only its owner can read it; keep a copy in a safe place.
    file: PathBuf,
}

/// Show the public half of a key.
///
/// Example: kith key show my.key
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The file with the key.
    file: PathBuf,
}

/// Look at what is to be signed, and sign it.
///
/// Example: kith key sign my.key a2l0aC92MS9naWZ0AA==
#[derive(Debug, Args)]
pub(super) struct Sign {
    /// The file with the key.
    file: PathBuf,
    /// What to sign, as the page shows it.
    text: String,
}

/// Register a member's key, for a member who cannot do it on their page. You say so for them.
///
/// Example: kith key register 01JD8Z3M5T8Q6V0N4R7K2X9C1B my.key --dir elm
#[derive(Debug, Args)]
pub(super) struct Register {
    /// The member's id.
    member: MemberId,
    /// The file with the key, which has to sign as well.
    file: PathBuf,
    #[command(flatten)]
    told: Told,
}

/// Take away a member's key that is lost. You say so for them.
///
/// Example: kith key lost 01JD8Z3M5T8Q6V0N4R7K2X9C1B --dir elm --channel phone
#[derive(Debug, Args)]
pub(super) struct Lost {
    /// The member's id.
    member: MemberId,
    #[command(flatten)]
    told: Told,
}

/// How a coordinator was told.
#[derive(Debug, Args)]
struct Told {
    /// How they told you: paper, phone or in-person; in-person when absent.
    #[arg(long, value_parser = protocol_word::<Channel>)]
    channel: Option<Channel>,
    #[command(flatten)]
    reach: Reach,
}

#[derive(Debug, Serialize)]
struct Shown {
    key: String,
}

#[derive(Debug, Serialize)]
struct Signed {
    what: &'static str,
    terms: serde_json::Value,
    key: String,
    signature: String,
}

impl Key {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        match self {
            Self::New(New { file }) => {
                new_member_key(&file)?;
                show(&file, out)
            }
            Self::Show(Show { file }) => show(&file, out),
            Self::Sign(sign) => sign.run(out),
            Self::Register(Register { member, file, told }) => {
                let secret = member_key(&file)?;
                let client = told.reach.client()?;
                let known: MemberView = client.get(&format!("/api/v1/members/{member}"))?;
                let status: Status = client.get("/api/v1/status")?;
                let terms = KeyTerms {
                    community: status.id,
                    member,
                    key: Some(secret.public()),
                    number: known.key_changes.saturating_add(1),
                    made_at: clock::now(),
                };
                let change = KeyChange {
                    key: terms.key,
                    number: Some(terms.number),
                    made_at: Some(terms.made_at.0),
                    proof: Some(secret.sign(&terms.signing_bytes())),
                    ..KeyChange::default()
                };
                put(member, told, change, out)
            }
            Self::Lost(Lost { member, told }) => put(member, told, KeyChange::default(), out),
        }
    }
}

fn put(member: MemberId, told: Told, change: KeyChange, out: &mut Out<'_>) -> Result<(), Failure> {
    let change = KeyChange { channel: told.channel, ..change };
    let done: Outcome = told.reach.client()?.put(&format!("/api/v1/members/{member}/key"), &change)?;
    out.result(&done, outcome)
}

fn show(file: &Path, out: &mut Out<'_>) -> Result<(), Failure> {
    out.result(&Shown { key: member_key(file)?.public().to_string() }, |shown| shown.key.clone())
}

/// The terms of one kind, if that is what the bytes say.
fn terms<T: Content + DeserializeOwned>(bytes: &[u8]) -> Option<(&'static str, serde_json::Value)> {
    let content = bytes.strip_prefix(format!("kith/v1/{}\0", T::NAME).as_bytes())?;
    let terms: T = codec::decode(content, MAX_SIGNED_BYTES).ok()?;
    Some((T::NAME, serde_json::to_value(&terms).ok()?))
}

impl Sign {
    /// Signs nothing that it cannot read and show: a signature over anything else could be worth more than one thinks.
    fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let unreadable = || Failure::usage("this is not something that members sign. Copy all of it from the page");
        let text: String = self.text.split_whitespace().collect();
        let bytes = BASE64.decode(text.as_bytes()).map_err(|_| unreadable())?;
        let readers =
            [terms::<ExchangeTerms>, terms::<PaymentTerms>, terms::<GroupTerms>, terms::<GiftTerms>, terms::<KeyTerms>];
        let (what, terms) = readers.iter().find_map(|read| read(&bytes)).ok_or_else(unreadable)?;
        let secret = member_key(&self.file)?;
        let signature = secret.sign(&bytes).to_string();
        let signed = Signed { what, terms, key: secret.public().to_string(), signature };
        out.result(&signed, |signed| {
            let terms = serde_json::to_string_pretty(&signed.terms).unwrap_or_default();
            format!("You sign ({}): {terms}\n\n{}", signed.what, signed.signature)
        })
    }
}
