//! A valley in the south of Wales, where tenants and a housing association share the work.

use super::{Community, coordinator, listing, organisation, person};

pub(super) static COMMUNITY: Community = Community {
    name: "Taff Valley",
    area: "gcjte",
    languages: &["cy", "en"],
    person_below_minutes: 600,
    organisation_below_minutes: 6_000,
    largest_exchange_minutes: 480,
    members: &[
        coordinator(
            "Rhian E",
            &[listing("Welsh conversation", "Sgwrs Gymraeg: Welsh over a cup of tea")],
            &[listing("lifts", "A lift to meetings down the valley")],
        ),
        person(
            "Gareth J",
            &[listing("lifts", "Lifts in the valley on Saturdays"), listing("repairs", "Fences and gates")],
            &[listing("phone help", "Read my messages aloud to me")],
        ),
        person(
            "Megan W",
            &[listing("Welsh conversation", "Welsh by video call, for beginners")],
            &[listing("gardening", "Heavy digging")],
        ),
        person(
            "Dai P",
            &[listing("gardening", "Vegetables, and how to keep slugs off them")],
            &[listing("form filling", "Help with a pension form")],
        ),
        person(
            "Carys L",
            &[listing("tutoring", "Music lessons on any brass instrument")],
            &[listing("shopping", "Shopping while my arm is in plaster")],
        ),
        person(
            "Idris T",
            &[listing("befriending", "Chess and company"), listing("tutoring", "Chess for beginners")],
            &[listing("cooking for one", "Learn three suppers")],
        ),
        person(
            "Nia R",
            &[listing("shopping", "Shopping on the way home from work")],
            &[listing("Welsh conversation", "Somebody to practise Welsh with")],
        ),
        person(
            "Huw B",
            &[listing("phone help", "Phones, radios and what they say")],
            &[listing("befriending", "Somebody to walk the dog with")],
        ),
        organisation(
            "Taff Valley Homes",
            &[listing("repairs", "Tools and a workshop on Thursdays")],
            &[listing("gardening", "Tenants who plan the courtyard"), listing("befriending", "Welcome new tenants")],
        ),
    ],
};
