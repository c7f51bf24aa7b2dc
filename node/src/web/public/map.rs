//! The communities this node knows, as a picture with a table. Places are as coarse as communities tell them: a geohash.

use crate::{
    area::Cell,
    runtime::shelves::{area_of, name_of},
    web::{
        Answer, App, pages,
        visit::{Frame, Guest},
        words::Words,
    },
};
use askama::Template;
use axum::extract::State;
use kith_protocol::{id::CommunityId, machine::Machine};
use std::collections::BTreeSet;

/// The most other communities on one map: more dots tell nothing.
const SHOWN: usize = 500;
/// Names are written on the picture only while they have room. With more dots, each has the number of its row.
const NAMED: usize = 12;
/// The picture's width, and the least width of what it shows in degrees: about a county.
const WIDTH: f64 = 100.0;
const LEAST_DEGREES: f64 = 1.0;

/// A community that somebody may see on a map.
struct Known {
    name: Option<String>,
    area: Option<String>,
    own: bool,
    partner: bool,
    connected: bool,
}

impl Known {
    /// The middle of its area, in degrees east and north.
    fn place(&self) -> Option<(f64, f64)> {
        Some(Cell::of(self.area.as_deref()?)?.middle())
    }

    fn what(&self, words: Words) -> String {
        words.t(match self {
            Self { own: true, .. } => "map-here",
            Self { partner: true, connected: true, .. } => "map-partner-connected",
            Self { partner: true, .. } => "map-partner",
            Self { connected: true, .. } => "map-known-connected",
            _ => "map-known",
        })
    }
}

/// Ourselves and whom we know, partners first; and how many more there are than a map shows.
fn known(machine: &Machine) -> (Vec<Known>, usize) {
    let state = machine.state();
    let own = machine.identity().community;
    let partners: BTreeSet<CommunityId> =
        state.ledger().partners().values().map(|partner| partner.community()).collect();
    let others = machine.known().keys().filter(|id| **id != own);
    let (near, far): (Vec<&CommunityId>, Vec<&CommunityId>) = others.partition(|id| partners.contains(id));
    let more = (near.len() + far.len()).saturating_sub(SHOWN);
    let others = near.into_iter().chain(far).take(SHOWN).map(|id| Known {
        name: name_of(machine, id),
        area: area_of(machine, id),
        own: false,
        partner: partners.contains(id),
        connected: machine.connected(id),
    });
    let charter = state.ledger().charter();
    let here = Known {
        name: charter.map(|charter| charter.name.clone()),
        area: area_of(machine, &own),
        own: true,
        partner: false,
        connected: true,
    };
    (std::iter::once(here).chain(others).collect(), more)
}

/// A dot on the picture.
struct Dot {
    x: String,
    y: String,
    label_y: String,
    own: bool,
    /// Its name, or the number of its row.
    label: String,
}

/// A row of the table.
struct Row {
    /// Its number, when dots have numbers.
    number: Option<usize>,
    name: String,
    what: String,
    area: String,
}

#[derive(Template)]
#[template(path = "map.html", whitespace = "minimize")]
struct MapPage<'a> {
    frame: &'a Frame,
    height: String,
    dots: Vec<Dot>,
    rows: Vec<Row>,
    /// Whether dots have numbers instead of names.
    numbered: bool,
    /// How many more communities there are.
    more: Option<String>,
}

/// Places on the picture, which shows all of them with a margin; east is squeezed as it is at that latitude.
fn placed(places: &[(f64, f64)]) -> (f64, Vec<(f64, f64)>) {
    let span = |values: &mut dyn Iterator<Item = f64>| {
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)))
    };
    let east = span(&mut places.iter().map(|place| place.0));
    let north = span(&mut places.iter().map(|place| place.1));
    let squeeze = f64::midpoint(north.0, north.1).to_radians().cos().max(0.2);
    let (wide, high) = ((east.1 - east.0) * squeeze, north.1 - north.0);
    let degrees = wide.max(high).max(LEAST_DEGREES) * 1.2;
    let height = (WIDTH * (high.max(degrees * 0.4) * 1.2 / degrees)).clamp(40.0, 120.0);
    let scale = WIDTH / degrees;
    let (mid_east, mid_north) = (f64::midpoint(east.0, east.1), f64::midpoint(north.0, north.1));
    let place =
        |(e, n): &(f64, f64)| ((e - mid_east) * squeeze * scale + WIDTH / 2.0, height / 2.0 - (n - mid_north) * scale);
    (height, places.iter().map(place).collect())
}

