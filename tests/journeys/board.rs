//! The board: asking, offering, finding, agreeing.

use crate::street::Street;
use anyhow::{Result, ensure};

/// Amina asks for a lift.
pub(crate) fn ask(street: &mut Street) -> Result<()> {
    let amina = street.person("Amina");
    amina.go("/home")?.press("Ask for help")?.choose("Lifts")?.fill("Tell a bit more", "On Friday, about noon.")?;
    amina.press("Go on")?.says("Please mend this first")?.says("Write in a few words what you need.")?;
    amina.fill("What do you need?", "A lift to the clinic")?;
    amina.press("Go on")?.says("Is this right?")?.says("On Friday, about noon.")?;
    // She thinks again, and nothing of what she wrote is lost.
    amina.press("Change something")?;
    ensure!(amina.filled("What do you need?")? == "A lift to the clinic", "the words are gone");
    amina.press("Go on")?.press("Post it")?.says("Your ask is on the board.")?.says("A lift to the clinic")?;
    Ok(())
}

/// Joe offers to mend bikes.
pub(crate) fn offer(street: &mut Street) -> Result<()> {
    let joe = street.person("Joe");
    joe.go("/home")?.press("Offer something")?.says("What do people thank you for?")?;
    joe.fill("What would you like to do?", "I can mend bikes")?.choose("Repairs")?;
    joe.fill("Tell a bit more", "Punctures, brakes & lights <at your door>")?.choose("One month")?;
    joe.press("Go on")?.press("Post it")?.says("Your offer is on the board.")?;
    joe.says("Punctures, brakes & lights <at your door>")?;
    joe.press("Me")?.says("I can mend bikes")?;
    Ok(())
}

/// Amina finds what Joe offers, by a word of it, and is told why it fits.
pub(crate) fn find(street: &mut Street) -> Result<()> {
    let amina = street.person("Amina");
    amina.go("/home")?.press("Find")?.fill("What are you looking for?", "unicorns")?;
    amina.press_button("Find")?.says("We found nothing like that.")?;
    amina.fill("What are you looking for?", "bikes")?;
    amina.press_button("Find")?.says("Has the words: bikes")?.says("Joe")?;
    // Joe, who mends things, finds what Amina asks for.
    let joe = street.person("Joe");
    joe.go("/find")?.choose("What people ask for")?;
    joe.press_button("Find")?.press("A lift to the clinic")?.says("On Friday, about noon.")?.says("Amina")?;
    Ok(())
}

/// Amina and Joe come together: the page of the offer says how, and with whose help.
pub(crate) fn agree(street: &mut Street) -> Result<()> {
    let amina = street.person("Amina");
    amina.press("I can mend bikes")?.says("Joe")?.says("How to take it up")?;
    amina.says("They bring you together. Ring Rosa, 020 7946 0000, Tuesdays")?;
    // Contact details are never on the board.
    amina.never("020 7946 0002")?;
    Ok(())
}
