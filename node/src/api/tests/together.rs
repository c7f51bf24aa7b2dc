//! Circles, notices, and everything to take along.

use super::nodes::node;
use crate::{api::types::*, backup::tar};
use kith_protocol::id::MemberId;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn circles_are_made_filled_renamed_and_ended() {
    let node = node("Elm").await;
    let (ada, bo) = (node.member("Ada").await, node.member("Bo").await);
    let made: CircleView = node.post("/circles", json!({ "name": "Elm Row" })).await;
    assert_eq!((made.name.as_str(), made.members.len()), ("Elm Row", 0));
    assert_eq!(node.refused("/circles", json!({ "name": "elm row" })).await, "circle-exists");
    assert_eq!(node.refused("/circles", json!({ "name": "" })).await, "bad-text");
    let id = String::from(made.id);
    let at = format!("/circles/{id}");
    let part = |member: &MemberId| format!("{at}/members/{member}");
    let put = |member, coordinator| json!({ "member": member, "coordinator": coordinator });
    node.put::<CircleView>(&part(&ada), put(true, false)).await.unwrap();
    node.put::<CircleView>(&part(&ada), put(true, false)).await.unwrap();
    let led = node.put::<CircleView>(&part(&bo), put(false, true)).await.unwrap();
    assert_eq!((led.members, led.coordinators), (vec![ada], vec![bo]));
    assert!(node.handle.looks_after(bo, ada).await.unwrap() && !node.handle.looks_after(ada, bo).await.unwrap());
    let nobody = MemberId([9; 16]);
    let unknown = node.put::<Value>(&part(&nobody), put(true, false)).await.unwrap_err();
    assert_eq!(unknown.code(), Some("unknown-member"));
    let renamed = node.put::<CircleView>(&at, json!({ "name": "Oak Row" })).await.unwrap();
    assert_eq!(node.get::<Vec<CircleView>>("/circles").await, [renamed]);
    let notice: NoticeView = node.post("/notices", json!({ "text": "Soup", "circle": id, "days": 2 })).await;
    assert_eq!((notice.by, notice.until - notice.at), (node.coordinator, 2 * 86_400_000));
    assert_eq!(node.refused("/notices", json!({ "text": "Soup", "days": 32 })).await, "bad-text");
    let strange = json!({ "text": "Soup", "circle": "00000000000000000000000000000000" });
    assert_eq!(node.refused("/notices", strange).await, "unknown-circle");
    // Without a mail server nothing goes out by e-mail.
    assert_eq!(node.refused("/notices", json!({ "text": "Soup", "by_mail": true })).await, "no-mail");
    node.handle.set_mail(true);
    let mailed: NoticeView = node.post("/notices", json!({ "text": "Tea", "circle": id, "by_mail": true })).await;
    assert_eq!(mailed.by_mail, Some(NoticeMail { letters: None, sent: 0 }));
    node.handle.mail_notices().await.unwrap();
    let told = node.get::<Vec<NoticeView>>("/notices").await;
    assert_eq!(told[0].by_mail, Some(NoticeMail { letters: Some(0), sent: 0 }));
    node.delete::<Outcome>(&format!("/notices/{}", String::from(mailed.id))).await.unwrap();
    let all: NoticeView = node.post("/notices", json!({ "text": "Bread" })).await;
    assert_eq!(node.get::<Vec<NoticeView>>("/notices").await.len(), 2);
    node.delete::<Outcome>(&at).await.unwrap();
    assert_eq!(node.delete::<Outcome>(&at).await.unwrap_err().code(), Some("unknown-circle"));
    // Its notices ended with it.
    assert_eq!(node.get::<Vec<NoticeView>>("/notices").await, std::slice::from_ref(&all));
    let place = format!("/notices/{}", String::from(all.id));
    node.delete::<Outcome>(&place).await.unwrap();
    assert_eq!(node.delete::<Outcome>(&place).await.unwrap_err().code(), Some("unknown-notice"));
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_can_be_taken_along() {
    let node = node("Elm").await;
    node.member("Ada Park").await;
    let bytes = node.download("/export").await;
    let (mut from, mut members) = (bytes.as_slice(), Vec::new());
    while let Some(entry) = tar::next(&mut from).unwrap() {
        let (file, rest) = from.split_at(usize::try_from(entry.size).unwrap());
        if entry.name == "members.csv" {
            members = file.to_vec();
        }
        from = rest;
        tar::skip_padding(&mut from, entry.size).unwrap();
    }
    assert!(String::from_utf8(members).unwrap().contains(",Ada Park,"));
}
