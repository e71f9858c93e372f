//! Drafts with their images.

use expense_core::domain::draft::{Draft, DraftState, ReceiptDraft};

use super::{One, row};
use crate::error::Failure;

impl<'a> One<'_, 'a> {
    pub(super) fn draft(&mut self, draft: &'a Draft) -> Result<(), Failure> {
        if matches!(draft.state, DraftState::Waiting { .. } | DraftState::Open) {
            self.due = self.due.into_iter().chain([draft.expires_at]).min();
        }
        let row = row::draft(self.ledger, self.place, draft)?;
        self.seldom.drafts.push(row);
        self.seldom.put.0.push(self.ledger);
        self.seldom.put.1.push(*draft.id.as_uuid());
        let prints = draft.receipt().into_iter().flat_map(ReceiptDraft::prints);
        for print in prints {
            let row = row::image(self.ledger, draft, print);
            self.seldom.images.push(row);
        }
        Ok(())
    }
}
