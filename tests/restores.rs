//! A community is restored from an old backup again and again while exchanges cross: nothing that both communities settled is lost
//! or doubled, their books mirror each other after each restore, and both ledgers verify at the end.

use anyhow::{Context as _, Result, ensure};
use kith::{
    api::types::{NewInvitation, Outcome},
    client::ClientError,
    runtime::home,
};
use kith_protocol::{
    id::{AccountId, ExchangeId},
    partnership::Payee,
};
use kith_tests::cluster::{
    Books, Node, Person, Scratch, found_with_words, fresh_exchange, partner, run, say, signed_payment, wait_for,
};
use std::{
    collections::{BTreeMap, VecDeque},
    fs,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

/// How often the community is restored, unless `KITH_RESTORES` says otherwise.
const RESTORES: u32 = 4;
/// How many of the newest backups a restore chooses from.
const KEPT: usize = 4;
/// Payments each way between two restores.
const PAYMENTS: u32 = 3;

fn restores() -> Result<u32> {
    Ok(match std::env::var("KITH_RESTORES") {
        Ok(text) => text.parse()?,
        Err(_) => RESTORES,
    })
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a directory of a test has a plain name")
}

/// The restored community, its partner, and what they settled.
struct Story {
    dir: Scratch,
    words: PathBuf,
    elm: Node,
    oak: Node,
    ada: Person,
    ben: Person,
    account: AccountId,
    /// Codes of Ada and Ben, each for the other's community.
    codes: [Payee; 2],
    backups: VecDeque<PathBuf>,
    /// Minutes that Ada paid, below zero for minutes that Ben paid, of exchanges that both settled.
    settled: BTreeMap<ExchangeId, i64>,
}

fn second() -> Result<u64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())
}

impl Story {
    fn begin() -> Result<Self> {
        let dir = Scratch::new()?;
        let (elm, words) = found_with_words(&dir.path().join("elm-0"), "Elm Street")?;
        let oak = Node::found(&dir.path().join("oak"), "Oak Lane")?;
        elm.start()?;
        oak.start()?;
        let limit = Some(1_000_000);
        let terms = NewInvitation { our_limit_minutes: limit, their_limit_minutes: limit, ..NewInvitation::default() };
        let account = partner(&elm, &oak, &terms)?;
        let (ada, ben) = (Person::join(&elm, "Ada")?, Person::join(&oak, "Ben")?);
        let codes = [Payee::Alias(elm.alias(&ada.id, &oak)?), Payee::Alias(oak.alias(&ben.id, &elm)?)];
        let (backups, settled) = (VecDeque::new(), BTreeMap::new());
        Ok(Self { dir, words, elm, oak, ada, ben, account, codes, backups, settled })
    }

    /// Ada pays Ben, or Ben pays Ada; says what was paid, not yet settled.
    fn pay(&self, ada_pays: bool, minutes: i64) -> Result<(ExchangeId, i64)> {
        let id = fresh_exchange()?;
        let (from, to, who, payee) = if ada_pays {
            (&self.elm, &self.oak, &self.ada, self.codes[1])
        } else {
            (&self.oak, &self.elm, &self.ben, self.codes[0])
        };
        let new = signed_payment(from, to, self.account, who, payee, minutes, id)?;
        // A node that is short of time says so; the same request again has one effect.
        wait_for("a payment to be taken", || {
            match from.client().post::<_, Outcome>("/api/v1/payments", &new, Some(&id.to_string())) {
                Err(ClientError::Refused(problem)) if problem.status >= 500 => Ok(None),
                taken => Ok(Some(taken?)),
            }
        })?;
        Ok((id, if ada_pays { minutes } else { -minutes }))
    }

    /// Waits until nothing is open and both books mirror each other; if it does not come about, says what each side sees.
    fn wait_mirrored(&self) -> Result<()> {
        let mirrored = wait_for("both books to mirror each other", || {
            let (here, there) = (self.elm.partner(&self.oak)?, self.oak.partner(&self.elm)?);
            let quiet = [&here, &there].iter().all(|view| {
                view.undecided + view.unconfirmed == 0 && view.on_hold_minutes == 0 && view.state == "live"
            });
            Ok((quiet && here.net_minutes == -there.net_minutes).then_some(()))
        });
        mirrored.with_context(|| {
            let seen = [self.elm.partner(&self.oak), self.oak.partner(&self.elm)];
            let counted = [&self.elm, &self.oak].map(|node| {
                let metrics = node.metrics().unwrap_or_else(|why| why.to_string());
                let counted: Vec<&str> = metrics.lines().filter(|line| !line.starts_with('#')).collect();
                format!("{} counts\n{}\nand its log ends\n{}", node.name, counted.join("\n"), node.log_tail())
            });
            let counted = counted.join("\n");
            format!("after {} exchanges that settled, the two see {seen:?}\n{counted}", self.settled.len())
        })
    }

