//! The same double entry in PostgreSQL, when its server is installed: a cluster of its own, gone with the run.

use crate::{
    fixture::{MEMBERS, first_half, pair, signers},
    numbers::rate,
};
use anyhow::{Context as _, Result, bail, ensure};
use kith_protocol::id::Digest;
use postgres::{Client, NoTls, Statement};
use std::{
    fs,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Clients at once, each with a connection and members of its own.
const CLIENTS: usize = 8;
/// Where Debian puts a server of each version.
const SERVERS: &str = "/usr/lib/postgresql";
/// The longest a fresh server takes to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// One exchange: one row in, two rows changed, one round trip.
const TRANSFER: &str = "
    WITH posted AS (INSERT INTO entries (exchange, giver, receiver, minutes, signatures) VALUES ($1, $2, $3, 1, $4))
    UPDATE balances SET minutes = minutes + CASE member WHEN $2 THEN 1 ELSE -1 END WHERE member IN ($2, $3)";
const TABLES: &str = "
    CREATE TABLE balances (member bytea PRIMARY KEY, minutes bigint NOT NULL);
    CREATE TABLE entries (
        number bigserial PRIMARY KEY, exchange bytea NOT NULL UNIQUE, giver bytea NOT NULL, receiver bytea NOT NULL,
        minutes bigint NOT NULL, signatures bytea NOT NULL);";

/// A running server with the members' balances.
pub(crate) struct Postgres {
    server: Server,
    clients: Vec<Recorder>,
}

struct Server {
    programs: PathBuf,
    dir: PathBuf,
    /// Whom the server runs as: it refuses to run as root.
    user: Option<(u32, u32)>,
    child: Option<Child>,
}

struct Recorder {
    connection: Client,
    transfer: Statement,
    number: usize,
    members: Vec<[u8; 16]>,
    done: u64,
}

impl Postgres {
    /// Makes a cluster in `dir`, starts its server and connects.
    ///
    /// # Errors
    /// Most often that no server is installed; the error says how to install it.
    pub(crate) fn start(dir: &Path) -> Result<Self> {
        let programs = installed().context("no server found; on Debian: apt install postgresql-15")?;
        let server = Server::start(programs, dir)?;
        let mut first = server.connect()?;
        first.batch_execute(TABLES)?;
        let members: Vec<[u8; 16]> = signers(MEMBERS).iter().map(|signer| signer.id.0).collect();
        for member in &members {
            first.execute("INSERT INTO balances VALUES ($1, 0)", &[&member.as_slice()])?;
        }
        first.batch_execute("ANALYZE")?;
        let recorder = |(number, members): (usize, &[[u8; 16]])| {
            let mut connection = server.connect()?;
            let transfer = connection.prepare(TRANSFER)?;
            Ok(Recorder { connection, transfer, number, members: members.to_vec(), done: 0 })
        };
        let clients = members.chunks(MEMBERS / CLIENTS).enumerate().map(recorder).collect::<Result<_>>()?;
        Ok(Self { server, clients })
    }

    /// Exchanges each second, when every client records `count` of them.
    pub(crate) fn transfers(&mut self, count: usize) -> Result<f64> {
        ensure!(self.server.child.is_some(), "the server has stopped");
        let begun = Instant::now();
        let all = self.clients.len() * count;
        thread::scope(|scope| {
            let threads: Vec<_> =
                self.clients.iter_mut().map(|client| scope.spawn(move || client.transfers(count))).collect();
            threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| bail!("a client panicked")))
        })?;
        Ok(rate(all, begun.elapsed()))
    }
}

impl Recorder {
    fn transfers(&mut self, count: usize) -> Result<()> {
        for _ in 0..count {
            let (giver, receiver) = pair(self.done, self.members.len());
            let numbers = [self.number.to_be_bytes(), self.done.to_be_bytes()].concat();
            let exchange = first_half(Digest::of("kith-ratios/postgres", &[&numbers]));
            self.done += 1;
            let (giver, receiver) = (self.members[giver].as_slice(), self.members[receiver].as_slice());
            let changed = self
                .connection
                .execute(&self.transfer, &[&exchange.as_slice(), &giver, &receiver, &[0x5a_u8; 128].as_slice()])?;
            ensure!(changed == 2, "{changed} balances changed instead of two");
        }
        Ok(())
    }
}

/// The programs of the newest version that is installed.
fn installed() -> Option<PathBuf> {
    let versions = fs::read_dir(SERVERS).ok()?.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    let usable = versions.filter(|bin| bin.join("initdb").exists() && bin.join("postgres").exists());
    usable.max_by_key(|bin| {
        let version = bin.parent().and_then(Path::file_name).and_then(|name| name.to_str());
        version.and_then(|version| version.parse::<u32>().ok())
    })
}

/// The numbers of the user `postgres`, or else of `nobody`.
fn unprivileged() -> Result<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd")?;
    let numbers = |name: &str| {
        let mut fields = users.lines().find(|line| line.split(':').next() == Some(name))?.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    numbers("postgres")
        .or_else(|| numbers("nobody"))
        .context("no user to run the server as, and it refuses to run as root")
}

impl Server {
    fn start(programs: PathBuf, dir: &Path) -> Result<Self> {
        fs::create_dir_all(dir)?;
        let root = fs::metadata("/proc/self")?.uid() == 0;
        let user = if root { Some(unprivileged()?) } else { None };
        if let Some((user, group)) = user {
            chown(dir, Some(user), Some(group))?;
            for above in dir.ancestors().skip(1).take(2) {
                // Made by this run: others must be able to pass through, not to read.
                fs::set_permissions(above, fs::Permissions::from_mode(0o711))?;
            }
        }
        let mut server = Self { programs, dir: dir.to_path_buf(), user, child: None };
        let made =
            server.program("initdb").args(["-D", "data", "-U", "kith", "--auth=trust", "-E", "UTF8"]).output()?;
        ensure!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr).trim());
        // The path of a Unix socket has at most 107 bytes, so the server is told a short one: its own directory.
        let mut postgres = server.program("postgres");
        postgres.args(["-D", "data", "-k", ".", "-c", "listen_addresses="]);
        server.child = Some(postgres.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
        Ok(server)
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(&self.dir).env("LC_ALL", "C");
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    fn connect(&self) -> Result<Client> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut config = Client::configure();
            config.host_path(self.dir.join("data")).user("kith").dbname("postgres");
            match config.connect(NoTls) {
                Ok(client) => return Ok(client),
                Err(error) if Instant::now() > deadline => return Err(error).context("the server does not answer"),
                Err(_) => thread::sleep(Duration::from_millis(20)),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let asked = self.program("pg_ctl").args(["-D", "data", "-m", "immediate", "stop"]).output();
        // Whatever it says, the cluster is thrown away: end the server and go on.
        if !asked.is_ok_and(|asked| asked.status.success()) {
            let _ = child.kill();
        }
        let _ = child.wait();
    }
}
