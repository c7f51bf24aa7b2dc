//! What no ledger of signed exchanges on this machine can beat: its processors' signature checks and its disk's syncs.

use crate::{
    fixture::Signer,
    numbers::{micros, rate},
};
use anyhow::{Result, ensure};
use kith_protocol::key::{Claim, SecretKey, verify_members};
use std::{
    fs::{File, OpenOptions},
    io::Write as _,
    path::Path,
    thread::{self, available_parallelism},
    time::{Duration, Instant},
};

/// How many signatures are judged together: what the bare rate is defined by.
const BATCH: usize = 256;
/// Length of a signed text: that of a local exchange's terms.
const MESSAGE_BYTES: usize = 180;
/// Bytes of one bare record: a little less than the journal's frame for one exchange.
const RECORD_BYTES: usize = 512;

/// Claims to judge, all of them good.
pub(crate) struct Signatures {
    claims: Vec<Claim>,
    secret: SecretKey,
}

impl Signatures {
    /// Signs `count` texts, each with the key of the next signer.
    pub(crate) fn new(signers: &[Signer], count: usize) -> Result<Self> {
        let claim = |n: usize| {
            let signer = &signers[n % signers.len()];
            let mut message = n.to_be_bytes().to_vec();
            message.resize(MESSAGE_BYTES, 0);
            let signature = signer.secret.sign(&message);
            Ok(Claim { key: signer.secret.public().sound()?, message, signature })
        };
        Ok(Self { claims: (0..count).map(claim).collect::<Result<_>>()?, secret: signers[0].secret.clone() })
    }

    /// Signatures judged each second in batches of 256, on all cores at once.
    pub(crate) fn batches(&self) -> Result<f64> {
        let cores = available_parallelism().map_or(1, usize::from);
        let begun = Instant::now();
        let good = thread::scope(|scope| {
            let judge = || {
                let judged = self.claims.chunks(BATCH).map(verify_members);
                judged.flatten().filter(|good| *good).count()
            };
            let threads: Vec<_> = (0..cores).map(|_| scope.spawn(judge)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum::<usize>()
        });
        ensure!(good == cores * self.claims.len(), "a good signature was refused");
        Ok(rate(good, begun.elapsed()))
    }

    /// Signatures judged each second one by one with the strict rule, on one core.
    pub(crate) fn one_by_one(&self) -> Result<f64> {
        let begun = Instant::now();
        for claim in &self.claims {
            claim.key.verify_strict(&claim.message, &claim.signature)?;
        }
        Ok(rate(self.claims.len(), begun.elapsed()))
    }

    /// Signatures made each second, on one core.
    pub(crate) fn sign(&self) -> Result<f64> {
        let begun = Instant::now();
        let odd = self.claims.iter().filter(|claim| self.secret.sign(&claim.message).0 == [0; 64]).count();
        ensure!(odd == 0, "a signature of zeros was made");
        Ok(rate(self.claims.len(), begun.elapsed()))
    }
}

/// A file that grows by small records, each synced before the next.
pub(crate) struct BareFile(File);

impl BareFile {
    /// Makes the file.
    pub(crate) fn create(dir: &Path) -> Result<Self> {
        Ok(Self(OpenOptions::new().create(true).append(true).open(dir.join("bare"))?))
    }

    /// Appends one record and syncs it; how long that took.
    pub(crate) fn sync_one(&mut self) -> Result<Duration> {
        let begun = Instant::now();
        self.0.write_all(&[0x5a; RECORD_BYTES])?;
        self.0.sync_data()?;
        Ok(begun.elapsed())
    }

    /// Syncs each second over `count` records, and how long each took in microseconds.
    pub(crate) fn syncs(&mut self, count: usize) -> Result<(f64, Vec<f64>)> {
        let begun = Instant::now();
        let times = (0..count).map(|_| self.sync_one().map(micros)).collect::<Result<Vec<_>>>()?;
        Ok((rate(count, begun.elapsed()), times))
    }
}
