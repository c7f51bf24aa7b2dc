//! The keys of the index: one letter for the kind, then what it is looked up by. Numbers are big-endian, so that keys sort.

use kith_protocol::{
    id::{AccountId, CommunityId, ExchangeId, MemberId, RecordKey, RequestId},
    partnership::{Position, Side},
};

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

/// Why a partner's proposal of an exchange was refused.
pub(super) fn refused(id: &ExchangeId) -> Vec<u8> {
    key(b'n', &[id.as_bytes()])
}

/// Everything decided under a partnership, in order.
pub(super) fn crossings(account: &AccountId) -> Vec<u8> {
    key(b'c', &[account.as_bytes()])
}

/// What was decided at one place of a partnership.
pub(super) fn crossing(account: &AccountId, place: &Position) -> Vec<u8> {
    let lane = match place.lane {
        None => 0,
        Some(Side::A) => 1,
        Some(Side::B) => 2,
    };
    key(b'c', &[account.as_bytes(), &place.epoch.to_be_bytes(), &[lane], &place.n.to_be_bytes()])
}

/// Reads the place out of what [`crossing`] wrote.
pub(super) fn place(key: &[u8]) -> Option<Position> {
    let (epoch, rest) = key.get(33..)?.split_first_chunk::<4>()?;
    let (lane, n) = rest.split_first()?;
    let lane = match lane {
        0 => None,
        1 => Some(Side::A),
        2 => Some(Side::B),
        _ => return None,
    };
    Some(Position { epoch: u32::from_be_bytes(*epoch), lane, n: u64::from_be_bytes(n.try_into().ok()?) })
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

/// All boxes held for a recipient.
pub(super) fn boxes(recipient: &CommunityId) -> Vec<u8> {
    key(b'l', &[recipient.as_bytes()])
}

/// The box held for a recipient of a depositor.
pub(super) fn boxed(recipient: &CommunityId, depositor: &CommunityId) -> Vec<u8> {
    key(b'l', &[recipient.as_bytes(), depositor.as_bytes()])
}

/// A page of positions or hashes: `level` 255 holds positions of entries, others hold tree nodes of that level.
pub(super) fn page(level: u8, page: u64) -> Vec<u8> {
    key(b'p', &[&[level], &page.to_be_bytes()])
}
