//! An honest community that is attacked, an honest partner that it must go on serving, and the table of what was gained.

use anyhow::{Context as _, Result, ensure};
use kith::api::types::{NewInvitation, Outcome, PartnerView};
use kith_protocol::{
    id::{Alias, CommunityId, ExchangeId},
    partnership::Payee,
};
use kith_tests::{
    cluster::{
        Cluster, Node, Person, Scratch, fresh_exchange, partner, run, say, signed_payment, signed_payment_to, wait_for,
    },
    hostile::Hostile,
};
use std::{fs::File, sync::Arc};

/// How many minutes either side of a partnership with a hostile community may run ahead.
pub(crate) const LIMIT: i64 = 60;
/// The longest exchange with it.
pub(crate) const LARGEST: i64 = 30;

/// One line of the table.
pub(crate) struct Line {
    what: &'static str,
    gained: i64,
    evidence: Option<String>,
}

/// The attacked, the bystander, and the table.
pub(crate) struct Town {
    pub(crate) dir: Scratch,
    pub(crate) cluster: Cluster,
    /// The attacked community's node.
    pub(crate) a: Arc<Node>,
    /// The bystander's.
    pub(crate) c: Arc<Node>,
    pub(crate) ada: Person,
    cat: Person,
    ada_for_c: Alias,
    served: i64,
    lines: Vec<Line>,
}

impl Town {
    pub(crate) fn start() -> Result<Self> {
        let dir = Scratch::new()?;
        let cluster = Cluster::start(2, dir.path())?;
        let (a, c) = (Arc::clone(&cluster.nodes[0]), Arc::clone(&cluster.nodes[1]));
        partner(&a, &c, &NewInvitation::default())?;
        let (ada, cat) = (Person::join(&a, "Ada")?, Person::join(&c, "Cat")?);
        let ada_for_c = a.alias(&ada.id, &c)?;
        Ok(Self { dir, cluster, a, c, ada, cat, ada_for_c, served: 0, lines: Vec::new() })
    }

    /// A new hostile partner of the attacked community.
    pub(crate) fn hostile(&self, seed: u8) -> Result<Hostile> {
        let limit = u64::try_from(LIMIT)?;
        let terms = NewInvitation {
            our_limit_minutes: Some(limit),
            their_limit_minutes: Some(limit),
            largest_minutes: Some(LARGEST),
            days: None,
        };
        Hostile::join(&self.a, seed, &terms)
    }

    /// Ada's code for a hostile partner.
    pub(crate) fn ada_for(&self, hostile: &Hostile) -> Result<Payee> {
        let path = format!("/api/v1/members/{}/alias?partner={}", self.ada.id, hostile.community());
        Ok(Payee::Alias(self.a.client().get::<kith::api::types::AliasView>(&path)?.alias))
    }

    /// Ada pays the hostile community's member.
    pub(crate) fn pay(&self, hostile: &Hostile, minutes: i64) -> Result<ExchangeId> {
        let id = fresh_exchange()?;
        let payee = Payee::Alias(hostile.alias());
        let new = signed_payment_to(&self.a, hostile.community(), hostile.account(), &self.ada, payee, minutes, id)?;
        let _: Outcome = self.a.client().post("/api/v1/payments", &new, None)?;
        Ok(id)
    }

    /// What the attacked node says of a hostile partner.
    pub(crate) fn view(&self, hostile: &Hostile) -> Result<PartnerView> {
        Ok(self.a.client().get(&format!("/api/v1/partners/{}", hostile.community()))?)
    }

    /// Waits until the hostile community's members are `ahead` minutes, and nothing is open.
    pub(crate) fn until_ahead(&self, hostile: &mut Hostile, ahead: i64) -> Result<()> {
        let path = format!("/api/v1/partners/{}", hostile.community());
        let client = self.a.client();
        hostile.until_seen(&format!("a net of {ahead}"), || {
            let view: PartnerView = client.get(&path)?;
            Ok((view.net_minutes == -ahead && view.undecided == 0).then_some(()))
        })
    }

