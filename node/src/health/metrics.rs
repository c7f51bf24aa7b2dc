//! The numbers of `/metrics`. Labels never tell who: the only one with many values is the code of a refusal.

use crate::{
    network::NetworkCounters,
    runtime::{book::Book, counters::Counters},
};
use kith_protocol::{lane::Lanes, machine::Machine, time::Timestamp};
use prometheus_client::{
    encoding::text::encode,
    metrics::{
        counter::{ConstCounter, Counter},
        family::Family,
        gauge::ConstGauge,
        info::Info,
    },
    registry::{Registry, Unit},
};

/// The media type of OpenMetrics 1.0 text, which is what prometheus-client writes.
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Levels of the core at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Levels {
    pub(super) entries: u64,
    pub(super) members: u64,
    pub(super) waiting: u64,
    pub(super) undecided: u64,
    /// How long ago the oldest undecided proposal was made.
    pub(super) oldest_undecided_seconds: u64,
    pub(super) on_hold_minutes: i64,
    pub(super) exchanged_minutes: u64,
    pub(super) partners: u64,
    pub(super) connected: u64,
    pub(super) known: u64,
    pub(super) own_records: u64,
    pub(super) journal_bytes: u64,
    pub(super) index_bytes: u64,
}

impl Levels {
    /// Reads them. The longest walk is over the members, in memory.
    pub(super) fn of(machine: &Machine, book: &Book, now: Timestamp) -> Self {
        let (state, ledger) = (machine.state(), machine.state().ledger());
        let oldest = state.lanes().values().filter_map(Lanes::waiting_since).min();
        Self {
            entries: ledger.tree().size(),
            members: ledger.members().values().filter(|member| member.active).count() as u64,
            waiting: state.waiting().values().filter(|waiting| waiting.is_open()).count() as u64,
            undecided: state.lanes().values().map(|lanes| (lanes.undecided() + lanes.queued()) as u64).sum(),
            oldest_undecided_seconds: oldest.map_or(0, |made_at| now.since(made_at).0 / 1_000),
            on_hold_minutes: ledger.partners().values().map(|partner| partner.on_hold.get()).sum(),
            exchanged_minutes: book.exchanged_minutes(),
            partners: ledger.partners().len() as u64,
            connected: machine.known().keys().filter(|community| machine.connected(community)).count() as u64,
            known: machine.known().len() as u64,
            own_records: state.shelf().1.len() as u64,
            journal_bytes: book.journal_bytes(),
            index_bytes: book.index_bytes(),
        }
    }
}

