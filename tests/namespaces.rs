//! Real nodes in network namespaces: three communities on a network that loses a third of what passes between them and is parted
//! for a while. Nothing is lost or doubled, and everything settles.
//!
//! It needs root, `ip`, and either netem in the kernel or `nft`; where something is missing it says so and does nothing.

use anyhow::{Context as _, Result, bail, ensure};
use kith::api::types::{NewInvitation, Outcome};
use kith_protocol::{
    id::{AccountId, ExchangeId},
    partnership::Payee,
};
use kith_tests::cluster::{
    Books, Node, Person, Place, Scratch, fresh_exchange, partner, run, say, signed_payment, wait_within,
};
use std::{
    collections::BTreeMap,
    fs::File,
    io::Write as _,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// How many communities.
const NODES: u8 = 3;
/// How many payments there are, unless `KITH_LOSSY` says otherwise.
const PAYMENTS: u32 = 24;
/// Of a hundred packets, how many are lost.
const LOSS: u32 = 30;
/// How long anything may take: TCP backs off far under such loss, and absent partners are tried again after minutes.
const PATIENCE: Duration = Duration::from_secs(900);

/// Whether a command ended well.
fn does(program: &str, args: &[&str]) -> bool {
    let ended = Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
    ended.is_ok_and(|status| status.success())
}

fn must(program: &str, args: &[&str]) -> Result<()> {
    ensure!(does(program, args), "{program} {args:?} failed");
    Ok(())
}

/// How packets are lost here.
#[derive(Clone, Copy)]
enum Loss {
    Netem,
    Nft,
}

/// A bridge and a namespace for each node, gone when dropped.
struct Ground {
    name: String,
    net: u8,
    loss: Loss,
}

impl Ground {
    /// `None` where this test may not or cannot lay it out; says why.
    fn lay() -> Result<Option<Self>> {
        if !does("ip", &["link", "show"]) {
            say(format_args!("left out: network namespaces, because there is no `ip`"));
            return Ok(None);
        }
        let number = std::process::id();
        let name = format!("kith{}", number % 100_000);
        let net = u8::try_from(number % 200)?;
        let mut ground = Self { name, net, loss: Loss::Nft };
        if !does("ip", &["link", "add", &ground.bridge(), "type", "bridge"]) {
            say(format_args!("left out: network namespaces, because only root may make them"));
            return Ok(None);
        }
        must("ip", &["addr", "add", &format!("10.77.{net}.254/24"), "dev", &ground.bridge()])?;
        must("ip", &["link", "set", &ground.bridge(), "up"])?;
        for n in 0..NODES {
            ground.lay_one(n)?;
        }
        if ground.inside(0, "tc", &["qdisc", "add", "dev", "lo", "root", "netem", "loss", "1%"]) {
            must("ip", &["netns", "exec", &ground.space(0), "tc", "qdisc", "del", "dev", "lo", "root"])?;
            ground.loss = Loss::Netem;
        } else if !ground.inside(0, "nft", &["list", "ruleset"]) {
            say(format_args!("left out: loss and partition, because the kernel has no netem and there is no `nft`"));
            return Ok(None);
        }
        Ok(Some(ground))
    }

    fn lay_one(&self, n: u8) -> Result<()> {
        let (space, out, inner) = (self.space(n), format!("{}o{n}", self.name), format!("{}i{n}", self.name));
        must("ip", &["netns", "add", &space])?;
        must("ip", &["link", "add", &out, "type", "veth", "peer", "name", &inner])?;
        must("ip", &["link", "set", &out, "master", &self.bridge()])?;
        must("ip", &["link", "set", &out, "up"])?;
        must("ip", &["link", "set", &inner, "netns", &space])?;
        must("ip", &["-n", &space, "addr", "add", &format!("{}/24", self.address(n)), "dev", &inner])?;
        must("ip", &["-n", &space, "link", "set", &inner, "up"])?;
        must("ip", &["-n", &space, "link", "set", "lo", "up"])
    }

    fn bridge(&self) -> String {
        format!("{}b", self.name)
    }

    fn space(&self, n: u8) -> String {
        format!("{}n{n}", self.name)
    }

    fn address(&self, n: u8) -> String {
        format!("10.77.{}.{}", self.net, n + 1)
    }

    fn inside(&self, n: u8, program: &str, args: &[&str]) -> bool {
        let space = self.space(n);
        does("ip", &[&["netns", "exec", &space, program], args].concat())
    }

    /// From here on so many of a hundred packets that come to a node from another node are lost. Pages and API, which come from
    /// elsewhere, are spared.
    fn lose(&self, n: u8, percent: u32) -> Result<()> {
        if matches!(self.loss, Loss::Netem) && percent < 100 {
            let (inner, share) = (format!("{}i{n}", self.name), format!("{percent}%"));
            self.rules(n, None)?;
            return must(
                "ip",
                &[
                    "netns",
                    "exec",
                    &self.space(n),
                    "tc",
                    "qdisc",
                    "replace",
                    "dev",
                    &inner,
                    "root",
                    "netem",
                    "loss",
                    &share,
                ],
            );
        }
        self.rules(n, (percent > 0).then_some(percent))
    }

    /// How many packets that came to a node were lost by the present rules.
    fn lost(&self, n: u8) -> Result<u64> {
        let space = self.space(n);
        let (asked, word): (&[&str], &str) = match self.loss {
            Loss::Netem => (&["tc", "-s", "qdisc"], "(dropped"),
            Loss::Nft => (&["nft", "list", "ruleset"], "packets"),
        };
        let said = Command::new("ip").args(["netns", "exec", &space]).args(asked).output()?;
        let said = String::from_utf8(said.stdout)?;
        let words: Vec<&str> = said.split_whitespace().map(|word| word.trim_matches(',')).collect();
        let counts = words.windows(2).filter(|pair| pair[0] == word).filter_map(|pair| pair[1].parse::<u64>().ok());
        Ok(counts.sum())
    }

    fn rules(&self, n: u8, percent: Option<u32>) -> Result<()> {
        let mut rules = "flush ruleset\n".to_owned();
        if let Some(percent) = percent {
            let (first, last) = (self.address(0), self.address(NODES - 1));
            rules.push_str("table inet kith {\n chain c {\n type filter hook input priority 0;\n");
            let share = if percent < 100 { format!("numgen random mod 100 < {percent}") } else { String::new() };
            rules.push_str(&format!(" ip saddr {first}-{last} {share} counter drop\n }}\n}}\n"));
        }
        let mut nft = Command::new("ip");
        nft.args(["netns", "exec", &self.space(n), "nft", "-f", "-"]).stdin(Stdio::piped());
        let mut child = nft.spawn()?;
        child.stdin.take().context("it is piped")?.write_all(rules.as_bytes())?;
        ensure!(child.wait()?.success(), "the rules of a namespace cannot be set");
        Ok(())
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        for n in 0..NODES {
            does("ip", &["netns", "del", &self.space(n)]);
        }
        does("ip", &["link", "del", &self.bridge()]);
    }
}

/// The communities, and what their members paid.
struct Town {
    dir: Scratch,
    nodes: Vec<Node>,
    people: Vec<Person>,
    accounts: BTreeMap<(usize, usize), (AccountId, Payee)>,
    paid: Vec<(usize, usize, ExchangeId, i64)>,
}

impl Town {
    fn found(ground: &Ground) -> Result<Self> {
        let dir = Scratch::new()?;
        let (mut nodes, mut people) = (Vec::new(), Vec::new());
        for n in 0..NODES {
            let place = Place { namespace: ground.space(n), address: ground.address(n) };
            let node = Node::found(&dir.path().join(format!("node-{n}")), &format!("Node {n}"))?.at(place);
            node.start()?;
            people.push(Person::join(&node, "Somebody")?);
            nodes.push(node);
        }
        let mut accounts = BTreeMap::new();
        for here in 0..nodes.len() {
            for there in here + 1..nodes.len() {
                let limit = Some(100_000);
                let terms =
                    NewInvitation { our_limit_minutes: limit, their_limit_minutes: limit, ..NewInvitation::default() };
                let account = partner(&nodes[here], &nodes[there], &terms)?;
                for (one, other) in [(here, there), (there, here)] {
                    let code = nodes[other].alias(&people[other].id, &nodes[one])?;
                    accounts.insert((one, other), (account, Payee::Alias(code)));
                }
            }
        }
        Ok(Self { dir, nodes, people, accounts, paid: Vec::new() })
    }

    fn pay(&mut self, n: usize) -> Result<()> {
        let from = n % self.nodes.len();
        let to = (from + 1 + n / self.nodes.len() % (self.nodes.len() - 1)) % self.nodes.len();
        let (account, payee) = self.accounts[&(from, to)];
        let (id, minutes) = (fresh_exchange()?, i64::try_from(n % 9)? + 1);
        let (home, partner) = (&self.nodes[from], &self.nodes[to]);
        let new = signed_payment(home, partner, account, &self.people[from], payee, minutes, id)?;
        let _: Outcome = home.client().post("/api/v1/payments", &new, None)?;
        self.paid.push((from, to, id, minutes));
        Ok(())
    }

    fn wait_settled(&self, what: &str) -> Result<()> {
        wait_within(PATIENCE, what, || {
            for node in &self.nodes {
                for view in node.partners()? {
                    if view.undecided + view.unconfirmed > 0 || view.on_hold_minutes != 0 {
                        return Ok(None);
                    }
                }
            }
            Ok(Some(()))
        })
    }

    fn judge(&self) -> Result<()> {
        let books: Vec<Books> = self.nodes.iter().map(Books::read).collect::<Result<_>>()?;
        let begun: Vec<_> = books.iter().map(Books::begun).collect();
        let mut balances = vec![0; self.nodes.len()];
        for (from, to, id, minutes) in &self.paid {
            for place in [from, to] {
                let times = begun[*place].get(id).map_or(0, Vec::len);
                ensure!(times == 1, "{} has {id} {times} times", self.nodes[*place].name);
            }
            balances[*from] -= minutes;
            balances[*to] += minutes;
        }
        for (place, node) in self.nodes.iter().enumerate() {
            let found = node.member(&self.people[place].id)?.balance_minutes;
            ensure!(found == balances[place], "{} shows {found} minutes, not {}", node.name, balances[place]);
            let file = self.dir.path().join(format!("{place}.car"));
            node.client().download("/api/v1/ledger/export", &mut File::create(&file)?)?;
            run(&["verify", file.to_str().context("a plain name")?])?.ok()?;
        }
        for (here, there) in self.accounts.keys().filter(|(here, there)| here < there) {
            let (one, other) = (&self.nodes[*here], &self.nodes[*there]);
            let nets = [one.partner(other)?.net_minutes, other.partner(one)?.net_minutes];
            if nets[0] != -nets[1] {
                bail!("{} and {} have {nets:?}", one.name, other.name);
            }
        }
        Ok(())
    }
}

#[test]
fn a_network_that_loses_a_third_and_is_parted_loses_no_hour() -> Result<()> {
    let payments = match std::env::var("KITH_LOSSY") {
        Ok(text) => text.parse()?,
        Err(_) => PAYMENTS,
    };
    let Some(ground) = Ground::lay()? else { return Ok(()) };
    let mut town = Town::found(&ground)?;
    let how = if matches!(ground.loss, Loss::Netem) { "netem" } else { "nft" };
    let begun = Instant::now();
    for n in 0..NODES {
        ground.lose(n, LOSS)?;
    }
    for n in 0..payments {
        town.pay(usize::try_from(n)?)?;
        if n == payments / 2 {
            // The last node hears nobody, and nobody hears it.
            ground.lose(NODES - 1, 100)?;
        }
    }
    // Those who still hear each other go on meanwhile.
    wait_within(PATIENCE, "the two that are not parted to settle", || {
        let view = town.nodes[0].partner(&town.nodes[1])?;
        Ok((view.undecided + view.unconfirmed == 0 && view.on_hold_minutes == 0).then_some(()))
    })?;
    let parted = town.nodes[0].partner(&town.nodes[2])?;
    ground.lose(NODES - 1, LOSS)?;
    town.wait_settled("everything to settle under loss")?;
    let seconds = begun.elapsed().as_secs();
    let lost: Vec<u64> = (0..NODES).map(|n| ground.lost(n)).collect::<Result<_>>()?;
    ensure!(lost.iter().all(|lost| *lost > 0), "a network that lost {lost:?} packets proves nothing");
    town.judge()?;
    say(format_args!(
        "{payments} payments between {NODES} nodes at {LOSS}% loss ({how}), one of them parted for a while with {} minutes on \
         hold towards it, {lost:?} packets lost: all settled after {seconds} s, 0 lost, 0 doubled, all mirror, all verify",
        parted.on_hold_minutes
    ));
    Ok(())
}
