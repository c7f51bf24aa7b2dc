//! The communities this node knows, as a picture with a table. Places are as coarse as communities tell them: a geohash.

use crate::{
    area::Cell,
    runtime::shelves::{area_of, name_of},
    web::{
        Answer, App, pages,
        visit::{Frame, Guest},
    },
};
use askama::Template;
use axum::extract::State;
use kith_protocol::machine::Machine;

/// The most communities on one map: more dots tell nothing.
const SHOWN: usize = 500;
/// Names are written on the picture only while they have room.
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

fn known(machine: &Machine) -> Vec<Known> {
    let state = machine.state();
    let own = machine.identity().community;
    let others = machine.known().keys().filter(|id| **id != own).take(SHOWN).map(|id| Known {
        name: name_of(machine, id),
        area: area_of(machine, id),
        own: false,
        partner: state.ledger().partner_of(id).is_some(),
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
    std::iter::once(here).chain(others).collect()
}

/// A dot on the picture.
struct Dot {
    x: String,
    y: String,
    label_y: String,
    own: bool,
    name: String,
}

/// A row of the table.
struct Row {
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

pub(super) async fn show(State(app): State<App>, Guest { frame }: Guest) -> Answer {
    let words = frame.words;
    let known = app.handle.look(|machine, _| known(machine)).await?;
    let name = |known: &Known| known.name.clone().unwrap_or_else(|| words.t("partner-nameless"));
    let with_place = known.iter().filter_map(|one| Some((one, Cell::of(one.area.as_deref()?)?.middle())));
    let (shown, places): (Vec<&Known>, Vec<(f64, f64)>) = with_place.unzip();
    let (height, at) = placed(&places);
    let dots = shown.iter().zip(&at).map(|(one, (x, y))| Dot {
        x: format!("{x:.2}"),
        y: format!("{y:.2}"),
        label_y: format!("{:.2}", y - 2.5),
        own: one.own,
        name: if shown.len() <= NAMED { name(one) } else { String::new() },
    });
    let rows = known.iter().map(|one| Row {
        name: name(one),
        what: words.t(match one {
            Known { own: true, .. } => "map-here",
            Known { partner: true, connected: true, .. } => "map-partner-connected",
            Known { partner: true, .. } => "map-partner",
            Known { connected: true, .. } => "map-known-connected",
            _ => "map-known",
        }),
        area: one.area.clone().unwrap_or_default(),
    });
    let page = MapPage { frame: &frame, height: format!("{height:.1}"), dots: dots.collect(), rows: rows.collect() };
    Ok(pages::show(&frame, &page))
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
