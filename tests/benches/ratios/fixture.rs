//! A community with a real node, members with keys of their own, and exchanges that they signed beforehand.

use anyhow::{Context as _, Result, bail};
use kith::{
    config::Settings,
    runtime::{Founding, Handle, clock, found},
    serve::{self, Node},
};
use kith_protocol::{
    community::{Charter, Confirmation},
    envelope::Content as _,
    id::{CommunityId, Digest, ExchangeId, MemberId},
    key::SecretKey,
    ledger::{Consent, ExchangeTerms},
    machine::{Command, Reply},
    member::{MemberKind, Role},
    minutes::Minutes,
};
use std::{
    net::{Ipv4Addr, SocketAddr},
    num::NonZero,
    path::Path,
    sync::Arc,
    thread::{self, available_parallelism},
    time::{Duration, Instant},
};
use tokio::{runtime::Runtime, task::JoinSet};

/// Members of a community: a large time bank.
pub(crate) const MEMBERS: usize = 1_000;
/// The longest wait for something that happens in the background.
const PATIENCE: Duration = Duration::from_secs(60);

/// A member with a key of their own.
pub(crate) struct Signer {
    /// Who.
    pub(crate) id: MemberId,
    /// Their key.
    pub(crate) secret: SecretKey,
}

/// Members who are the same in every run.
pub(crate) fn signers(count: usize) -> Vec<Signer> {
    let signer = |n: usize| {
        let seed = Digest::of("kith-ratios/member", &[&n.to_be_bytes()]);
        let id = MemberId(first_half(Digest::of("kith-ratios/id", &[&seed.0])));
        Signer { id, secret: SecretKey::from_seed(&seed.0) }
    };
    (0..count).map(signer).collect()
}

/// Sixteen bytes of a hash.
pub(crate) fn first_half(digest: Digest) -> [u8; 16] {
    std::array::from_fn(|n| digest.0[n])
}

/// The `n`th exchange's giver and receiver: every lap over all members gives each of them one minute and takes one.
pub(crate) fn pair(n: u64, members: usize) -> (usize, usize) {
    let members = members as u64;
    let (lap, giver) = (n / members, n % members);
    let receiver = (giver + 1 + lap % (members - 1)) % members;
    let place = |n: u64| usize::try_from(n).unwrap_or(0);
    (place(giver), place(receiver))
}

/// The `n`th exchange's id, in no order that an index could profit from.
pub(crate) fn exchange_id(community: &CommunityId, n: u64) -> ExchangeId {
    ExchangeId(first_half(Digest::of("kith-ratios/exchange", &[community.as_bytes(), &n.to_be_bytes()])))
}

/// An exchange that both members signed.
pub(crate) struct Ready {
    /// What they agreed to.
    pub(crate) terms: ExchangeTerms,
    /// The giver's and the receiver's signature.
    pub(crate) consents: Vec<Option<Consent>>,
}

/// A community whose node runs in this process.
pub(crate) struct Community {
    /// Its id.
    pub(crate) id: CommunityId,
    /// The way to its node.
    pub(crate) handle: Handle,
    /// Its members.
    pub(crate) members: Vec<Signer>,
    signed: u64,
}

/// The rules under which everything is measured: both must agree to an exchange.
pub(crate) fn founding(name: &str) -> Founding {
    let charter = Charter { confirmation: Confirmation::Both, ..Charter::new(name.to_owned(), None) };
    Founding { charter, coordinator: "Coordinator".to_owned() }
}

/// The settings that nodes have, on free ports of loopback.
pub(crate) fn settings() -> Settings {
    let listen = vec!["/ip4/127.0.0.1/tcp/0".to_owned()];
    Settings { http_listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), listen, ..Settings::default() }
}

/// The runtime that the node's program has, too.
pub(crate) fn runtime() -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

impl Community {
    /// Founds a community in `dir`, starts its node with page and API, and admits the members.
    pub(crate) async fn start(dir: &Path, name: &str) -> Result<(Node, Self)> {
        let (_, coordinator, _) = found(dir, &founding(name))?;
        let node = Box::pin(serve::start(dir, &settings())).await?;
        let members = signers(MEMBERS);
        let mut admissions = JoinSet::new();
        for signer in &members {
            let (command, handle) = (admit(signer, coordinator), node.running.handle.clone());
            admissions.spawn(async move { handle.command(None, command).await });
        }
        for admitted in admissions.join_all().await {
            admitted?;
        }
        let community = Self { id: node.id, handle: node.running.handle.clone(), members, signed: 0 };
        Ok((node, community))
    }

