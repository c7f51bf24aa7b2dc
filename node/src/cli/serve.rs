//! `kith serve`: the node itself.

use super::output::{Out, when};
use crate::{
    backup,
    config::{Given, Key, Settings},
    failure::{Exit, Failure},
    serve::{self, Node},
    telemetry,
    web::{self, setup::Founded},
};
use clap::Args;
use std::{path::PathBuf, time::Duration};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::oneshot,
};

/// How long a stop waits for work that goes on aside.
const WORK_WITHIN: Duration = Duration::from_secs(2);

/// Run the node until it is told to stop.
///
/// It answers browsers and commands over HTTP and speaks with other nodes. Ctrl-C or SIGTERM end it in good order; a
/// kill loses nothing that was confirmed.
///
/// Example: kith serve --dir elm --http 127.0.0.1:8380
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// The node's directory, made by `kith init`. In an empty one, a link to pages that set it up is shown.
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// The file of settings; DIR/kith.toml if it is there.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where page and API answer, such as 127.0.0.1:8380. Port 0 takes any that is free.
    #[arg(long, value_name = "ADDR")]
    http: Option<String>,
    /// Where other nodes reach this one, such as /ip4/0.0.0.0/tcp/8381. May be given several times.
    #[arg(long, value_name = "MULTIADDR")]
    listen: Vec<String>,
    /// A node to call at the start: its address with /p2p/ and its peer id. May be given several times.
    #[arg(long, value_name = "MULTIADDR")]
    peer: Vec<String>,
    /// An address to tell others instead of those listened on. May be given several times.
    #[arg(long, value_name = "MULTIADDR")]
    announce: Vec<String>,
    /// Stop, too, when standard input closes: for programs that start a node and may be killed.
    #[arg(long)]
    stop_with_stdin: bool,
}

impl Serve {
    fn settings(
        &self,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(Settings, Vec<String>), Failure> {
        let (mut settings, warnings) = Settings::load(&self.dir, self.config.as_deref(), environment)?;
        if let Some(http) = &self.http {
            settings.set(Key::named("http", "listen"), "--http", Given::Text(http.clone()))?;
        }
        for (option, name, list) in [
            ("--listen", "listen", &self.listen),
            ("--peer", "peers", &self.peer),
            ("--announce", "announce", &self.announce),
        ] {
            if !list.is_empty() {
                settings.set(Key::named("network", name), option, Given::List(list.clone()))?;
            }
        }
        Ok((settings, warnings))
    }

    /// The settings as they are after the first run: they came back with the community, or say its zone. They hold at every
    /// start from now on, and the pages tell the time by them at once.
    fn own(&self, founded: &Founded) -> Option<Settings> {
        let wrong =
            |why: &Failure| tracing::warn!(why = why.detail, "settings that came back cannot be used; mend them");
        let own = self.settings(environment()).inspect_err(wrong).ok().map(|(settings, _)| settings);
        let kept = own.as_ref().and_then(|own| own.zone.as_ref());
        if founded.zone.is_some() && founded.zone.as_ref() != kept {
            tracing::warn!("the settings do not have the zone that was chosen; write it as `zone` under [http]");
        }
        kept.or(founded.zone.as_ref()).into_iter().for_each(web::tell_time_in);
        own
    }

    /// Speaks when standard input closes; never, when nobody asked for that.
    fn stdin_closed(&self) -> Result<oneshot::Receiver<()>, Failure> {
        let (tell, told) = oneshot::channel();
        let watch = move || {
            // Input that cannot be read is as good as closed, and a node that stops meanwhile need not hear of it.
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            let _ = tell.send(());
        };
        if self.stop_with_stdin {
            let watching = std::thread::Builder::new().name("kith-stdin".into()).spawn(watch);
            watching.map_err(|error| no_threads(&error))?;
        }
        Ok(told)
    }

    /// Starts the node; in an empty directory, after somebody set it up in a browser.
    async fn begin(&self, settings: &Settings, out: &mut Out<'_>) -> Result<(Node, Option<Founded>), Failure> {
        let Some(first) = serve::first_run::begin(&self.dir, settings).await? else {
            return Ok((Box::pin(serve::start(&self.dir, settings)).await?, None));
        };
        invited(&first.link, out)?;
        let founded = first.founded().await;
        let own = self.own(&founded);
        let (with, otherwise) = own.as_ref().map_or((settings, None), |own| (own, Some(settings)));
        let node = Box::pin(first.on(&self.dir, with, otherwise)).await?;
        Ok((node, Some(founded)))
    }

    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let (settings, warnings) = self.settings(environment())?;
        telemetry::start(settings.log_format, settings.log_level);
        settings.zone.iter().for_each(web::tell_time_in);
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|error| no_threads(&error))?;
        let ended = runtime.block_on(async {
            // Before anything is open: whoever is told to stop during the start says so, and is stopped as by a kill.
            let mut term = listen_for(SignalKind::terminate())?;
            let mut interrupt = listen_for(SignalKind::interrupt())?;
            let mut closed = self.stdin_closed()?;
            let mut ended = async || {
                tokio::select! {
                    _ = term.recv() => {}
                    _ = interrupt.recv() => {}
                    _ = &mut closed, if self.stop_with_stdin => {}
                }
            };
            let (node, founded) = tokio::select! {
                begun = self.begin(&settings, out) => begun?,
                () = ended() => return Ok(()),
            };
            if let Some(founded) = founded {
                serve::first_run::keep_promises(&node, founded).await;
            }
            if told(&node, out).is_err() {
                // The node is there for others than whoever started it.
                tracing::warn!("nobody reads where the node is; it is in the file http.address of its directory");
            }
            let Some(node) = keep(node, &mut ended).await? else { return Ok(()) };
            tracing::info!("stopping");
            node.stop().await;
            tracing::info!("stopped");
            Ok(())
        });
        // Who reads back a long journal may be stopped at any point of it.
        runtime.shutdown_timeout(WORK_WITHIN);
        ended
    }
}

