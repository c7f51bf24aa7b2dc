//! Deliberate breaches of the rules, so that tests can show that they would be caught. Compiled only for tests.

/// Which rules to break.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flaws {
    /// Judge a partnership's limit without what of ours is still undecided.
    pub limit_ignores_undecided: bool,
    /// Sign in the lanes although the partner was not asked what it holds.
    pub signs_without_resume: bool,
    /// Answer any request to resume, whatever session it was made for and however often it was answered.
    pub resumes_outside_session: bool,
}
