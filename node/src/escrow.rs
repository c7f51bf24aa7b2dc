//! Copies of a community at its partners (`protocol/SPEC/13-escrow.md`): sending ours, keeping theirs, and getting ours back
//! when everything else is lost.
//!
//! ```text
//! owner ── Line ──> network ══> network ── doorman ── keeper (a thread) ── store::Escrow
//! ```
//!
//! Nothing here waits for the clerk longer than a look, and nothing makes the clerk wait: a full queue drops a question, and
//! whoever asked asks again. What was agreed is a paper of the office, so a backup has it. How far the sending has got is
//! asked of the keeper each time, so there is nothing to remember that could be wrong.

mod fetch;
mod keeper;
mod line;
mod owner;
mod vault;

pub use fetch::{FetchError, Fetched, Heard, MOST_ASKED, Why, check_addresses, fetch, restore};
pub use line::{FIRST_TOKEN, Line, LineError};
pub use vault::{COPY_OVERDUE_AFTER, Sent, Standing, Vault};

pub(crate) use keeper::{Asked, QUEUE, keep};
pub(crate) use owner::send;
