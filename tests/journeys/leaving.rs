//! Somebody leaves, and is forgotten.

use crate::street::Street;
use age::x25519;
use anyhow::{Context as _, Result, ensure};
use kith::{backup::seal, runtime::Root};
use kith_tests::cluster::run;
use std::{fs, io::Read as _, path::Path};

/// What of Joe must be nowhere: his name, his telephone number, and what was written down of him.
const JOE: [&str; 4] = ["Joe Bell", "020 7946 0002", "Mended the brakes", "I come to the community hall"];

/// Joe leaves and wants to be forgotten, with his photo. Afterwards nothing in the directory and nothing in a new backup
/// tells of him, and the ledger is still sound.
pub(crate) fn leave(street: &mut Street) -> Result<()> {
    let photo = street.photo.clone().context("Joe's offer had a photo")?;
    let secrets: Vec<&[u8]> = JOE.iter().map(|words| words.as_bytes()).chain([photo.dots()]).collect();
    let before = backup(street, "before")?;
    for secret in &secrets {
        ensure!(holds(&before, secret), "{:?} was never kept", secret.escape_ascii().to_string());
    }

    let joe = street.person("Joe");
    joe.go("/home")?.press("Me")?.press("Leave the community")?;
    joe.press("Go on")?.says("Choose what we do with your name.")?;
    joe.choose("Forget my name, phone and notes for good")?;
    joe.press("Go on")?.says("Do you really want to leave?")?;
    joe.press("Leave now")?.says("You have left")?;
    joe.go("/home")?.says("Sign in to see this page.")?;
    let (rosa, amina) = (street.person("Rosa"), street.person("Amina"));
    rosa.go("/members")?.never("Joe Bell")?;
    rosa.go("/find?q=bikes")?.never("I can mend bikes")?;
    amina.go("/statement")?.never("Joe")?.never("Mended the brakes")?;
    amina.go("/messages")?.never("Joe")?;
    photo.is_gone(amina)?;

    let after = backup(street, "after")?;
    street.elm().stop_gracefully()?;
    for secret in &secrets {
        let shown = secret.escape_ascii().to_string();
        ensure!(!holds(&after, secret), "{shown:?} is still in a new backup");
        let found = holding(&street.dir("elm"), secret)?;
        ensure!(found.is_empty(), "{shown:?} is still in {found:?}");
    }
    let (dir, out) = (street.dir("elm"), street.dir("elm.car"));
    run(&["ledger", "export", "--dir", &text(&dir), "--out", &text(&out)])?.ok()?;
    run(&["verify", &text(&out)])?.ok()?;
    Ok(())
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// A new backup of Elm Street, as whoever has its words reads it.
fn backup(street: &Street, name: &str) -> Result<Vec<u8>> {
    let (dir, out) = (street.dir("elm"), street.dir(name).with_extension("age"));
    run(&["backup", "--dir", &text(&dir), "--out", &text(&out)])?.ok()?;
    let identity = seal::identity(&Root::from_words(&street.words)?);
    let sealed = fs::read(&out)?;
    let mut all = Vec::new();
    let one: &dyn age::Identity = &identity as &x25519::Identity;
    age::Decryptor::new(sealed.as_slice())?.decrypt(std::iter::once(one))?.read_to_end(&mut all)?;
    Ok(all)
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Files below a folder that hold these bytes.
fn holding(folder: &Path, bytes: &[u8]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(holding(&path, bytes)?);
        } else if holds(&fs::read(&path)?, bytes) {
            found.push(path.display().to_string());
        }
    }
    Ok(found)
}
