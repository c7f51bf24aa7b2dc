//! Deliberate breaches of the rules, so that tests can show that they would be caught. Without the feature `flaws` nothing of
//! this is compiled: `broken!` is then the word `false`.

/// Whether a rule is broken on purpose.
#[cfg(not(feature = "flaws"))]
macro_rules! broken {
    ($flaw:ident) => {
        false
    };
}

/// Whether a rule is broken on purpose.
#[cfg(feature = "flaws")]
macro_rules! broken {
    ($flaw:ident) => {
        crate::flaw::Flaw::$flaw.is_in_force()
    };
}

#[cfg(feature = "flaws")]
pub use breaches::{Flaw, InForce};

#[cfg(feature = "flaws")]
mod breaches {
    use std::{cell::Cell, marker::PhantomData};

    /// One rule to break. What is in force is so on one thread, for all machines there.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Flaw {
        /// Judge a partnership's limit without what of ours is still undecided.
        LimitIgnoresUndecided,
        /// Accept what takes the proposer beyond its limit.
        DeciderIgnoresLimit,
        /// Propose and accept what is longer than the agreement allows.
        IgnoresLargest,
        /// Have more slots undecided than the window has.
        IgnoresWindow,
        /// Leave the hash of the proposal before out.
        ProposalsUnchained,
        /// Leave the hash of the decision before out.
        DecisionsUnchained,
        /// Decide a proposal although the one before it has not arrived.
        DecidesOutOfOrder,
        /// Learn a decision although the one before it has not arrived.
        LearnsOutOfOrder,
        /// Sign another verdict when asked for a decision again.
        DecidesAgain,
        /// Decide anew what was refused before under the same id.
        ForgetsRefusals,
        /// Give the minutes back when the partner does not answer.
        ReleasesByTimeout,
        /// Give the minutes away when the partner does not answer.
        SettlesByTimeout,
        /// Say only once what the partner has to answer.
        NeverRepeats,
        /// Say that a decision is held before it is learned.
        AcknowledgesUnlearned,
        /// Show an exchange as settled as soon as it is accepted here.
        SettledAtDecision,
        /// Sign in the lanes although the partner was not asked what it holds.
        SignsWithoutResume,
        /// Sign in the lanes while the partner is still being asked.
        SignsWhileRecovering,
        /// Do what members ask while partners are still to be asked after a restore.
        ActsWhileRecovering,
        /// Answer any request to resume, whatever session it was made for and however often it was answered.
        ResumesOutsideSession,
        /// Answer one request to resume with two offers.
        AnswersTwice,
        /// Ask in each recovery with the same nonce.
        ReusesNonce,
        /// Offer the epoch after the present one although a later one was offered.
        ReusesEpoch,
        /// Offer without taking in what the requester decided.
        OffersUnlearned,
        /// Count for an offer only what was proposed here.
        OfferCountsOwnLane,
        /// Go on in a new epoch without comparing what is committed.
        AdoptsBlindly,
        /// Record what comes back from a partner although it is recorded.
        RecoversTwice,
        /// Drop at a new epoch what was proposed and not decided.
        DropsUndecided,
        /// Give what was proposed and not decided a new id at a new epoch.
        RenamesUndecided,
        /// Go on with the old key after a restore.
        KeepsKey,
        /// Number the shelf on from where the backup ends.
        KeepsRevision,
        /// Sign new things in letters although the partner has not heard of the present life.
        WritesUnheard,
        /// Take letters that are older than one that was taken, or of an earlier life.
        TakesOldLetters,
        /// Give the member what a partner pays although the pot advanced it.
        AdvancePaidTwice,
        /// Advance what the pot does not have.
        AdvancesWithoutPot,
        /// Take any key's signature for a member's.
        AnyKeySigns,
        /// Let a session put another key in the place of a member's own.
        SessionTakesKeys,
        /// Sign what is said in a dispute before the partner said how far it is.
        DisputesUnheard,
        /// Close a dispute by the other's suggestion alone.
        ClosesAlone,
        /// Say only once what was said in a dispute.
        DisputesOnce,
        /// Begin something new although a side paused or ended the partnership.
        IgnoresPause,
        /// Put a side's earlier grant in the place of its latest.
        OldGrantCounts,
        /// Let nobody's floor count where balances are hidden, as if nobody kept score.
        HiddenIsBoundless,
    }

    thread_local! {
        static IN_FORCE: Cell<Option<Flaw>> = const { Cell::new(None) };
    }

    /// While this lives, a rule is broken on this thread.
    #[derive(Debug)]
    #[must_use = "the rule is broken only as long as this lives"]
    pub struct InForce(PhantomData<*const ()>);

    impl Drop for InForce {
        fn drop(&mut self) {
            IN_FORCE.set(None);
        }
    }

    impl Flaw {
        /// Breaks the rule on this thread, and no other, until the guard is dropped.
        pub fn put_in_force(self) -> InForce {
            IN_FORCE.set(Some(self));
            InForce(PhantomData)
        }

        /// Whether the rule is broken now.
        #[must_use]
        pub fn is_in_force(self) -> bool {
            IN_FORCE.get() == Some(self)
        }
    }
}
