//! Hours: written down, agreed to, questioned, put right, and typed up from paper.

use crate::{photo, street::Street};
use anyhow::{Result, ensure};
use std::fs;

/// Joe writes down an hour and a half for Amina, in three pages.
pub(crate) fn record(street: &mut Street) -> Result<()> {
    let joe = street.person("Joe");
    joe.go("/home")?.press("Write down hours")?.choose("I helped somebody")?.fill("Who was it?", "ami")?;
    joe.press("Go on")?.says("You helped Amina Khan")?.fill("How long did it take?", "ages")?;
    joe.press("Go on")?.says("Write how long, like 1:30 or 45 min.")?;
    joe.fill("How long did it take?", "1:30")?.fill("What was it?", "Mended the brakes")?;
    joe.press("Go on")?.says("Is this right?")?.says("1 hour 30 minutes")?;
    joe.press("Write it down")?.says("You helped Amina Khan for 1 hour 30 minutes")?;
    joe.says("Waiting for Amina Khan to say yes since today.")?;
    joe.says("They will see it on their first page. You need do nothing.")?;
    Ok(())
}

/// Amina finds it waiting, and says yes.
pub(crate) fn confirm(street: &mut Street) -> Result<()> {
    let amina = street.person("Amina");
    amina.go("/home")?.says("This waits for you")?.press("Look and answer")?;
    amina.says("Joe Bell helped you for 1 hour 30 minutes")?.says("Mended the brakes")?;
    amina.press("Yes, this is right")?.says("Done. It counts since today.")?;
    amina.go("/home")?.says("You've been helped 1 hour 30 minutes. That's what hours are for.")?;
    amina.never("This waits for you")?;
    Ok(())
}

/// Amina tells a coordinator that the hours are wrong.
pub(crate) fn question(street: &mut Street) -> Result<()> {
    let amina = street.person("Amina");
    amina.press("Me")?.press("Statement of hours")?.says("Mended the brakes")?.press("Help")?;
    amina.press("Something is not right")?;
    amina.press("Tell a coordinator")?.says("Choose what is wrong.")?.choose("The hours are wrong")?;
    amina.press("Tell a coordinator")?.says("A coordinator knows")?;
    Ok(())
}

/// Amina sees that it was one hour. Rosa puts it right; the first line stays in the book.
pub(crate) fn question_and_correct(street: &mut Street) -> Result<()> {
    question(street)?;
    let (amina, rosa) = (street.person("Amina"), street.person("Rosa"));
    rosa.go("/today")?.says("Amina Khan says: The hours are wrong. 020 7946 0001")?.press("Answer")?;
    rosa.choose("It was another length of time")?.fill("How long was it?", "1:00")?;
    rosa.press("Put it right")?.says("It counts 1 hour now.")?;
    rosa.press("Today")?.says("No questions.")?;
    amina.go("/statement")?.says("Put right")?.says("Help")?;
    amina.go("/home")?.says("You've been helped 1 hour. That's what hours are for.")?;
    Ok(())
}

/// Rosa types up twenty slips, one of them twice, and takes them back.
pub(crate) fn twenty_slips(street: &mut Street) -> Result<()> {
    let rosa = street.person("Rosa");
    rosa.press("Today")?.press("Slips")?;
    for n in 1..=20 {
        // The last looks like the first.
        let minutes = format!("{} min", if n == 20 { 15 } else { n * 10 + 5 });
        rosa.fill_named(&format!("giver-{n}"), if n == 3 { "Nobody" } else { "joe" })?;
        rosa.fill_named(&format!("receiver-{n}"), "ami")?.fill_named(&format!("hours-{n}"), &minutes)?;
    }
    rosa.press("Check these slips")?.says("We know nobody called “Nobody”. Check the name.")?;
    rosa.fill_named("giver-3", "joe")?;
    rosa.press("Check these slips")?.says("This looks like line 1. If it is another one, tick the box.")?;
    rosa.choose("It is another one")?;
    rosa.press("Check these slips")?.says("20 slips.")?;
    rosa.press("Write them all down")?.says("20 slips are written down.")?;
    let amina = street.person("Amina");
    let helped = amina.go("/home")?.text()?;
    ensure!(helped.contains("You've been helped 34 hours 30 minutes."), "{helped}");
    rosa.press("Take these back")?.says("20 slips are taken back.")?;
    scan(street)?;
    let amina = street.person("Amina");
    amina.go("/home")?.says("You've been helped 1 hour. That's what hours are for.")?;
    Ok(())
}

/// Rosa photographs a slip that has Joe's name printed on it, and types the code of another.
fn scan(street: &mut Street) -> Result<()> {
    let file = street.dir("slips.jpg");
    let rosa = street.person("Rosa");
    rosa.press("Today")?.press("Members")?.press("Open Joe Bell")?.press("Print slips with their name")?;
    let code = rosa.text_of(".corner b")?;
    fs::write(&file, photo::of(rosa, ".slip")?)?;
    rosa.go("/today")?.press("Slips")?.press("Scan slips")?;
    rosa.press("Read them")?.says("Choose a photo, or type a code.")?;
    rosa.attach("A photo of the slips", &file)?;
    rosa.press("Read them")?;
    let giver = rosa.value_named("giver-1")?;
    ensure!(giver.as_deref() == Some("Joe Bell"), "{giver:?} instead of Joe on {}", rosa.text()?);
    rosa.press("Scan slips")?.fill("Or the code below a square", &code.to_lowercase())?;
    rosa.press("Read them")?;
    ensure!(rosa.value_named("giver-1")?.as_deref() == Some("Joe Bell"), "the code leads to somebody else");
    Ok(())
}
