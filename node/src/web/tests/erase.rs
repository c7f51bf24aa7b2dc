//! The drill: whoever leaves and is to be forgotten is found nowhere.

use crate::{
    backup::{restore, stream},
    runtime::{
        Handle, Starting, clock,
        office::{Notice, Paper},
        start,
    },
    trial::{Trial, listing},
    web::browser::{Browser, serve},
};
use kith_protocol::{
    audit::Auditor,
    id::{Digest, MemberId, RecordKey, RequestId},
    shelf::Item,
    time::Span,
};

/// What nobody is to find once Zerubabel Quix is forgotten.
const SECRETS: [&str; 11] = [
    "Zerubabel Quix",
    "ZERUBABEL QUIX",
    "020 7946 7777",
    "quix@example.org",
    "Marmalade lesson",
    "Chutney for the wedding",
    "Private words of Quix",
    "Case of Quix",
    "Quix shouted",
    "Quix sells drills",
    "Quix wrote this soup",
];

/// All that is kept about people, as the node itself reads it.
fn plain(handle: &Handle) -> Vec<u8> {
    let mut all = Vec::new();
    handle.people().each(|_, bytes| all.extend_from_slice(bytes)).unwrap();
    all
}

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|part| part == words.as_bytes())
}

/// Every file below a directory, read whole.
fn all_bytes(dir: &std::path::Path, all: &mut Vec<(std::path::PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all_bytes(&path, all);
        } else if let Ok(bytes) = std::fs::read(&path) {
            all.push((path, bytes));
        }
    }
}

/// Somebody tells coordinators of what somebody else did, made and put up, and never names them as a person.
async fn tell_of(trial: &Trial, bo_sees: &mut Browser, quix: MemberId) {
    let lines = trial.handle().statement(quix, None, 10).await.unwrap();
    let exchange = lines.iter().find_map(|line| line.exchange).unwrap();
    trial.publish(8, quix, Item::Offer(listing("Drilling", "Any day", &[]))).await;
    let now = clock::now();
    let until = now.plus(Span::days(1));
    let notice = Notice { text: "Soup for all".into(), by: quix, at: now, until, circle: None, by_mail: None };
    trial.handle().keep_paper([9; 16], Paper::Notice(notice)).await.unwrap();
    let about = format!("/report?exchange={exchange}");
    bo_sees.get(&format!("/exchange/{exchange}")).await.is(200).says(&about);
    let listed = format!("/report?listing={}/{}", trial.handle().community(), RecordKey([8; 16]));
    let noticed = format!("/report?notice={}", "09".repeat(16));
    for (about, words) in [(about, "Quix shouted"), (listed, "Quix sells drills"), (noticed, "Quix wrote this soup")] {
        let form = bo_sees.get(&about).await.form("/report").with(&[("trouble", "unkind"), ("text", words)]);
        bo_sees.send(form, "send").await.is(200);
    }
}

/// Writes things down about somebody wherever there is a place for it.
async fn leave_traces(trial: &Trial, [rosa, quix_sees, bo_sees]: [&mut Browser; 3], [quix, bo]: [MemberId; 2]) {
    let form = rosa.get("/safety").await.form("/safety").with(&[("notes", "yes")]);
    rosa.send(form, "check").await.is(200);
    for (what, words) in [("note", "Case of Quix"), ("reference", "Friend of Quix")] {
        let path = format!("/members/{quix}/{what}");
        let form = rosa.get(&path).await.form(&path).with(&[("what", words)]);
        rosa.send(form, "check").await.is(200).says(words);
    }
    // They spoke for somebody else, too.
    let path = format!("/members/{bo}/reference");
    let form = rosa.get(&path).await.form(&path).with(&[("what", "ZERUBABEL QUIX, neighbour")]);
    rosa.send(form, "check").await.is(200).says("ZERUBABEL QUIX, neighbour");
    let form = quix_sees.get(&format!("/record/hours?way=received&to=m/{bo}")).await.form("/record/hours");
    quix_sees.whole(form.with(&[("length", "0:45"), ("note", "Marmalade lesson")])).await;
    // This one still waits for the other's yes.
    let form = quix_sees.get(&format!("/record/hours?way=gave&to=m/{bo}")).await.form("/record/hours");
    quix_sees.whole(form.with(&[("length", "0:30"), ("note", "Chutney for the wedding")])).await;
    assert_eq!(trial.handle().look(|machine, _| machine.state().waiting().len()).await.unwrap(), 1);
    trial.publish(7, bo, Item::Offer(listing("Sewing", "Any day", &[]))).await;
    let write = format!("/messages/{bo}?about=l/{}", RecordKey([7; 16]));
    let form = quix_sees.get(&write).await.form("/messages/").with(&[("text", "Private words of Quix")]);
    quix_sees.send(form, "send").await.is(200);
    tell_of(trial, bo_sees, quix).await;
}

