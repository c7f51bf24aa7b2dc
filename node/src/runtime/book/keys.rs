//! The keys of the index: one letter for the kind, then what it is looked up by. Numbers are big-endian, so that keys sort.

use kith_protocol::id::{CommunityId, ExchangeId, MemberId, RecordKey, RequestId};

/// Up to where the index reflects the journal.
pub(super) const UPTO: &[u8] = b"z";

fn key(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + parts.iter().map(|p| p.len()).sum::<usize>());
    key.push(kind);
    parts.iter().for_each(|part| key.extend_from_slice(part));
    key
}

/// Where an exchange stands in the ledger.
pub(super) fn exchange(id: &ExchangeId) -> Vec<u8> {
    key(b'x', &[id.as_bytes()])
}

/// The reply to a request.
pub(super) fn request(id: &RequestId) -> Vec<u8> {
    key(b'r', &[id.as_bytes()])
}

/// All entries that touch a member, by index.
pub(super) fn statement(member: &MemberId) -> Vec<u8> {
    key(b'm', &[member.as_bytes()])
}

/// One entry that touches a member.
pub(super) fn statement_line(member: &MemberId, index: u64) -> Vec<u8> {
    key(b'm', &[member.as_bytes(), &index.to_be_bytes()])
}

/// All records of a shelf, by revision.
pub(super) fn shelf(community: &CommunityId) -> Vec<u8> {
    key(b's', &[community.as_bytes()])
}

/// One record of a shelf.
pub(super) fn record(community: &CommunityId, revision: u64) -> Vec<u8> {
    key(b's', &[community.as_bytes(), &revision.to_be_bytes()])
}

/// What stands under a key of a shelf.
pub(super) fn standing(community: &CommunityId, record: &RecordKey) -> Vec<u8> {
    key(b'k', &[community.as_bytes(), record.as_bytes()])
}

/// All that stands on a shelf.
pub(super) fn all_standing(community: &CommunityId) -> Vec<u8> {
    key(b'k', &[community.as_bytes()])
}

/// What is known of all other communities.
pub(super) const KNOWN: &[u8] = b"w";

/// What is known of another community.
pub(super) fn known(community: &CommunityId) -> Vec<u8> {
    key(b'w', &[community.as_bytes()])
}

/// A page of positions or hashes: `level` 255 holds positions of entries, others hold tree nodes of that level.
pub(super) fn page(level: u8, page: u64) -> Vec<u8> {
    key(b'p', &[&[level], &page.to_be_bytes()])
}
