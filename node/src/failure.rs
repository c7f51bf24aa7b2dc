//! How a command of the program ends when it does not end well: an exit code for scripts, a sentence for people.

use crate::{
    api::types::Problem,
    backup::BackupError,
    client::ClientError,
    config::ConfigError,
    escrow::FetchError,
    import::ImportError,
    local::LocalError,
    network::NetworkError,
    runtime::{CheckpointError, HomeError, StartError, book::RecoverError, export::ExportError},
    serve::ServeError,
    store::StoreError,
};
use kith_protocol::{id::BadId, rejection::Rejection};
use serde::Serialize;
use std::process::ExitCode;

/// The exit codes of the program. They are a promise to scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It is done.
    Done,
    /// A rule said no; nothing was changed.
    Refused,
    /// The command, an option, or a setting is wrong.
    Usage,
    /// The node does not run, cannot be reached, or is too busy: trying again may help.
    Unreachable,
    /// An exported ledger or a backup is not what it says.
    Unverified,
    /// What was asked for is not here.
    NotFound,
    /// The disk refuses, or what is on it is damaged: `EX_IOERR` of sysexits.
    Disk,
}

impl Exit {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Done, Self::Refused, Self::Usage, Self::Unreachable, Self::Unverified, Self::NotFound, Self::Disk];

    /// The number the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::Unverified => 4,
            Self::NotFound => 5,
            Self::Disk => 74,
        }
    }

    /// What it means, for the help.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "it is done",
            Self::Refused => "a rule said no; nothing was changed",
            Self::Usage => "the command, an option or a setting is wrong",
            Self::Unreachable => "the node does not run, cannot be reached, or is too busy",
            Self::Unverified => "the file is not what it says",
            Self::NotFound => "what was asked for is not here",
            Self::Disk => "the disk refuses, or what is on it is damaged",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug, Clone)]
pub struct Failure {
    /// How the process ends.
    pub exit: Exit,
    /// A stable code for programs, in kebab case.
    pub code: String,
    /// What is wrong and what to do.
    pub detail: String,
    /// The answer of the node, if it was the node that refused.
    pub problem: Option<Box<Problem>>,
    /// The ledger entry that is meant, if it is about one.
    pub entry: Option<u64>,
}

/// A failure as JSON: the fields of RFC 9457, and the exit code.
#[derive(Serialize)]
struct Report<'a> {
    r#type: String,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    detail: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<u64>,
    exit: u8,
}

impl Failure {
    /// A failure found by the program itself.
    pub fn new(exit: Exit, code: &str, detail: impl Into<String>) -> Self {
        Self { exit, code: code.to_owned(), detail: detail.into(), problem: None, entry: None }
    }

    /// A wrong command, option or file.
    pub fn usage(detail: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "usage", detail)
    }

    /// A file of the person who gave the command that cannot be read or written.
    #[must_use]
    pub fn file(what: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        let exit = match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Exit::Disk,
            _ => Exit::Usage,
        };
        let path = path.display();
        let advice = "Check the name, and that you may use the file and its folder";
        Self::new(exit, "file", format!("could not {what} {path}: {error}. {advice}"))
    }

    /// An end about which everything was said, or nobody is left to hear it.
    #[must_use]
    pub fn silent(exit: Exit) -> Self {
        Self::new(exit, "silent", "")
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.detail.is_empty()
    }

    /// The failure as a line of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let report = Report {
            r#type: self.problem.as_ref().map_or_else(|| format!("/problems/{}", self.code), |p| p.kind.clone()),
            title: self.problem.as_ref().map_or_else(|| self.exit.meaning(), |p| &p.title),
            status: self.problem.as_ref().map(|p| p.status),
            detail: &self.detail,
            code: &self.code,
            entry: self.entry,
            exit: self.exit.code(),
        };
        serde_json::to_string(&report).expect("texts and numbers can always be written as JSON")
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let detail = error.to_string();
        match error {
            ClientError::Refused(problem) if problem.status == 401 => {
                let detail = "the node wants its admin token. Name its directory with --dir, or the file admin.token in it \
                              with --token-file";
                let known = Self::new(Exit::Usage, &problem.code, detail);
                Self { problem: Some(Box::new(problem)), ..known }
            }
            ClientError::Refused(problem) => {
                let exit = match problem.status {
                    404 => Exit::NotFound,
                    405 | 415 | 421 => Exit::Usage,
                    408 | 429 | 502..=504 => Exit::Unreachable,
                    507 => Exit::Disk,
                    _ => Exit::Refused,
                };
                Self { exit, code: problem.code.clone(), detail, problem: Some(Box::new(problem)), entry: None }
            }
            ClientError::Unreachable { .. } => Self::new(Exit::Unreachable, "unreachable", detail),
            ClientError::Unreadable { .. } => Self::new(Exit::Unreachable, "unreadable-answer", detail),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(Exit::Usage, "settings", error.to_string())
    }
}

