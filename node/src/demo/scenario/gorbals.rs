//! A neighbourhood in Glasgow, around a school and its kitchen.

use super::{Community, coordinator, listing, organisation, person};

pub(super) static COMMUNITY: Community = Community {
    name: "Gorbals",
    area: "gcuvx",
    languages: &["en"],
    person_below_minutes: 900,
    organisation_below_minutes: 3_000,
    largest_exchange_minutes: 480,
    members: &[
        coordinator(
            "Morag S",
            &[listing("form filling", "Help with a form, and a biscuit")],
            &[listing("phone help", "My photos moved to a new phone")],
        ),
        person(
            "Isabel C",
            &[listing("befriending", "A blether by phone, any evening")],
            &[listing("cooking for one", "Ideas for cooking for one")],
        ),
        person(
            "Rab M",
            &[listing("repairs", "Bicycles and lamps mended")],
            &[listing("cooking for one", "Learn to cook something but mince")],
        ),
        person(
            "Nasreen H",
            &[listing("cooking for one", "A cooking class for people on their own")],
            &[listing("tutoring", "Help to write a CV")],
        ),
        person(
            "Callum D",
            &[listing("phone help", "Phones and tablets set up")],
            &[listing("cooking for one", "Cook a proper meal")],
        ),
        person(
            "Agnes T",
            &[listing("tutoring", "Sewing, from the first stitch")],
            &[listing("shopping", "Messages from the shop on icy days")],
        ),
        person(
            "Ewan F",
            &[listing("lifts", "A lift to the hospital, any weekday")],
            &[listing("cooking for one", "Soup that is not from a tin")],
        ),
        person(
            "Shona B",
            &[listing("shopping", "Shopping with you or for you")],
            &[listing("repairs", "A door that sticks")],
        ),
        person(
            "Farah I",
            &[listing("tutoring", "Chemistry and physics for exams"), listing("form filling", "Student forms")],
            &[listing("gardening", "A window box that lives")],
        ),
        organisation(
            "Gorbals Primary School",
            &[listing("cooking for one", "The school kitchen after four o'clock")],
            &[listing("tutoring", "People to hear children read"), listing("gardening", "A school garden")],
        ),
    ],
};
