//! The API keeps the word of its own OpenAPI document: schemathesis makes requests from it, good ones and bad ones, and
//! judges what comes back. `tests/run` installs schemathesis; without it this test is left out there.

use anyhow::{Context as _, Result, ensure};
use kith::{api::types::NewMember, runtime::home};
use kith_protocol::id::MemberId;
use kith_tests::cluster::{Node, Scratch};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Operations of the document below which something is amiss with the document itself.
const OPERATIONS: usize = 80;
/// What is asked of each operation beside its limits, which are always tried: with both runs, a minute on two processors.
const EXAMPLES: &str = "8";

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The program, as `tests/run` installs it.
fn schemathesis() -> Result<PathBuf> {
    let tools = std::env::var_os("KITH_TOOLS").map_or_else(|| checkout().join("target/tools"), PathBuf::from);
    let found = tools.join("python/bin/schemathesis");
    found.canonicalize().with_context(|| format!("{} is not installed; ./tests/run installs it", found.display()))
}

/// Asks a node whatever the document lets it ask. Gives what was said about it.
fn ask(node: &Node, scratch: &Path, config: &str, options: &[&str]) -> Result<String> {
    let file = scratch.join("schemathesis.toml");
    let common = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemathesis.toml"))?;
    fs::write(&file, common + config)?;
    let token = home::admin_token(&node.dir)?.context("the node has an admin token")?;
    let ran = Command::new(schemathesis()?)
        .arg("--config-file")
        .arg(&file)
        .arg("run")
        .arg(format!("{}/api/v1/openapi.json", node.url()))
        .args(["--no-color", "--generation-database", "none", "--workers", "2", "--max-examples", EXAMPLES])
        .args(options)
        .env("KITH_ADMIN_TOKEN", token.as_str())
        .current_dir(scratch)
        .output()
        .context("schemathesis cannot be started")?;
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    let wrong = String::from_utf8_lossy(&ran.stderr).into_owned();
    ensure!(ran.status.success(), "the API does not keep the word of its document:\n{said}{wrong}");
    Ok(said)
}

/// How many operations were asked.
fn tested(said: &str) -> usize {
    let line = said.lines().find_map(|line| line.trim().strip_prefix("Tested:"));
    line.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

#[test]
fn every_operation_keeps_the_word_of_the_document() -> Result<()> {
    let scratch = Scratch::new()?;
    let node = Node::found(&scratch.path().join("elm"), "Elm")?;
    node.start()?;
    let said = ask(&node, scratch.path(), "", &[])?;
    ensure!(tested(&said) > OPERATIONS, "hardly anything was asked:\n{said}");

    // Ids that mean nothing do not lead far: once more, about a member who is there.
    let member: MemberId = node.admit(&NewMember { name: "Amina K".into(), ..NewMember::default() })?;
    let known = format!(
        "\n[[operations]]\ninclude-path-regex = \"^/api/v1/members/\\\\{{id\\\\}}\"\nparameters = {{ id = \"{member}\" }}\n"
    );
    let options = ["--phases", "fuzzing", "--mode", "positive", "--include-path-regex", r"^/api/v1/members/\{id\}"];
    let said = ask(&node, scratch.path(), &known, &options)?;
    ensure!(tested(&said) > 20, "hardly anything was asked about a member:\n{said}");
    ensure!(node.client().get::<serde_json::Value>("/api/v1/status").is_ok(), "the node no longer answers");
    node.stop_gracefully()?;
    Ok(())
}
