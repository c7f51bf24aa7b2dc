//! Nothing from elsewhere: every page that people can reach is read, and what it loads and where its forms go.

use super::balances::{Elm, reach};
use crate::{
    trial::listing,
    web::browser::{Browser, Shown},
};
use kith_protocol::shelf::Item;

/// Elements that load something or send something. Links are followed by people, who see where they go.
const TAGS: [&str; 14] = [
    "link", "script", "img", "image", "use", "form", "button", "input", "iframe", "source", "video", "audio", "object",
    "embed",
];
/// Attributes that say what, or where to.
const ATTRIBUTES: [&str; 7] = ["src", "srcset", "href", "action", "formaction", "data", "poster"];

/// What a page loads and where its forms go: elements, with their addresses.
pub(super) fn addresses(html: &str) -> Vec<(&str, &str)> {
    let tags = html.split('<').skip(1).filter_map(|part| part.split_once('>').map(|(tag, _)| tag));
    let named = tags.filter(|tag| TAGS.contains(&tag.split([' ', '\n']).next().unwrap()));
    let each = named.flat_map(|tag| {
        ATTRIBUTES.into_iter().filter_map(move |name| {
            let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
            Some((tag, rest.split('"').next()?))
        })
    });
    each.collect()
}

/// Whether an address stays with whoever served the page.
fn stays(address: &str) -> bool {
    address.starts_with('/') && !address.starts_with("//") && !address.starts_with("/\\")
}

/// Whether a policy lets a page load from nowhere else and send nowhere else.
fn is_strict(policy: &str) -> bool {
    let mut directives = policy.split(';').map(|directive| directive.split_whitespace().skip(1));
    let wanted = ["default-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"];
    directives.all(|mut sources| sources.all(|source| ["'self'", "'none'"].contains(&source)))
        && wanted.into_iter().all(|wanted| policy.contains(wanted))
}

fn is_page(shown: &Shown) -> bool {
    shown.headers.get("content-type").is_some_and(|kind| kind.starts_with("text/html"))
}

#[test]
fn what_comes_from_elsewhere_is_seen() {
    for bad in [
        "<script src=\"https://cdn.example/a.js\" defer></script>",
        "<link rel=\"stylesheet\" href=\"//cdn.example/a.css\">",
        "<p><img class=\"a\" src=\"http://example.org/a.png\"></p>",
        "<form method=\"post\" action=\"https://example.org/\">",
        "<form method=\"post\" action=\"/a\"><button formaction=\"https://example.org/\">",
    ] {
        assert!(!addresses(bad).iter().all(|(_, address)| stays(address)), "{bad}");
    }
    assert_eq!(addresses("<a href=\"https://example.org/\"><p data-live=\"x\">"), [("", ""); 0]);
    assert!(!is_strict("default-src 'none'; script-src 'self' https://cdn.example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_loads_from_or_sends_to_another_origin() {
    let elm = Elm::begin().await;
    elm.trial.publish(1, elm.ada, Item::Offer(listing("Weeding", "Any day.", &[]))).await;
    for (first, member, least) in
        [("/", None, 5), ("/home", Some(elm.ada), 30), ("/today", Some(elm.trial.coordinator), 50)]
    {
        let mut browser = match member {
            Some(member) => elm.browser(member).await,
            None => Browser::new(&elm.served),
        };
        let mut read = reach(&mut browser, first).await;
        read.insert("/no/such/page".into(), browser.get("/no/such/page").await);
        let pages: Vec<&Shown> = read.values().filter(|shown| is_page(shown)).collect();
        for page in &pages {
            let policy = page.headers.get("content-security-policy").map_or("", String::as_str);
            assert!(is_strict(policy), "{}: {policy:?}", page.path);
            let addresses = addresses(&page.body);
            assert!(addresses.iter().any(|(tag, _)| tag.contains("stylesheet")), "{}", page.path);
            for (tag, address) in addresses {
                assert!(stays(address), "<{tag}> on {}", page.path);
            }
        }
        assert!(pages.len() > least, "{first}: {:?}", read.keys());
    }
    // And what pages load loads nothing more.
    for (file, never) in [
        ("/static/kith.css", &["url(", "@import"][..]),
        ("/static/kith.js", &["http"]),
        ("/static/keys.js", &["http"]),
        ("/static/passkey.js", &["http"]),
    ] {
        let text = Browser::new(&elm.served).get(file).await.is(200).body.clone();
        assert!(!never.iter().any(|never| text.contains(never)), "{file}");
    }
    elm.trial.running.stop().await;
}
