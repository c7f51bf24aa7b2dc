//! The protocols of the swarm, put together, and how each is set up.

use std::collections::HashSet;

use libp2p::{
    PeerId, StreamProtocol, connection_limits,
    gossipsub::{
        self, IdentTopic, IdentityTransform, MessageAuthenticity, MessageId, PeerScoreParams, PeerScoreThresholds,
        TopicScoreParams, ValidationMode, WhitelistSubscriptionFilter, score_parameter_decay,
    },
    identify,
    identity::Keypair,
    mdns, memory_connection_limits, ping,
    request_response::{self, ProtocolSupport},
    swarm::{NetworkBehaviour, behaviour::toggle::Toggle},
};
use sha2::{Digest, Sha256};

use super::{
    NetworkConfig, NetworkError,
    codec::{Codec, EXCHANGE_PROTOCOL},
    limits::{
        AGENT_MAX_BYTES, GOSSIP_BUFFER_MAX_BYTES, GOSSIP_IDS_PER_FRAME, GOSSIP_MAX_BYTES, GOSSIP_MESSAGES_PER_FRAME,
        GOSSIP_OVERHEAD_BYTES, GOSSIP_QUEUE_PER_PEER, Limits, STREAMS_PER_CONNECTION,
    },
};

/// The one topic: new shelf records.
pub(super) const SHELF_TOPIC: &str = "kith/1/shelf";

/// What identify calls this family of protocols.
const IDENTIFY_PROTOCOL: StreamProtocol = StreamProtocol::new("/kith/1");

/// Bytes of SHA-256 that name a gossiped message: two messages of one name would need 2^80 tries,
/// and lazy gossip carries names, not messages.
const MESSAGE_ID_BYTES: usize = 20;

/// How long one rejected message counts against its sender. Nine within that time are enough to
/// be unheard (gossipsub's default thresholds, square of the count).
const REJECTION_MEMORY: std::time::Duration = std::time::Duration::from_secs(600);

/// gossipsub that only knows our topic.
pub(super) type Gossip = gossipsub::Behaviour<IdentityTransform, WhitelistSubscriptionFilter>;

/// All protocols on one swarm. The limits come first, so that a refused connection costs the
/// others nothing.
#[derive(NetworkBehaviour)]
pub(super) struct Behaviour {
    pub(super) limits: connection_limits::Behaviour,
    memory: memory_connection_limits::Behaviour,
    pub(super) exchange: request_response::Behaviour<Codec>,
    pub(super) gossip: Gossip,
    identify: identify::Behaviour,
    ping: ping::Behaviour,
    mdns: Toggle<mdns::tokio::Behaviour>,
}

impl Behaviour {
    pub(super) fn new(keys: &Keypair, config: &NetworkConfig) -> Result<Self, NetworkError> {
        let limits = &config.limits;
        Ok(Self {
            limits: connection_limits::Behaviour::new(limits.connection_limits()),
            memory: memory_connection_limits::Behaviour::with_max_bytes(limits.memory_bytes),
            exchange: exchange(limits),
            gossip: gossip(limits),
            identify: identify(keys, &config.agent),
            ping: ping::Behaviour::default(),
            mdns: local_discovery(config.mdns, keys.public().to_peer_id())?,
        })
    }
}

/// The topic as gossipsub wants it.
pub(super) fn shelf_topic() -> IdentTopic {
    IdentTopic::new(SHELF_TOPIC)
}

fn exchange(limits: &Limits) -> request_response::Behaviour<Codec> {
    let config = request_response::Config::default()
        .with_request_timeout(limits.request_timeout)
        .with_max_concurrent_streams(STREAMS_PER_CONNECTION);
    request_response::Behaviour::new([(EXCHANGE_PROTOCOL, ProtocolSupport::Full)], config)
}

/// Anonymous messages named by their content: records carry their own signatures, which are
/// checked once, after the duplicate cache, by whoever gives the verdict.
fn gossip(limits: &Limits) -> Gossip {
    let topic = shelf_topic();
    let config = gossipsub::ConfigBuilder::default()
        .validation_mode(ValidationMode::Anonymous)
        .validate_messages()
        .message_id_fn(|message| MessageId::new(&Sha256::digest(&message.data)[..MESSAGE_ID_BYTES]))
        .flood_publish(false)
        .heartbeat_interval(limits.heartbeat)
        .heartbeat_initial_delay(limits.heartbeat)
        .max_transmit_size(GOSSIP_BUFFER_MAX_BYTES)
        .max_transmit_size_for_topic(GOSSIP_MAX_BYTES + GOSSIP_OVERHEAD_BYTES, topic.hash())
        .max_publish_messages(GOSSIP_MESSAGES_PER_FRAME)
        .max_control_messages_sent(GOSSIP_IDS_PER_FRAME)
        .connection_handler_queue_len(GOSSIP_QUEUE_PER_PEER)
        .build()
        .expect("gossipsub's inequalities hold for its default mesh");
    let filter = WhitelistSubscriptionFilter(HashSet::from([topic.hash()]));
    let mut gossip = Gossip::new_with_subscription_filter(MessageAuthenticity::Anonymous, config, filter)
        .expect("anonymous messages and anonymous validation go together");
    gossip
        .with_peer_score(score(&topic), PeerScoreThresholds::default())
        .expect("the score parameters are in range and set once");
    let subscribed = gossip.subscribe(&topic).expect("the filter allows our topic");
    debug_assert!(subscribed, "a new behaviour has no subscriptions");
    gossip
}

/// Only misbehaviour counts. Nobody earns standing by being talkative or long connected, and many
/// communities behind one address (a library, a village's router) are no attack.
fn score(topic: &IdentTopic) -> PeerScoreParams {
    let topic_score = TopicScoreParams {
        topic_weight: 1.0,
        time_in_mesh_weight: 0.0,
        first_message_deliveries_weight: 0.0,
        mesh_message_deliveries_weight: 0.0,
        mesh_failure_penalty_weight: 0.0,
        invalid_message_deliveries_weight: -1.0,
        invalid_message_deliveries_decay: score_parameter_decay(REJECTION_MEMORY),
        ..TopicScoreParams::default()
    };
    PeerScoreParams {
        topics: [(topic.hash(), topic_score)].into(),
        ip_colocation_factor_weight: 0.0,
        ..PeerScoreParams::default()
    }
}

/// Says program and protocol, not where else this node listens: addresses are for the signed
/// community card. What others say of theirs is not kept either.
fn identify(keys: &Keypair, agent: &str) -> identify::Behaviour {
    let agent = &agent[..agent.floor_char_boundary(AGENT_MAX_BYTES)];
    identify::Behaviour::new(
        identify::Config::new(IDENTIFY_PROTOCOL.to_string(), keys.public())
            .with_agent_version(agent.to_owned())
            .with_hide_listen_addrs(true)
            .with_cache_size(0),
    )
}

fn local_discovery(wanted: bool, local: PeerId) -> Result<Toggle<mdns::tokio::Behaviour>, NetworkError> {
    let behaviour = wanted
        .then(|| mdns::tokio::Behaviour::new(mdns::Config::default(), local))
        .transpose()
        .map_err(NetworkError::Mdns)?;
    Ok(behaviour.into())
}
