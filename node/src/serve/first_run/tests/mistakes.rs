//! A first run with too long and hostile texts, with forms of another run, and on a disk that refuses.

use super::{Browser, Shown, begin, chosen, keep_promises, parts, quiet, words_of};
use crate::web::browser::Form;

const SCRIPT: &str = "<script>alert('x')</script>\"><img src=x>";
/// The same as pages show it.
const AS_TEXT: &str = "&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62;&#34;&#62;&#60;img src=x&#62;";
/// More letters than any field of a first run takes.
const TOO_LONG: usize = 20_000;

/// Sends a form with one field too long: it is said at the top and at the field, and what was written stays there.
async fn refuses_too_long(browser: &mut Browser, form: &Form, fields: &[&str]) {
    let long = "é".repeat(TOO_LONG);
    for field in fields {
        let page = browser.send(form.clone().with(&[(field, &long)]), "check").await;
        page.is(422).says(&format!("<a href=\"#{field}\">")).says(&format!("id=\"{field}-error\""));
        assert!(page.title().starts_with("Mistake:"), "{}", page.title());
        assert_eq!(page.form(&form.action).get(field), long, "{} loses {field}", form.action);
    }
}

/// Looks at the words on the sheet, and types in those that are asked back.
async fn asked_back(browser: &mut Browser, sheet: &Shown) -> Form {
    let words = words_of(sheet);
    let asked = [("word-5", words[4].as_str()), ("word-18", &words[17])];
    browser.get("/setup/check").await.form("/setup/check").with(&asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_is_refused_and_scripts_are_text() {
    let dir = tempfile::tempdir().unwrap();
    let first = begin(dir.path(), &quiet()).await.unwrap().unwrap();
    let (base, path) = parts(&first);
    let mut rosa = Browser::at(&base);
    chosen(&mut rosa, &path, "new").await;
    for (page, fields) in [("/setup/invitation", &["text"][..]), ("/setup/partners", &["addresses"])] {
        let form = rosa.get(page).await.form(page);
        refuses_too_long(&mut rosa, &form, fields).await;
    }
    let hostile = [("name", SCRIPT), ("coordinator", SCRIPT), ("contact", SCRIPT), ("zone", "London")];
    let form = rosa.get("/setup/name").await.form("/setup/name").with(&hostile);
    refuses_too_long(&mut rosa, &form, &["name", "area", "zone", "coordinator", "contact"]).await;
    // What was filled in comes back as text, too.
    let back = rosa.send(form.clone().with(&[("zone", SCRIPT)]), "check").await;
    assert_eq!(back.is(422).never("<script>").never("<img").body.matches(AS_TEXT).count(), 4);
    let charter = rosa.send(form, "check").await;
    let form = charter.is(200).form("/setup/charter").with(&[("benefits", SCRIPT)]);
    refuses_too_long(&mut rosa, &form, &["floor", "organisations", "ceiling", "longest", "benefits"]).await;
    let sheet = rosa.send(form, "check").await;
    sheet.is(200).never("<script>").never("<img").says(AS_TEXT);
    let form = asked_back(&mut rosa, &sheet).await;
    refuses_too_long(&mut rosa, &form, &["word-5", "word-18"]).await;
    let done = rosa.send(form, "check").await;
    done.is(200).says("Your community is there").never("<script>").never("<img");

    let founded = first.founded().await;
    let node = Box::pin(first.on(dir.path(), &quiet(), None)).await.unwrap();
    keep_promises(&node, founded).await;
    let link = done.links().into_iter().find(|link| link.starts_with("/sign-in")).unwrap();
    let door = rosa.get(&link).await;
    rosa.send(door.form("/sign-in"), "check").await.is(200);
    for path in ["/today", "/home", "/members", "/charter", "/contact", "/community"] {
        rosa.get(path).await.is(200).says(AS_TEXT).never("<script>").never("<img");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_another_first_run_are_not_taken() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (here, there) =
        (begin(one.path(), &quiet()).await.unwrap().unwrap(), begin(two.path(), &quiet()).await.unwrap().unwrap());
    let ((base, path), (other, other_path)) = (parts(&here), parts(&there));
    let mut rosa = Browser::at(&base);
    let form = chosen(&mut rosa, &path, "new").await.form("/setup/name");
    let filled = form.with(&[("name", "Elm"), ("coordinator", "Rosa"), ("zone", "London")]);
    let mut otto = Browser::at(&other);
    chosen(&mut otto, &other_path, "new").await;

    // A form without this session's token changes nothing: there is no name yet, so the sheet asks for it.
    let theirs = otto.get("/setup/name").await.form("/setup/name").get("token").to_owned();
    for token in ["", "00", &theirs] {
        let page = rosa.send(filled.clone().with(&[("token", token)]), "check").await;
        page.is(403).says("Please open this page again").says("Nothing was changed.");
    }
    assert_eq!(rosa.get("/setup/words").await.path, "/setup/name");
    // Cookies go to every port of a machine: that of another first run opens nothing here, with its token or with ours.
    let mut stale = otto.at_port_of(&base);
    stale.get("/setup/name").await.is(403).says("This page is closed");
    for token in [&theirs, filled.get("token")] {
        let page = stale.send(filled.clone().with(&[("token", token)]), "check").await;
        page.is(403).says("This page is closed");
    }
    // Whoever opened the link goes on with what they filled in.
    let charter = rosa.send(filled, "check").await;
    assert_eq!(charter.is(200).path, "/setup/charter");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_disk_refuses_is_said_in_the_visitors_language() {
    for (language, says, apart) in [
        ("es", "Ya hay algo en esta carpeta.", "Lo que dice el ordenador:"),
        ("cy", "Mae rhywbeth yn y ffolder hwn yn barod.", "Beth mae&#39;r cyfrifiadur yn ei ddweud:"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let first = begin(dir.path(), &quiet()).await.unwrap().unwrap();
        let (base, path) = parts(&first);
        let mut rosa = Browser::at(&base);
        let page = rosa.get(&path).await;
        let page = rosa.send(page.form("/setup").with(&[("language", language)]), "check").await;
        let page = rosa.send(page.form("/setup/way").with(&[("way", "new")]), "check").await;
        let named = [("name", "Elm"), ("coordinator", "Rosa"), ("zone", "London")];
        let charter = rosa.send(page.form("/setup/name").with(&named), "check").await;
        let sheet = rosa.send(charter.form("/setup/charter"), "check").await;
        let form = asked_back(&mut rosa, &sheet).await;
        // Somebody else puts a community there meanwhile.
        let keys = dir.path().join("keys");
        std::fs::create_dir(&keys).unwrap();
        std::fs::write(keys.join("operational"), "").unwrap();
        let page = rosa.send(form.clone(), "check").await;
        let english = format!("<span lang=\"en\" dir=\"ltr\">there is a community in {}", dir.path().display());
        page.is(422).says(&format!("<p>{says}")).says(&format!("<p>{apart} {english}"));
        assert!(page.body.contains(&format!("<html lang=\"{language}\"")), "{}", page.body);
        // Once that is mended, the same words found it.
        std::fs::remove_dir_all(&keys).unwrap();
        rosa.send(form, "check").await.is(200).says("/sign-in?code=");
    }
}
