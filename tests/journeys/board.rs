//! The board: asking, offering, finding, agreeing.

use crate::{
    photo,
    street::{Street, Walker},
};
use anyhow::{Result, ensure};
use std::fs;

/// How Amina and Joe are reached outside, which is nobody else's to see.
const PHONES: [&str; 2] = ["020 7946 0001", "020 7946 0002"];

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

/// Joe offers to mend bikes, with a photo that his phone took behind his house.
pub(crate) fn offer(street: &mut Street) -> Result<()> {
    let joe = street.person("Joe");
    joe.go("/home")?.press("Offer something")?.says("What do people thank you for?")?;
    joe.fill("What would you like to do?", "I can mend bikes")?.choose("Repairs")?;
    joe.fill("Tell a bit more", "Punctures, brakes & lights <at your door>")?.choose("One month")?;
    joe.press("Go on")?.press("Post it")?.says("Your offer is on the board.")?;
    joe.says("Punctures, brakes & lights <at your door>")?;
    let file = street.dir("shed.jpg");
    fs::write(&file, photo::taken(joe)?)?;
    joe.press("Add a photo")?.says("Where and when it was taken is removed.")?;
    joe.press("Use this photo")?.says("Choose a photo in JPEG, PNG or WebP.")?;
    joe.attach("A photo", &file)?;
    joe.press("Use this photo")?.says("I can mend bikes")?;
    let kept = photo::shown(joe, "I can mend bikes")?;
    joe.press("Me")?.says("I can mend bikes")?;
    street.photo = Some(kept);
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

/// Amina and Joe come together by message, and neither sees how to reach the other outside.
pub(crate) fn agree(street: &mut Street) -> Result<()> {
    let (amina, joe) = (street.person("Amina"), street.person("Joe"));
    amina.press("I can mend bikes")?.says("Joe")?.says("How to take it up")?;
    amina.says("They bring you together. Ring Rosa, 020 7946 0000, Tuesdays")?;
    ensure!(Some(photo::shown(amina, "I can mend bikes")?) == street.photo, "Amina sees another photo");
    private(amina)?;

    amina.press("Write a message")?.says("You and Joe")?.says("Only you two can read this.")?;
    amina.press("Send it")?.says("Write something first.")?;
    amina.fill("Your message", "My brakes squeak. Are you free on Friday?")?;
    amina.press("Send it")?.says("Your message is sent")?.says("They see it on their first page.")?;
    private(amina)?;
    joe.go("/home")?.press("You have 1 new message")?.press("Amina, new today")?;
    joe.says("You and Amina")?.says("My brakes squeak. Are you free on Friday?")?;
    private(joe)?;
    joe.fill("Your message", "Yes, at ten. I come to the community hall.")?;
    joe.press("Send it")?.says("Your message is sent")?;
    joe.go("/home")?.never("new message")?;
    amina.go("/home")?.press("You have 1 new message")?.press("Joe, new today")?;
    amina.says("Yes, at ten. I come to the community hall.")?;
    private(amina)?;
    amina.go("/home")?.never("new message")?;
    Ok(())
}

/// Contact details stand nowhere that one member sees another.
fn private(page: &Walker) -> Result<()> {
    PHONES.iter().try_for_each(|phone| page.never(phone).map(|_| ()))
}
