//! The ledger itself: its settings, categories, lessons and members.

use expense_core::conversation::write::Write;
use expense_core::domain::currency::Currency;
use expense_core::domain::ledger::Ledger;
use rusqlite::params;

use super::{One, row};
use crate::error::Failure;
use crate::rows::micros;
use crate::sql;

impl One<'_> {
    /// The ledger's row with those of its categories and lessons that are not as they were.
    pub(super) fn keep(&mut self, kept: &Ledger) -> Result<(), Failure> {
        let id = self.ledger;
        // Moving it comes last.
        row::ledger(self.db, kept, self.commit.ledger.chat.as_str())?;
        let known = &self.commit.ledger;
        let fresh = known.revision.0 == 0;
        for category in &kept.categories {
            if fresh || known.category(category.id) != Some(category) {
                row::category(self.db, id, category)?;
            }
        }
        for lesson in &kept.lessons {
            if fresh || self.teaches(&lesson.words) {
                let place = self.next_place();
                row::lesson(self.db, id, place, lesson)?;
            }
        }
        let is_kept = |words: &str| kept.lessons.iter().any(|lesson| lesson.words == words);
        for gone in known.lessons.iter().filter(|old| !is_kept(&old.words)) {
            self.run(sql::FORGOTTEN, params![id, gone.words])?;
        }
        self.members(kept)
    }

    fn members(&self, kept: &Ledger) -> Result<(), Failure> {
        let known = &self.commit.ledger.members;
        for old in known {
            if !kept.members.iter().any(|member| member.id == old.id) {
                self.run(sql::MEMBER_GONE, params![self.ledger, old.id.0])?;
            }
        }
        for member in kept.members.iter().filter(|new| !known.contains(new)) {
            row::member(self.db, self.ledger, member)?;
        }
        Ok(())
    }

    fn teaches(&self, words: &str) -> bool {
        self.commit
            .writes
            .iter()
            .any(|write| matches!(write, Write::PutLesson(lesson) if lesson.words == words))
    }

    /// A ledger that counts in another currency from now on lacks other rates.
    pub(super) fn recount(&self) -> Result<(), Failure> {
        let home = self.home();
        if home == self.commit.ledger.settings.currency {
            return Ok(());
        }
        let row = params![self.ledger, home.code(), micros(self.commit.at)];
        self.run(sql::RECOUNTED, row)?;
        self.run(sql::NO_RATE_CLAIMS, [self.ledger])
    }

    /// What the ledger counts in after this commit.
    pub(super) fn home(&self) -> Currency {
        let kept = self.plan.ledger.as_ref();
        kept.unwrap_or(&self.commit.ledger).settings.currency
    }
}
