//! What a form did, told at the top of the page that it leads to, with what comes next.

use super::{pages::go, words::Words};
use axum::response::Response;

/// The part of an address that names it.
const NEWS: &str = "news";

/// What can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    CircleMade,
    CircleRenamed,
    CircleIn,
    CircleLeads,
    CircleLeadsNoMore,
    CircleOut,
    Reference,
    Fact,
    FactDropped,
    Note,
    NoteReader,
    Rang,
    EventMade,
    EventChanged,
    EventOff,
    Picture,
    PictureGone,
    Listing,
    NoticeDropped,
    Mail,
    Copies,
    CopyWanted,
    Grant,
    GoOn,
    Rest,
    RestOver,
    SameCharter,
    WeekComes,
    WeekStops,
    Comes,
    ComesNot,
    PutRight,
    Answered,
    LookedAt,
    TalkOpened,
    TalkSaid,
    TalkEnd,
    TalkDay,
    PotGave,
    PotLeft,
    PotTookBack,
    Look,
    /// A button was pressed after the session was over.
    SignedIn,
}

/// All of it: its word in an address, what happened, and what comes next.
const ALL: [(News, &str, [&str; 2]); 43] = [
    (News::CircleMade, "circle", ["news-circle-made", "news-circle-made-next"]),
    (News::CircleRenamed, "circle-name", ["news-circle-name", "news-circle-name-next"]),
    (News::CircleIn, "circle-in", ["news-circle-in", "news-circle-in-next"]),
    (News::CircleLeads, "circle-leads", ["news-circle-leads", "news-circle-leads-next"]),
    (News::CircleLeadsNoMore, "circle-no-lead", ["news-circle-no-lead", "news-circle-no-lead-next"]),
    (News::CircleOut, "circle-out", ["news-circle-out", "news-circle-out-next"]),
    (News::Reference, "reference", ["news-reference", "news-reference-next"]),
    (News::Fact, "fact", ["news-fact", "news-fact-next"]),
    (News::FactDropped, "fact-gone", ["news-fact-gone", "news-fact-gone-next"]),
    (News::Note, "note", ["news-note", "news-note-next"]),
    (News::NoteReader, "reader", ["news-reader", "news-reader-next"]),
    (News::Rang, "rang", ["news-rang", "news-rang-next"]),
    (News::EventMade, "event", ["news-event", "news-event-next"]),
    (News::EventChanged, "event-changed", ["news-event-changed", "news-event-changed-next"]),
    (News::EventOff, "event-off", ["news-event-off", "news-event-off-next"]),
    (News::Picture, "picture", ["news-picture", "news-picture-next"]),
    (News::PictureGone, "picture-gone", ["news-picture-gone", "news-picture-gone-next"]),
    (News::Listing, "listing", ["news-listing", "news-listing-next"]),
    (News::NoticeDropped, "notice-gone", ["news-notice-gone", "news-notice-gone-next"]),
    (News::Mail, "mail", ["news-mail", "news-mail-next"]),
    (News::Copies, "copies", ["news-copies", "news-copies-next"]),
    (News::CopyWanted, "copy", ["news-copy", "news-copy-next"]),
    (News::Grant, "grant", ["news-grant", "news-grant-next"]),
    (News::GoOn, "go-on", ["news-go-on", "news-go-on-next"]),
    (News::Rest, "rest", ["news-rest", "news-rest-next"]),
    (News::RestOver, "rest-over", ["news-rest-over", "news-rest-over-next"]),
    (News::SameCharter, "same-charter", ["news-same-charter", "news-same-charter-next"]),
    (News::WeekComes, "week", ["news-week-comes", "news-week-comes-next"]),
    (News::WeekStops, "no-week", ["news-week-stops", "news-week-stops-next"]),
    (News::Comes, "comes", ["news-comes", "news-comes-next"]),
    (News::ComesNot, "comes-not", ["news-comes-not", "news-comes-not-next"]),
    (News::PutRight, "put-right", ["news-put-right", "news-put-right-next"]),
    (News::Answered, "heard", ["news-heard", "news-heard-next"]),
    (News::LookedAt, "looked-at", ["first-over", "first-over-yes"]),
    (News::TalkOpened, "talk", ["news-talk", "news-talk-next"]),
    (News::TalkSaid, "talk-said", ["news-talk-said", "news-talk-said-next"]),
    (News::TalkEnd, "talk-end", ["news-talk-end", "news-talk-end-next"]),
    (News::TalkDay, "talk-day", ["news-talk-day", "news-talk-day-next"]),
    (News::PotGave, "pot-gave", ["news-pot-gave", "news-pot-gave-next"]),
    (News::PotLeft, "pot-left", ["news-pot-left", "news-pot-left-next"]),
    (News::PotTookBack, "pot-back", ["news-pot-back", "news-pot-back-next"]),
    (News::Look, "look", ["news-look", "news-look-next"]),
    (News::SignedIn, "signed-in", ["signed-in", "signed-in-press"]),
];

/// On to another page, which tells what was done.
pub(super) fn go_telling(to: &str, news: News) -> Response {
    go(&telling(to, news))
}

/// An address of a page that tells this, and nothing that it told before.
pub(super) fn telling(to: &str, news: News) -> String {
    let word = ALL.iter().find(|(known, _, _)| *known == news).map_or("", |(_, word, _)| *word);
    let (path, query) = to.split_once('?').unwrap_or((to, ""));
    let mut address = format!("{path}?");
    for pair in query.split('&').filter(|pair| !pair.is_empty() && !is_news(pair)) {
        address.push_str(pair);
        address.push('&');
    }
    format!("{address}{NEWS}={word}")
}

fn is_news(pair: &str) -> bool {
    pair.split('=').next() == Some(NEWS)
}

/// What a page at this address is to tell: what happened, and what comes next.
pub(super) fn told(words: Words, path: &str) -> Option<[String; 2]> {
    let (_, query) = path.split_once('?')?;
    let word = query.split('&').find_map(|pair| pair.strip_prefix(NEWS)?.strip_prefix('='))?;
    let (_, _, keys) = ALL.iter().find(|(_, known, _)| *known == word)?;
    Some(keys.map(|key| words.t(key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::words::Language;
    use axum::http::header::LOCATION;

    #[test]
    fn every_news_is_told_where_a_form_leads() {
        let words = Words(Language::English);
        for (news, word, _) in ALL {
            let response = go_telling("/today", news);
            assert_eq!(response.headers()[LOCATION], format!("/today?news={word}"));
            let [happened, next] = told(words, &format!("/today?for=x&news={word}")).expect(word);
            assert!(!happened.is_empty() && next.ends_with('.'), "{word}: {happened} {next}");
        }
        assert_eq!(go_telling("/listing?a=b", News::Rang).headers()[LOCATION], "/listing?a=b&news=rang");
        for told in ["/x?a=b&news=rang&c=d", "/x?news=rang&a=b&c=d", "/x?a=b&c=d"] {
            assert_eq!(telling(told, News::Note), "/x?a=b&c=d&news=note");
        }
        for silent in ["/today", "/today?news=", "/today?news=other", "/today?old-news=rang", "/news=rang"] {
            assert_eq!(told(words, silent), None, "{silent}");
        }
    }
}
