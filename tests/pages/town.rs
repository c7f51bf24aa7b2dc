//! A community with something on every page: members, a full board, hours in every state, and a partner.

use anyhow::{Context as _, Result};
use kith::api::types::{CircleView, Kept, NewInvitation, NewMember, NoticeView, Outcome, SignInCode, Status};
use kith_protocol::id::{CommunityId, ExchangeId, MemberId, RecordKey};
use kith_tests::{
    browser::{Browser, Driver, Look},
    cluster::{Node, Scratch, partner, wait_for},
};
use serde_json::{Value, json};
use std::{
    fs,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Members: name, telephone number, and what they offer: title, more of it, category.
const PEOPLE: [(&str, &str, [&str; 3]); 7] = [
    (
        "Amina Khan",
        "020 7946 0001",
        ["Sewing and mending", "Hems, zips and curtains. I like company while I sew.", "making"],
    ),
    (
        "Joe Bell",
        "020 7946 0002",
        ["I can mend bikes", "Punctures, brakes and lights, in front of your door.", "repairs"],
    ),
    ("Margaret Lewis", "020 7946 0003", ["Video calls explained", "Slowly, as often as you like.", "technology"]),
    ("Yusuf Osman", "", ["Lifts on weekday mornings", "I have room for a walking frame.", "transport"]),
    ("Kwame Boateng", "020 7946 0005", ["Shopping on Fridays", "With my trolley.", "shopping"]),
    ("Sioned Rees", "020 7946 0006", ["A chat in Welsh", "By phone, in the evening.", "befriending"]),
    ("Rushey Green Clinic", "020 7946 0007", ["A room for your group", "Twelve chairs and a kettle.", "places"]),
];
/// What people ask for: whose it is by the list above, title, more of it, category.
const ASKS: [(usize, &str, &str, &str); 4] = [
    (1, "Reading a long letter", "The print is small and the words are long.", "advice"),
    (2, "Somebody to walk with", "Half an hour, on dry days.", "befriending"),
    (3, "Help with a hedge", "It is taller than I am.", "garden"),
    (0, "A lift to the clinic", "On Friday, about noon.", "transport"),
];
/// Hours: who gave, who received, minutes, what it was, and whether both have agreed.
const HOURS: [(usize, usize, u32, &str, bool); 8] = [
    (0, 2, 90, "Curtains for the kitchen", true),
    (1, 0, 45, "Mended the brakes", true),
    (3, 0, 60, "Lift to the market", true),
    (0, 5, 120, "Hemmed three skirts", true),
    (4, 6, 30, "Shopping", true),
    (2, 0, 60, "First video call with Karachi", true),
    (1, 0, 30, "Pumped up the wheels", false),
    (0, 4, 45, "A zip", false),
];

/// A mail server on this machine, where none is, and an address that passkeys could belong to.
const SETTINGS: &str = "[http]\nsite = \"https://time.example.org\"\n[mail]\nserver = \"127.0.0.1\"\nport = 9\ntls = \"none\"\nfrom = \"kith@example.org\"\n";

/// Rushey Green, its partner, and where everything is.
pub(crate) struct Town {
    pub(crate) driver: Driver,
    pub(crate) node: Node,
    /// By which address browsers come to the node.
    pub(crate) door: String,
    pub(crate) id: CommunityId,
    pub(crate) people: Vec<MemberId>,
    pub(crate) coordinator: MemberId,
    /// In the order of the hours above.
    pub(crate) exchanges: Vec<ExchangeId>,
    pub(crate) offers: Vec<RecordKey>,
    pub(crate) partner: CommunityId,
    /// An exchange with the partner about which their coordinators talk.
    pub(crate) disputed: ExchangeId,
    /// An exchange for which the partner's member has not paid yet.
    pub(crate) unpaid: ExchangeId,
    /// A circle that Margaret looks after.
    pub(crate) circle: String,
    /// What is said to everybody.
    pub(crate) notice: String,
    /// What takes place tomorrow.
    pub(crate) event: String,
    _gorbals: Node,
    pub(crate) scratch: Scratch,
}

fn post(node: &Node, path: &str, body: &Value) -> Result<Outcome> {
    node.client().post(path, body, None).with_context(|| format!("{path} {body}"))
}

impl Town {
    /// Founds it and fills it.
    pub(crate) fn new() -> Result<Self> {
        let (driver, scratch) = (Driver::start()?, Scratch::new()?);
        let node = Node::found(&scratch.path().join("rushey"), "Rushey Green")?;
        let gorbals = Node::found(&scratch.path().join("gorbals"), "Gorbals")?;
        // Letters could go out and passkeys be added, so that the pages have what is about them; nobody does so here.
        fs::write(scratch.path().join("rushey/kith.toml"), SETTINGS)?;
        node.start()?;
        gorbals.start()?;
        let status: Status = node.client().get("/api/v1/status")?;
        let coordinator = *status.coordinators.first().context("a coordinator")?;
        let mut town = Self {
            id: node.id(),
            door: node.url(),
            partner: gorbals.id(),
            driver,
            node,
            people: Vec::new(),
            coordinator,
            exchanges: Vec::new(),
            offers: Vec::new(),
            disputed: ExchangeId([0; 16]),
            unpaid: ExchangeId([0; 16]),
            circle: String::new(),
            notice: String::new(),
            event: String::new(),
            _gorbals: gorbals,
            scratch,
        };
        town.fill()?;
        town.together()?;
        town.exchange_across()?;
        town.talk()?;
        Ok(town)
    }

    fn fill(&mut self) -> Result<()> {
        let node = &self.node;
        for (n, (name, phone, [title, text, category])) in PEOPLE.into_iter().enumerate() {
            let phone = Some(phone.to_owned()).filter(|phone| !phone.is_empty());
            let kind = (n == PEOPLE.len() - 1).then_some(kith_protocol::member::MemberKind::Organisation);
            let member = node.admit(&NewMember { name: name.into(), phone, kind, ..NewMember::default() })?;
            let offer = json!({ "member": member, "title": title, "text": text, "category": category, "remote": n == 5,
                    "times": if n % 2 == 0 { vec!["friday_morning", "saturday_morning"] } else { Vec::new() } });
            self.offers.push(post(node, "/api/v1/offers", &offer)?.record.context("an offer has a key")?);
            self.people.push(member);
        }
        for (n, title, text, category) in ASKS {
            let ask = json!({ "member": self.people[n], "title": title, "text": text, "category": category,
                "times": ["friday_morning"], "by": 65_866 });
            post(node, "/api/v1/needs", &ask)?;
        }
        for (giver, receiver, minutes, note, agreed) in HOURS {
            let (giver, receiver) = (self.people[giver], self.people[receiver]);
            let told_by = if agreed { "both" } else { "giver" };
            let hours =
                json!({ "giver": giver, "receiver": receiver, "minutes": minutes, "note": note, "told_by": told_by });
            let made = post(node, "/api/v1/exchanges", &hours)?;
            self.exchanges.push(made.exchange.context("an exchange has an id")?);
        }
        Ok(())
    }

    /// A circle, a notice to everybody, and an event.
    fn together(&mut self) -> Result<()> {
        let client = self.node.client();
        let circle: CircleView = client.post("/api/v1/circles", &json!({ "name": "Elm Row" }), None)?;
        let at = format!("/api/v1/circles/{}", String::from(circle.id));
        for (n, leads) in [(0, false), (1, false), (2, true)] {
            let part = json!({ "member": !leads, "coordinator": leads });
            let _: CircleView = client.put(&format!("{at}/members/{}", self.people[n]), &part)?;
        }
        let words = "Soup on Friday at noon, in the hall.\nBring a bowl.";
        let notice: NoticeView = client.post("/api/v1/notices", &json!({ "text": words }), None)?;
        let tomorrow = SystemTime::now().duration_since(UNIX_EPOCH)? + Duration::from_secs(86_400);
        let begins = u64::try_from(tomorrow.as_millis())?;
        let soup = json!({ "title": "Soup", "begins_at": begins, "minutes": 90, "place": "The hall" });
        let event: Kept = client.post("/api/v1/events", &soup, None)?;
        (self.circle, self.notice, self.event) = (circle.id.into(), notice.id.into(), event.id.into());
        Ok(())
    }

    /// Ewan's offer in the Gorbals, an hour that he gave and that is disputed, and one that he has not paid yet.
    fn exchange_across(&mut self) -> Result<()> {
        let (node, gorbals) = (&self.node, &self._gorbals);
        partner(node, gorbals, &NewInvitation::default())?;
        for what in ["we_keep", "they_keep"] {
            for (one, other) in [(node, gorbals), (gorbals, node)] {
                let path = format!("/api/v1/partners/{}/escrow", other.id());
                let _: Value = one.client().put(&path, &json!({ what: true }))?;
            }
        }
        let ewan = gorbals.admit(&NewMember { name: "Ewan".into(), ..NewMember::default() })?;
        let piano =
            json!({ "member": ewan, "title": "Piano lessons", "text": "Any age, any day.", "category": "learning" });
        post(gorbals, "/api/v1/offers", &piano)?;
        let ewan = gorbals.alias(&ewan, node)?;
        let payment =
            json!({ "partner": gorbals.id(), "payer": self.people[0], "payee": { "alias": ewan }, "minutes": 45 });
        self.disputed = post(node, "/api/v1/payments", &payment)?.exchange.context("a payment has an id")?;
        wait_for("the partner to hold a copy", || {
            let copies: Value = node.client().get(&format!("/api/v1/partners/{}/escrow", gorbals.id()))?;
            Ok((copies["copied_at"].is_u64() && copies["kept_at"].is_u64()).then_some(()))
        })?;
        wait_for("the lesson to settle", || Ok((node.exchange(&self.disputed)?.state == "settled").then_some(())))?;
        let why = json!({ "complaint": "hours", "text": "The lesson took half an hour." });
        post(node, &format!("/api/v1/disputes/{}", self.disputed), &why)?;
        post(node, "/api/v1/gifts", &json!({ "from": self.people[0], "minutes": 30 }))?;
        let request = json!({ "partner": gorbals.id(), "giver": self.people[1], "payer": ewan, "minutes": 30 });
        self.unpaid = post(node, "/api/v1/requests", &request)?.exchange.context("a request has an id")?;
        Ok(())
    }

    /// What people do in their browsers: set rules, ask a question, write to each other, and show what they offer.
    fn talk(&self) -> Result<()> {
        let rosa = self.browser(&self.coordinator, Look::DESKTOP)?;
        rosa.go("/me/change")?;
        rosa.fill("Name", "Rosa May")?.press("Save")?;
        rosa.go("/contact")?;
        rosa.fill("Name, number and times", "Ring Rosa, 020 7946 0000, Tuesdays and Thursdays")?.press("Save")?;
        rosa.go("/safety")?;
        rosa.choose("Look at the first exchange of each new member")?;
        rosa.choose("I read and write notes about members")?.press("Save")?;
        let amina = self.browser(&self.people[0], Look::DESKTOP)?;
        amina.go(&format!("/exchange/{}/question", self.exchanges[2]))?;
        amina.choose("The hours are wrong")?.press("Tell a coordinator")?;
        amina.go(&format!("/messages/{}?about=e/{}", self.people[1], self.exchanges[1]))?;
        amina.fill("Your message", "Would Friday suit you?")?.press("Send it")?;
        // Any picture will do, and this one is at hand.
        let photo = amina.picture("photo")?;
        amina.go(&format!("/listing/{}/{}/picture", self.id, self.offers[0]))?;
        amina.attach("A photo", &photo)?.press("Use this photo")?.says("Sewing and mending")?;
        wait_for("the partner's shelf", || {
            amina.go("/find?place=others")?;
            Ok(amina.text()?.contains("Piano lessons").then_some(()))
        })
    }

    /// A browser in which nobody is signed in.
    pub(crate) fn browser_of_nobody(&self, look: Look) -> Result<Browser> {
        self.driver.browser(&self.door, look)
    }

    /// A browser in which this member is signed in.
    pub(crate) fn browser(&self, member: &MemberId, look: Look) -> Result<Browser> {
        let path = format!("/api/v1/members/{member}/sign-in-code");
        let code: SignInCode = self.node.client().post(&path, &json!({}), None)?;
        let browser = self.browser_of_nobody(look)?;
        browser.go("/sign-in")?;
        browser.fill("Your code", &code.code)?.press_button("Sign in")?;
        Ok(browser)
    }

    /// Rosa's browser, who is a coordinator.
    pub(crate) fn rosa(&self, look: Look) -> Result<Browser> {
        self.browser(&self.coordinator, look)
    }

    /// Amina's browser.
    pub(crate) fn amina(&self, look: Look) -> Result<Browser> {
        self.browser(&self.people[0], look)
    }
}
