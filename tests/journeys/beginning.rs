//! A community begins, and people come in.

use crate::street::Street;
use anyhow::{Context as _, Result, ensure};
use kith_tests::cluster::{FirstRun, Node};

/// Rosa founds Elm Street in an empty directory, and is its first coordinator.
pub(crate) fn set_up(street: &mut Street) -> Result<()> {
    let dir = street.dir("elm");
    let first = FirstRun::begin(&dir)?;
    street.arrives("Rosa", &first.link)?;
    let rosa = street.person("Rosa");
    rosa.go(&first.link)?.says("Welcome to Kith")?;
    rosa.press("Go on")?.choose("Begin a new community")?;
    // A name left out is asked for again, and what was written stays.
    rosa.press("Go on")?.fill("Your name", "Rosa May")?;
    rosa.press("Go on")?.says("Write the name of your community.")?;
    ensure!(rosa.filled("Your name")? == "Rosa May", "what was written is gone");
    rosa.fill("What is it called?", "Elm Street")?;
    rosa.fill("Time zone", "London")?;
    rosa.fill("Who to ring for help", "Ring Rosa, 020 7946 0000, Tuesdays")?;
    rosa.press("Go on")?.says("Your charter")?;
    rosa.press("Go on")?.says("Recovery sheet")?;
    let words = rosa.texts_of("ol.words li")?;
    ensure!(words.len() == 24, "{} words on the sheet", words.len());
    rosa.press("I have written them down")?;
    rosa.fill("Word number 5", &words[4])?.fill("Word number 18", "wrong")?;
    rosa.press("Begin")?.says("This is another word. Look at your paper.")?;
    rosa.fill("Word number 18", &words[17])?;
    rosa.press("Begin")?.says("Your community is there")?;
    let ready = first.founded()?;
    ensure!(ready.name == "Elm Street", "it is called {}", ready.name);
    rosa.press("Sign in")?.press_button("Sign in")?.says("What needs doing today")?;
    // The machine is started again, as after a power cut: nobody has to sign in anew.
    first.stop()?;
    let elm = Node::in_dir(&dir, "Elm Street", &[]);
    elm.start()?;
    rosa.moved(&elm.url());
    street.elm = Some(elm);
    street.words = words.join(" ");
    street.person("Rosa").go("/today")?.says("What needs doing today")?;
    Ok(())
}

/// Amina and Joe are added by Rosa, and come in by codes on paper.
pub(crate) fn join(street: &mut Street) -> Result<()> {
    let base = street.elm().url();
    for (first, name, phone) in [("Amina", "Amina Khan", "020 7946 0001"), ("Joe", "Joe Bell", "020 7946 0002")] {
        street.arrives(first, &base)?;
        let (rosa, newcomer) = (street.person("Rosa"), street.person(first));
        rosa.go("/today")?.press("Add a member")?.fill("Name", name)?.fill("Phone", phone)?;
        rosa.press("Go on")?.says("Is this right?")?.says(phone)?;
        rosa.press("Add this member")?.says("They are a member now.")?;
        rosa.press("Make a sign-in code")?.says(&format!("Sign-in code for {name}"))?;
        let code = rosa.text_of(".bigcode")?;
        newcomer.go("/")?.says("Welcome to Elm Street")?;
        newcomer.press("Sign in")?.fill("Your code", "nothing")?;
        newcomer.press_button("Sign in")?.says("A code has ten letters and numbers.")?;
        newcomer.fill("Your code", &code.to_lowercase())?;
        newcomer.press_button("Sign in")?.says(&format!(", {first}."))?;
        ensure!(newcomer.path()? == "/home", "{first} came to {}", newcomer.path()?);
        newcomer.says("Ring Rosa, 020 7946 0000, Tuesdays").context("whom to ring stands on each page")?;
    }
    Ok(())
}
