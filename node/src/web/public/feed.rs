//! Offers and asks as an Atom feed (RFC 4287), and as data that search engines read (schema.org).

use super::{file, rfc3339};
use crate::{
    runtime::{clock, listings::Kind},
    web::{Answer, App, shelf, visit::Guest},
};
use axum::extract::State;
use kith_protocol::{
    shelf::{DAYS, Listing, Record, Times},
    time::{Span, Timestamp},
};
use serde_json::{Value, json};

/// Entries of the feed: what a reader looks through who comes by once a week.
const ENTRIES: usize = 50;

/// Text within XML: what people wrote stays text.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML 1.0, 2.2: other control characters stand in no document.
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => out.push(c),
        }
    }
    out
}

fn entry(base: &str, kind: &str, record: &Record, listing: &Listing) -> String {
    let id = format!("urn:kith:{}:{}", record.community, record.key);
    let made = rfc3339(record.made_at);
    let text = listing.text.as_deref().unwrap_or_default();
    format!(
        "<entry xml:lang=\"{language}\"><id>{id}</id><title>{kind}: {title}</title><updated>{made}</updated>\
         <published>{made}</published><link rel=\"alternate\" href=\"{base}/listing/{community}/{key}\"/>\
         <content type=\"text\">{text}</content></entry>\n",
        language = escaped(&listing.language),
        title = escaped(&listing.title),
        base = escaped(base),
        community = record.community,
        key = record.key,
        text = escaped(text),
    )
}

/// Our own newest offers and asks.
pub(super) async fn atom(State(app): State<App>, Guest { frame }: Guest) -> Answer {
    let (words, now) = (frame.words, clock::now());
    let records = app.handle.look(move |machine, book| shelf::newest(machine, book, now)).await?;
    let entries = records.iter().take(ENTRIES).filter_map(|record| {
        let (kind, listing) = Kind::of(&record.item)?;
        let kind = words.t(if kind == Kind::Offer { "listing-offer" } else { "listing-need" });
        Some(entry(&frame.base, &kind, record, listing))
    });
    let entries: String = entries.collect();
    let updated = records.iter().map(|record| record.made_at).max().unwrap_or(Timestamp(0));
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{lang}\">\n\
         <id>urn:kith:{community}</id><title>{name}</title><updated>{updated}</updated>\
         <author><name>{name}</name></author>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{base}/offers.atom\"/>\
         <link rel=\"alternate\" type=\"text/html\" href=\"{base}/\"/>\n{entries}</feed>\n",
        lang = frame.lang(),
        community = app.handle.community(),
        name = escaped(&frame.community),
        updated = rfc3339(updated),
        base = escaped(&frame.base),
    );
    Ok(file("application/atom+xml; charset=utf-8", text))
}

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

pub(super) async fn data(State(app): State<App>, Guest { frame }: Guest) -> Answer {
    let now = clock::now();
    let own = app.handle.look(move |machine, book| shelf::own(machine, book, now)).await?;
    let data = json_ld(&frame.community, &own.offers, &own.needs);
    Ok(file("application/ld+json; charset=utf-8", data.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_stays_text() {
        assert_eq!(escaped("a<b>&\"c\u{1}"), "a&lt;b&gt;&amp;&quot;c");
    }

    #[test]
    fn data_says_what_is_offered_and_sought() {
        let sewing = Listing {
            title: "Sewing".into(),
            text: None,
            category: kith_protocol::shelf::Category::Making,
            tags: Vec::new(),
            area: None,
            language: "en".into(),
            remote: false,
            when: kith_protocol::shelf::When::default(),
        };
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
}
