//! What happens, in order.

use super::{Exchange, Limit, Step, Who};

const RUSHEY_GREEN: usize = 0;
const GORBALS: usize = 1;
const TAFF_VALLEY: usize = 2;

const fn rushey(name: &'static str) -> Who {
    Who { community: RUSHEY_GREEN, name }
}

const fn gorbals(name: &'static str) -> Who {
    Who { community: GORBALS, name }
}

const fn taff(name: &'static str) -> Who {
    Who { community: TAFF_VALLEY, name }
}

const fn gave(giver: Who, receiver: Who, minutes: u32, what: &'static str) -> Step {
    Step::Exchange(Exchange { giver, receiver, minutes, what })
}

/// The exchange that is put right later, as a place among the steps.
const TOO_LONG: usize = 2;

pub(super) static STEPS: &[Step] = &[
    gave(rushey("Winston P"), rushey("Tom H"), 180, "Dug over the garden"),
    gave(rushey("Kwame B"), rushey("Tom H"), 60, "Brought the weekly shop"),
    gave(rushey("Yusuf O"), rushey("Pearl D"), 120, "A lift to the clinic and back"),
    gave(gorbals("Ewan F"), gorbals("Agnes T"), 90, "A lift to the hospital"),
    gave(gorbals("Rab M"), gorbals("Gorbals Primary School"), 240, "Mended six school bicycles"),
    gave(taff("Dai P"), taff("Taff Valley Homes"), 300, "Planned and planted the courtyard"),
    gave(taff("Nia R"), taff("Carys L"), 60, "Shopping, twice"),
    gave(rushey("Pearl D"), rushey("Margaret L"), 75, "A call every morning this week"),
    gave(rushey("Winston P"), rushey("Tom H"), 180, "Fixed the steps and the gate"),
    Step::Correction { of: TOO_LONG, minutes: 90, why: "It took an hour and a half; the bus was quick" },
    gave(rushey("Margaret L"), rushey("Joyce A"), 60, "Showed me how to send pictures"),
    gave(gorbals("Farah I"), gorbals("Nasreen H"), 60, "Helped to write my CV"),
    Step::Group {
        giver: gorbals("Nasreen H"),
        receivers: &[gorbals("Isabel C"), gorbals("Rab M"), gorbals("Callum D"), gorbals("Ewan F")],
        minutes: 120,
        what: "Cooking for one: four suppers from one pan",
    },
    gave(gorbals("Gorbals Primary School"), gorbals("Nasreen H"), 120, "The school kitchen for the class"),
    gave(taff("Gareth J"), taff("Rhian E"), 90, "A lift to the meeting in the next valley"),
    gave(taff("Huw B"), taff("Gareth J"), 45, "Set up my phone to read messages to me"),
    gave(taff("Megan W"), rushey("Amina K"), 60, "First Welsh lesson by video"),
    gave(rushey("Amina K"), taff("Carys L"), 60, "Maths by video for my daughter"),
    gave(gorbals("Callum D"), rushey("Joyce A"), 45, "Set up my tablet over the phone"),
    gave(rushey("Joyce A"), gorbals("Isabel C"), 60, "Planned a week of suppers together"),
    gave(gorbals("Farah I"), taff("Nia R"), 90, "Chemistry before the exam"),
    gave(taff("Rhian E"), gorbals("Farah I"), 60, "Welsh over a cup of tea, by video"),
    Step::Gift { giver: rushey("Winston P"), minutes: 60, what: "For anybody who needs an hour" },
    gave(rushey("Tom H"), rushey("Rushey Green Clinic"), 30, "Showed the front desk the new phones"),
    gave(rushey("Beatriz M"), rushey("Tom H"), 150, "Filled in the benefit forms with me"),
    Step::Refused {
        exchange: Exchange {
            giver: rushey("Winston P"),
            receiver: rushey("Tom H"),
            minutes: 120,
            what: "The hedge as well",
        },
        limit: Limit::Below,
    },
    gave(rushey("Rushey Green Clinic"), rushey("Yusuf O"), 60, "A room and help for the housing form"),
    gave(gorbals("Shona B"), gorbals("Agnes T"), 60, "Messages from the shop in the snow"),
    gave(taff("Taff Valley Homes"), taff("Gareth J"), 120, "The workshop, to mend a gate"),
    gave(taff("Idris T"), taff("Huw B"), 90, "A long walk with the dog"),
    gave(gorbals("Morag S"), taff("Dai P"), 45, "Went through the pension form by phone"),
    gave(rushey("Margaret L"), gorbals("Gorbals Primary School"), 60, "Heard children read, by video"),
];