    /// Has members sign the next `count` exchanges, on all cores.
    pub(crate) fn sign(&mut self, count: usize) -> Vec<Ready> {
        let first = self.signed;
        let end = first + count as u64;
        self.signed = end;
        let (community, made_at) = (self.id, clock::now());
        let cores = available_parallelism().map_or(1, NonZero::get);
        let members = &self.members;
        let ready = |n: u64| {
            let (giver, receiver) = pair(n, members.len());
            let (giver, receiver) = (&members[giver], &members[receiver]);
            let terms = ExchangeTerms {
                community,
                exchange: exchange_id(&community, n),
                giver: giver.id,
                receiver: receiver.id,
                minutes: one_minute(),
                made_at,
                details: None,
            };
            let consents = [giver, receiver].map(|signer| Some(consent(signer, &terms.signing_bytes()))).to_vec();
            Ready { terms, consents }
        };
        let share = count.div_ceil(cores) as u64;
        let range = |core: u64| (first + core * share).min(end)..(first + (core + 1) * share).min(end);
        thread::scope(|scope| {
            let sign = |core| scope.spawn(move || range(core).map(ready).collect::<Vec<_>>());
            let threads: Vec<_> = (0..cores as u64).map(sign).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
        })
    }

    /// Waits until the node writes nothing in the background any more.
    pub(crate) async fn settled(&self) -> Result<()> {
        until("the index to be brought up", || async {
            Ok(self.handle.look(|_, book| !book.settling() && !book.wants_settling()).await?)
        })
        .await
    }
}

/// A member's signature over a text.
pub(crate) fn consent(signer: &Signer, bytes: &[u8]) -> Consent {
    Consent::Key { key: signer.secret.public(), signature: signer.secret.sign(bytes) }
}

/// The admission of a member with a key.
pub(crate) fn admit(signer: &Signer, by: MemberId) -> Command {
    let key = Some(signer.secret.public());
    Command::Admit { member: signer.id, kind: MemberKind::Person, role: Role::Member, key, by }
}

/// The shortest exchange there is.
pub(crate) fn one_minute() -> Minutes {
    Minutes::new(1).expect("one is a length of time")
}

/// Records one exchange through the node's own way in.
pub(crate) async fn record(handle: &Handle, ready: Ready) -> Result<()> {
    match handle.agreed(None, ready.terms, ready.consents, Command::Exchange).await? {
        Reply::Posted { .. } => Ok(()),
        other => bail!("an exchange was not posted: {other:?}"),
    }
}

/// Records all of them with `clients` waiting at a time, each for one after the other; how long it took.
pub(crate) async fn record_all(handle: &Handle, all: Vec<Ready>, clients: usize) -> Result<Duration> {
    let share = all.len().div_ceil(clients).max(1);
    let mut all = all.into_iter();
    let shares = std::iter::from_fn(|| Some(all.by_ref().take(share).collect::<Vec<_>>()).filter(|s| !s.is_empty()));
    let shares: Vec<Vec<Ready>> = shares.collect();
    let begun = Instant::now();
    let mut clients = JoinSet::new();
    for share in shares {
        let handle = handle.clone();
        clients.spawn(async move {
            for ready in share {
                record(&handle, ready).await?;
            }
            anyhow::Ok(())
        });
    }
    for client in clients.join_all().await {
        client?;
    }
    Ok(begun.elapsed())
}

/// Waits until `done` says so.
pub(crate) async fn until<F, W>(what: &str, mut done: F) -> Result<()>
where
    F: FnMut() -> W,
    W: Future<Output = Result<bool>>,
{
    let deadline = Instant::now() + PATIENCE;
    while !done().await? {
        if Instant::now() > deadline {
            bail!("waited in vain for {what}");
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok(())
}

/// Makes the directory of a measurement.
pub(crate) fn make(dir: &Path) -> Result<Arc<Path>> {
    std::fs::create_dir_all(dir).with_context(|| format!("{} cannot be made", dir.display()))?;
    Ok(dir.into())
}
