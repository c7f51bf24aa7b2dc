//! A disk that fills up stops the node by name; with room again it goes on, and nothing it acknowledged is missing.

use anyhow::{Context as _, Result, bail, ensure};
use kith::api::types::{CharterView, Outcome};
use kith_protocol::id::ExchangeId;
use kith_tests::cluster::{Books, Node, Person, Scratch, fresh_exchange, run, say, signed_exchange};
use std::{
    fs::{self, File},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Size of the small disk: two empty databases of sled take about two thirds of it.
const DISK: &str = "size=12m";
/// How many bytes of it are left free, in turn: none; too few for the next page of a database but enough for some records.
const LEFT_FREE: [u64; 3] = [0, 8 * 1024, 200 * 1024];
/// With the exit code that the program promises when the disk refuses.
const EXIT_DISK: i32 = 74;
/// More exchanges than fit on what is left free.
const TOO_MANY: usize = 20_000;

/// A disk in memory that is gone when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where this test may not mount anything.
    fn mount(at: &Path) -> Result<Option<Self>> {
        fs::create_dir_all(at)?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", DISK, "kith-test"]).arg(at).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(mount.status().is_ok_and(|status| status.success()).then(|| Self(at.to_path_buf())))
    }

    /// Fills it up but for `free` bytes. Dropping the file name frees it again.
    fn fill(&self, free: u64) -> Result<PathBuf> {
        let path = self.0.join("ballast");
        let mut file = File::create(&path)?;
        let mut written = 0;
        for block in [64 * 1024, 4_096] {
            let bytes = vec![0x5a; block];
            loop {
                match file.write(&bytes) {
                    Ok(some) => written += some as u64,
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => return Err(error.into()),
                }
            }
        }
        file.set_len(written.saturating_sub(free))?;
        Ok(path)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a node that still dies must not keep it. What cannot be unmounted is in memory only.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Records until the node says no more; gives what it acknowledged.
fn record_until_full(node: &Node, giver: &Person, receiver: &Person) -> Result<Vec<ExchangeId>> {
    let mut acknowledged = Vec::new();
    for _ in 0..TOO_MANY {
        let id = fresh_exchange()?;
        let new = signed_exchange(node, giver, receiver, 1, id)?;
        if node.client().post::<_, Outcome>("/api/v1/exchanges", &new, None).is_err() {
            return Ok(acknowledged);
        }
        acknowledged.push(id);
    }
    bail!("{TOO_MANY} exchanges went onto a full disk")
}

#[test]
fn a_full_disk_stops_the_node_by_name_and_loses_nothing() -> Result<()> {
    let dir = Scratch::new()?;
    let Some(disk) = SmallDisk::mount(&dir.path().join("disk"))? else {
        say(format_args!("left out: a full disk, because nothing may be mounted here"));
        return Ok(());
    };
    let node = Node::found(&disk.0.join("home"), "Elm Street")?;
    node.start()?;
    let (ada, ben) = (Person::join(&node, "Ada")?, Person::join(&node, "Ben")?);
    let wide = CharterView { person_floor_minutes: -1_000_000, ..node.status()?.charter };
    let _: Outcome = node.client().put("/api/v1/charter", &wide)?;
    let mut acknowledged = Vec::new();
    for free in LEFT_FREE {
        let ballast = disk.fill(free)?;
        let more = record_until_full(&node, &ada, &ben)?;
        ensure!(free == 0 || free < 100_000 || !more.is_empty(), "nothing was recorded in {free} free bytes");
        acknowledged.extend(more);
        let ended = node.wait_ended().with_context(|| format!("with {free} bytes free"))?;
        let log = node.log_tail();
        ensure!(ended.code() == Some(EXIT_DISK), "with {free} bytes free it ended with {ended}:\n{log}");
        ensure!(log.contains("the disk is full") && log.contains("Free some space"), "it did not say why:\n{log}");
        fs::remove_file(&ballast)?;
        node.start()?;
        let books = Books::read(&node)?;
        let begun = books.begun();
        let lost = acknowledged.iter().filter(|id| begun.get(*id).is_none_or(|at| at.len() != 1)).count();
        ensure!(lost == 0, "with {free} bytes free {lost} of {} exchanges are missing", acknowledged.len());
        // Only one request at a time was under way, so at most one went in without a word each time.
        ensure!(begun.len() <= acknowledged.len() + LEFT_FREE.len(), "more was recorded than was asked");
        let minutes = i64::try_from(begun.len())?;
        let balances = [node.member(&ada.id)?.balance_minutes, node.member(&ben.id)?.balance_minutes];
        ensure!(balances == [minutes, -minutes], "balances are {balances:?} after {minutes} exchanges");
    }
    let file = dir.path().join("ledger.car");
    node.client().download("/api/v1/ledger/export", &mut File::create(&file)?)?;
    run(&["verify", file.to_str().context("a plain name")?])?.ok()?;
    ensure!(node.stop_gracefully()?.success(), "it does not stop in order any more");
    Ok(())
}
