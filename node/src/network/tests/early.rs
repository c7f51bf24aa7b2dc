//! What happens while a node starts.

use super::*;
use crate::network::{
    counters::NetworkCounters,
    delivery::Delivery,
    event_loop::EventLoop,
    swarm::{build, listen, listen_addresses},
};
use libp2p::{core::transport::ListenerId, identity::Keypair};
use std::sync::Arc;

/// A node that comes back is dialed as soon as its port is bound, and the one who dials takes it for connected.
#[tokio::test]
async fn whoever_comes_before_all_listeners_are_named_is_told_of() {
    let birch = node(2, TCP).await;
    let config = config(1, "/ip4/127.0.0.1/tcp/0");
    let keys = Keypair::ed25519_from_bytes(&mut *config.secret.clone()).unwrap();
    let ash = PeerKey::of(&keys.public().to_peer_id()).unwrap();
    let mut swarm = build(&keys, &config).unwrap();
    let mut listeners = listen(&mut swarm, &listen_addresses(&config.listen).unwrap()).unwrap();
    // One that never names an address, as on a machine where IPv6 is switched off.
    listeners.insert(ListenerId::next(), "/ip6/::/tcp/0".to_owned());
    let (sender, mut events) = mpsc::channel(ROOMY);
    let delivery = Delivery::new(Queue(sender));
    let mut starting = EventLoop::new(swarm, listeners, delivery, Arc::new(NetworkCounters::default()), 2);

    let mut told = Vec::new();
    let started = async {
        while !told.contains(&birch.key()) {
            let named = starting.first_addresses().await.unwrap();
            named.iter().for_each(|address| birch.dial(ash, address));
            while let Ok(event) = events.try_recv() {
                told.extend(match event {
                    Event::Connected { peer, .. } => Some(peer),
                    _ => None,
                });
            }
        }
    };
    timeout(DEADLINE, started).await.expect("in time");
}
