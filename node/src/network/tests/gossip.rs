//! Who hears what, and after which verdict.

use super::*;
use crate::network::GossipId;

impl Node {
    fn publish(&self, bytes: &[u8]) {
        let bytes = bytes.to_vec();
        self.send(Command::Publish { bytes });
    }

    fn judge(&self, id: GossipId, verdict: Verdict) {
        self.send(Command::Verdict { id, verdict });
    }

    /// The next gossip, if any comes soon.
    async fn hear(&mut self) -> Option<(GossipId, Vec<u8>)> {
        let soon = Duration::from_millis(50);
        match timeout(soon, self.events.recv()).await {
            Ok(Some(Event::Gossip { id, bytes, .. })) => Some((id, bytes)),
            _ => None,
        }
    }

    /// The gossip with these bytes, and all that came before it.
    async fn hear_of(&mut self, expected: &[u8]) -> (GossipId, Vec<Vec<u8>>) {
        let mut before = Vec::new();
        let id = self.wait(|event| match event {
            Event::Gossip { id, bytes, .. } if bytes == expected => Some(id),
            Event::Gossip { bytes, .. } => {
                before.push(bytes);
                None
            }
            _ => None,
        });
        (id.await, before)
    }
}

#[tokio::test]
async fn gossip_goes_on_only_after_it_was_accepted() {
    gossip_in_a_line(false).await;
}

/// Partners are outside the mesh and get every message directly.
#[tokio::test]
async fn gossip_goes_on_to_partners_only_after_it_was_accepted() {
    gossip_in_a_line(true).await;
}

async fn gossip_in_a_line(partners: bool) {
    let mut ash = node(1, TCP).await;
    let mut birch = node(2, QUIC).await;
    let mut cedar = node(3, TCP).await;
    for (one, other) in [(&birch, &cedar), (&cedar, &birch)] {
        let (peer, is) = (other.key(), partners);
        one.send(Command::Partner { peer, is });
    }
    ash.connect(&mut birch).await;
    birch.connect(&mut cedar).await;

    // Until everybody knows who listens to the topic, messages go nowhere.
    let first_heard = async {
        for number in 0_u64.. {
            ash.publish(&number.to_be_bytes());
            if let Some((id, _)) = birch.hear().await {
                birch.judge(id, Verdict::Accept);
            }
            if cedar.hear().await.is_some() {
                return;
            }
        }
    };
    timeout(DEADLINE, first_heard).await.expect("in time");

    for (bytes, verdict) in
        [(b"ignored".as_slice(), Verdict::Ignore), (b"rejected", Verdict::Reject), (b"accepted", Verdict::Accept)]
    {
        ash.publish(bytes);
        let (id, _) = birch.hear_of(bytes).await;
        birch.judge(id, verdict);
    }
    let (_, before) = cedar.hear_of(b"accepted").await;
    assert!(!before.contains(&b"ignored".to_vec()));
    assert!(!before.contains(&b"rejected".to_vec()));
    let counters = birch.handle.counters();
    assert_eq!(counters.gossip_ignored.load(Ordering::Relaxed), 1);
    assert_eq!(counters.gossip_rejected.load(Ordering::Relaxed), 1);
}

/// gossipsub compares its whole read buffer with the frame cap, so a cap of one message would
/// break the stream here.
#[tokio::test]
async fn the_largest_messages_pass_one_behind_the_other() {
    for listen in [TCP, QUIC] {
        let mut ash = node(1, listen).await;
        let mut birch = node(2, listen).await;
        ash.connect(&mut birch).await;
        let first_heard = async {
            for number in 0_u64.. {
                ash.publish(&number.to_be_bytes());
                if birch.hear().await.is_some() {
                    return;
                }
            }
        };
        timeout(DEADLINE, first_heard).await.expect("in time");
        ash.publish(&vec![255; limits::GOSSIP_MAX_BYTES + 1]);
        for number in 0..100 {
            ash.publish(&vec![number; limits::GOSSIP_MAX_BYTES]);
        }
        for number in 0..100 {
            let largest = vec![number; limits::GOSSIP_MAX_BYTES];
            let (_, before) = birch.hear_of(&largest).await;
            assert!(before.iter().all(|bytes| bytes.len() == 8), "{number} is in its place");
        }
    }
}

#[tokio::test]
async fn gossip_is_ignored_when_the_sink_is_full() {
    let ash = node(1, TCP).await;
    let birch = run(config(2, TCP), 1).await;
    ash.dial(birch.key(), &birch.handle.listening()[0]);
    let counters = birch.handle.counters();
    let ignored = async {
        for number in 0_u64.. {
            if counters.gossip_ignored.load(Ordering::Relaxed) > 0 {
                return;
            }
            ash.publish(&number.to_be_bytes());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(DEADLINE, ignored).await.expect("in time");
}
