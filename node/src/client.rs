//! A client of the API, for the command line and the demonstration. It blocks; use one a thread.

use crate::api::types::Problem;
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;
use thiserror::Error;
use zeroize::Zeroizing;

/// The largest answer read into memory; exports are streamed past it.
const MAX_ANSWER_BYTES: u64 = 64 * 1024 * 1024;
/// How long to wait for an answer. A node answers in milliseconds; a large import may take longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why a request was not answered as hoped.
#[derive(Debug, Error)]
pub enum ClientError {
    /// The node refused, and said why.
    #[error("{}", .0.detail)]
    Refused(Problem),
    /// The node could not be reached.
    #[error("no answer from {url}: {why}. Is the node running? Start it with `kith serve`")]
    Unreachable {
        /// Where it was looked for.
        url: String,
        /// What the system said.
        why: String,
    },
    /// The answer could not be read.
    #[error("the answer from {url} cannot be read: {why}. Are both programs of the same version?")]
    Unreadable {
        /// Whose answer.
        url: String,
        /// What was wrong.
        why: String,
    },
}

impl ClientError {
    /// The code of the refusal, if it was one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(problem) => Some(&problem.code),
            Self::Unreachable { .. } | Self::Unreadable { .. } => None,
        }
    }
}

/// One node's API.
#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
    token: Option<Zeroizing<String>>,
}

impl Client {
    /// A client of the node at `base`, such as `http://127.0.0.1:8380`.
    #[must_use]
    pub fn new(base: &str, token: Option<Zeroizing<String>>) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .max_idle_connections_per_host(64)
            .build();
        Self { agent: config.into(), base: base.trim_end_matches('/').to_owned(), token }
    }

    /// The node's address.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Reads something.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        let mut request = self.agent.get(self.url(path));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {}", token.as_str()));
        }
        self.read(path, request.call())
    }

    /// Writes something. With a `key`, sending it twice has one effect.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn post<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
        key: Option<&str>,
    ) -> Result<T, ClientError> {
        self.send(self.agent.post(self.url(path)), path, body, key)
    }

    /// Replaces something.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn put<B: Serialize, T: DeserializeOwned>(&self, path: &str, body: &B) -> Result<T, ClientError> {
        self.send(self.agent.put(self.url(path)), path, body, None)
    }

    /// Withdraws something.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        let mut request = self.agent.delete(self.url(path));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {}", token.as_str()));
        }
        self.read(path, request.call())
    }

    /// Reads something large straight into a writer; gives the number of bytes.
    ///
    /// # Errors
    /// [`ClientError`], also when the writer fails.
    pub fn download(&self, path: &str, into: &mut dyn std::io::Write) -> Result<u64, ClientError> {
        let mut request = self.agent.get(self.url(path)).config().timeout_global(None).build();
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {}", token.as_str()));
        }
        self.stream(path, request.call(), into)
    }

    /// Asks for something large to be made, and reads it straight into a writer; gives the number of bytes.
    ///
    /// # Errors
    /// [`ClientError`], also when the writer fails.
    pub fn fetch<B: Serialize>(&self, path: &str, body: &B, into: &mut dyn std::io::Write) -> Result<u64, ClientError> {
        let mut request = self.agent.post(self.url(path)).config().timeout_global(None).build();
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {}", token.as_str()));
        }
        let bytes = serde_json::to_vec(body).map_err(|e| self.unreadable(path, &e))?;
        self.stream(path, request.content_type("application/json").send(&bytes[..]), into)
    }

    fn stream(
        &self,
        path: &str,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
        into: &mut dyn std::io::Write,
    ) -> Result<u64, ClientError> {
        let response = answer.map_err(|e| self.unreachable(&e))?;
        if !response.status().is_success() {
            return Err(self.problem(path, response));
        }
        let mut body = response.into_body().into_reader();
        std::io::copy(&mut body, into).map_err(|e| self.unreadable(path, &e))
    }

    fn send<B: Serialize, T: DeserializeOwned>(
        &self,
        mut request: ureq::RequestBuilder<ureq::typestate::WithBody>,
        path: &str,
        body: &B,
        key: Option<&str>,
    ) -> Result<T, ClientError> {
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {}", token.as_str()));
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let bytes = serde_json::to_vec(body).map_err(|e| self.unreadable(path, &e))?;
        self.read(path, request.content_type("application/json").send(&bytes[..]))
    }

    fn read<T: DeserializeOwned>(
        &self,
        path: &str,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<T, ClientError> {
        let mut response = answer.map_err(|e| self.unreachable(&e))?;
        if !response.status().is_success() {
            return Err(self.problem(path, response));
        }
        let body = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_vec();
        let bytes = body.map_err(|e| self.unreadable(path, &e))?;
        serde_json::from_slice(&bytes).map_err(|e| self.unreadable(path, &e))
    }

    fn problem(&self, path: &str, mut response: ureq::http::Response<ureq::Body>) -> ClientError {
        let status = response.status();
        let body = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_vec().unwrap_or_default();
        match serde_json::from_slice(&body) {
            Ok(problem) => ClientError::Refused(problem),
            Err(_) => self.unreadable(path, &status),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn unreachable(&self, why: &ureq::Error) -> ClientError {
        ClientError::Unreachable { url: self.base.clone(), why: why.to_string() }
    }

    fn unreadable(&self, path: &str, why: &dyn std::fmt::Display) -> ClientError {
        ClientError::Unreadable { url: self.url(path), why: why.to_string() }
    }
}
