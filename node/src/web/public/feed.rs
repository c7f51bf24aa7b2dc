//! Offers and asks as an Atom feed (RFC 4287).

use super::{file, rfc3339};
use crate::{
    runtime::{book::Book, clock, listings::Kind},
    web::{Answer, App, shelf, visit::Guest},
};
use axum::extract::State;
use kith_protocol::{
    machine::Machine,
    shelf::{Listing, Record},
    time::Timestamp,
};

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
    let inside = app.handle.inside().await?;
    let newest = move |machine: &Machine, book: &Book| shelf::newest(machine, book, &inside, now, ENTRIES);
    let records = app.handle.look(newest).await?;
    let entries = records.iter().filter_map(|record| {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_stays_text() {
        assert_eq!(escaped("a<b>&\"c\u{1}"), "a&lt;b&gt;&amp;&quot;c");
    }
}
