//! No epoch begins a second time.

use super::*;
use crate::{machine::Condition, partnership::ResumeOffer};

#[test]
fn an_epoch_that_may_have_been_lost_is_not_entered_again() {
    let (mut two, account) = Two::partners();
    let backup = two.backup(0);
    two.restore(0, backup, 2);
    two.connect();
    let (offer, certificate) = two.intercept_offer();
    assert_eq!(offer.epoch, 3);
    // All that the restored one ever signed may have been in epochs up to its certificate's serial.
    let lie = ResumeOffer { epoch: 2, ..offer }.sign(&two.nodes[1].machine.identity().secret).into_unverified();
    two.arrives(0, Message::ResumeOffer { offer: Box::new(lie), certificate });
    assert!(matches!(two.state(0).conditions().get(&account), Some(Condition::Recovering { .. })));
    // With a true offer they go on.
    two.disconnect();
    two.meet();
    two.mirrored(&account, 3);
}