/// Everything as OpenMetrics text. Without `levels` the clerk did not answer, and `kith_clerk_up` says so.
pub(super) fn text(counters: &Counters, network: Option<&NetworkCounters>, levels: Option<&Levels>) -> String {
    let mut registry = Registry::with_prefix("kith");
    registry.register("build", "The program", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
    count(&mut registry, counters);
    if let Some(network) = network {
        count_network(&mut registry, network);
    }
    let up = ConstGauge::new(u64::from(levels.is_some()));
    registry.register("clerk_up", "Whether the core answered; without it the levels below it are missing", up);
    if let Some(levels) = levels {
        measure(&mut registry, levels);
    }
    if let Some(bytes) = resident_bytes() {
        registry.register_with_unit("resident_memory", "Memory in use", Unit::Bytes, ConstGauge::new(bytes));
    }
    let mut text = String::new();
    encode(&mut text, &registry).expect("a String takes all text");
    text
}

fn count(registry: &mut Registry, counters: &Counters) {
    let plain = [
        ("inputs", "Inputs that the core handled", &counters.inputs),
        ("commits", "Disk syncs of the journal", &counters.commits),
        ("facts", "Facts made durable", &counters.facts),
        ("messages_sent", "Messages sent to peers", &counters.sent),
        ("messages_dropped", "Messages that found no room and will be repeated", &counters.dropped),
        ("malformed", "Parcels of peers that could not be read", &counters.malformed),
        ("settled", "Exchanges with partners that settled here", &counters.settled),
        ("recovered", "Exchanges with partners that were lost here and came back", &counters.recovered),
    ];
    for (name, help, counter) in plain {
        registry.register(name, help, ConstCounter::new(Counters::read(counter)));
    }
    #[expect(clippy::cast_precision_loss, reason = "exact for two hundred years of microseconds")]
    let seconds = Counters::read(&counters.commit_micros) as f64 / 1e6;
    registry.register_with_unit("commit", "Time spent in disk syncs", Unit::Seconds, ConstCounter::new(seconds));
    let refusals = Family::<[(&'static str, &'static str); 1], Counter>::default();
    for (code, times) in counters.refusals() {
        refusals.get_or_create(&[("code", code)]).inc_by(times);
    }
    registry.register("refusals", "What was refused, by the code of the reason", refusals);
}

fn count_network(registry: &mut Registry, network: &NetworkCounters) {
    let plain = [
        ("requests_in", "Requests of peers handed on", &network.requests_in),
        ("requests_in_dropped", "Requests of peers dropped for want of room", &network.requests_in_dropped),
        ("requests_out", "Requests of ours sent", &network.requests_out),
        ("requests_out_failed", "Requests of ours that ended without an answer", &network.requests_out_failed),
        ("gossip_in", "Gossiped messages received", &network.gossip_in),
        ("gossip_accepted", "Gossiped messages judged good and passed on", &network.gossip_accepted),
        ("gossip_ignored", "Gossiped messages ignored", &network.gossip_ignored),
        ("gossip_rejected", "Gossiped messages judged invalid", &network.gossip_rejected),
        ("gossip_out", "Own messages handed to at least one peer", &network.gossip_out),
    ];
    let registry = registry.sub_registry_with_prefix("network");
    for (name, help, counter) in plain {
        registry.register(name, help, ConstCounter::new(Counters::read(counter)));
    }
    let bytes = |counter| ConstCounter::new(Counters::read(counter));
    registry.register_with_unit("in", "Bodies received", Unit::Bytes, bytes(&network.bytes_in));
    registry.register_with_unit("out", "Bodies sent", Unit::Bytes, bytes(&network.bytes_out));
    let connections = ConstGauge::new(Counters::read(&network.connections));
    registry.register("connections", "Connections open now", connections);
}

fn measure(registry: &mut Registry, levels: &Levels) {
    let plain = [
        ("ledger_entries", "Entries of the ledger", levels.entries),
        ("members", "Members who are here", levels.members),
        ("waiting_exchanges", "Exchanges that wait for somebody's agreement", levels.waiting),
        ("undecided_slots", "Exchanges that a partner has not decided", levels.undecided),
        ("partners", "Partner communities", levels.partners),
        ("peers_connected", "Communities whose node is connected", levels.connected),
        ("known_communities", "Other communities heard of", levels.known),
        ("own_records", "Records on our own shelf", levels.own_records),
    ];
    for (name, help, level) in plain {
        registry.register(name, help, ConstGauge::new(level));
    }
    let minutes = || Unit::Other("minutes".to_owned());
    let units = [
        ("oldest_undecided", "Age of the oldest of them", Unit::Seconds, levels.oldest_undecided_seconds),
        ("exchanged", "Help recorded in all, as corrected since", minutes(), levels.exchanged_minutes),
        ("journal", "Size of the journal", Unit::Bytes, levels.journal_bytes),
        ("index", "Size of the index", Unit::Bytes, levels.index_bytes),
    ];
    for (name, help, unit, level) in units {
        registry.register_with_unit(name, help, unit, ConstGauge::new(level));
    }
    let on_hold = ConstGauge::new(levels.on_hold_minutes);
    registry.register_with_unit("on_hold", "Minutes that wait for a partner's decision", minutes(), on_hold);
}

/// The process's resident memory, as Linux tells it. Taken from `status`, where it is in KiB: `statm` counts pages, and
/// their size differs between boxes.
fn resident_bytes() -> Option<u64> {
    resident_in(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn resident_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_in_bytes() {
        assert_eq!(resident_in("Name:\tkith\nVmRSS:\t   22016 kB\nThreads:\t4\n"), Some(22_016 * 1024));
        assert_eq!(resident_in("Name:\tkith\n"), None);
        assert!(resident_bytes().is_none_or(|bytes| bytes > 64 * 1024));
    }
}
