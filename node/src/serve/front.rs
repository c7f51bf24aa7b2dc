//! Where browsers and programs come in: one place that listens for as long as the program runs, whatever answers behind it.

use super::{
    ServeError,
    guard::{Guard, Here},
    listener::Bounded,
};
use crate::config::Settings;
use axum::{Router, extract::Request, response::Response};
use std::{
    convert::Infallible,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use tower::ServiceExt as _;

/// How long a stop waits for answers that are being written. With what [`crate::runtime::Running::stop`] needs it stays
/// within [`crate::runtime::STOP_WITHIN`].
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);

/// A place that listens.
pub struct Front {
    bound: SocketAddr,
    shown: Arc<RwLock<Router>>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<io::Result<()>>,
}

impl Front {
    /// Listens where the settings say, and shows these pages.
    ///
    /// # Errors
    /// [`ServeError::Bind`].
    pub async fn open(settings: &Settings, pages: Router) -> Result<Self, ServeError> {
        let address = settings.http_listen;
        let bind = |source| ServeError::Bind { address, source };
        let listener = TcpListener::bind(address).await.map_err(bind)?;
        let bound = listener.local_addr().map_err(bind)?;
        let shown = Arc::new(RwLock::new(guarded(bound, settings, pages)));
        let behind = Arc::clone(&shown);
        let app = Router::new().fallback(move |request| answer(Arc::clone(&behind), request));
        let (stop, stopped) = oneshot::channel::<()>();
        let service = app.into_make_service_with_connect_info::<Here>();
        let serving = axum::serve(Bounded::new(listener), service).with_graceful_shutdown(async {
            // A sender that is gone means the same as one that speaks.
            let _ = stopped.await;
        });
        let server = tokio::spawn(serving.into_future());
        Ok(Self { bound, shown, stop, server })
    }

    /// The base URL of everything here, as this machine reaches it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", reached_at(self.bound))
    }

    /// Shows other pages from now on. Answers that were begun are finished.
    pub(super) fn show(&self, settings: &Settings, pages: Router) {
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = guarded(self.bound, settings, pages);
    }

    /// Finishes what was begun, and listens no more.
    pub(super) async fn close(self) {
        // A server that ended by itself needs no word.
        let _ = self.stop.send(());
        let abort = self.server.abort_handle();
        match tokio::time::timeout(ANSWERS_WITHIN, self.server).await {
            Ok(Ok(Err(error))) => tracing::warn!(%error, "the web server ended early"),
            Ok(_) => {}
            Err(_) => {
                tracing::info!("some answers were cut off");
                abort.abort();
            }
        }
    }
}

fn guarded(bound: SocketAddr, settings: &Settings, pages: Router) -> Router {
    Guard::new(bound.ip(), &settings.hosts()).around(pages)
}

async fn answer(shown: Arc<RwLock<Router>>, request: Request) -> Result<Response, Infallible> {
    let pages = shown.read().unwrap_or_else(PoisonError::into_inner).clone();
    pages.oneshot(request).await
}

/// How this machine reaches what is bound to `address`: an address that means "all" is no place to go to.
fn reached_at(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn all_addresses_are_reached_by_one_that_is_a_place() {
        for (bound, reached) in [
            ("0.0.0.0:1", "127.0.0.1:1"),
            ("[::]:2", "[::1]:2"),
            ("192.0.2.1:3", "192.0.2.1:3"),
            ("127.0.0.1:4", "127.0.0.1:4"),
        ] {
            assert_eq!(reached_at(bound.parse().unwrap()).to_string(), reached);
        }
    }
}
