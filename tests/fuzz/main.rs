//! Bytes that nobody meant, for everything that reads bytes: what is decoded decodes to what it was, what is not is refused by name,
//! nothing panics, and no input costs more memory than its size explains.
//!
//! Each target starts from real messages and files, changes them, and keeps what led to something new. The ordinary run gives each
//! a second; `KITH_FUZZ_SECONDS=3600 cargo test -p kith-tests --test fuzz -- NAME --nocapture` an hour. `KITH_FUZZ_SEED` is the
//! seed, and `KITH_FUZZ_INPUT` a file with one input to try alone.

mod backup;
mod decoders;
mod engine;
mod files;
mod lanes;
mod letters;
mod talk;

/// Counts what is allocated and refuses what is beyond the limit that the engine sets for each input.
#[global_allocator]
static MEMORY: cap::Cap<std::alloc::System> = cap::Cap::new(std::alloc::System, usize::MAX);
