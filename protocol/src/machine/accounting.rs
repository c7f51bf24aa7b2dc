//! The balance sheet of a partnership, made from what this community recorded.

use super::{state::Machine, view::View};
use crate::{
    document::Document,
    envelope::Content,
    id::AccountId,
    ledger::Body,
    minutes::Balance,
    partnership::{Agreement, Position, Resumption, SignedGrant, Verdict},
    rejection::Rejection,
    sheet::{BalanceSheet, Line, MAX_SHEET_LINES, Queued},
    time::Timestamp,
};

/// How many entries are looked at in one step.
const STEP: usize = 256;

/// What of a partnership lies in the period and before it.
#[derive(Default)]
struct Tally {
    opening: i64,
    closing: i64,
    lines: Vec<Line>,
    epochs: Vec<Resumption>,
}

impl Machine {
    /// Everything committed with a partner in a period, signed by this community.
    ///
    /// # Errors
    /// An unknown partnership, or more exchanges than one sheet may have: then a shorter period has to do.
    pub fn balance_sheet(
        &self,
        account: &AccountId,
        period: std::ops::Range<Timestamp>,
        now: Timestamp,
        view: &dyn View,
    ) -> Result<Document, Rejection> {
        let partner = self.state.ledger.partners().get(account).ok_or(Rejection::UnknownPartnership(*account))?;
        let agreement = agreement(view, partner.entry).ok_or(Rejection::UnknownPartnership(*account))?;
        let Tally { opening, closing, lines, epochs } = self.tally(account, &period, view)?;
        let given = partner.grants.iter().flatten();
        let grants = given.filter_map(|given| grant(view, given.entry)).collect();
        let lanes = || self.state.lanes.get(account).into_iter();
        let queued = lanes().flat_map(|lanes| lanes.queue()).map(|intent| Queued {
            exchange: intent.exchange,
            minutes: intent.minutes,
            made_at: intent.made_at,
        });
        let known = epochs
            .last()
            .map_or_else(|| agreement.key(partner.side), |resumption| resumption.certificate(partner.side).content.key);
        let certificate = &self.identity.certificate;
        let sheet = BalanceSheet {
            v: 1,
            maker: partner.side,
            agreement,
            epochs,
            grants,
            from: period.start,
            until: period.end,
            opening: Balance::new(opening)?,
            lines,
            undecided: lanes().flat_map(|lanes| lanes.open()).map(|open| open.proposal.clone()).collect(),
            queued: queued.collect(),
            closing: Balance::new(closing)?,
            made_at: now,
            certificate: (certificate.content.key != known).then(|| certificate.clone()),
        };
        Ok(Document::BalanceSheet(Box::new(sheet.sign(&self.identity.secret).into_unverified())))
    }

    fn tally(
        &self,
        account: &AccountId,
        period: &std::ops::Range<Timestamp>,
        view: &dyn View,
    ) -> Result<Tally, Rejection> {
        let side = self.state.ledger.partners().get(account).map(|partner| partner.side);
        let (mut tally, mut at) = (Tally::default(), Position::start(0));
        let mut found: Vec<(u64, Line)> = Vec::new();
        loop {
            let step = view.crossings(account, at, STEP);
            for (_, index) in &step {
                let Some(entry) = view.entry(*index) else { continue };
                let (proposal, decision) = match entry.body {
                    Body::Resumed { resumption } => {
                        tally.epochs.push(*resumption);
                        continue;
                    }
                    Body::Settle { proposal, decision }
                    | Body::Receive { proposal, decision, .. }
                    | Body::Recovered { proposal, decision, .. } => (*proposal, *decision),
                    _ => continue,
                };
                debug_assert!(matches!(decision.content.verdict, Verdict::Accept { .. }), "only these are recorded so");
                let minutes = i64::from(proposal.content.minutes.get());
                let change = if Some(proposal.content.lane) == side { minutes } else { -minutes };
                if entry.at < period.start {
                    tally.opening += change;
                } else if entry.at < period.end {
                    tally.closing += change;
                    if found.len() >= MAX_SHEET_LINES {
                        return Err(Rejection::TooManyLines { limit: MAX_SHEET_LINES });
                    }
                    found.push((*index, Line { proposal, decision, at: entry.at }));
                }
            }
            match step.last() {
                Some((last, _)) if step.len() == STEP => at = last.next(),
                _ => break,
            }
        }
        tally.closing += tally.opening;
        found.sort_by_key(|(index, _)| *index);
        tally.lines = found.into_iter().map(|(_, line)| line).collect();
        Ok(tally)
    }
}

fn grant(view: &dyn View, entry: u64) -> Option<SignedGrant> {
    match view.entry(entry)?.body {
        Body::PartnershipChanged { change, .. } => Some(*change),
        _ => None,
    }
}

pub(super) fn agreement(view: &dyn View, entry: u64) -> Option<Agreement> {
    match view.entry(entry)?.body {
        Body::PartnershipAgreed { agreement } => Some(*agreement),
        _ => None,
    }
}
