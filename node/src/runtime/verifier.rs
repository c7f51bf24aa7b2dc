//! Members' signatures are judged here, many at a time and on every core, before anything reaches the clerk.

use super::{
    clerk::Job,
    handle::{Answer, Refused, Request},
};
use kith_protocol::{
    key::{Claim, verify_members},
    ledger::{Agreeable, Agreed, Asked},
    machine::Command,
    rejection::Rejection,
};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError},
    },
    thread,
};

/// The most requests judged in one batch: beyond this a batch gains little and only adds waiting.
const BATCH: usize = 256;
/// How many requests may wait to be judged.
pub(super) const QUEUE: usize = 4_096;

/// Terms whose signatures are still to be judged, and what becomes of them then.
pub(super) trait Judge: Send {
    fn claims(&self) -> &[Claim];
    fn conclude(self: Box<Self>, verdicts: &[bool]) -> Result<Command, Rejection>;
}

struct Case<T, F> {
    asked: Asked<T>,
    command: F,
}

impl<T, F> Judge for Case<T, F>
where
    T: Agreeable + Send,
    F: FnOnce(Agreed<T>) -> Command + Send,
{
    fn claims(&self) -> &[Claim] {
        self.asked.claims()
    }

    fn conclude(self: Box<Self>, verdicts: &[bool]) -> Result<Command, Rejection> {
        Ok((self.command)(self.asked.judged(verdicts)?))
    }
}

/// A case without its types.
pub(super) struct Judged(Box<dyn Judge>);

impl Judged {
    pub(super) fn new<T, F>(asked: Asked<T>, command: F) -> Self
    where
        T: Agreeable + Send + 'static,
        F: FnOnce(Agreed<T>) -> Command + Send + 'static,
    {
        Self(Box::new(Case { asked, command }))
    }
}

/// One request that waits for judgement.
pub(super) struct Work {
    pub(super) request: Request,
    pub(super) judged: Judged,
    pub(super) answer: Answer,
}

/// Starts the judging threads. They end when the queue's last sender is gone.
pub(super) fn start(queue: Receiver<Work>, clerk: &SyncSender<Job>, threads: usize) -> std::io::Result<()> {
    let queue = Arc::new(Mutex::new(queue));
    for _ in 0..threads.max(1) {
        let (queue, clerk) = (Arc::clone(&queue), clerk.clone());
        thread::Builder::new().name("kith-verifier".into()).spawn(move || run(&queue, &clerk))?;
    }
    Ok(())
}

fn run(queue: &Mutex<Receiver<Work>>, clerk: &SyncSender<Job>) {
    loop {
        let batch = {
            let queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
            let Ok(first) = queue.recv() else { return };
            let mut batch = vec![first];
            batch.extend(queue.try_iter().take(BATCH - 1));
            batch
        };
        let claims: Vec<Claim> = batch.iter().flat_map(|work| work.judged.0.claims()).cloned().collect();
        let verdicts = verify_members(&claims);
        let mut rest = verdicts.as_slice();
        for work in batch {
            let (own, others) = rest.split_at(work.judged.0.claims().len());
            rest = others;
            conclude(work, own, clerk);
        }
    }
}

fn conclude(work: Work, verdicts: &[bool], clerk: &SyncSender<Job>) {
    let Work { request, judged, answer } = work;
    let refused = match judged.0.conclude(verdicts) {
        Err(why) => Some((answer, Refused::Rule(why))),
        Ok(command) => match clerk.try_send(Job::Command { request, command, answer }) {
            Ok(()) => None,
            Err(TrySendError::Full(Job::Command { answer, .. })) => Some((answer, Refused::Busy)),
            Err(TrySendError::Disconnected(Job::Command { answer, .. })) => Some((answer, Refused::Stopping)),
            Err(_) => None,
        },
    };
    if let Some((answer, why)) = refused {
        // Whoever asked may have gone away meanwhile.
        let _ = answer.send(Err(why));
    }
}
