//! The whole ledger as one file that anybody can judge with no node and no network. It is never held in memory at once.

use super::{
    checkpoints::CheckpointError,
    handle::{Handle, Refused},
};
use crate::{
    progress::{Piece, Progress},
    store::{JournalReader, Position, StoreError},
};
use kith_protocol::{
    audit::{MANIFEST_VERSION, Manifest, export_entry, export_header},
    codec,
    community::Charter,
    id::MemberId,
    ledger::{archive::ArchiveError, checkpoint::Checkpoint},
    machine::{Fact, Identity},
    member::Member,
};
use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::Arc,
};
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

/// How many exports may run at once: each holds a thread for as long as its reader takes.
pub(super) const MAX_EXPORTS: usize = 4;
/// How much of the file is handed on at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// How many chunks wait for a slow reader.
const CHUNKS: usize = 4;

/// Why an export ended early.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The journal.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A frame that does not say facts.
    #[error("the journal holds a record at {0:?} that this program cannot read; use the program that wrote it")]
    Unreadable(Position),
    /// The archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Fewer entries than the checkpoint says.
    #[error("the journal holds {found} entries, but the checkpoint says {expected}; restore a backup")]
    Shorter {
        /// Entries in the journal.
        found: u64,
        /// Entries in the checkpoint.
        expected: u64,
    },
    /// Where the file goes.
    #[error("the file cannot be written: {0}")]
    Output(#[from] io::Error),
}

/// What an exported ledger begins with, for the checkpoint and its note as [`super::Checkpoints::sign`] gives them.
#[must_use]
pub fn manifest(identity: &Identity, checkpoint: &Checkpoint, note: String) -> Manifest {
    Manifest {
        v: MANIFEST_VERSION,
        community: identity.community,
        size: checkpoint.size(),
        checkpoint: note,
        certificate: identity.certificate.clone(),
    }
}

/// Writes the ledger up to the manifest's size, entry by entry; gives the number of entries.
///
/// # Errors
/// [`ExportError`]: what was written is not a whole file.
pub fn export(reader: &JournalReader, manifest: &Manifest, out: &mut dyn Write) -> Result<u64, ExportError> {
    export_telling(reader, manifest, out, &mut Progress::default().begin(manifest.size))
}

/// The same. Each entry is a step of the `piece`.
fn export_telling(
    reader: &JournalReader,
    manifest: &Manifest,
    out: &mut dyn Write,
    piece: &mut Piece,
) -> Result<u64, ExportError> {
    out.write_all(&export_header(manifest)?)?;
    let mut entries = 0;
    for frame in reader.from(Position(0)) {
        if entries == manifest.size {
            break;
        }
        let (at, bytes) = frame?;
        let facts: Vec<Fact> = codec::decode_own(&bytes).map_err(|_| ExportError::Unreadable(at))?;
        for fact in facts {
            if let Fact::Entry(entry) = fact
                && entries < manifest.size
            {
                out.write_all(&export_entry(&entry)?)?;
                entries += 1;
                piece.advance(1);
            }
        }
    }
    if entries < manifest.size {
        return Err(ExportError::Shorter { found: entries, expected: manifest.size });
    }
    out.flush()?;
    Ok(entries)
}

/// Hands what is written on in chunks, and waits for whoever reads them.
pub(crate) struct Chunks {
    buffer: Vec<u8>,
    out: mpsc::Sender<io::Result<Vec<u8>>>,
}

/// A writer, and where what is written to it arrives in chunks.
pub(crate) fn chunks() -> (Chunks, mpsc::Receiver<io::Result<Vec<u8>>>) {
    let (out, chunks) = mpsc::channel(CHUNKS);
    (Chunks { buffer: Vec::with_capacity(CHUNK_BYTES), out }, chunks)
}

impl Chunks {
    /// Says that what was written is not whole. A reader that is gone needs no word.
    pub(crate) fn fail(&self, why: io::Error) {
        let _ = self.out.blocking_send(Err(why));
    }

    fn send(&mut self) -> io::Result<()> {
        let chunk = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK_BYTES));
        self.out.blocking_send(Ok(chunk)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK_BYTES {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() { Ok(()) } else { self.send() }
    }
}

/// The ledger at one moment, ready to be written, and who was a member then.
pub struct LedgerCut {
    reader: JournalReader,
    manifest: Manifest,
    /// Everybody ever admitted.
    pub members: BTreeMap<MemberId, Member>,
    /// The rules of then.
    pub charter: Option<Charter>,
    /// Room for one export, while it lasts.
    _permit: OwnedSemaphorePermit,
}

impl LedgerCut {
    /// How many entries it has.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.manifest.size
    }

    /// Writes the ledger as one file; the same bytes each time.
    ///
    /// # Errors
    /// [`ExportError`]: what was written is not a whole file.
    pub fn write(&self, out: &mut dyn Write) -> Result<u64, ExportError> {
        export(&self.reader, &self.manifest, out)
    }

    /// The same. Each entry is a step of the `piece`.
    ///
    /// # Errors
    /// Those of [`LedgerCut::write`].
    pub(crate) fn write_telling(&self, out: &mut dyn Write, piece: &mut Piece) -> Result<u64, ExportError> {
        export_telling(&self.reader, &self.manifest, out, piece)
    }
}

impl Handle {
    /// The ledger as it is now.
    ///
    /// # Errors
    /// [`Refused::Busy`] while too many exports run, [`Refused::Checkpoint`] when no checkpoint can be shown.
    pub async fn ledger_cut(&self) -> Result<LedgerCut, Refused> {
        let permit = Arc::clone(&self.exports).try_acquire_owned().map_err(|_| Refused::Busy)?;
        let checkpoints = self.checkpoints.clone();
        let begin = self.look(move |machine, book| {
            let (checkpoint, note) = checkpoints.sign(machine)?;
            let ledger = machine.state().ledger();
            Ok::<_, CheckpointError>(LedgerCut {
                reader: book.reader(),
                manifest: manifest(machine.identity(), &checkpoint, note),
                members: ledger.members().clone(),
                charter: ledger.charter().cloned(),
                _permit: permit,
            })
        });
        begin.await?.map_err(|why| Refused::Checkpoint(why.to_string()))
    }

    /// The whole ledger as a file, chunk by chunk. An error among the chunks means that the file is not whole.
    ///
    /// # Errors
    /// Those of [`Handle::ledger_cut`].
    pub async fn export(&self) -> Result<mpsc::Receiver<io::Result<Vec<u8>>>, Refused> {
        let cut = self.ledger_cut().await?;
        let (mut writer, chunks) = chunks();
        tokio::task::spawn_blocking(move || {
            if let Err(error) = cut.write(&mut writer) {
                tracing::warn!(%error, "an export ended early");
                writer.fail(io::Error::other(error));
            }
        });
        Ok(chunks)
    }
}