impl From<LocalError> for Failure {
    fn from(error: LocalError) -> Self {
        let detail = error.to_string();
        match error {
            LocalError::NotRunning { .. } => Self::new(Exit::Unreachable, "not-running", detail),
            LocalError::NoCommunity { .. } => Self::new(Exit::NotFound, "no-community", detail),
            LocalError::NoToken { .. } | LocalError::BadAddress { .. } => Self::new(Exit::Usage, "usage", detail),
            LocalError::Store(error) => error.into(),
            LocalError::Home(error) => error.into(),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let (exit, code) = match error {
            StoreError::Locked { .. } => (Exit::Refused, "locked"),
            StoreError::SecretExposed { .. } => (Exit::Usage, "secret-exposed"),
            StoreError::NewerFormat { .. } => (Exit::Usage, "newer-format"),
            StoreError::AlreadyExists { .. } => (Exit::Refused, "already-exists"),
            StoreError::CheckpointConflict { .. } => (Exit::Refused, "checkpoint-conflict"),
            StoreError::DiskFull { .. } => (Exit::Disk, "disk-full"),
            _ => (Exit::Disk, "disk"),
        };
        Self::new(exit, code, error.to_string())
    }
}

impl From<HomeError> for Failure {
    fn from(error: HomeError) -> Self {
        let detail = error.to_string();
        match error {
            HomeError::Store(error) => error.into(),
            HomeError::NotFounded(_) => Self::new(Exit::NotFound, "no-community", detail),
            HomeError::AlreadyFounded(_) => Self::new(Exit::Refused, "already-founded", detail),
            HomeError::BadFile(_) => Self::new(Exit::Disk, "damaged", detail),
            HomeError::Random(_) => Self::new(Exit::Disk, "no-randomness", detail),
        }
    }
}

impl From<RecoverError> for Failure {
    fn from(error: RecoverError) -> Self {
        let detail = error.to_string();
        match error {
            RecoverError::Store(error) => error.into(),
            RecoverError::Unreadable(_) | RecoverError::DoesNotFollow { .. } => {
                Self::new(Exit::Disk, "damaged", detail)
            }
        }
    }
}

impl From<CheckpointError> for Failure {
    fn from(error: CheckpointError) -> Self {
        let detail = error.to_string();
        match error {
            CheckpointError::Store(error) => error.into(),
            CheckpointError::Home(error) => error.into(),
            CheckpointError::Unreadable(_) => Self::new(Exit::Disk, "damaged", detail),
            CheckpointError::Shorter { .. } | CheckpointError::Differs(_) => {
                Self::new(Exit::Refused, "checkpoint-conflict", detail)
            }
        }
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        let detail = error.to_string();
        match error {
            ExportError::Store(error) => error.into(),
            ExportError::Output(_) => {
                Self::new(Exit::Disk, "file", format!("{detail}. Make room, or name another place"))
            }
            ExportError::Unreadable(_) | ExportError::Archive(_) | ExportError::Shorter { .. } => {
                Self::new(Exit::Disk, "damaged", detail)
            }
        }
    }
}

impl From<NetworkError> for Failure {
    fn from(error: NetworkError) -> Self {
        Self::new(Exit::Usage, "network", error.to_string())
    }
}

impl From<Rejection> for Failure {
    fn from(error: Rejection) -> Self {
        Self::new(Exit::Refused, error.code(), error.to_string())
    }
}

impl From<BadId> for Failure {
    fn from(error: BadId) -> Self {
        Self::new(Exit::Usage, "bad-id", error.to_string())
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        Self::new(Exit::Usage, "import", error.to_string())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let detail = error.to_string();
        match error {
            StartError::Home(error) => error.into(),
            StartError::Store(error) => error.into(),
            StartError::Recover(error) => error.into(),
            StartError::Checkpoint(error) => error.into(),
            StartError::Network(error) => error.into(),
            StartError::Rule(error) => error.into(),
            StartError::Retired { .. } => Self::new(Exit::Refused, "retired", detail),
            StartError::Thread(_) => Self::new(Exit::Disk, "no-thread", detail),
        }
    }
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        let (code, detail) = (error.code(), error.to_string());
        let exit = match error {
            BackupError::Store(error) => return error.into(),
            BackupError::Home(error) => return error.into(),
            BackupError::Start(error) => return (*error).into(),
            BackupError::Checkpoint(error) => return error.into(),
            BackupError::Rule(error) => return error.into(),
            BackupError::Refused(_)
            | BackupError::NoRecipient { .. }
            | BackupError::NotEmpty { .. }
            | BackupError::TooLarge { .. } => Exit::Refused,
            BackupError::Words(_)
            | BackupError::NoTerminal(_)
            | BackupError::NoWordsFile(_)
            | BackupError::File { .. }
            | BackupError::NotABackup
            | BackupError::WrongWords
            | BackupError::OtherCommunity { .. }
            | BackupError::NewerFormat { .. } => Exit::Usage,
            BackupError::Busy | BackupError::Stopping => Exit::Unreachable,
            BackupError::NoSpace { .. } | BackupError::Output(_) => Exit::Disk,
            BackupError::CutShort
            | BackupError::Changed(_)
            | BackupError::Member { .. }
            | BackupError::Mismatch { .. }
            | BackupError::Unsound(_) => Exit::Unverified,
        };
        Self::new(exit, code, detail)
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        let (code, detail) = (error.code(), error.to_string());
        match error {
            FetchError::Local(error) => error.into(),
            FetchError::Network(error) => error.into(),
            FetchError::Address { .. } => Self::new(Exit::Usage, code, detail),
            FetchError::Thread(_) => Self::new(Exit::Disk, code, detail),
            FetchError::None(heard) => {
                let shown = heard.iter().any(|heard| heard.made_at.is_some());
                Self::new(if shown { Exit::Unverified } else { Exit::Unreachable }, code, detail)
            }
        }
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        let detail = error.to_string();
        match error {
            ServeError::Start(error) => error.into(),
            ServeError::Publish(error) => error.into(),
            ServeError::Bind { .. } => Self::new(Exit::Usage, "address", detail),
            ServeError::Mail(_) => Self::new(Exit::Usage, "mail", detail),
            ServeError::Restore(error) => error.into(),
            ServeError::NotClosed => Self::new(Exit::Unreachable, "not-closed", detail),
        }
    }
}

