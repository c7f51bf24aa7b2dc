//! A power cut in the middle of any write: every prefix of what the journal wrote in a run is opened again. Nothing that was
//! acknowledged, which is after its sync returned, is missing; what was not is there as a whole or not at all; a torn end is cut off
//! and told.

use anyhow::{Context as _, Result, bail, ensure};
use kith::{
    progress::Progress,
    runtime::{
        Founding, Home,
        book::{Book, Recovered, recover},
        clock, found, home,
    },
    store::{Index, MemoryIndex},
};
use kith_protocol::{
    codec,
    community::{Card, Charter},
    id::{Digest, ExchangeId, MemberId},
    key::SoundKey,
    ledger::{Agreed, Channel, Consent, PaymentTerms},
    machine::{Checked, Command, Effect, Effects, Input, Machine, Message, Reply},
    member::{MemberKind, Role},
    minutes::Minutes,
    partnership::{Invitation, Payee},
    time::Span,
};
use kith_tests::cluster::{Scratch, say};
use std::{
    collections::{BTreeSet, VecDeque},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The one member of each community besides its coordinator.
const MEMBER: MemberId = MemberId([9; 16]);
/// How many payments go each way.
const PAYMENTS: u8 = 12;
/// How far apart prefixes are that end inside a frame which is not one of the last, unless `KITH_TORN` says otherwise.
const STRIDE: usize = 311;
/// At how many frames from the end every byte is tried.
const LAST: usize = 2;
/// A disk writes this much at once or not at all.
const SECTOR: usize = 512;

/// What was durable once a sync returned.
struct Mark {
    /// How long the journal's file was.
    bytes: usize,
    /// A hash of everything the machine remembers.
    state: Digest,
    /// Entries and their root.
    ledger: (u64, Digest),
    /// Exchanges of which somebody was told that they are recorded.
    told: BTreeSet<ExchangeId>,
}

/// One community: a machine and a real journal.
struct Side {
    home: Home,
    dir: PathBuf,
    machine: Machine,
    book: Book,
    coordinator: MemberId,
    heard: Option<SoundKey>,
    marks: Vec<Mark>,
    told: BTreeSet<ExchangeId>,
    replies: Vec<Reply>,
}

fn open(home: &Home, dir: &Path) -> Result<Recovered> {
    // The index is lost in each of these power cuts: it is built again from the journal.
    let index = |_: bool| Ok(Arc::new(MemoryIndex::new()) as Arc<dyn Index>);
    Ok(recover(dir, home.identity.clone(), &index, &Progress::default())?)
}

fn state_of(machine: &Machine) -> Digest {
    Digest::of("kith/test/state", &[&codec::encode(machine.state())])
}

fn segment(dir: &Path) -> Result<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(dir.join("journal"))?.map(|e| Ok(e?.path())).collect::<Result<_>>()?;
    ensure!(files.len() == 1, "this run fits into one segment");
    files.pop().context("a journal has a segment")
}

impl Side {
    fn found(dir: PathBuf, name: &str) -> Result<Self> {
        let founding = Founding { charter: Charter::new(name.to_owned(), None), coordinator: "Rosa".to_owned() };
        let (_, coordinator, _) = found(&dir, &founding)?;
        let home = home::open(&dir)?;
        // The snapshot of the founding goes, too: all of it is in the journal.
        fs::remove_file(dir.join("snapshot"))?;
        let Recovered { machine, book, .. } = open(&home, &dir)?;
        let (marks, told, replies) = (Vec::new(), BTreeSet::new(), Vec::new());
        let mut side = Self { home, dir, machine, book, coordinator, heard: None, marks, told, replies };
        side.mark()?;
        Ok(side)
    }

    /// Handles inputs and makes them durable with one sync; gives what may be sent only then.
    fn turn(&mut self, inputs: Vec<Input>) -> Result<Vec<Message>> {
        let mut rest = Vec::new();
        for input in inputs {
            let Effects { batch, rest: more } = self.machine.handle(clock::now(), input, &self.book);
            self.book.absorb(&batch)?;
            rest.extend(more);
        }
        self.book.commit()?;
        self.mark()?;
        let mut messages = Vec::new();
        for effect in rest {
            match effect {
                Effect::Send { message, .. } => messages.push(message),
                Effect::Reply { result, .. } => {
                    let reply = result?;
                    if let Reply::Recorded { exchange, .. } = reply {
                        self.told.insert(exchange);
                    }
                    self.replies.push(reply);
                }
                _ => {}
            }
        }
        for message in &messages {
            if let Message::Decide(decision) = message {
                self.tell_decided(decision.content.n);
            }
        }
        Ok(messages)
    }

    /// A decision that leaves says that something is recorded here.
    fn tell_decided(&mut self, n: u64) {
        let answers = self.machine.state().lanes().values().flat_map(|lanes| lanes.unconfirmed());
        self.told.extend(answers.filter(|answer| answer.decision.content.n == n).map(|answer| answer.exchange()));
    }

