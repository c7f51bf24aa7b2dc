#![expect(clippy::unwrap_used, reason = "tests")]

mod notices;

use super::*;
use crate::{
    config::Mail,
    people::Person,
    runtime::{desk::PaperCode, office::Forgotten},
    trial::{Trial, listing},
    web::browser::{Browser, serve},
};
use kith_protocol::{id::MemberId, shelf::Item};
use std::{
    os::unix::fs::PermissionsExt as _,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// The longest that anything here may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// What a server is to answer to the end of a letter, in turn; the last for ever.
type Answers = Arc<Mutex<Vec<&'static str>>>;

/// Letters as they arrived: whom for, and the words.
type Letters = Arc<Mutex<Vec<(String, String)>>>;

/// A mail server that takes letters (RFC 5321), signs anybody in who knows the password, and answers as it is told.
struct Server {
    port: u16,
    letters: Letters,
    answers: Answers,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn talk(stream: TcpStream, letters: Letters, answers: Answers) -> Option<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 here\r\n").await.ok()?;
    let (mut to, mut line) = (String::new(), String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return Some(());
        }
        let word = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match word.as_str() {
            "EHLO" => "250-here\r\n250 AUTH PLAIN\r\n",
            // NUL kith NUL word of the test, in base 64.
            "AUTH" if line.contains("AGtpdGgAd29yZA==") => "235 welcome\r\n",
            "AUTH" => "535 no\r\n",
            "RCPT" => {
                to = line.trim().to_owned();
                "250 fine\r\n"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.ok()?;
                let mut words = String::new();
                loop {
                    line.clear();
                    stream.read_line(&mut line).await.ok()?;
                    if line == ".\r\n" {
                        break;
                    }
                    words.push_str(&line);
                }
                let answer = {
                    let mut answers = answers.lock().unwrap();
                    if answers.len() > 1 { answers.remove(0) } else { answers[0] }
                };
                if answer.starts_with('2') {
                    letters.lock().unwrap().push((to.clone(), words));
                }
                answer
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await.ok()?;
                return Some(());
            }
            _ => "250 fine\r\n",
        };
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

impl Server {
    async fn begin(answers: &[&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (letters, answers) = (Letters::default(), Arc::new(Mutex::new(answers.to_vec())));
        let (kept, told) = (Arc::clone(&letters), Arc::clone(&answers));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, Arc::clone(&kept), Arc::clone(&told)));
            }
        });
        Self { port, letters, answers, task }
    }

    fn settings(&self) -> Settings {
        let mail = Mail {
            server: "127.0.0.1".into(),
            port: self.port,
            tls: MailTls::None,
            from: "kith@example.org".into(),
            ..Mail::default()
        };
        Settings { mail, ..Settings::default() }
    }

    fn arrived(&self) -> Vec<(String, String)> {
        self.letters.lock().unwrap().clone()
    }

    /// Waits for that many letters.
    async fn until(&self, count: usize) -> Vec<(String, String)> {
        let waited = async {
            while self.arrived().len() < count {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(DEADLINE, waited).await.expect("letters arrive");
        self.arrived()
    }
}

async fn with_address(trial: &Trial, member: MemberId, name: &str, email: &str) {
    let person = Person { name: name.into(), email: Some(email.into()), ..Person::default() };
    assert!(trial.handle().change_person(member, person).await.unwrap());
}

/// The code that stands by itself on a line of a letter.
fn code_in(letter: &str) -> PaperCode {
    letter.lines().find_map(|line| PaperCode::parse(line.trim())).expect("a code")
}

async fn waiting(trial: &Trial) -> usize {
    let letters =
        trial.handle().papers(|paper| matches!(paper, crate::runtime::office::Paper::Letter(_)).then_some(()));
    letters.await.unwrap().len()
}

async fn ask_for_code(browser: &mut Browser, address: &str) -> crate::web::browser::Shown {
    let form = browser.get("/sign-in/email").await.form("/sign-in/email").with(&[("email", address)]);
    browser.send(form, "check").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_comes_by_mail_and_nobody_learns_who_is_here() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    with_address(&trial, ada, "Ada Park", "Ada@Example.org").await;
    let mut browser = Browser::new(&served);
    // Without a mail server nothing of it is shown.
    browser.get("/sign-in").await.never("by e-mail");
    browser.get("/sign-in/email").await.is(404);

    let server = Server::begin(&["250 taken\r\n"]).await;
    let password = trial.dir.path().join("mail.password");
    std::fs::write(&password, "word\n").unwrap();
    std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o600)).unwrap();
    let mut settings = server.settings();
    (settings.mail.user, settings.mail.password_file) = ("kith".into(), "mail.password".into());
    let mailer = Mailer::new(&settings, trial.dir.path()).unwrap().unwrap().begin(trial.handle());

    browser.get("/sign-in").await.says("Send me a code by e-mail");
    ask_for_code(&mut browser, "not an address").await.is(422).says("Write the whole e-mail address.");
    // A code on paper stays good whoever types an address.
    let paper = PaperCode::from_bytes([7; 16]);
    trial.handle().issue_code(ada, paper.clone()).await.unwrap();
    let known = ask_for_code(&mut browser, "ada@example.ORG").await;
    known.is(200).says("Look into your mail").says("If we know this address");
    let strange = ask_for_code(&mut browser, "nobody@example.org").await;
    let bare = |shown: &crate::web::browser::Shown| shown.body.replace("&#64;", "@");
    assert_eq!(bare(&known), bare(&strange));
    let letters = server.until(1).await;
    let (to, letter) = &letters[0];
    assert!(to.contains("<Ada@Example.org>"), "{to}");
    assert!(
        letter.contains("Subject: Your code for Elm") && letter.contains("From: Elm <kith@example.org>"),
        "{letter}"
    );
    let code = code_in(letter);
    let form = browser.get("/sign-in").await.form("/sign-in").with(&[("code", &code.shown())]);
    browser.send(form.clone(), "check").await.says("Ada.</h1>");
    Browser::new(&served).get("/sign-in").await;
    let mut other = Browser::new(&served);
    let again = other.get("/sign-in").await.form("/sign-in").with(&[("code", &code.shown())]);
    other.send(again, "check").await.is(422).says("This code was used");
    let form = other.get("/sign-in").await.form("/sign-in").with(&[("code", &paper.shown())]);
    other.send(form, "check").await.says("Ada.</h1>");
    // Nothing of the letter is kept, and whoever asks too often is asked to wait.
    tokio::time::timeout(DEADLINE, async {
        while waiting(&trial).await > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
    let mut third = Browser::new(&served);
    let mut last = third.get("/sign-in/email").await;
    for _ in 0..40 {
        last = ask_for_code(&mut third, "nobody@example.org").await;
        if last.status == 422 {
            break;
        }
    }
    last.is(422).says("Too many tries.");
    assert_eq!(server.arrived().len(), 1);
    mailer.abort();
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_fails_is_tried_again_and_one_without_an_address_is_not() {
    let trial = Trial::begin("Elm", false).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    for (member, name, email) in [(ada, "Ada Park", "ada@example.org"), (bo, "Bo Lee", "bo@example.org")] {
        with_address(&trial, member, name, email).await;
    }
    let server = Server::begin(&["451 later for ada@example.org\r\n", "250 taken\r\n"]).await;
    let mailer = Mailer::new(&server.settings(), trial.dir.path()).unwrap().unwrap();
    let handle = trial.handle();
    handle.mail_code("ada@example.org", "en").await.unwrap();
    let now = clock::now();
    mailer.round(handle).await.unwrap();
    assert_eq!(server.arrived(), []);
    // It waits for its next time, and then goes; asked again meanwhile, it is still one letter.
    assert_eq!(handle.due_letters(clock::now(), 10).await.unwrap(), []);
    let due = handle.due_letters(now.plus(kith_protocol::time::Span::seconds(90)), 10).await.unwrap();
    assert_eq!(due.iter().map(|(_, letter)| letter.tries).collect::<Vec<_>>(), [1]);
    let (id, letter) = &due[0];
    assert_eq!(mailer.deliver(handle, *id, letter).await.unwrap(), Outcome::Sent);
    assert_eq!((server.arrived().len(), waiting(&trial).await), (1, 0));

    // An address that takes nothing is not tried for ever.
    *server.answers.lock().unwrap() = vec!["550 nobody here\r\n"];
    handle.mail_code("bo@example.org", "en").await.unwrap();
    mailer.round(handle).await.unwrap();
    assert_eq!(waiting(&trial).await, 0);
    // Whoever is forgotten takes their letters along.
    *server.answers.lock().unwrap() = vec!["451 later\r\n"];
    handle.mail_code("bo@example.org", "en").await.unwrap();
    mailer.round(handle).await.unwrap();
    assert_eq!(waiting(&trial).await, 1);
    handle.forget_papers(Forgotten::of(bo)).await.unwrap();
    assert_eq!(waiting(&trial).await, 0);
    // What is too late is not sent, and a server that is not there loses nothing.
    handle.mail_code("ada@example.org", "en").await.unwrap();
    let late = clock::now().plus(crate::runtime::office::CODE_LETTER_STANDS);
    assert_eq!(handle.due_letters(late, 10).await.unwrap(), []);
    assert_eq!(waiting(&trial).await, 0);
    drop(server);
    handle.mail_code("ada@example.org", "en").await.unwrap();
    mailer.round(handle).await.unwrap();
    assert_eq!(waiting(&trial).await, 1);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_weeks_letter_goes_once_to_those_who_want_it() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    for (member, name, email) in [(ada, "Ada Park", "ada@example.org"), (bo, "Bo Lee", "bo@example.org")] {
        with_address(&trial, member, name, email).await;
    }
    trial.publish(7, bo, Item::Offer(listing("Sewing", "Any day", &[]))).await;
    let server = Server::begin(&["250 taken\r\n"]).await;
    let mailer = Mailer::new(&server.settings(), trial.dir.path()).unwrap().unwrap();
    let handle = trial.handle();
    handle.set_mail(true);
    let mut ada_sees = Browser::signed_in(&served, handle, ada).await;
    let week = ada_sees.get("/week").await;
    week.says("It can come to you by e-mail every Monday.").says("Sewing (Garden and pets)");
    let told = ada_sees.send(week.form("/week/letter"), "send").await;
    told.says("It comes to you by e-mail every Monday.").says("The next one comes on a Monday.");

    // The first round after setting up sends nothing by itself.
    mailer.round(handle).await.unwrap();
    assert_eq!(server.arrived(), []);
    let begins = handle.office_rules().await.unwrap().week_sent.unwrap();
    let before = kith_protocol::time::Timestamp(begins.0 - kith_protocol::time::Span::days(7).0);
    handle.set_office_rules(move |rules| rules.week_sent = Some(before)).await.unwrap();
    mailer.round(handle).await.unwrap();
    mailer.round(handle).await.unwrap();
    let letters = server.arrived();
    assert_eq!(letters.len(), 1, "{letters:?}");
    let (to, letter) = &letters[0];
    assert!(to.contains("ada@example.org") && letter.contains("Subject: This week at Elm"), "{letter}");
    assert!(letter.contains("This week for Ada Park") && letter.contains("- Sewing (Garden and pets)"), "{letter}");
    // Those who want no more get no more, also when theirs waits already.
    handle.mail_week(clock::now()).await.unwrap();
    let stop = ada_sees.get("/week").await.form("/week/letter");
    ada_sees.send(stop, "send").await.is(200).says("Your week comes by e-mail no more");
    mailer.round(handle).await.unwrap();
    assert_eq!((server.arrived().len(), waiting(&trial).await), (1, 0));
    // On paper: for the board without names, and for everybody who gets none by e-mail.
    let mut rosa = Browser::signed_in(&served, handle, trial.coordinator).await;
    rosa.get("/paper/week").await.says("Sewing (Garden and pets)").never("Bo Lee");
    rosa.get("/paper/weeks").await.says("This week for Ada Park").says("This week for Bo Lee");
    ada_sees.get("/paper/week").await.is(403);
    ada_sees.get(&format!("/week?for={bo}")).await.is(403);
    trial.running.stop().await;
}

#[test]
fn settings_that_would_give_a_password_away_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mail = |server: &str, tls, from: &str| {
        let mail = Mail { server: server.into(), tls, from: from.into(), ..Mail::default() };
        Settings { mail, ..Settings::default() }
    };
    let refused = |settings: &Settings| Mailer::new(settings, dir.path()).unwrap_err().to_string();
    assert!(Mailer::new(&Settings::default(), dir.path()).unwrap().is_none());
    let far = "mail.example.org";
    assert!(Mailer::new(&mail(far, MailTls::Starttls, "kith@example.org"), dir.path()).unwrap().is_some());
    assert!(refused(&mail(far, MailTls::None, "kith@example.org")).contains("without TLS"));
    assert!(refused(&mail(far, MailTls::Tls, "kith")).contains("no e-mail address"));
    let mut signing = mail(far, MailTls::Tls, "kith@example.org");
    signing.mail.user = "kith".into();
    assert!(refused(&signing).contains("no 'password_file'"));
    signing.mail.password_file = "mail.password".into();
    assert!(refused(&signing).contains("is not there"));
    let password = dir.path().join("mail.password");
    std::fs::write(&password, "word").unwrap();
    std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o644)).unwrap();
    let exposed = refused(&signing);
    assert!(exposed.contains("mail.password") && !exposed.contains("word\""), "{exposed}");
    std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(Mailer::new(&signing, dir.path()).unwrap().is_some());
}
