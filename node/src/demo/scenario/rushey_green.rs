//! A neighbourhood in the south-east of London, grown out of a clinic's waiting room.

use super::{Community, coordinator, listing, organisation, person};

pub(super) static COMMUNITY: Community = Community {
    name: "Rushey Green",
    area: "gcpux",
    languages: &["en"],
    person_below_minutes: 600,
    organisation_below_minutes: 3_000,
    largest_exchange_minutes: 480,
    members: &[
        coordinator(
            "Beatriz M",
            &[listing("befriending", "A visit and a cup of tea"), listing("form filling", "Help with council forms")],
            &[listing("gardening", "Somebody to tame my hedge")],
        ),
        person(
            "Joyce A",
            &[listing("cooking for one", "Good suppers for one, from scratch")],
            &[listing("phone help", "Learn to send pictures from my phone")],
        ),
        person(
            "Winston P",
            &[listing("repairs", "Small repairs about the house"), listing("gardening", "Digging and planting")],
            &[listing("shopping", "Heavy shopping carried up the stairs")],
        ),
        person(
            "Amina K",
            &[listing("tutoring", "Maths for ages 11 to 16")],
            &[listing("lifts", "A lift to the swimming bath with two children")],
        ),
        person(
            "Tom H",
            &[listing("phone help", "Patient help with a new phone")],
            &[listing("gardening", "My garden while my hip mends"), listing("shopping", "The weekly shop")],
        ),
        person(
            "Pearl D",
            &[listing("befriending", "A phone call every morning")],
            &[listing("lifts", "A lift to the clinic"), listing("repairs", "A tap that drips")],
        ),
        person(
            "Yusuf O",
            &[listing("lifts", "Lifts on weekday mornings")],
            &[listing("form filling", "Help with a housing form")],
        ),
        person(
            "Margaret L",
            &[listing("tutoring", "Reading with children"), listing("phone help", "Video calls explained")],
            &[listing("befriending", "Company on a walk")],
        ),
        person(
            "Kwame B",
            &[listing("shopping", "Shopping on Fridays, with a trolley")],
            &[listing("tutoring", "English for my driving test")],
        ),
        organisation(
            "Rushey Green Clinic",
            &[listing("form filling", "A room and a helper for forms, Tuesdays")],
            &[listing("befriending", "People to welcome others in the waiting room")],
        ),
    ],
};