    /// Waits until the attacked node signs nothing more with a hostile partner.
    pub(crate) fn until_frozen(&self, hostile: &mut Hostile) -> Result<()> {
        let path = format!("/api/v1/partners/{}", hostile.community());
        let client = self.a.client();
        hostile.until_seen("the partnership to freeze", || {
            let view: PartnerView = client.get(&path)?;
            Ok((view.state == "frozen").then_some(()))
        })
    }

    /// Writes the evidence against a hostile partner and has it judged with nothing else at hand.
    pub(crate) fn evidence(&self, against: &CommunityId) -> Result<String> {
        let file = self.dir.path().join(format!("proof-{}.kith", self.lines.len()));
        let path = file.to_str().context("a plain name")?;
        let home = self.a.dir.to_str().context("a plain name")?;
        run(&["partner", "evidence", &against.to_string(), "--dir", home, "--out", path])?.ok()?;
        let judged = run(&["verify", path, "--json"])?.ok()?.json()?;
        ensure!(judged["community"] == against.to_string(), "the proof names another: {judged}");
        // A proof with one byte changed is none.
        let mut bytes = std::fs::read(&file)?;
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        let spoilt = file.with_extension("spoilt");
        std::fs::write(&spoilt, bytes)?;
        let refused = run(&["verify", spoilt.to_str().context("a plain name")?, "--json"])?;
        ensure!(refused.code == Some(4), "a spoilt proof is taken: {refused:?}");
        Ok(judged["evidence"].as_str().context("a proof has a code")?.to_owned())
    }

    /// The attack is over: what was gained, whether the books hold, and whether others are served.
    pub(crate) fn tell(&mut self, what: &'static str, hostile: &Hostile, evidence: Option<&str>) -> Result<()> {
        let view = self.view(hostile)?;
        let gained = (-view.net_minutes).max(0);
        ensure!(view.net_minutes.abs() + view.on_hold_minutes <= LIMIT, "{what}: beyond the limit: {view:?}");
        let found = match evidence {
            Some(_) => Some(self.evidence(&hostile.community())?),
            None => {
                let path = format!("/api/v1/partners/{}/evidence", hostile.community());
                let nothing = self.a.client().download(&path, &mut std::io::sink());
                ensure!(nothing.is_err(), "{what}: an accusation out of nothing");
                None
            }
        };
        ensure!(found.as_deref() == evidence, "{what}: the evidence is {found:?}");
        ensure!(self.a.status()?.ledger_sum_minutes == 0, "{what}: the ledger does not sum to zero");
        self.serves_others()?;
        self.lines.push(Line { what, gained, evidence: found });
        Ok(())
    }

    /// The bystander's member pays Ada a minute, and both sides settle it.
    pub(crate) fn serves_others(&mut self) -> Result<()> {
        let account = self.c.partner(&self.a)?.account.context("they are partners")?;
        let payee = Payee::Alias(self.ada_for_c);
        let new = signed_payment(&self.c, &self.a, account, &self.cat, payee, 1, fresh_exchange()?)?;
        let _: Outcome = self.c.client().post("/api/v1/payments", &new, None)?;
        self.served += 1;
        wait_for("an honest partner to be served", || {
            let (here, there) = (self.a.partner(&self.c)?, self.c.partner(&self.a)?);
            let done = here.net_minutes == -self.served && there.net_minutes == self.served;
            Ok((done && there.on_hold_minutes == 0).then_some(()))
        })
    }

    /// The table, and a last look at the whole: the exported ledger verifies.
    pub(crate) fn end(self) -> Result<()> {
        say(format_args!("{:<58} {:>14} {:>6}  evidence", "what a hostile partner did", "gained minutes", "limit"));
        for Line { what, gained, evidence } in &self.lines {
            let evidence = evidence.as_deref().unwrap_or("none");
            say(format_args!("{what:<58} {gained:>14} {LIMIT:>6}  {evidence}"));
        }
        for node in &self.cluster.nodes {
            let file = self.dir.path().join(format!("{}.car", node.name));
            node.client().download("/api/v1/ledger/export", &mut File::create(&file)?)?;
            run(&["verify", file.to_str().context("a plain name")?])?.ok()?;
        }
        Ok(())
    }
}