    fn mark(&mut self) -> Result<()> {
        let tree = self.machine.state().ledger().tree();
        let bytes = usize::try_from(fs::metadata(segment(&self.dir)?)?.len())?;
        // What is told after this sync is told of the next one on.
        let told = self.told.clone();
        self.marks.push(Mark { bytes, state: state_of(&self.machine), ledger: (tree.size(), tree.root()), told });
        Ok(())
    }

    fn command(&mut self, command: Command) -> Result<Vec<Message>> {
        self.turn(vec![Input::Command { id: 0, request: None, command }])
    }
}

/// Two communities whose messages are carried by hand, so that the run is the same on every machine.
struct Run {
    sides: [Side; 2],
    roads: [VecDeque<Message>; 2],
}

impl Run {
    fn start(dir: &Path) -> Result<Self> {
        let sides = [Side::found(dir.join("a"), "Ash")?, Side::found(dir.join("b"), "Birch")?];
        let mut run = Self { sides, roads: Default::default() };
        for i in 0..2 {
            let transport = run.sides[i].home.identity.transport;
            let addresses = vec!["/ip4/127.0.0.1/tcp/9".to_owned()];
            let card = Card { name: "A place".to_owned(), area: None, transport, addresses };
            run.sides[i].command(Command::ShowCard { card })?;
            let (kind, role, by) = (MemberKind::Person, Role::Member, run.sides[i].coordinator);
            run.sides[i].command(Command::Admit { member: MEMBER, kind, role, key: None, by })?;
        }
        for i in 0..2 {
            let peer = run.sides[1 - i].home.identity.transport;
            let said = run.sides[i].turn(vec![Input::Connected { peer }])?;
            run.roads[1 - i].extend(said);
        }
        run.partner()?;
        Ok(run)
    }

    fn partner(&mut self) -> Result<()> {
        let identity = &self.sides[0].home.identity;
        let invitation = Invitation {
            community: identity.community,
            name: "Ash".to_owned(),
            transport: identity.transport,
            addresses: vec!["/ip4/127.0.0.1/tcp/9".to_owned()],
            secret: [7; 16],
            expires_at: clock::now().plus(Span::days(1)),
            inviter_limit: 1_000,
            acceptor_limit: 1_000,
            largest: Minutes::new(60)?,
        };
        self.sides[0].command(Command::Invite { invitation: invitation.clone() })?;
        let review_at = clock::now().plus(Span::days(365));
        let said = self.sides[1].command(Command::Accept { invitation, nonce: [8; 16], review_at })?;
        self.roads[0].extend(said);
        self.carry(2)
    }

    /// Delivers everything, `group` messages in each sync.
    fn carry(&mut self, group: usize) -> Result<()> {
        for _ in 0..10_000 {
            let Some(to) = (0..2).find(|i| !self.roads[*i].is_empty()) else { return Ok(()) };
            let peer = self.sides[1 - to].home.identity.transport;
            let most = self.roads[to].len().min(group);
            let mut inputs = Vec::new();
            for message in self.roads[to].drain(..most).collect::<Vec<_>>() {
                let Ok(message) = message.check(self.sides[to].heard.as_ref()) else { continue };
                if let Checked::Hello { certificate, .. } = &message {
                    self.sides[to].heard = Some(certificate.content().key.sound()?);
                }
                inputs.push(Input::Received { peer, message });
            }
            let said = self.sides[to].turn(inputs)?;
            self.roads[1 - to].extend(said);
        }
        bail!("the two never stop talking")
    }

    fn payment(&self, i: usize, n: u8) -> Result<Command> {
        let (home, other) = (&self.sides[i].home.identity, &self.sides[1 - i].home.identity);
        let ledger = self.sides[i].machine.state().ledger();
        let account = *ledger.partners().keys().next().context("they are partners")?;
        let exchange = ExchangeId([2 * n + u8::try_from(i)? + 1; 16]);
        let terms = PaymentTerms {
            community: home.community,
            account,
            exchange,
            payer: MEMBER,
            payee: Payee::Alias(other.aliases.alias(&account, &MEMBER)),
            minutes: Minutes::new(i64::from(n) + 1)?,
            made_at: clock::now(),
            details: None,
            reverses: None,
        };
        let consent = Consent::OnBehalf { coordinator: self.sides[i].coordinator, channel: Channel::Paper };
        Ok(Command::Pay { terms: Agreed::from_own_journal(terms, vec![Some(consent)]), salt: exchange.0 })
    }

    /// Payments both ways, some of them under way at once, with one to four batches in each sync.
    fn pay(&mut self) -> Result<()> {
        for n in 0..PAYMENTS {
            for i in 0..2 {
                let command = self.payment(i, n)?;
                let said = self.sides[i].command(command)?;
                self.roads[1 - i].extend(said);
            }
            if n % 3 == 2 {
                self.carry(1 + usize::from(n) % 4)?;
            }
        }
        self.carry(3)
    }
}

/// Where each frame of a journal file begins, and its end.
fn frames(bytes: &[u8], header: usize) -> Vec<usize> {
    let mut at = header;
    let mut starts = vec![at];
    while let Some(length) = bytes.get(at..at + 4) {
        at += 8 + u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
        starts.push(at);
    }
    starts
}

