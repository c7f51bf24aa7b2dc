//! Letters by e-mail, where an operator has set it up: one server that takes them (SMTP, RFC 5321), over TLS. Nothing of
//! whom a letter is for, nor what a server says of them, is ever logged.

use crate::{
    config::{MailTls, Settings},
    runtime::{
        Handle, Refused, clock,
        office::{Letter, LetterKind, Went},
    },
    store::{StoreError, secret::read_secret},
    web::letters::{self, Written},
};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        authentication::Credentials,
        client::{CertificateStore, Tls, TlsParameters},
        extension::ClientId,
        response::{Category, Code, Detail, Severity},
    },
};
use std::{net::IpAddr, path::Path, time::Duration};
use thiserror::Error;
use tokio::task::JoinHandle;

#[cfg(test)]
mod tests;

/// How long one step of a conversation with the server may take: RFC 5321, 4.5.3.2 asks for minutes, where people wait
/// for a code half of one is long.
const STEP_WITHIN: Duration = Duration::from_secs(30);
/// How often it is looked for letters that are due, when nobody says that one is.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Letters sent in one go, before it is looked for newer ones: a code does not wait behind a town's weekly letters.
const A_GO: usize = 10;

/// Why letters cannot be sent with these settings.
#[derive(Debug, Error)]
pub enum MailError {
    /// The sender's address is none.
    #[error("'from' under [mail] is no e-mail address; write one such as \"kith@example.org\"")]
    From,
    /// A password without TLS would be read on its way.
    #[error(
        "[mail] speaks to {0} without TLS; write tls = \"starttls\" or \"tls\". Only a server on this machine may do without"
    )]
    Plain(String),
    /// A user without a password.
    #[error("[mail] has a 'user' and no 'password_file'; name the file that the password stands in")]
    NoPasswordFile,
    /// The file is not there.
    #[error("the 'password_file' of [mail] is not there; write the password into it, and let only its owner read it")]
    NoPassword,
    /// The file cannot be used.
    #[error(transparent)]
    Secret(#[from] StoreError),
    /// The password is no text.
    #[error("the 'password_file' of [mail] is not text in UTF-8; write the password into it, on one line")]
    NotText,
    /// TLS cannot begin.
    #[error("TLS with the server of [mail] cannot be set up; check 'server'")]
    Tls,
}

/// Sends letters.
#[derive(Debug)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// The server has it.
    Sent,
    /// It may go later.
    Later,
    /// It never will: the address takes none.
    Never,
}

