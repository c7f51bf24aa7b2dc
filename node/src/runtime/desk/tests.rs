#![expect(clippy::unwrap_used, reason = "tests")]

mod passkeys;

use super::{codes::*, *};
use crate::{store::MemoryIndex, trial::Trial};
use kith_protocol::member::MemberKind;

fn code(n: u8) -> PaperCode {
    PaperCode::from_bytes([n; 16])
}

#[test]
fn codes_forgive_how_they_are_typed_and_nothing_else() {
    for n in 0..=255 {
        let made = code(n);
        let shown = made.shown();
        assert_eq!(shown.len(), 11);
        for typed in [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), format!(" {shown}\n")] {
            assert_eq!(PaperCode::parse(&typed), Some(made.clone()), "{typed}");
        }
        assert_eq!(PaperCode::parse(&shown[1..]), None);
        assert_eq!(PaperCode::parse(&format!("{shown}B")), None);
    }
    for bad in ["", "AAAAA-AAAAA", "B1B1B-B1B1B", "ééééééééééé", "-----------"] {
        assert_eq!(PaperCode::parse(bad), None, "{bad}");
    }
    assert_ne!(code(1), code(2));
    assert_eq!(format!("{:?}", code(1)), "PaperCode");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_opens_one_session_and_a_new_one_replaces_it() {
    let trial = Trial::begin("Elm", false).await;
    let handle = trial.handle();
    let amina = trial.admit(1, MemberKind::Person).await;
    handle.issue_code(amina, code(1)).await.unwrap();
    handle.issue_code(amina, code(2)).await.unwrap();
    assert!(handle.redeem_code(code(1), Device::Phone).await.unwrap().is_none());
    let (token, member) = handle.redeem_code(code(2), Device::Phone).await.unwrap().unwrap();
    assert_eq!(member, amina);
    assert!(handle.redeem_code(code(2), Device::Phone).await.unwrap().is_none());
    // Asked again under the same name, a used code stays used.
    handle.issue_code(amina, code(2)).await.unwrap();
    assert!(handle.redeem_code(code(2), Device::Phone).await.unwrap().is_none());

    let token = SessionToken::parse(token.secret()).unwrap();
    assert_eq!(handle.session(&token).await.unwrap().unwrap().member, amina);
    let open = handle.sessions_of(amina).await.unwrap();
    assert_eq!(
        open.iter().map(|(name, session)| (*name, session.device)).collect::<Vec<_>>(),
        [(token.key(), Device::Phone)]
    );
    assert!(handle.sessions_of(trial.coordinator).await.unwrap().is_empty());
    // Nobody ends the session of another.
    handle.end_sessions(trial.coordinator, Some(token.key())).await.unwrap();
    assert!(handle.session(&token).await.unwrap().is_some());
    handle.end_sessions(amina, Some(token.key())).await.unwrap();
    assert!(handle.session(&token).await.unwrap().is_none());
    let nobody = MemberId([9; 16]);
    assert!(matches!(handle.issue_code(nobody, code(3)).await, Err(Refused::Rule(_))));
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_of_too_many_sessions_ends() {
    let trial = Trial::begin("Elm", false).await;
    let handle = trial.handle();
    let mut tokens = Vec::new();
    for n in 0..12 {
        handle.issue_code(trial.coordinator, code(n)).await.unwrap();
        tokens.push(handle.redeem_code(code(n), Device::Computer).await.unwrap().unwrap().0);
    }
    assert_eq!(handle.sessions_of(trial.coordinator).await.unwrap().len(), 10);
    assert!(handle.session(&tokens[11]).await.unwrap().is_some());
    handle.end_sessions(trial.coordinator, None).await.unwrap();
    assert!(handle.session(&tokens[11]).await.unwrap().is_none());
    trial.running.stop().await;
}

#[test]
fn what_is_over_is_swept_and_the_rest_stays() {
    let rows = Arc::new(MemoryIndex::default());
    let desk = Desk::over(rows.clone());
    let (now, later) = (Timestamp(1_000), Timestamp(1_000).plus(Span::days(181)));
    let member = MemberId([1; 16]);
    let session = |at: Timestamp| Session {
        member,
        device: Device::Phone,
        made_at: now,
        seen_at: now,
        expires_at: at.plus(SESSION_STANDS),
    };
    let put = |name: u8, session: &Session| {
        let name = [name; 32];
        desk.apply(vec![
            (key(part::SESSION, &name), Some(codec::encode(session))),
            (key(part::SESSION_OF, &[&member.0[..], &name].concat()), Some(codec::encode(&now))),
        ])
        .unwrap();
    };
    put(1, &session(now));
    put(2, &session(later));
    let batch = Batch { by: member, made_at: now, exchanges: Vec::new(), people: None };
    desk.apply(vec![(key(part::BATCH, &[1; 16]), Some(codec::encode(&batch)))]).unwrap();
    for form in [part::ASKED, part::LOOKED_AT] {
        desk.apply(vec![(key(form, &[1; 16]), Some(codec::encode(&now)))]).unwrap();
    }
    desk.sweep(now).unwrap();
    assert_eq!(rows.scan(&[], None, 100).unwrap().len(), 7);
    desk.sweep(later).unwrap();
    let left: Vec<Vec<u8>> = rows.scan(&[], None, 100).unwrap().into_iter().map(|(key, _)| key).collect();
    assert_eq!(left, [key(part::SESSION_OF, &[&member.0[..], &[2; 32]].concat()), key(part::SESSION, &[2; 32])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_batches_and_the_contact_are_kept_until_they_are_done() {
    let trial = Trial::begin("Elm", false).await;
    let handle = trial.handle();
    let exchange = ExchangeId([4; 16]);
    let ask = |form: u8| handle.question([form; 16], exchange, trial.coordinator, Reason::Hours);
    assert_eq!(
        (ask(1).await.unwrap(), ask(1).await.unwrap(), ask(2).await.unwrap()),
        (Heard::First, Heard::Before, Heard::Before)
    );
    let asked = handle.questions().await.unwrap();
    assert_eq!((asked[0].0, asked[0].1.reason), (exchange, Reason::Hours));
    handle.answered(exchange).await.unwrap();
    assert!(handle.questions().await.unwrap().is_empty());
    // What was sent before is answered, too; what is asked anew is new.
    assert_eq!((ask(1).await.unwrap(), ask(2).await.unwrap()), (Heard::Answered, Heard::Answered));
    assert!(handle.questions().await.unwrap().is_empty());
    assert_eq!(ask(3).await.unwrap(), Heard::First);
    // The other one's question stands beside it, and one answer is for both.
    let other = handle.question([4; 16], exchange, MemberId([9; 16]), Reason::Never).await.unwrap();
    assert_eq!((other, handle.questions().await.unwrap().len()), (Heard::First, 2));
    handle.answered(exchange).await.unwrap();
    assert!(handle.questions().await.unwrap().is_empty());
    let batch = |made_at| Batch { by: trial.coordinator, made_at, exchanges: vec![exchange], people: None };
    handle.keep_batch([1; 16], batch(clock::now())).await.unwrap();
    handle.keep_batch([2; 16], batch(Timestamp(0))).await.unwrap();
    assert_eq!(handle.batches().await.unwrap().iter().map(|(id, _)| *id).collect::<Vec<_>>(), [[1; 16]]);
    handle.forget_batch([1; 16]).await.unwrap();
    assert!(handle.batches().await.unwrap().is_empty());
    assert_eq!(handle.contact().await.unwrap(), None);
    handle.set_contact(Some("Ring Rosa".into())).await.unwrap();
    assert_eq!(handle.contact().await.unwrap().as_deref(), Some("Ring Rosa"));
    trial.running.stop().await;
}