/// The lengths to which the file is cut.
fn cuts(side: &Side, starts: &[usize], length: usize) -> Result<BTreeSet<usize>> {
    let stride = match std::env::var("KITH_TORN") {
        Ok(all) if all == "all" => 1,
        Ok(text) => text.parse()?,
        Err(_) => STRIDE,
    };
    let first = side.marks.first().context("the founding is a mark")?.bytes;
    let last = starts[starts.len().saturating_sub(LAST + 1)];
    let around = |at: &usize| [at.saturating_sub(1), *at, *at + 1];
    let mut cuts: BTreeSet<usize> = (first..=length).step_by(stride).collect();
    cuts.extend(last..=length);
    cuts.extend(starts.iter().flat_map(around));
    cuts.extend(side.marks.iter().map(|mark| mark.bytes));
    cuts.retain(|cut| (first..=length).contains(cut));
    Ok(cuts)
}

/// Opens one damaged journal and compares it with what was durable and told when it was that long.
fn judge(side: &Side, dir: &Path, kept: usize, torn_at: Option<usize>, what: &str) -> Result<()> {
    let Recovered { machine, book, torn, .. } = open(&side.home, dir).with_context(|| what.to_owned())?;
    let cut = torn.as_ref().map(|torn| torn.bytes_cut);
    let expected = torn_at.map(|at| (kept - at) as u64).filter(|bytes| *bytes > 0);
    ensure!(cut == expected, "{what}: {cut:?} bytes were cut, not {expected:?}");
    let whole = side.marks.iter().rev().find(|mark| mark.bytes <= torn_at.unwrap_or(kept));
    let whole = whole.with_context(|| format!("{what}: nothing was durable"))?;
    let tree = machine.state().ledger().tree();
    ensure!(tree.size() >= whole.ledger.0, "{what}: {} entries of {} are left", tree.size(), whole.ledger.0);
    ensure!(book.root_at(whole.ledger.0) == Some(whole.ledger.1), "{what}: another ledger");
    ensure!(book.entries() == tree.size() && machine.state().ledger().sum() == 0, "{what}: book and machine differ");
    for id in &whole.told {
        let known = kith_protocol::ledger::History::exchange(&book, id).is_some();
        ensure!(known, "{what}: {id} was acknowledged and is lost");
    }
    if torn_at.unwrap_or(kept) == whole.bytes {
        ensure!(state_of(&machine) == whole.state, "{what}: it came back as another");
    }
    Ok(())
}

fn replay_prefixes(side: &Side, scratch: &Path) -> Result<(usize, usize)> {
    let file = segment(&side.dir)?;
    let bytes = fs::read(&file)?;
    let header = 32;
    let starts = frames(&bytes, header);
    ensure!(starts.last() == Some(&bytes.len()), "the frames do not fill the file");
    let name = file.file_name().context("a segment has a name")?.to_owned();
    let place = scratch.join("cut");
    let lay = |contents: &[u8]| -> Result<()> {
        fs::create_dir_all(place.join("journal"))?;
        Ok(fs::write(place.join("journal").join(&name), contents)?)
    };
    let cuts = cuts(side, &starts, bytes.len())?;
    for cut in &cuts {
        lay(&bytes[..*cut])?;
        let whole = starts.iter().rev().find(|start| **start <= *cut).copied();
        judge(side, &place, *cut, whole, &format!("cut after {cut} bytes"))?;
    }
    // Of each write, each sector in turn never reached the disk, though what follows it did.
    let mut sectors = 0;
    for pair in side.marks.windows(2) {
        let (from, to) = (pair[0].bytes, pair[1].bytes);
        for lost in (from..to).step_by(SECTOR) {
            let mut contents = bytes[..to].to_vec();
            contents[lost..to.min(lost + SECTOR)].fill(0);
            if contents == bytes[..to] {
                continue;
            }
            lay(&contents)?;
            let whole = starts.iter().rev().find(|start| **start <= lost).copied();
            judge(side, &place, to, whole, &format!("the sector at {lost} of the write {from}..{to} lost"))?;
            sectors += 1;
        }
    }
    Ok((cuts.len(), sectors))
}

#[test]
fn every_prefix_of_the_journals_writes_opens_with_all_that_was_acknowledged() -> Result<()> {
    let dir = Scratch::new()?;
    let mut run = Run::start(dir.path())?;
    run.pay()?;
    for side in &run.sides {
        let last = side.marks.last().context("there are marks")?;
        ensure!(last.told.len() >= 2 * usize::from(PAYMENTS) - 2, "{} exchanges were told of", last.told.len());
        let (cuts, sectors) = replay_prefixes(side, dir.path())?;
        say(format_args!(
            "{} writes, {} bytes: {cuts} prefixes and {sectors} lost sectors opened; {} acknowledged exchanges, 0 lost",
            side.marks.len(),
            last.bytes,
            last.told.len()
        ));
    }
    Ok(())
}
