use super::*;
use crate::{
    audit::{Auditor, MANIFEST_VERSION, Manifest, Summary, export_entry, export_header},
    id::Alias,
    ledger::checkpoint::{Checkpoint, origin_of},
};

impl Two {
    /// What the auditor says of one side's exported ledger.
    pub(super) fn audit(&self, i: usize) -> Summary {
        let Node { machine, view, .. } = &self.nodes[i];
        let (identity, ledger) = (machine.identity(), machine.state().ledger());
        let checkpoint = Checkpoint::of(&identity.community, ledger.tree());
        let note = checkpoint.sign(&origin_of(&identity.community), &identity.secret).unwrap();
        let manifest = Manifest {
            v: MANIFEST_VERSION,
            community: identity.community,
            size: checkpoint.size(),
            checkpoint: note.to_text(),
            certificate: identity.certificate.clone(),
        };
        let mut auditor = Auditor::new();
        auditor.push(&export_header(&manifest).unwrap()).unwrap();
        view.entries().iter().for_each(|entry| auditor.push(&export_entry(entry).unwrap()).unwrap());
        auditor.finish().unwrap()
    }

    /// A payment to somebody whom the other side does not know.
    fn pay_nobody(&mut self, i: usize, account: AccountId, exchange: u8) {
        let (terms, _) = self.payment(i, account, ExchangeId([exchange; 16]), 30).into_parts();
        let terms = PaymentTerms { payee: Payee::Alias(Alias([exchange; 16])), ..terms };
        let consent = Consent::OnBehalf { coordinator: COORDINATOR, channel: Channel::Phone };
        let terms = Agreed::from_own_journal(terms, vec![Some(consent)]);
        self.command(i, Command::Pay { terms, salt: [exchange; 16] }).unwrap();
    }
}

#[test]
fn what_two_machines_record_passes_the_auditor() {
    let (mut two, account) = Two::partners();
    for round in 0..6u8 {
        two.pay(0, account, 10 * round + 1, 40).unwrap();
        two.pay_nobody(1, account, 10 * round + 2);
        two.pay(1, account, 10 * round + 3, 25).unwrap();
        two.pay_nobody(0, account, 10 * round + 4);
        // Every other round the line breaks with all of it under way.
        if round % 2 == 0 {
            two.disconnect();
            two.connect();
        }
        two.deliver_all();
    }
    two.pass(20);
    two.deliver_all();
    assert!(two.is_quiet(&account));
    two.pay(0, account, 99, 15).unwrap();
    let summaries = [0, 1].map(|i| two.audit(i));
    for (i, (net, on_hold)) in [(90, 15), (-90, 0)].into_iter().enumerate() {
        let Summary { partnerships, kinds, root, .. } = &summaries[i];
        assert_eq!((partnerships[0].net.get(), partnerships[0].on_hold.get()), (net, on_hold));
        assert_eq!((kinds["settle"], kinds["release"], kinds["receive"]), (6, 6, 6));
        assert_eq!(*root, two.state(i).ledger().tree().root());
    }
}
