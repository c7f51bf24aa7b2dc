//! What a partner gains that breaks the rules: against real nodes, over the real protocol, with a valid partnership.
//!
//! For each way of cheating: how many minutes its members received ahead at most, beside the limit that was granted; the evidence file
//! that comes of it, judged by `kith verify` with nothing else at hand; that the honest node serves others meanwhile; and that
//! memory and connections stay bounded.

mod conduct;
mod ledger;
mod town;
mod wire;
