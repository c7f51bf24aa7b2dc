//! The reader of backups: the file as it lies there, and what is inside, sealed anew.

use crate::engine::{Target, drive, mark};
use anyhow::{Context as _, Result};
use kith::{
    backup::{make, seal, verify},
    runtime::{Founding, Root, found_with},
};
use kith_protocol::community::Charter;
use kith_tests::cluster::Scratch;
use std::{
    fs,
    io::{Read as _, Write as _},
    path::PathBuf,
};

/// Memory that judging a small backup may cost: the reader's own buffers and an index in memory.
const MEMORY: usize = 128 * 1024 * 1024;

struct Made {
    _dir: Scratch,
    root: Root,
    file: PathBuf,
    scratch: PathBuf,
}

fn made() -> Result<Made> {
    let dir = Scratch::new()?;
    let root = Root::random()?;
    let home = dir.path().join("home");
    let founding = Founding { charter: Charter::new("Elm".to_owned(), None), coordinator: "Rosa".to_owned() };
    found_with(&home, &founding, &root)?;
    let (file, scratch) = (dir.path().join("elm.age"), dir.path().join("changed.age"));
    make(&home, &file)?;
    verify(&file, &root)?;
    Ok(Made { _dir: dir, root, file, scratch })
}

fn judge(made: &Made, bytes: &[u8]) -> u64 {
    fs::write(&made.scratch, bytes).expect("the scratch directory takes a file");
    match verify(&made.scratch, &made.root) {
        Ok(_) => 1,
        Err(why) => mark(&format!("{why}").replace(&made.scratch.display().to_string(), "")),
    }
}

#[test]
fn backups_as_they_lie_there() -> Result<()> {
    let made = made()?;
    let good = fs::read(&made.file)?;
    let whole = good.clone();
    let run = |bytes: &[u8]| {
        let ended = judge(&made, bytes);
        assert!(ended != 1 || bytes == whole, "a changed backup is taken for a good one");
        ended
    };
    drive(Target { name: "backups", corpus: vec![good], memory: MEMORY, run: &run })
}

/// Whoever knows the recipient can seal anything: what is inside is judged, too.
#[test]
fn backups_sealed_anew() -> Result<()> {
    let made = made()?;
    let decryptor = age::Decryptor::new(fs::File::open(&made.file)?)?;
    let identity = seal::identity(&made.root);
    let mut inside = Vec::new();
    decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity))?.read_to_end(&mut inside)?;
    let recipient = seal::recipient(&made.root);
    let sealed = |bytes: &[u8]| -> Result<Vec<u8>> {
        let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))?;
        let mut out = Vec::new();
        let mut writer = encryptor.wrap_output(&mut out)?;
        writer.write_all(bytes)?;
        writer.finish()?;
        Ok(out)
    };
    let whole = inside.clone();
    let run = |bytes: &[u8]| {
        let ended = judge(&made, &sealed(bytes).expect("anything can be sealed"));
        assert!(ended != 1 || bytes == whole, "a changed backup is taken for a good one");
        ended
    };
    ensure_good(run(&inside))?;
    drive(Target { name: "sealed", corpus: vec![inside], memory: MEMORY, run: &run })
}

fn ensure_good(ended: u64) -> Result<()> {
    (ended == 1).then_some(()).context("a good backup is refused")
}
