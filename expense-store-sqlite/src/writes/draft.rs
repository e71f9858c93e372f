//! Drafts with their images.

use expense_core::domain::draft::{Draft, DraftState, ReceiptDraft};
use expense_core::memory::column::{json, state};
use rusqlite::params;

use super::One;
use crate::error::Failure;
use crate::rows::{day, micros};
use crate::sql;

impl One<'_> {
    pub(super) fn draft(&mut self, draft: &Draft) -> Result<(), Failure> {
        let place = self.next_place();
        let (state, read_from) = state(draft.state);
        let read_from = read_from.map(micros);
        if matches!(draft.state, DraftState::Waiting { .. } | DraftState::Open) {
            let expiry = micros(draft.expires_at);
            self.due = Some(self.due.map_or(expiry, |due| due.min(expiry)));
        }
        let receipt = draft.receipt();
        let (ledger, id) = (self.ledger, draft.id.as_uuid());
        let origin = draft.origin.as_ref();
        self.run(sql::NO_CLAIM, params![ledger, id, state, read_from])?;
        self.run(
            sql::DRAFT,
            params![
                ledger,
                id,
                draft.revision,
                place,
                state,
                read_from,
                micros(draft.expires_at),
                draft.opened_by.as_str(),
                draft.paid_by.as_str(),
                draft.expense.as_uuid(),
                origin.map(|origin| origin.message.as_str()),
                origin.map(|origin| origin.line),
                origin.map(|origin| origin.said),
                origin.map(|origin| day(origin.sent_on)),
                receipt.and_then(|receipt| Some(receipt.album.as_ref()?.as_str())),
                json(&draft.content)?,
            ],
        )?;
        self.run(sql::NO_IMAGES, params![ledger, id])?;
        for print in receipt.into_iter().flat_map(ReceiptDraft::prints) {
            self.run(sql::IMAGE, params![ledger, id, print.0])?;
        }
        Ok(())
    }
}
