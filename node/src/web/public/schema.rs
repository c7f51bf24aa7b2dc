//! Offers and asks as data that search engines read (schema.org, in JSON-LD): in the pages, and all of it in a file.

use super::{file, rfc3339};
use crate::{
    runtime::{clock, listings::Kind},
    web::{Answer, App, shelf, visit::Guest},
};
use axum::extract::State;
use kith_protocol::{
    shelf::{DAYS, Listing, Times},
    time::{Span, Timestamp},
};
use serde_json::{Value, json};

/// What the listings among the data may weigh on the community's page, which has to stay light; the file has all.
const PAGE_BYTES: usize = 2 * 1024;
/// When parts of a day begin and end, as the protocol has them; an evening ends at ten.
const HOURS: [(&str, &str); 3] = [("06:00", "12:00"), ("12:00", "18:00"), ("18:00", "22:00")];

/// At which hours of the week something is good.
fn hours(times: Times) -> Vec<Value> {
    let hours = times.iter().filter_map(|(day, part)| Some((*DAYS.get(day)?, *HOURS.get(part)?)));
    let each = hours.map(|(day, (opens, closes))| {
        let day = format!("https://schema.org/{}{}", day[..1].to_uppercase(), &day[1..]);
        json!({ "@type": "OpeningHoursSpecification", "dayOfWeek": day, "opens": opens, "closes": closes })
    });
    each.collect()
}

fn offer(need: bool, listing: &Listing) -> Value {
    let kind = if need { "Demand" } else { "Offer" };
    let mut offer = json!({
        "@type": kind,
        "name": listing.title,
        "description": listing.text,
        "itemOffered": { "@type": "Service", "name": listing.title },
    });
    if let Some(times) = listing.when.times {
        offer["itemOffered"]["hoursAvailable"] = Value::Array(hours(times));
    }
    if let Some(by) = listing.when.by {
        let ends = rfc3339(Timestamp(0).plus(Span::days(u64::from(by))));
        offer["availabilityEnds"] = ends.split('T').next().unwrap_or_default().into();
    }
    offer
}

/// The community and what is public of it.
fn json_ld(name: &str, offers: &[Listing], needs: &[Listing]) -> Value {
    json!({
        "@context": "https://schema.org",
        "@type": "NGO",
        "name": name,
        "makesOffer": offers.iter().map(|listing| offer(false, listing)).collect::<Vec<_>>(),
        "seeks": needs.iter().map(|listing| offer(true, listing)).collect::<Vec<_>>(),
    })
}

/// Data as it stands in a page: nothing that people wrote can end the element, or begin another one.
fn within_page(data: &Value) -> String {
    data.to_string().replace('<', "\\u003c")
}

/// The community's data for its own page: titles of the newest of its offers and asks in turn, as many as have room.
pub(in crate::web) fn of_community(name: &str, offers: &[Listing], needs: &[Listing]) -> String {
    let mut left = PAGE_BYTES;
    let mut data = json_ld(name, &[], &[]);
    for turn in 0..offers.len().max(needs.len()) {
        for (list, key, kind) in [(offers, "makesOffer", "Offer"), (needs, "seeks", "Demand")] {
            let Some(listing) = list.get(turn) else { continue };
            let titled = json!({ "@type": kind, "name": listing.title });
            // A long one is left out, and a shorter one after it may have room.
            let Some(rest) = left.checked_sub(within_page(&titled).len() + 1) else { continue };
            left = rest;
            if let Some(shown) = data[key].as_array_mut() {
                shown.push(titled);
            }
        }
    }
    within_page(&data)
}

/// The data of one listing for its page: whose community it is of, and nobody's name.
pub(in crate::web) fn of_listing(name: &str, kind: Kind, listing: &Listing) -> String {
    let one = std::slice::from_ref(listing);
    within_page(&match kind {
        Kind::Offer => json_ld(name, one, &[]),
        Kind::Need => json_ld(name, &[], one),
    })
}

pub(super) async fn data(State(app): State<App>, Guest { frame }: Guest) -> Answer {
    let now = clock::now();
    let inside = app.handle.inside().await?;
    let own = app.handle.look(move |machine, book| shelf::own(machine, book, &inside, now)).await?;
    let data = json_ld(&frame.community, &own.offers, &own.needs);
    Ok(file("application/ld+json; charset=utf-8", data.to_string()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn titled(title: String) -> Listing {
        Listing {
            title,
            text: None,
            category: kith_protocol::shelf::Category::Making,
            tags: Vec::new(),
            area: None,
            language: "en".into(),
            remote: false,
            when: kith_protocol::shelf::When::default(),
        }
    }

    #[test]
    fn data_says_what_is_offered_and_sought() {
        let sewing = titled("Sewing".into());
        let data = json_ld("Elm & Oak", std::slice::from_ref(&sewing), std::slice::from_ref(&sewing));
        assert_eq!(data["@type"], "NGO");
        assert_eq!(data["makesOffer"][0]["@type"], "Offer");
        assert_eq!(data["seeks"][0]["itemOffered"]["name"], "Sewing");
        assert!(data["makesOffer"][0]["itemOffered"].get("hoursAvailable").is_none());
        let when = kith_protocol::shelf::When { times: Times::of([(4, 1)]), by: Some(20_454) };
        let data = json_ld("Elm", &[], &[Listing { when, ..sewing }]);
        let need = &data["seeks"][0];
        let hours = &need["itemOffered"]["hoursAvailable"][0];
        assert_eq!((&hours["dayOfWeek"], &hours["opens"]), (&json!("https://schema.org/Friday"), &json!("12:00")));
        assert_eq!(need["availabilityEnds"], "2026-01-01");
    }

    #[test]
    fn a_page_bears_a_part_of_it() {
        let title = |n: usize| format!("</script><!--<script> {n}").repeat(if n == 2 { 100 } else { 1 });
        let many: Vec<_> = (0..100).map(|n| titled(title(n))).collect();
        let text = of_community("Elm", &many, &many[..3]);
        assert!(!text.contains('<') && text.len() < PAGE_BYTES + 100, "{text}");
        let data: Value = serde_json::from_str(&text).unwrap();
        let titles = |list: &str| -> Vec<Value> {
            data[list].as_array().unwrap().iter().map(|listing| listing["name"].clone()).collect()
        };
        // The newest first, of both kinds; one that is too long leaves room for those after it.
        assert_eq!(titles("seeks"), [many[0].title.as_str(), &many[1].title]);
        assert_eq!(titles("makesOffer")[..3], [many[0].title.as_str(), &many[1].title, &many[3].title]);
        let one: Value = serde_json::from_str(&of_listing("Elm", Kind::Need, &many[0])).unwrap();
        assert_eq!((&one["seeks"][0]["name"], &one["makesOffer"]), (&json!(many[0].title), &json!([])));
    }
}