/// Keeps a node going until the end, and starts it again when somebody asks for that. Nothing, if the end comes while it
/// starts: it may be left at any point.
async fn keep(mut node: Node, ended: &mut impl AsyncFnMut()) -> Result<Option<Node>, Failure> {
    loop {
        tokio::select! {
            () = ended() => return Ok(Some(node)),
            () = node.asked_to_start_again() => tracing::info!("starting again, from the journal alone"),
        }
        node = tokio::select! {
            node = Box::pin(node.again()) => node?,
            () = ended() => return Ok(None),
        };
    }
}

fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

fn no_threads(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Disk, "no-thread", format!("the system gives no threads: {error}. Stop other programs"))
}

fn listen_for(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind).map_err(|error| no_threads(&error))
}

/// Shows the way to the pages of the first run, to whoever started the program and to nobody else.
fn invited(link: &str, out: &mut Out<'_>) -> Result<(), Failure> {
    if out.is_json() {
        return out.json(&serde_json::json!({ "setup": link }));
    }
    out.line("There is no community here yet. Open this link in a browser to begin one; it is good once:")?;
    out.line(&format!("\n  {link}\n"))
}

/// Says where the node is: to the log, and to whoever started it.
fn told(node: &Node, out: &mut Out<'_>) -> Result<(), Failure> {
    if let Some(torn) = &node.running.torn {
        tracing::warn!(
            ?torn,
            "the end of the journal was cut short by a crash and is taken away; nothing confirmed is lost"
        );
    }
    if let Ok(Some(restored)) = backup::restored(&node.running.home.dir) {
        let (made_at, handover) = (when(restored.made_at.0), restored.handover);
        tracing::info!(made_at, handover, "this copy of the community was restored from a backup");
    }
    let replayed = node.running.replayed;
    tracing::info!(url = %node.url, peer = %node.running.peer(), replayed, "the node runs");
    if out.is_json() {
        return out.json(&serde_json::json!({
            "url": node.url,
            "peer": node.running.peer().to_string(),
            "addresses": node.addresses,
            "id": node.id,
            "name": node.name,
        }));
    }
    out.line(&format!("Page and API:  {}", node.url))?;
    match node.addresses.first() {
        Some(address) => out.line(&format!("Other nodes:   {address}")),
        None => out.line(&format!("Other nodes:   not called by any; peer id {}", node.running.peer())),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn options_go_before_the_environment_and_that_before_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = "[http]\nlisten = \"127.0.0.1:1\"\n[network]\nlisten = [\"/ip4/127.0.0.1/tcp/1\"]\nmdns = true";
        std::fs::write(dir.path().join("kith.toml"), file).unwrap();
        let mut serve = Serve {
            dir: dir.path().into(),
            config: None,
            http: Some("127.0.0.1:3".into()),
            listen: Vec::new(),
            peer: Vec::new(),
            announce: vec!["/dns4/kith.example.org/tcp/1".into()],
            stop_with_stdin: false,
        };
        let environment = [("KITH_HTTP_LISTEN", "127.0.0.1:2"), ("KITH_NETWORK_LISTEN", "/ip4/127.0.0.1/tcp/2")];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let (settings, _) = serve.settings(environment.clone()).unwrap();
        assert_eq!(settings.http_listen.port(), 3);
        assert_eq!(settings.listen, ["/ip4/127.0.0.1/tcp/2"]);
        assert_eq!(settings.announce, ["/dns4/kith.example.org/tcp/1"]);
        assert!(settings.mdns);
        serve.listen = vec!["nowhere".into()];
        let failure = serve.settings(environment).unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        assert!(failure.detail.starts_with("--listen: 'listen' holds 'nowhere'"), "{}", failure.detail);
    }

    #[test]
    fn the_zone_that_came_back_holds_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let serve = Serve {
            dir: dir.path().into(),
            config: None,
            http: None,
            listen: Vec::new(),
            peer: Vec::new(),
            announce: Vec::new(),
            stop_with_stdin: false,
        };
        let founded =
            |zone| Founded { sign_in: None, contact: None, benefits: None, zone, invitation: None, restored: true };
        // Zones without summer time beside UTC: other tests in this process may read the clock meanwhile.
        let zone = |name: &str| jiff::tz::TimeZone::get(name).unwrap();
        web::tell_time_in(&zone("Africa/Dakar"));
        std::fs::write(dir.path().join("kith.toml"), "[http]\nzone = \"Africa/Abidjan\"").unwrap();
        let own = serve.own(&founded(None)).unwrap();
        assert_eq!(own.zone, Some(zone("Africa/Abidjan")));
        assert_eq!(web::zone_name().as_deref(), Some("Africa/Abidjan"));
        // One that was chosen and could not be kept.
        std::fs::write(dir.path().join("kith.toml"), "").unwrap();
        serve.own(&founded(Some(zone("Africa/Accra")))).unwrap();
        assert_eq!(web::zone_name().as_deref(), Some("Africa/Accra"));
    }
}
