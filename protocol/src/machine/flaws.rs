//! Deliberate breaches of the rules, so that tests can show that they would be caught. Compiled only for tests.

/// Which rules to break.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flaws {
    /// Judge a partnership's limit without what of ours is still undecided.
    pub limit_ignores_undecided: bool,
}
