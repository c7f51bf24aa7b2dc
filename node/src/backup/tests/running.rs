//! Backups of a node that goes on meanwhile.

use super::*;
use crate::{
    runtime::{Handle, Refused, StartError, Starting, office::Inside},
    trial::Trial,
};
use kith_protocol::{id::RecordKey, time::Span};

async fn collected(handle: &Handle, handover: bool, path: &Path) -> Result<(), BackupError> {
    let mut chunks = stream(handle, handover).await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.recv().await {
        bytes.extend(chunk.unwrap());
    }
    std::fs::write(path, bytes).unwrap();
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_goes_on_while_it_is_backed_up() {
    let trial = Trial::begin("Rushey Green", false).await;
    let out = tempfile::tempdir().unwrap();
    let path = out.path().join("a.age");
    let handle = trial.handle().clone();
    let working = async {
        for n in 1..=60 {
            trial.admit(n, MemberKind::Person).await;
        }
    };
    let copying = async {
        let mut sizes = Vec::new();
        for _ in 0..4 {
            collected(&handle, false, &path).await.unwrap();
            sizes.push(verify(&path, &trial.root).unwrap().manifest.ledger.size);
        }
        sizes
    };
    let ((), sizes) = tokio::join!(working, copying);
    assert!(sizes.is_sorted(), "{sizes:?}");
    collected(&handle, false, &path).await.unwrap();
    let verified = verify(&path, &trial.root).unwrap();
    assert_eq!(verified.manifest.ledger.size, 61);
    let root = trial.handle().look(|machine, _| machine.state().ledger().tree().root()).await.unwrap();
    assert_eq!(verified.manifest.ledger.root, root);
    drop(handle);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_handed_over_takes_nothing_in_any_more() {
    let trial = Trial::begin("Rushey Green", true).await;
    trial.admit(1, MemberKind::Person).await;
    // What is for members only stays so.
    let inside = Inside { key: RecordKey([7; 16]), until: clock::now().plus(Span::days(30)) };
    trial.handle().keep_inside(vec![inside.clone()]).await.unwrap();
    let out = tempfile::tempdir().unwrap();
    let path = out.path().join("a.age");
    collected(trial.handle(), true, &path).await.unwrap();
    let first = verify(&path, &trial.root).unwrap().manifest;
    assert!(first.handover);
    let (member, by) = (MemberId([2; 16]), trial.coordinator);
    let command = Command::Admit { member, kind: MemberKind::Person, role: Role::Member, key: None, by };
    assert_eq!(trial.handle().command(None, command).await, Err(Refused::Retired));
    // It shows what it has, and gives the same again.
    let size = trial.handle().look(|machine, _| machine.state().ledger().tree().size()).await.unwrap();
    assert_eq!(size, 2);
    collected(trial.handle(), true, &path).await.unwrap();
    assert_eq!(verify(&path, &trial.root).unwrap().manifest.members, first.members);

    trial.running.stop().await;
    let again = Box::pin(runtime::start(trial.dir.path(), Starting::listening(Vec::new()))).await;
    assert!(matches!(again.map(|_| ()), Err(StartError::Retired { .. })));
    let new = out.path().join("new");
    restore(&path, &new, &trial.root, clock::now()).unwrap();
    let back = Box::pin(runtime::start(&new, Starting::listening(Vec::new()))).await.unwrap();
    let here = back.handle.look(|machine, _| machine.state().ledger().members().len()).await.unwrap();
    assert_eq!(here, 2);
    assert_eq!(back.handle.inside().await.unwrap().get(&inside.key), Some(&inside.until));
    back.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daily_backup_is_kept_and_remembered() {
    let trial = Trial::begin("Rushey Green", false).await;
    let now = clock::now();
    assert_eq!(trial.handle().keeper().last(), None);
    let path = Keeper::daily(trial.handle(), now).await.unwrap();
    assert_eq!(path.parent().unwrap(), trial.dir.path().join("backups"));
    assert_eq!(verify(&path, &trial.root).unwrap().manifest.made_at, now);
    assert_eq!(trial.handle().keeper().last(), Some(now));
    let kept = Keeper::new(trial.dir.path(), Policy::default(), now).unwrap();
    assert_eq!(kept.last(), Some(now));
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_backup_is_made_at_a_time_and_a_stop_ends_it() {
    let trial = Trial::begin("Rushey Green", false).await;
    let permit = trial.handle().keeper().begin().unwrap();
    assert!(matches!(stream(trial.handle(), false).await.map(|_| ()), Err(BackupError::Busy)));
    drop(permit);
    trial.handle().keeper().stop();
    let ended = Keeper::daily(trial.handle(), clock::now()).await.map(|_| ()).unwrap_err();
    assert_eq!(ended.code(), "stopping");
    assert_eq!(std::fs::read_dir(trial.dir.path().join("backups")).unwrap().count(), 0);
    let mut chunks = stream(trial.handle(), false).await.unwrap();
    let mut failed = false;
    while let Some(chunk) = chunks.recv().await {
        failed |= chunk.is_err();
    }
    assert!(failed, "what is not whole says so");
    trial.running.stop().await;
}