/// The picture and the table of these communities.
fn drawn<'a>(frame: &'a Frame, known: &[Known], more: usize) -> MapPage<'a> {
    let words = frame.words;
    let name = |known: &Known| known.name.clone().unwrap_or_else(|| words.t("partner-nameless"));
    let shown: Vec<(usize, &Known)> = (1..).zip(known).filter(|(_, one)| one.place().is_some()).collect();
    let places: Vec<(f64, f64)> = shown.iter().filter_map(|(_, one)| one.place()).collect();
    let numbered = shown.len() > NAMED;
    let (height, at) = placed(&places);
    let dots = shown.iter().zip(&at).map(|((row, one), (x, y))| Dot {
        x: format!("{x:.2}"),
        y: format!("{y:.2}"),
        label_y: format!("{:.2}", y - 2.5),
        own: one.own,
        label: if numbered { row.to_string() } else { name(one) },
    });
    let rows = (1..).zip(known).map(|(row, one)| Row {
        number: numbered.then_some(row),
        name: name(one),
        what: one.what(words),
        area: one.area.clone().unwrap_or_default(),
    });
    MapPage {
        frame,
        height: format!("{height:.1}"),
        dots: dots.collect(),
        rows: rows.collect(),
        numbered,
        more: (more > 0).then(|| words.n("map-more", more as u64)),
    }
}

pub(super) async fn show(State(app): State<App>, Guest { frame }: Guest) -> Answer {
    let (known, more) = app.handle.look(|machine, _| known(machine)).await?;
    Ok(pages::show(&frame, &drawn(&frame, &known, more)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{pages::rendered, words::Language};

    #[test]
    fn every_place_is_on_the_picture() {
        for places in
            [vec![(0.0, 51.0)], vec![(-170.0, -80.0), (170.0, 80.0), (0.0, 0.0)], vec![(0.0, 51.0), (0.0, 52.0)]]
        {
            let (height, at) = placed(&places);
            for (x, y) in at {
                assert!((0.0..=WIDTH).contains(&x) && (0.0..=height).contains(&y), "{x} {y} of {height}");
            }
        }
        assert_eq!(placed(&[]).1, []);
    }

    /// Communities in a row to the east, with names; the second never told its place.
    fn neighbours(count: usize) -> Vec<Known> {
        let one = |n: usize| Known {
            name: Some(format!("Town {n}")),
            area: (n != 2).then(|| format!("gcp{}", ["u", "v", "g", "s", "e", "d"][n % 6])),
            own: n == 1,
            partner: false,
            connected: false,
        };
        (1..=count).map(one).collect()
    }

    #[test]
    fn many_dots_have_the_numbers_of_their_rows() {
        let frame = Frame::plain(Words(Language::English), false);
        let few = rendered(&drawn(&frame, &neighbours(NAMED + 1), 0));
        assert!(few.contains(">Town 3</text>") && !few.contains("3. <bdi>"), "{few}");
        assert!(!few.contains("has the number"), "{few}");
        assert_eq!(few.matches("<circle").count(), NAMED);
        assert!(!few.contains("more communities"), "{few}");
        let many = rendered(&drawn(&frame, &neighbours(NAMED + 2), 3));
        assert!(many.contains("Each dot has the number that it has in the list below."), "{many}");
        for n in (1..=NAMED + 2).filter(|n| *n != 2) {
            assert!(
                many.contains(&format!(">{n}</text>")) && many.contains(&format!("{n}. <bdi>Town {n}</bdi>")),
                "{n}"
            );
        }
        // A row without a place has a number, too, and no dot has that.
        assert!(many.contains("2. <bdi>Town 2</bdi>") && !many.contains(">2</text>"), "{many}");
        assert!(many.contains("3 more communities are known. They do not stand here."), "{many}");
    }
}
