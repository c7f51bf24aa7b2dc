//! Founding a community and keeping its recovery words, as a coordinator would on paper.

use super::{Node, run};
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

/// Founds a community in `dir`; gives its node and the file with its recovery words, which lies beside the directory.
///
/// # Errors
/// When it cannot be founded.
pub fn found_with_words(dir: &Path, name: &str) -> Result<(Node, PathBuf)> {
    let text = dir.to_str().context("a directory of a test has a plain name")?;
    let founded = run(&["init", "--dir", text, "--name", name, "--json"])?.ok()?.json()?;
    let list = founded["recovery_words"].as_array().context("no words were shown")?;
    let list: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
    let words = dir.with_extension("words");
    fs::write(&words, list.join("\n"))?;
    fs::set_permissions(&words, fs::Permissions::from_mode(0o600))?;
    Ok((Node::in_dir(dir, name, &[]), words))
}