impl From<anyhow::Error> for Failure {
    /// For errors that were gathered under one roof: those known here keep their exit codes.
    fn from(error: anyhow::Error) -> Self {
        let detail = format!("{error:#}");
        let known = error
            .downcast::<ClientError>()
            .map(Self::from)
            .or_else(|error| error.downcast::<StartError>().map(Self::from))
            .or_else(|error| error.downcast::<StoreError>().map(Self::from))
            .or_else(|error| error.downcast::<ConfigError>().map(Self::from))
            .or_else(|error| error.downcast::<Rejection>().map(Self::from));
        known.unwrap_or_else(|_| Self::new(Exit::Refused, "failed", detail))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn problem(status: u16) -> Problem {
        Problem {
            kind: "/problems/member-floor".into(),
            title: "Below the floor".into(),
            status,
            detail: "that would be too far; ask".into(),
            code: "member-floor".into(),
        }
    }

    #[test]
    fn every_exit_has_its_own_number() {
        let mut codes = Exit::ALL.map(Exit::code).to_vec();
        codes.dedup();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 74]);
    }

    #[test]
    fn answers_of_the_node_become_exit_codes() {
        for (status, exit) in [
            (422, Exit::Refused),
            (409, Exit::Refused),
            (404, Exit::NotFound),
            (401, Exit::Usage),
            (503, Exit::Unreachable),
        ] {
            assert_eq!(Failure::from(ClientError::Refused(problem(status))).exit, exit, "{status}");
        }
    }

    #[test]
    fn a_refusal_is_told_as_the_node_told_it() {
        let failure = Failure::from(ClientError::Refused(problem(422)));
        let json: serde_json::Value = serde_json::from_str(&failure.to_json()).unwrap();
        assert_eq!(json["type"], "/problems/member-floor");
        assert_eq!(json["title"], "Below the floor");
        assert_eq!(json["status"], 422);
        assert_eq!(json["code"], "member-floor");
        assert_eq!(json["exit"], 1);
        let own = Failure::usage("wrong");
        let json: serde_json::Value = serde_json::from_str(&own.to_json()).unwrap();
        assert_eq!((json["type"].as_str(), json.get("status")), (Some("/problems/usage"), None));
    }

    #[test]
    fn errors_from_under_one_roof_keep_their_codes() {
        let locked = StoreError::Locked { path: "/x".into() };
        let wrapped = anyhow::Error::from(StartError::Store(locked)).context("starting the demo");
        assert_eq!(Failure::from(wrapped).code, "locked");
        assert_eq!(Failure::from(anyhow::anyhow!("other")).exit, Exit::Refused);
    }
}