    fn back_up(&mut self, n: u32) -> Result<()> {
        let file = self.dir.path().join(format!("backup-{n}.age"));
        run(&["backup", "--out", text(&file), "--dir", text(&self.elm.dir)])?.ok()?;
        self.backups.push_back(file);
        if self.backups.len() > KEPT {
            let oldest = self.backups.pop_front().context("there are some")?;
            fs::remove_file(oldest)?;
        }
        Ok(())
    }

    /// Life between two restores: payments both ways, some of them while the other side is away.
    fn live(&mut self, n: u32) -> Result<()> {
        let mut paid = Vec::new();
        for k in 0..PAYMENTS {
            paid.push(self.pay(true, i64::from(1 + (n + k) % 7))?);
            paid.push(self.pay(false, i64::from(1 + (n * 3 + k) % 5))?);
        }
        self.wait_mirrored()?;
        // Oak accepted what Ada paid, and knows that Elm has what Ben paid: from here on all of it must last.
        self.settled.extend(paid);
        Ok(())
    }

    /// The machine burns, and somebody restores a backup that is not the newest. What is under way meanwhile settles or returns.
    fn restore(&mut self, n: u32) -> Result<()> {
        let last = self.pay(n.is_multiple_of(2), 2)?;
        self.elm.kill9()?;
        let while_away = self.pay(false, 3)?;
        let place = usize::try_from(n * 7)? % self.backups.len();
        let new = self.dir.path().join(format!("elm-{n}"));
        // Serial numbers of restores count seconds: nobody restores a community twice in one.
        let serial = home::open(&self.elm.dir)?.identity.certificate.content.serial;
        wait_for("a second after the last restore", || Ok((second()? > u64::from(serial)).then_some(())))?;
        run(&["restore", text(&self.backups[place]), "--dir", text(&new), "--words-file", text(&self.words)])?.ok()?;
        fs::remove_dir_all(&self.elm.dir)?;
        self.elm = Node::in_dir(&new, "Elm Street", &[]);
        self.elm.start()?;
        self.wait_mirrored()?;
        self.settled.insert(while_away.0, while_away.1);
        // What the dead machine alone had recorded is gone with it; what Oak accepted is not.
        if Books::read(&self.oak)?.begun().contains_key(&last.0) {
            self.settled.insert(last.0, last.1);
        }
        self.judge()
    }

    fn judge(&self) -> Result<()> {
        let books = [Books::read(&self.elm)?, Books::read(&self.oak)?];
        for (books, node) in books.iter().zip([&self.elm, &self.oak]) {
            let begun = books.begun();
            for id in self.settled.keys() {
                let times = begun.get(id).map_or(0, Vec::len);
                ensure!(times == 1, "{} recorded {id} {times} times", node.name);
            }
            if let Some((id, at)) = begun.iter().find(|(_, at)| at.len() != 1) {
                anyhow::bail!("{} recorded {id} as entries {at:?}", node.name);
            }
            let strange = begun.keys().find(|id| !self.settled.contains_key(id));
            ensure!(strange.is_none(), "{} recorded {strange:?}, which nobody asked for", node.name);
        }
        let expected: i64 = self.settled.values().sum();
        let nets = [self.elm.partner(&self.oak)?.net_minutes, self.oak.partner(&self.elm)?.net_minutes];
        ensure!(nets == [expected, -expected], "the nets are {nets:?}, not {expected}");
        ensure!(self.oak.member(&self.ben.id)?.balance_minutes == expected, "Ben's balance is another");
        ensure!(self.elm.status()?.ledger_sum_minutes == 0, "the ledger does not sum to zero");
        Ok(())
    }

    fn verify(&self) -> Result<()> {
        for node in [&self.elm, &self.oak] {
            let file = self.dir.path().join(format!("{}.car", node.name.replace(' ', "-")));
            run(&["ledger", "export", "--dir", text(&node.dir), "--out", text(&file)])?.ok()?;
            run(&["verify", text(&file)])?.ok()?;
        }
        Ok(())
    }
}

#[test]
fn restoring_old_backups_again_and_again_loses_and_doubles_nothing_that_was_settled() -> Result<()> {
    let restores = restores()?;
    let mut story = Story::begin()?;
    for n in 0..restores {
        story.live(n)?;
        story.back_up(n)?;
        story.live(n + 1)?;
        story.restore(n + 1)?;
        if (n + 1).is_multiple_of(20) {
            say(format_args!("{} of {restores} restores", n + 1));
        }
    }
    story.verify()?;
    say(format_args!(
        "{restores} stale restores: {} exchanges settled, 0 lost, 0 doubled, both books mirror, both ledgers verify",
        story.settled.len()
    ));
    Ok(())
}
