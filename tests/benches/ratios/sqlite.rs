//! The same double entry in SQLite, durable, one exchange a transaction.

use crate::fixture::{MEMBERS, first_half, pair, signers};
use anyhow::{Result, ensure};
use kith_protocol::id::Digest;
use rusqlite::{Connection, params};
use std::path::Path;

/// The tables. The exchange's id is unique, as it is in a ledger; the signatures are only kept.
const TABLES: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE balances (member BLOB PRIMARY KEY, minutes INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE entries (
        number INTEGER PRIMARY KEY, exchange BLOB NOT NULL UNIQUE, giver BLOB NOT NULL, receiver BLOB NOT NULL,
        minutes INTEGER NOT NULL, signatures BLOB NOT NULL);";

/// A database with the members' balances.
pub(crate) struct Sqlite {
    connection: Connection,
    members: Vec<[u8; 16]>,
    done: u64,
}

impl Sqlite {
    /// Makes the database.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(TABLES)?;
        let members: Vec<[u8; 16]> = signers(MEMBERS).iter().map(|signer| signer.id.0).collect();
        connection.execute_batch("BEGIN")?;
        for member in &members {
            connection.execute("INSERT INTO balances VALUES (?1, 0)", params![member])?;
        }
        connection.execute_batch("COMMIT")?;
        Ok(Self { connection, members, done: 0 })
    }

    /// Records `count` exchanges, each in a transaction of its own; every statement is prepared once.
    pub(crate) fn transfers(&mut self, count: usize) -> Result<()> {
        let mut begin = self.connection.prepare("BEGIN IMMEDIATE")?;
        let mut insert = self.connection.prepare(
            "INSERT INTO entries (exchange, giver, receiver, minutes, signatures) VALUES (?1, ?2, ?3, 1, ?4)",
        )?;
        let mut add = self.connection.prepare("UPDATE balances SET minutes = minutes + 1 WHERE member = ?1")?;
        let mut take = self.connection.prepare("UPDATE balances SET minutes = minutes - 1 WHERE member = ?1")?;
        let mut commit = self.connection.prepare("COMMIT")?;
        for _ in 0..count {
            let (giver, receiver) = pair(self.done, self.members.len());
            let exchange = first_half(Digest::of("kith-ratios/sqlite", &[&self.done.to_be_bytes()]));
            self.done += 1;
            let (giver, receiver) = (self.members[giver], self.members[receiver]);
            begin.execute([])?;
            insert.execute(params![exchange, giver, receiver, [0x5a_u8; 128]])?;
            let changed = add.execute(params![giver])? + take.execute(params![receiver])?;
            ensure!(changed == 2, "{changed} balances changed instead of two");
            commit.execute([])?;
        }
        Ok(())
    }
}
