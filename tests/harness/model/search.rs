//! The explorer: every state is expanded once, until none is left or a law is broken.

use super::{Bounds, Explored, Moment, Step, Violation, way};
use kith_protocol::{flaw::Flaw, id::Digest};
use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    thread,
};

/// What the explorers share.
#[derive(Default)]
struct Search {
    open: Vec<Moment>,
    seen: HashSet<Digest>,
    /// What was tried before and led to a state that was seen.
    stops: HashSet<Digest>,
    at_work: usize,
    found: Explored,
}

/// Explores every history within the bounds, on all cores, until all are seen or a law is broken.
///
/// # Panics
/// When an explorer did: then one of the machines has.
#[must_use]
pub fn explore(bounds: &Bounds) -> Explored {
    let in_force = bounds.flaw.map(Flaw::put_in_force);
    let mut search = Search::default();
    match Moment::first(bounds) {
        Ok(first) => {
            search.seen.insert(first.mark());
            search.open.push(first);
        }
        Err(violation) => search.found.violation = Some((violation, Vec::new())),
    }
    drop(in_force);
    let search = Mutex::new(search);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| explore_some(bounds, &search));
        }
    });
    let Search { seen, mut found, .. } = search.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.states = seen.len();
    found
}

fn explore_some(bounds: &Bounds, search: &Mutex<Search>) {
    let _in_force = bounds.flaw.map(Flaw::put_in_force);
    let lock = || search.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let moment = {
            let mut search = lock();
            if search.found.violation.is_some() {
                return;
            }
            match search.open.pop() {
                Some(moment) => {
                    search.at_work += 1;
                    moment
                }
                None if search.at_work == 0 => return,
                None => {
                    drop(search);
                    thread::yield_now();
                    continue;
                }
            }
        };
        let mut steps = moment.steps(bounds);
        let end = !steps.iter().any(|step| matches!(step, Step::Pay(_) | Step::Deliver(_)));
        let stops: Vec<Option<Digest>> = steps.iter().map(|step| moment.mark_of_stop(*step)).collect();
        {
            let mut search = lock();
            let mut stops = stops.into_iter();
            steps.retain(|_| stops.next().flatten().is_none_or(|stop| search.stops.insert(stop)));
        }
        let next = expand(&moment, steps, end, bounds);
        let mut search = lock();
        search.at_work -= 1;
        search.found.ends += usize::from(end);
        search.found.waits += usize::from(moment.waits_for_a_slot());
        match next {
            Ok(next) => {
                for (mark, moment) in next {
                    if search.seen.insert(mark) {
                        search.open.push(moment);
                    }
                }
            }
            Err(violation) => search.found.violation = Some(violation),
        }
    }
}

type Next = Result<Vec<(Digest, Moment)>, (Violation, Vec<Step>)>;

/// What follows a state; where nothing but trouble could, both must come to rest.
fn expand(moment: &Moment, steps: Vec<Step>, end: bool, bounds: &Bounds) -> Next {
    if end && let Err(violation) = moment.clone().come_to_rest(bounds) {
        return Err((violation, way(moment.trail.as_deref())));
    }
    let next = steps.into_iter().map(|step| {
        let next = moment.after(step, bounds)?;
        Ok((next.mark(), next))
    });
    next.collect()
}
