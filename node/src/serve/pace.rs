//! What is sent to a page that takes files: slowly is fine, drop by drop is not.

use axum::body::{Body, Bytes};
use futures::Stream;
use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Instant, Sleep};

/// Of how much waiting one look is made.
const LOOK: Duration = Duration::from_secs(30);
/// The least that has to come between two looks: half a kibibyte a second, well below the slowest phone line.
const LEAST: usize = 15 * 1024;

/// Says afterwards whether a body was given up.
#[derive(Debug, Clone, Default)]
pub(super) struct GivenUp(Arc<AtomicBool>);

impl GivenUp {
    pub(super) fn is(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A body with a floor under its rate. Only waiting for the sender counts: a page that takes its time is not their fault.
struct Paced<S> {
    inner: S,
    given_up: GivenUp,
    look: Duration,
    least: usize,
    /// Since when the sender is waited for, and until when at most.
    waits: Option<(Instant, Pin<Box<Sleep>>)>,
    /// How long they were waited for since the last look.
    waited: Duration,
    /// What came since then.
    came: usize,
}

impl<S> Paced<S> {
    const fn new(inner: S, given_up: GivenUp, look: Duration, least: usize) -> Self {
        Self { inner, given_up, look, least, waits: None, waited: Duration::ZERO, came: 0 }
    }

    /// Whether enough came by now.
    fn is_enough(&mut self) -> bool {
        if self.waited < self.look {
            return true;
        }
        let enough = self.came >= self.least;
        (self.waited, self.came) = (Duration::ZERO, 0);
        enough
    }
}

impl<S: Stream<Item = Result<Bytes, axum::Error>> + Unpin> Stream for Paced<S> {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let next = Pin::new(&mut this.inner).poll_next(context);
        if next.is_ready()
            && let Some((since, _)) = this.waits.take()
        {
            this.waited += since.elapsed();
        }
        if let Poll::Ready(Some(Ok(bytes))) = &next {
            this.came += bytes.len();
        }
        loop {
            if !this.is_enough() {
                this.given_up.0.store(true, Ordering::Release);
                return Poll::Ready(Some(Err(axum::Error::new(std::io::Error::from(std::io::ErrorKind::TimedOut)))));
            }
            if next.is_ready() {
                return next;
            }
            let left = this.look.saturating_sub(this.waited);
            let (since, until) = this.waits.get_or_insert_with(|| (Instant::now(), Box::pin(tokio::time::sleep(left))));
            if until.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            this.waited += since.elapsed();
            this.waits = None;
        }
    }
}

/// The same body, given up when it comes too slowly.
pub(super) fn paced(body: Body) -> (Body, GivenUp) {
    let given_up = GivenUp::default();
    (Body::from_stream(Paced::new(body.into_data_stream(), given_up.clone(), LOOK, LEAST)), given_up)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use futures::{StreamExt as _, channel::mpsc, stream};

    const SHORT: Duration = Duration::from_millis(200);

    #[test]
    fn a_slow_line_has_its_time_and_a_dripping_one_has_not() {
        let mut body = Paced::new(stream::pending::<()>(), GivenUp::default(), LOOK, LEAST);
        let mut goes_on = |bytes: usize, waited: Duration| {
            (body.came, body.waited) = (body.came + bytes, body.waited + waited);
            body.is_enough()
        };
        // Half an hour at the slowest rate.
        assert!((0..180).all(|_| goes_on(LEAST / 3, LOOK / 3)));
        // What came before the last look does not count for the next.
        assert!(goes_on(100 * LEAST, LOOK));
        assert!(goes_on(LEAST - 1, LOOK / 2) && !goes_on(0, LOOK / 2));
    }

    #[tokio::test]
    async fn whoever_sends_nothing_is_given_up() {
        let given_up = GivenUp::default();
        let mut body = Paced::new(stream::pending(), given_up.clone(), SHORT, 1);
        assert!(!given_up.is());
        assert!(body.next().await.unwrap().is_err() && given_up.is());
    }

    #[tokio::test]
    async fn a_page_that_takes_its_time_is_not_the_senders_fault() {
        let (send, receive) = mpsc::unbounded();
        let mut body = Paced::new(receive, GivenUp::default(), SHORT, 5);
        for _ in 0..3 {
            send.unbounded_send(Ok(Bytes::from_static(b"x"))).unwrap();
            tokio::time::sleep(SHORT * 2).await;
            assert!(body.next().await.unwrap().is_ok());
        }
        drop(send);
        assert!(body.next().await.is_none());
    }
}
