//! Reading a backup from its beginning to its end, with every length and hash checked on the way.

use super::{
    error::BackupError,
    make::Summing,
    manifest::{self, Kind, Manifest, Member},
    seal, tar,
};
use crate::{progress::Piece, runtime::Root};
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// Where the files of a backup go. A file's hash is known only when it was read: nothing that a sink was given counts
/// before [`walk`] succeeded.
pub(super) trait Sink {
    /// The manifest, checked.
    fn begin(&mut self, manifest: &Manifest) -> Result<(), BackupError>;

    /// One file. What is not read of it is passed over.
    fn file(&mut self, kind: Kind, member: &Member, bytes: &mut dyn Read) -> Result<(), BackupError>;
}

/// Bytes on their way to a sink. Each is a step of the work.
struct Told<'a, R> {
    from: R,
    piece: &'a mut Piece,
}

impl<R: Read> Read for Told<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.piece.advance(count as u64);
        Ok(count)
    }
}

/// Reads a backup with the root key of its community. Each byte of its files is a step of the `piece`.
///
/// # Errors
/// The first [`BackupError`].
pub(super) fn walk(
    file: &mut File,
    path: &Path,
    root: &Root,
    sink: &mut dyn Sink,
    piece: &mut Piece,
) -> Result<Manifest, BackupError> {
    let reading = BackupError::reading(path);
    let mut from = seal::opened(&seal::identity(root), file, path)?;
    let first = tar::next(&mut from).map_err(&reading)?;
    let first = first.filter(|entry| entry.name == manifest::NAME && entry.size <= manifest::MAX_BYTES as u64);
    let first = first.ok_or(BackupError::Changed("it does not begin with its manifest"))?;
    let mut bytes = Vec::new();
    (&mut from).take(first.size).read_to_end(&mut bytes).map_err(&reading)?;
    tar::skip_padding(&mut from, first.size).map_err(&reading)?;
    let manifest = manifest::read(&bytes, root.community())?;
    sink.begin(&manifest)?;
    for member in &manifest.members {
        let bad = |reason| BackupError::Member { member: member.name.clone(), reason };
        let entry = tar::next(&mut from).map_err(&reading)?.ok_or_else(|| bad("it is missing"))?;
        if (entry.name.as_str(), entry.size) != (member.name.as_str(), member.bytes) {
            return Err(bad("another file stands in its place"));
        }
        let kind = Kind::of(&member.name).ok_or_else(|| bad("no backup has such a file"))?;
        let mut body = Summing::new(Told { from: (&mut from).take(member.bytes), piece });
        sink.file(kind, member, &mut body)?;
        io::copy(&mut body, &mut io::sink()).map_err(&reading)?;
        let (_, length, sha256) = body.finish();
        if (length, sha256) != (member.bytes, member.sha256) {
            return Err(bad("its hash is another one"));
        }
        tar::skip_padding(&mut from, member.bytes).map_err(&reading)?;
    }
    if tar::next(&mut from).map_err(&reading)?.is_some() {
        return Err(BackupError::Changed("it has a file that its manifest does not name"));
    }
    if io::copy(&mut from, &mut io::sink()).map_err(&reading)? > 0 {
        return Err(BackupError::Changed("it goes on after its end"));
    }
    Ok(manifest)
}

/// Reads a file that fits into memory.
pub(super) fn small(kind: Kind, member: &Member, from: &mut dyn Read, path: &Path) -> Result<Vec<u8>, BackupError> {
    let limit = kind.limit().unwrap_or(0);
    if member.bytes > limit {
        return Err(BackupError::TooLarge { what: member.name.clone(), bytes: member.bytes, limit });
    }
    let mut bytes = Vec::new();
    from.take(limit).read_to_end(&mut bytes).map_err(BackupError::reading(path))?;
    if (bytes.len() as u64) < member.bytes { Err(BackupError::CutShort) } else { Ok(bytes) }
}
