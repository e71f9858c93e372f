//! Drafts with their images.

use expense_core::domain::draft::{Draft, DraftState, ReceiptDraft};
use expense_core::memory::column::{json, narrow, state};

use super::One;
use crate::columns::{DraftRow, ImageRow};
use crate::error::Failure;

impl<'a> One<'_, 'a> {
    pub(super) fn draft(&mut self, draft: &'a Draft) -> Result<(), Failure> {
        if matches!(draft.state, DraftState::Waiting { .. } | DraftState::Open) {
            self.due = self.due.into_iter().chain([draft.expires_at]).min();
        }
        let receipt = draft.receipt();
        let id = *draft.id.as_uuid();
        let (state, read_from) = state(draft.state);
        let origin = draft.origin.as_ref();
        self.seldom.drafts.push(DraftRow {
            ledger_id: self.ledger,
            place: self.place,
            expires_at: draft.expires_at,
            read_from,
            id,
            expense: *draft.expense.as_uuid(),
            revision: narrow(draft.revision)?,
            state,
            opened_by: draft.opened_by.as_str(),
            paid_by: draft.paid_by.as_str(),
            message: origin.map(|origin| origin.message.as_str()),
            line: origin.map(|origin| i32::from(origin.line)),
            sent_on: origin.map(|origin| origin.sent_on),
            said: origin.map(|origin| origin.said),
            album: receipt.and_then(|receipt| Some(receipt.album.as_ref()?.as_str())),
            content: json(&draft.content)?,
        });
        self.seldom.put.0.push(self.ledger);
        self.seldom.put.1.push(id);
        for print in receipt.into_iter().flat_map(ReceiptDraft::prints) {
            self.seldom.images.push(ImageRow {
                ledger_id: self.ledger,
                draft: id,
                fingerprint: &print.0,
            });
        }
        Ok(())
    }
}
