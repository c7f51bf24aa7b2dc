//! What the protocol is built from.

use crate::source::{Problem, Source};

/// The manifest that is judged.
const MANIFEST: &str = "protocol/Cargo.toml";

/// Everything the protocol may depend on: encodings, arithmetic on keys, errors. None of these
/// opens a file or a socket, reads a clock, or draws randomness unasked.
const ALLOWED: [&str; 16] = [
    "aes",
    "bs58",
    "chacha20poly1305",
    "cid",
    "curve25519-dalek",
    "data-encoding",
    "ed25519-dalek",
    "hkdf",
    "serde",
    "serde_bytes",
    "serde_ipld_dagcbor",
    "sha2",
    "strum",
    "thiserror",
    "ulid",
    "zeroize",
];

/// The tables that end up in whoever uses the protocol. What only its tests use is free.
const TABLES: [&str; 2] = ["dependencies", "build-dependencies"];

/// The problems of the protocol's manifest.
pub(crate) fn check(files: &[Source]) -> Vec<Problem> {
    let Some(file) = files.iter().find(|file| file.path == MANIFEST) else {
        let missing = Source { path: MANIFEST.to_owned(), text: String::new() };
        return vec![missing.problem(1, "the protocol's manifest is missing.")];
    };
    let manifest: toml::Table = match file.text.parse() {
        Ok(manifest) => manifest,
        Err(error) => {
            return vec![file.problem(1, format!("this is not a manifest ({error}); mend it."))];
        }
    };
    let mut names = dependencies(&manifest);
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    for target in targets.into_iter().flat_map(toml::Table::values) {
        names.extend(target.as_table().map(dependencies).unwrap_or_default());
    }
    names
        .into_iter()
        .filter(|name| !ALLOWED.contains(&name.as_str()))
        .map(|name| {
            let advice = format!(
                "the protocol may not depend on `{name}`: do this in the node, or, if it is pure, add it to ALLOWED in tests/tidy/manifest.rs and say why."
            );
            file.problem(line_of(&file.text, &name), advice)
        })
        .collect()
}

/// The names of the packages behind the dependencies, renamed ones by their true name.
fn dependencies(table: &toml::Table) -> Vec<String> {
    let lists = TABLES.iter().filter_map(|name| table.get(*name)?.as_table());
    lists
        .flatten()
        .map(|(key, value)| {
            let package = value.get("package").and_then(toml::Value::as_str);
            package.unwrap_or(key).to_owned()
        })
        .collect()
}

/// The line that names a dependency, for the reader's convenience.
fn line_of(text: &str, name: &str) -> usize {
    text.lines().position(|line| line.contains(name)).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(text: &str) -> Vec<String> {
        let problems = check(&[Source::planted(MANIFEST, text)]);
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_allowed_ones_and_the_tests_own_pass() {
        let text = "[dependencies]\nserde.workspace = true\nsha2 = \"0.11\"\n\
                    [dev-dependencies]\nproptest = \"1\"\n";
        assert_eq!(advice(text), [""; 0]);
    }

    #[test]
    fn any_other_is_caught_wherever_it_hides() {
        for text in [
            "[dependencies]\ntokio.workspace = true\n",
            "[dependencies]\nserde = { package = \"tokio\", version = \"1\" }\n",
            "[build-dependencies]\ntokio = \"1\"\n",
            "[target.'cfg(unix)'.dependencies]\ntokio = \"1\"\n",
        ] {
            let said = advice(text);
            assert_eq!(said.len(), 1, "{text}");
            assert!(said[0].starts_with("protocol/Cargo.toml:2: "), "{}", said[0]);
            assert!(said[0].contains("`tokio`"), "{}", said[0]);
        }
    }

    #[test]
    fn a_missing_or_broken_manifest_is_a_problem_and_not_a_pass() {
        assert_eq!(check(&[]).len(), 1);
        assert_eq!(advice("[dependencies").len(), 1);
    }
}
