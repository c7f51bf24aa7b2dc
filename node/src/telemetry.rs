//! What the node writes about itself, to standard error: for people on a terminal, a JSON object a line elsewhere.
//!
//! Names, notes and contacts of people are never written, at any level: no code hands them to a log line.

use crate::config::{LogFormat, LogLevel};
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// How much the libraries underneath say: their warnings always, more only when somebody hunts a fault.
const fn filter(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "warn,kith=info",
        LogLevel::Debug => "info,kith=debug",
        LogLevel::Trace => "debug,kith=trace",
    }
}

/// Starts writing, once for the process. A second call changes nothing.
pub fn start(format: LogFormat, level: LogLevel) {
    let terminal = std::io::stderr().is_terminal();
    let writer = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter(level)))
        .with_writer(std::io::stderr)
        .with_target(false);
    let started = match format {
        LogFormat::Auto if !terminal => writer.json().flatten_event(true).try_init(),
        LogFormat::Json => writer.json().flatten_event(true).try_init(),
        LogFormat::Auto | LogFormat::Text => writer.with_ansi(terminal).try_init(),
    };
    if started.is_err() {
        tracing::debug!("lines are written already");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_one_the_filter_understands() {
        for level in [LogLevel::Error, LogLevel::Warn, LogLevel::Info, LogLevel::Debug, LogLevel::Trace] {
            let read = filter(level).parse::<EnvFilter>();
            assert!(read.is_ok(), "{level:?}");
        }
    }
}
