//! A community that takes a new operational key while nothing is lost.

use super::*;
use crate::{
    community::Certificate,
    machine::{Condition, Lost},
};

impl Two {
    /// Side `i` stops, and starts with a new key under this serial.
    fn renew_key(&mut self, i: usize, serial: u32) {
        self.disconnect();
        let node = &mut self.nodes[i];
        let mut identity = node.machine.identity().clone();
        let seed = (1..=2).find(|seed| SecretKey::from_seed(&[*seed; 32]).public().0 == identity.community.0).unwrap();
        identity.secret = SecretKey::from_seed(&[seed + 180 + u8::try_from(serial).unwrap(); 32]);
        let old = identity.certificate.content.clone();
        let certificate = Certificate { key: identity.secret.public(), serial, ..old };
        identity.certificate = certificate.sign(&SecretKey::from_seed(&[seed; 32])).into_unverified();
        let known = node.machine.known().clone();
        node.machine = Machine::new(identity, node.machine.state().clone(), known);
        let batch = node.machine.renew_key(self.now, &node.view).unwrap();
        node.view.absorb(&batch);
        // Once it is entered, there is nothing more to enter.
        assert!(node.machine.renew_key(self.now, &node.view).unwrap().is_empty());
    }

    fn why(&self, i: usize, account: &AccountId) -> Option<Lost> {
        match self.state(i).conditions().get(account) {
            Some(Condition::Recovering { why, .. }) => Some(*why),
            _ => None,
        }
    }
}

#[test]
fn a_key_is_renewed_in_the_middle_of_a_lane_and_members_go_on() {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 1, 30).unwrap();
    two.pay(1, account, 2, 20).unwrap();
    two.deliver(|message| matches!(message, Message::Decide(_)));
    two.renew_key(0, 2);
    assert_eq!(two.why(0, &account), Some(Lost::Rotated));
    // Nobody waits for the partner meanwhile. What is for it stays in the queue.
    two.pay(0, account, 3, 5).unwrap();
    two.meet();
    two.mirrored(&account, 3);
    assert_eq!(two.nets(&account), [15, -15]);
    two.pay(1, account, 4, 7).unwrap();
    two.pay(0, account, 5, 1).unwrap();
    two.deliver_all();
    two.mirrored(&account, 3);
    assert_eq!(two.nets(&account), [9, -9]);
    assert!(two.nodes.iter().all(|node| !node.machine.has_later_copy()));
}

#[test]
fn a_new_key_is_no_way_around_a_partner_who_has_not_answered_a_restore() {
    let (mut two, account) = Two::partners();
    let backup = two.backup(0);
    two.restore(0, backup, 2);
    two.renew_key(0, 3);
    assert_eq!(two.why(0, &account), Some(Lost::Restored));
    assert_eq!(two.pay(0, account, 1, 5), Err(Rejection::Recovering));
    two.meet();
    two.mirrored(&account, 4);
}