async fn backup_of(handle: &Handle) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut chunks = stream(handle, false).await.unwrap();
    while let Some(chunk) = chunks.recv().await {
        bytes.extend(chunk.unwrap());
    }
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_forgotten_is_found_nowhere() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let bo = trial.admit_named(2, "Bo Lee").await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let form = rosa.get("/members/new").await.form("/members/new");
    let form = form.with(&[("name", "Zerubabel Quix"), ("phone", "020 7946 7777"), ("email", "quix@example.org")]);
    let (_, page) = rosa.whole(form).await;
    let quix = page.path.trim_start_matches("/members/").split('?').next().unwrap().parse::<MemberId>().unwrap();
    let mut quix_sees = Browser::signed_in(&served, trial.handle(), quix).await;
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    leave_traces(&trial, [&mut rosa, &mut quix_sees, &mut bo_sees], [quix, bo]).await;
    let before = trial.handle().look(|machine, _| machine.state().ledger().tree().size()).await.unwrap();

    let known = plain(trial.handle());
    for secret in SECRETS {
        assert!(holds(&known, secret), "{secret} was never kept");
    }
    // One of the daily copies from before: it goes when newer ones came, and is sealed until then.
    let daily = trial.dir.path().join("backups");
    std::fs::create_dir_all(&daily).unwrap();
    std::fs::write(daily.join("before.age"), backup_of(trial.handle()).await).unwrap();
    let form = quix_sees.get("/leave").await.form("/leave").with(&[("name", "forget")]);
    let (check, left) = quix_sees.whole(form).await;
    check.says("but not whose they were.").says("what two communities wrote to each other");
    check.says("even if they name whoever left").says("Safety copies from before are sealed.");
    left.says("You have left");
    rosa.get("/members?q=quix").await.says("Nobody found");
    rosa.get(&format!("/members/{quix}/file")).await.is(404);
    let after = trial.handle().look(|machine, _| machine.state().ledger().tree().size()).await.unwrap();
    assert!(after > before);
    // The ledger that is exported verifies, and names nobody.
    let mut judge = Auditor::new();
    let mut ledger = Vec::new();
    let mut chunks = trial.handle().export().await.unwrap();
    while let Some(chunk) = chunks.recv().await {
        let chunk = chunk.unwrap();
        judge.push(&chunk).unwrap();
        ledger.extend(chunk);
    }
    judge.finish().unwrap();
    // A backup made now, brought back elsewhere, has forgotten them too.
    let out = tempfile::tempdir().unwrap();
    let (file, elsewhere) = (out.path().join("a.age"), out.path().join("elsewhere"));
    std::fs::write(&file, backup_of(trial.handle()).await).unwrap();
    restore(&file, &elsewhere, &trial.root, clock::now()).unwrap();
    let kept = plain(trial.handle());
    trial.running.stop().await;
    let again = start(&elsewhere, Starting::listening(Vec::new())).await.unwrap();
    let restored = plain(&again.handle);
    again.stop().await;
    let mut files = vec![("kept".into(), kept), ("restored".into(), restored), ("ledger".into(), ledger)];
    all_bytes(trial.dir.path(), &mut files);
    all_bytes(&elsewhere, &mut files);
    assert!(files.len() > 20);
    for (path, bytes) in &files {
        for secret in SECRETS {
            assert!(!holds(bytes, secret), "{secret} is in {}", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_left_with_their_name_can_still_be_forgotten() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let quix = trial.admit_named(1, "Zerubabel Quix").await;
    let bo = trial.admit_named(2, "Bo Lee").await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let mut quix_sees = Browser::signed_in(&served, trial.handle(), quix).await;
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    leave_traces(&trial, [&mut rosa, &mut quix_sees, &mut bo_sees], [quix, bo]).await;
    let page = format!("/members/{quix}");
    let form = quix_sees.get("/leave").await.form("/leave").with(&[("name", "keep")]);
    quix_sees.whole(form).await.1.says("You have left");
    // Whoever looks for the name finds it, and the way to forget it; nobody else does.
    rosa.get("/members").await.never("Quix");
    rosa.get("/members?q=quix").await.says("Zerubabel Quix").says("Left us").says(&format!("href=\"{page}\""));
    let left = rosa.get(&page).await;
    left.is(200).says("Zerubabel Quix").says("They left us.");
    let form = left.form(&format!("{page}/forget"));
    bo_sees.get(&page).await.is(403);
    let check = rosa.send(form.clone(), "check").await;
    check.is(200).says("Forget Zerubabel Quix for good?").says("even if they name whoever left");
    check.says("but not whose they were.").says("what two communities wrote to each other");
    assert!(holds(&plain(trial.handle()), "Zerubabel Quix"));
    let form = check.form(&format!("{page}/forget"));
    rosa.send(form.clone(), "edit").await.says("They left us.");
    rosa.send(form.clone(), "send").await.is(200).says("The name is forgotten");
    rosa.send(form, "send").await.is(200).says("The name is forgotten");
    for secret in SECRETS {
        assert!(!holds(&plain(trial.handle()), secret), "{secret}");
    }
    rosa.get(&page).await.is(200).says("their name is forgotten");
    // That somebody spoke for Bo stays, and that Bo told of something; by whom and in which words, nobody knows.
    rosa.get(&format!("/members/{bo}/file")).await.says("Somebody").never("neighbour");
    let reports = trial.handle().open_reports().await.unwrap();
    assert!(reports.len() == 3 && reports.iter().all(|(_, report)| report.by == bo && report.text.is_empty()));
    rosa.get("/members?q=quix").await.says("Nobody found");
    // Nobody who is here is forgotten that way.
    let form = rosa.get(&format!("/members/{bo}")).await.form(&format!("/members/{bo}/code"));
    let stolen = crate::web::browser::Form { action: format!("/members/{bo}/forget"), ..form };
    rosa.send(stolen, "send").await.is(404);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_declined_leaves_no_note_that_nobody_could_find() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (quix, bo) = (trial.admit_named(1, "Zerubabel Quix").await, trial.admit_named(2, "Bo Lee").await);
    let mut quix_sees = Browser::signed_in(&served, trial.handle(), quix).await;
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    let mut waiting = Vec::new();
    for note in ["Chutney for the wedding", "Marmalade lesson", "Quince jelly"] {
        let form = quix_sees.get(&format!("/record/hours?way=gave&to=m/{bo}")).await.form("/record/hours");
        quix_sees.whole(form.with(&[("length", "0:30"), ("note", note)])).await;
        let ids = trial.handle().look(|machine, _| machine.state().waiting().keys().copied().collect::<Vec<_>>());
        waiting.extend(ids.await.unwrap().into_iter().find(|id| !waiting.contains(id)));
    }
    let [chutney, marmalade, quince] = waiting[..] else { panic!("three wait") };
    let decline = format!("/exchange/{chutney}/decline");
    let form = bo_sees.get(&decline).await.form("/exchange/");
    bo_sees.send(form, "send").await.is(200);
    let known = plain(trial.handle());
    assert!(!holds(&known, "Chutney for the wedding") && holds(&known, "Marmalade lesson"));
    // What was sent before is not done to another exchange, and takes its note away no more than the hours.
    let request = Some((RequestId([3; 16]), Digest([3; 32])));
    trial.handle().decline(request, marmalade).await.unwrap();
    trial.handle().decline(request, quince).await.unwrap();
    let known = plain(trial.handle());
    assert!(!holds(&known, "Marmalade lesson") && holds(&known, "Quince jelly"));
    trial.running.stop().await;
}