fn is_this_machine(server: &str) -> bool {
    let ip = server.trim_matches(['[', ']']).parse::<IpAddr>();
    server == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

/// A refusal of this very letter, rather than of us: RFC 5321, 4.2.3.
fn is_final(code: Code) -> bool {
    let mailbox = code.category == Category::MailSystem
        && matches!(code.detail, Detail::Zero | Detail::One | Detail::Three | Detail::Four);
    code.severity == Severity::PermanentNegativeCompletion && mailbox
}

impl Mailer {
    /// The mailer of these settings; nothing when no server is named. `dir` is where a relative file name begins.
    ///
    /// # Errors
    /// [`MailError`].
    pub fn new(settings: &Settings, dir: &Path) -> Result<Option<Self>, MailError> {
        let mail = &settings.mail;
        if mail.server.is_empty() {
            return Ok(None);
        }
        let from: Address = mail.from.parse().map_err(|_| MailError::From)?;
        let parameters = || {
            let builder = TlsParameters::builder(mail.server.clone()).certificate_store(CertificateStore::WebpkiRoots);
            builder.build_rustls().map_err(|_| MailError::Tls)
        };
        let tls = match mail.tls {
            MailTls::Starttls => Tls::Required(parameters()?),
            MailTls::Tls => Tls::Wrapper(parameters()?),
            MailTls::None if is_this_machine(&mail.server) => Tls::None,
            MailTls::None => return Err(MailError::Plain(mail.server.clone())),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&mail.server)
            .port(mail.port)
            .tls(tls)
            .timeout(Some(STEP_WITHIN))
            .hello_name(ClientId::Domain(from.domain().to_owned()));
        if !mail.user.is_empty() {
            if mail.password_file.as_os_str().is_empty() {
                return Err(MailError::NoPasswordFile);
            }
            let secret = read_secret(&dir.join(&mail.password_file))?.ok_or(MailError::NoPassword)?;
            let password = std::str::from_utf8(&secret).map_err(|_| MailError::NotText)?.trim_end_matches(['\r', '\n']);
            builder = builder.credentials(Credentials::new(mail.user.clone(), password.to_owned()));
        }
        Ok(Some(Self { transport: builder.build(), from }))
    }

    fn message(&self, letter: &Written) -> Option<Message> {
        let to: Address = letter.address.trim().parse().ok()?;
        let builder = Message::builder()
            .from(Mailbox::new(Some(letter.from.clone()), self.from.clone()))
            .to(Mailbox::new(Some(letter.name.clone()).filter(|name| !name.is_empty()), to))
            .subject(&letter.subject)
            .header(ContentType::TEXT_PLAIN);
        builder.body(letter.text.clone()).ok()
    }

    async fn send(&self, letter: &Written) -> Outcome {
        // An address that cannot stand in a letter takes none.
        let Some(message) = self.message(letter) else { return Outcome::Never };
        match self.transport.send(message).await {
            Ok(_) => Outcome::Sent,
            Err(error) => {
                // What the server says may name the address: only its number is written down.
                let code = error.status();
                let status = code.map(|code| code.to_string()).unwrap_or_default();
                let (timeout, tls) = (error.is_timeout(), error.is_tls());
                tracing::warn!(status, timeout, tls, "the mail server did not take a letter");
                if code.is_some_and(is_final) { Outcome::Never } else { Outcome::Later }
            }
        }
    }

    /// Writes one letter and sends it.
    async fn deliver(&self, handle: &Handle, id: [u8; 16], letter: &Letter) -> Result<Outcome, Refused> {
        if letter.going {
            // A stop came while it was sent. It may have arrived, and nobody gets a second one.
            handle.letter_done(id, Went::No).await?;
            return Ok(Outcome::Never);
        }
        let Some(written) = letters::write(handle, letter).await? else {
            handle.letter_done(id, Went::Unwanted).await?;
            return Ok(Outcome::Never);
        };
        if matches!(letter.kind, LetterKind::Notice(_)) && !handle.letter_goes(id).await? {
            return Ok(Outcome::Never);
        }
        let outcome = self.send(&written).await;
        match outcome {
            Outcome::Later => handle.letter_later(id, clock::now(), true).await?,
            Outcome::Sent => handle.letter_done(id, Went::Yes).await?,
            Outcome::Never => handle.letter_done(id, Went::No).await?,
        }
        Ok(outcome)
    }

    /// Asks for the week's letters when their time has come, once for each week. The first week is left out, so that
    /// setting e-mail up sends nothing by itself.
    async fn week(handle: &Handle) -> Result<(), Refused> {
        let now = clock::now();
        let Some(begins) = letters::week_goes_out(now) else { return Ok(()) };
        let rules = handle.office_rules().await?;
        if rules.week_sent.is_some_and(|sent| sent >= begins) {
            return Ok(());
        }
        if rules.week_sent.is_some() {
            let letters = handle.mail_week(begins).await?;
            tracing::info!(letters, "the letters of the week are on their way");
        }
        handle.set_office_rules(move |rules| rules.week_sent = Some(begins)).await
    }

    /// One round: what is due goes out. Gives whether more may be due already.
    async fn round(&self, handle: &Handle) -> Result<bool, Refused> {
        Self::week(handle).await?;
        handle.mail_notices().await?;
        let due = handle.due_letters(clock::now(), A_GO).await?;
        for (id, letter) in &due {
            match self.deliver(handle, *id, letter).await {
                Ok(_) => {}
                Err(Refused::Stopping) => return Err(Refused::Stopping),
                // One that cannot be written now does not stand before the others.
                Err(refused) => {
                    tracing::warn!(%refused, "a letter could not be written");
                    handle.letter_later(*id, clock::now(), false).await?;
                }
            }
        }
        Ok(due.len() == A_GO)
    }

    async fn work(self, handle: Handle) {
        loop {
            match self.round(&handle).await {
                Ok(true) => {}
                Err(Refused::Stopping) => return,
                Ok(false) | Err(_) => {
                    // Whether somebody asks or the time is up, the next round looks for itself.
                    let _ = tokio::time::timeout(LOOK_EVERY, handle.letter_asked()).await;
                }
            }
        }
    }

    /// Sends letters from now on, until the task is aborted. A letter on its way at that moment may arrive twice, but for
    /// that of a notice, which may then not arrive.
    #[must_use]
    pub fn begin(self, handle: &Handle) -> JoinHandle<()> {
        handle.set_mail(true);
        tokio::spawn(self.work(handle.clone()))
    }
}
