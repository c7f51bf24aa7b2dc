//! Deliberate breaches of the rules: each must be found, and by a law that it breaks.
#![expect(clippy::print_stdout, reason = "the figures are what a person wants to see")]

use kith_protocol::flaw::Flaw;
use kith_tests::world::{Breach, Settings, run};

/// Within how many seeds each breach must be found.
const SEEDS: u64 = 3_000;

/// How many seeds it takes to find a breach, which must break one of these laws first. A law that does not count is blind.
fn found_within(breach: Breach, blind: Option<&'static str>, settings: fn(u64) -> Settings, laws: &[&str]) {
    for seed in 0..SEEDS {
        if let Some(violation) = run(Settings { breach: Some(breach), blind, ..settings(seed) }).violation {
            println!("{breach:?}, blind to {blind:?}: found after {} seeds: {violation:?}", seed + 1);
            assert!(laws.contains(&violation.law), "{violation:?} is not what {breach:?} breaks");
            return;
        }
    }
    panic!("{breach:?} was not found within {SEEDS} seeds");
}

/// One test for each breach, with the laws of which one must find it.
macro_rules! found {
    ($($name:ident: $breach:expr, $laws:expr;)*) => {
        $(
            #[test]
            fn $name() {
                found_within($breach, None, Settings::rough, &$laws);
            }
        )*
    };
}

