//! Notices that go out by e-mail, too.

use super::*;
use crate::runtime::office::{ByMail, Forgotten, Notice};
use kith_protocol::time::{Span, Timestamp};

fn notice(trial: &Trial, text: &str, by_mail: Option<ByMail>) -> Notice {
    let at = clock::now();
    Notice { text: text.into(), by: trial.coordinator, at, until: at.plus(Span::days(7)), circle: None, by_mail }
}

async fn mail_of(trial: &Trial, id: [u8; 16]) -> ByMail {
    let all = trial.handle().notices().await.unwrap();
    all.into_iter().find(|(known, _)| *known == id).and_then(|(_, notice)| notice.by_mail).expect("it goes by e-mail")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_goes_by_mail_to_those_who_get_the_weekly_letter() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let cy = trial.admit_named(3, "Cy Dee").await;
    for (member, name, email) in [(ada, "Ada Park", "ada@example.org"), (cy, "Cy Dee", "cy@example.org")] {
        with_address(&trial, member, name, email).await;
    }
    let handle = trial.handle();
    let mut rosa = Browser::signed_in(&served, handle, trial.coordinator).await;
    // Without a mail server nobody is offered it.
    rosa.get("/notices/new").await.never("by e-mail");
    let server = Server::begin(&["250 taken\r\n"]).await;
    let mailer = Mailer::new(&server.settings(), trial.dir.path()).unwrap().unwrap();
    handle.set_mail(true);
    handle.set_weekly(ada, Some("es".into())).await.unwrap();
    // Bo wants letters and has no address.
    handle.set_weekly(bo, Some("en".into())).await.unwrap();
    Browser::signed_in(&served, handle, ada).await.get("/week").await.says("Notices may come by e-mail, too.");

    let form = rosa.get("/notices/new").await.form("/notices/new");
    let (check, shown) = rosa.whole(form.with(&[("text", "Soup on Friday"), ("mail", "yes")])).await;
    check.says("Send it by e-mail, too").says("Yes");
    shown.says("It is sent").says("It goes out by e-mail in a moment.");
    mailer.round(handle).await.unwrap();
    mailer.round(handle).await.unwrap();
    let letters = server.arrived();
    assert_eq!(letters.len(), 1, "{letters:?}");
    let (to, letter) = &letters[0];
    assert!(to.contains("ada@example.org") && letter.contains("Soup on Friday"), "{letter}");
    // In her language, and with the way to stop it.
    assert!(letter.contains("Subject: Un aviso de Elm") && letter.contains("pidi"), "{letter}");
    let page = rosa.get(&shown.path).await;
    page.says("It has gone to 1 person by e-mail.").says("They need it on paper:").never("still wait");
    page.says("<li dir=\"auto\">Bo Lee</li>")
        .says("<li dir=\"auto\">Cy Dee</li>")
        .never("<li dir=\"auto\">Ada Park</li>");
    // Who gets it on paper is nobody else's business.
    let mut ada_sees = Browser::signed_in(&served, handle, ada).await;
    ada_sees.get(&shown.path).await.says("Soup on Friday").never("on paper").never("Bo Lee");
    // Without the tick nothing goes.
    let form = rosa.get("/notices/new").await.form("/notices/new");
    let (_, quiet) = rosa.whole(form.with(&[("text", "Bread")])).await;
    quiet.is(200).never("by e-mail");
    mailer.round(handle).await.unwrap();
    assert_eq!(server.arrived().len(), 1);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_doubles_no_notice_and_what_fails_is_told() {
    let trial = Trial::begin("Elm", false).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let handle = trial.handle();
    for (member, name, email) in [(ada, "Ada Park", "ada@example.org"), (bo, "Bo Lee", "bo@example.org")] {
        with_address(&trial, member, name, email).await;
        handle.set_weekly(member, Some("en".into())).await.unwrap();
    }
    let server = Server::begin(&["250 taken\r\n"]).await;
    let mailer = Mailer::new(&server.settings(), trial.dir.path()).unwrap().unwrap();
    let id = [7; 16];
    handle.post_notice(id, notice(&trial, "Soup", Some(ByMail::default()))).await.unwrap();
    handle.mail_notices().await.unwrap();
    assert_eq!(mail_of(&trial, id).await.letters, Some(2));
    // One letter was on its way when the node stopped: it is not sent again, and the other one is.
    let due = handle.due_letters(clock::now(), 10).await.unwrap();
    assert!(handle.letter_goes(due[0].0).await.unwrap());
    let missed = due[0].1.to;
    mailer.round(handle).await.unwrap();
    assert_eq!((server.arrived().len(), waiting(&trial).await), (1, 0));
    assert_eq!(mail_of(&trial, id).await, ByMail { letters: Some(2), sent: 1, missed: vec![missed] });
    handle.mail_notices().await.unwrap();
    // Sent twice, it is one notice, whose letters went.
    handle.post_notice(id, notice(&trial, "Soup", Some(ByMail::default()))).await.unwrap();
    handle.mail_notices().await.unwrap();
    assert_eq!((mail_of(&trial, id).await.sent, waiting(&trial).await), (1, 0));
    // Whoever is forgotten is named no more.
    handle.forget_papers(Forgotten::of(missed)).await.unwrap();
    assert_eq!(mail_of(&trial, id).await.missed, []);

    // What fails waits and is told as waiting; what waits too long is given up.
    *server.answers.lock().unwrap() = vec!["451 later\r\n", "250 taken\r\n"];
    let id = [8; 16];
    handle.post_notice(id, notice(&trial, "Bread", Some(ByMail::default()))).await.unwrap();
    mailer.round(handle).await.unwrap();
    assert_eq!((mail_of(&trial, id).await.sent, handle.notice_letters_waiting(id).await.unwrap()), (0, 1));
    // A code does not wait behind it.
    handle.mail_code("ada@example.org", "en").await.unwrap();
    handle.mail_code("bo@example.org", "en").await.unwrap();
    let soon = clock::now().plus(Span::seconds(90));
    let kinds = handle.due_letters(soon, 10).await.unwrap().into_iter().map(|(_, letter)| letter.kind);
    let kinds: Vec<LetterKind> = kinds.collect();
    assert_eq!((kinds.first(), kinds.last()), (Some(&LetterKind::Code), Some(&LetterKind::Notice(id))));
    handle.due_letters(Timestamp(soon.0 + Span::days(4).0), 10).await.unwrap();
    assert_eq!((mail_of(&trial, id).await.missed.len(), waiting(&trial).await), (1, 0));
    // Taken down, it goes to nobody.
    let id = [9; 16];
    handle.post_notice(id, notice(&trial, "Tea", Some(ByMail::default()))).await.unwrap();
    handle.mail_notices().await.unwrap();
    handle.take_down(id).await.unwrap();
    mailer.round(handle).await.unwrap();
    assert_eq!((server.arrived().len(), waiting(&trial).await), (1, 0));
    // Its form, sent once more, puts nothing up and writes no letter.
    assert!(!handle.post_notice(id, notice(&trial, "Tea", Some(ByMail::default()))).await.unwrap());
    handle.mail_notices().await.unwrap();
    assert_eq!(waiting(&trial).await, 0);
    assert!(handle.notices().await.unwrap().iter().all(|(known, _)| *known != id));
    trial.running.stop().await;
}
