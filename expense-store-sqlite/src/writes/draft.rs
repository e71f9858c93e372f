//! Drafts with their images.

use expense_core::domain::draft::{Draft, DraftState};
use expense_core::memory::column::state;
use rusqlite::params;

use super::{One, row};
use crate::error::Failure;
use crate::rows::micros;
use crate::sql;

impl One<'_> {
    pub(super) fn draft(&mut self, draft: &Draft) -> Result<(), Failure> {
        let place = self.next_place();
        let (state, read_from) = state(draft.state);
        if matches!(draft.state, DraftState::Waiting { .. } | DraftState::Open) {
            let expiry = micros(draft.expires_at);
            self.due = Some(self.due.map_or(expiry, |due| due.min(expiry)));
        }
        let (ledger, id) = (self.ledger, draft.id.as_uuid());
        let claimed = params![ledger, id, state, read_from.map(micros)];
        self.run(sql::NO_CLAIM, claimed)?;
        self.run(sql::NO_IMAGES, params![ledger, id])?;
        row::draft(self.db, ledger, place, draft)
    }
}