found! {
    sending_before_it_is_durable: Breach::SendsBeforePersist, ["persist"];
    an_old_backup_that_signs_again: Breach::RestoresOldBackup, ["I1", "I4", "I5"];
    an_exchange_id_used_twice: Breach::ForgetsExchangeIds, ["I7"];
    a_request_carried_out_twice: Breach::Unrecorded("answered"), ["repeat"];
    a_decision_that_is_not_recorded: Breach::Unrecorded("decided"), ["I3", "persist", "recovery"];
    a_proposal_that_is_not_recorded: Breach::Unrecorded("proposed"), ["persist"];
    a_learned_decision_that_is_not_recorded: Breach::Unrecorded("learned"), ["I3", "persist", "recovery"];
    an_acknowledgement_that_is_not_recorded: Breach::Unrecorded("acknowledged"), ["persist", "recovery"];
    a_queued_payment_that_is_not_recorded: Breach::Unrecorded("intended"), ["recovery", "convergence"];
    a_recovery_that_is_not_recorded: Breach::Unrecorded("recovering"), ["persist", "recovery"];
    an_offer_that_is_not_recorded: Breach::Unrecorded("offered"), ["persist"];
    a_new_epoch_that_is_not_recorded: Breach::Unrecorded("reopened"), ["recovering", "recovery", "closed"];
    a_used_invitation_that_is_not_recorded: Breach::Unrecorded("invitation_used"), ["recovery"];
    a_limit_that_ignores_the_undecided: Breach::Rule(Flaw::LimitIgnoresUndecided), ["I6"];
    a_decider_that_ignores_the_limit: Breach::Rule(Flaw::DeciderIgnoresLimit), ["I6"];
    an_exchange_longer_than_agreed: Breach::Rule(Flaw::IgnoresLargest), ["I6"];
    more_slots_than_the_window_has: Breach::Rule(Flaw::IgnoresWindow), ["window"];
    a_proposal_outside_the_chain: Breach::Rule(Flaw::ProposalsUnchained), ["honesty"];
    a_decision_outside_the_chain: Breach::Rule(Flaw::DecisionsUnchained), ["honesty"];
    a_gap_that_is_decided: Breach::Rule(Flaw::DecidesOutOfOrder), ["persist"];
    a_gap_that_is_learned: Breach::Rule(Flaw::LearnsOutOfOrder), ["persist"];
    a_second_verdict_for_a_slot: Breach::Rule(Flaw::DecidesAgain), ["I8"];
    a_refusal_that_is_forgotten: Breach::Rule(Flaw::ForgetsRefusals), ["I8"];
    a_hold_that_times_out: Breach::Rule(Flaw::ReleasesByTimeout), ["I8"];
    a_settlement_without_a_decision: Breach::Rule(Flaw::SettlesByTimeout), ["I8"];
    what_was_lost_and_is_never_said_again: Breach::Rule(Flaw::NeverRepeats), ["convergence"];
    an_acknowledgement_of_what_is_not_learned: Breach::Rule(Flaw::AcknowledgesUnlearned), ["persist"];
    settled_shown_before_the_acknowledgement: Breach::Rule(Flaw::SettledAtDecision), ["persist"];
    signing_after_a_restore_without_asking: Breach::Rule(Flaw::SignsWithoutResume), ["I1", "I3", "I4", "I5", "I8", "honesty"];
    signing_while_the_partner_is_asked: Breach::Rule(Flaw::SignsWhileRecovering), ["honesty", "closed", "I1"];
    members_served_while_partners_are_asked: Breach::Rule(Flaw::ActsWhileRecovering), ["recovering"];
    one_request_answered_twice: Breach::Rule(Flaw::AnswersTwice), ["session"];
    a_nonce_used_twice: Breach::Rule(Flaw::ReusesNonce), ["convergence", "session"];
    an_epoch_offered_twice: Breach::Rule(Flaw::ReusesEpoch), ["I5"];
    an_offer_without_what_the_requester_decided: Breach::Rule(Flaw::OffersUnlearned), ["honesty"];
    an_offer_that_counts_one_lane: Breach::Rule(Flaw::OfferCountsOwnLane), ["honesty"];
    a_new_epoch_without_comparing: Breach::Rule(Flaw::AdoptsBlindly), ["I3"];
    an_exchange_taken_back_twice: Breach::Rule(Flaw::RecoversTwice), ["I7"];
    a_payment_dropped_at_a_new_epoch: Breach::Rule(Flaw::DropsUndecided), ["convergence"];
    a_payment_renamed_at_a_new_epoch: Breach::Rule(Flaw::RenamesUndecided), ["hold"];
    a_restore_without_a_new_key: Breach::Rule(Flaw::KeepsKey), ["I1"];
    a_shelf_that_numbers_on_after_a_restore: Breach::Rule(Flaw::KeepsRevision), ["I1", "convergence"];
    an_advance_that_is_paid_twice: Breach::Rule(Flaw::AdvancePaidTwice), ["advance"];
    an_advance_that_the_pot_does_not_have: Breach::Rule(Flaw::AdvancesWithoutPot), ["advance"];
    a_key_that_is_not_the_members: Breach::Rule(Flaw::AnyKeySigns), ["keys"];
    a_session_that_takes_a_key_away: Breach::Rule(Flaw::SessionTakesKeys), ["keys"];
    a_word_that_is_signed_unheard: Breach::Rule(Flaw::DisputesUnheard), ["dispute", "honesty", "convergence"];
    a_dispute_that_one_side_ends: Breach::Rule(Flaw::ClosesAlone), ["dispute"];
    a_word_that_is_said_only_once: Breach::Rule(Flaw::DisputesOnce), ["convergence"];
    a_statement_that_is_not_recorded: Breach::Unrecorded("dispute said"), ["persist", "dispute", "recovery"];
    a_floor_that_is_hidden_with_the_balance: Breach::Rule(Flaw::HiddenIsBoundless), ["I6"];
    a_pause_that_is_ignored: Breach::Rule(Flaw::IgnoresPause), ["grant"];
    an_old_grant_that_counts_again: Breach::Rule(Flaw::OldGrantCounts), ["grant"];
    an_answer_to_a_request_of_another_session: Breach::Rule(Flaw::ResumesOutsideSession), ["session"];
}

/// What comes of a breach is noticed, too, where the law that forbids it is not looked at.
#[test]
fn what_comes_of_sending_before_it_is_durable() {
    found_within(Breach::SendsBeforePersist, Some("persist"), Settings::honest, &["I1", "I3", "I4", "I8", "repeat"]);
}

#[test]
fn what_comes_of_learning_a_gap() {
    found_within(Breach::Rule(Flaw::LearnsOutOfOrder), Some("persist"), Settings::rough, &["convergence"]);
}
