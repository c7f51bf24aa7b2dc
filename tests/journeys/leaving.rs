//! Somebody leaves, and is forgotten.

use crate::street::Street;
use anyhow::{Result, ensure};
use kith_tests::cluster::run;
use std::{fs, path::Path};

/// What of Joe must be nowhere: his name, his telephone number, and what was written down of him.
const JOE: [&str; 3] = ["Joe Bell", "020 7946 0002", "Mended the brakes"];

/// Joe leaves and wants to be forgotten. Afterwards nothing in the directory tells of him, and the ledger is still sound.
pub(crate) fn leave(street: &mut Street) -> Result<()> {
    let joe = street.person("Joe");
    joe.go("/home")?.press("Me")?.press("Leave the community")?;
    joe.press("Go on")?.says("Choose what we do with your name.")?;
    joe.choose("Forget my name, phone and notes for good")?;
    joe.press("Go on")?.says("Do you really want to leave?")?;
    joe.press("Leave now")?.says("You have left")?;
    joe.go("/home")?.says("Sign in to see this page.")?;
    let rosa = street.person("Rosa");
    rosa.go("/members")?.never("Joe Bell")?;
    rosa.go("/find?q=bikes")?.never("I can mend bikes")?;
    street.person("Amina").go("/statement")?.never("Joe")?.never("Mended the brakes")?;

    street.elm().stop_gracefully()?;
    for secret in JOE {
        let found = holding(&street.dir("elm"), secret.as_bytes())?;
        ensure!(found.is_empty(), "{secret:?} is still in {found:?}");
    }
    let (dir, out) = (street.dir("elm"), street.dir("elm.car"));
    let text = |path: &Path| path.display().to_string();
    run(&["ledger", "export", "--dir", &text(&dir), "--out", &text(&out)])?.ok()?;
    run(&["verify", &text(&out)])?.ok()?;
    Ok(())
}

/// Files below a folder that hold these bytes.
fn holding(folder: &Path, bytes: &[u8]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(holding(&path, bytes)?);
        } else if fs::read(&path)?.windows(bytes.len()).any(|window| window == bytes) {
            found.push(path.display().to_string());
        }
    }
    Ok(found)
}
