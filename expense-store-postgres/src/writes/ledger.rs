//! The ledger itself: its settings, categories, members and lessons.

use expense_core::conversation::write::Write;
use expense_core::domain::currency::Currency;
use expense_core::domain::ledger::Ledger;
use expense_core::memory::column::narrow;

use super::{One, Recounted, row};
use crate::columns::LessonRow;
use crate::error::Failure;

impl<'a> One<'_, 'a> {
    pub(super) fn ledger(&mut self, kept: &'a Ledger) -> Result<(), Failure> {
        let settings = &kept.settings;
        let known = &self.commit.ledger;
        let fresh = known.revision.0 == 0;
        for lesson in &kept.lessons {
            if fresh || self.teaches(&lesson.words) {
                self.place += 1;
                self.seldom.lessons.push(LessonRow {
                    ledger_id: self.ledger,
                    place: self.place,
                    category: narrow(lesson.category.0)?,
                    words: &lesson.words,
                });
            }
        }
        let kept_words = |words: &str| kept.lessons.iter().any(|lesson| lesson.words == words);
        for gone in known.lessons.iter().filter(|old| !kept_words(&old.words)) {
            self.seldom.forgotten.0.push(self.ledger);
            self.seldom.forgotten.1.push(&gone.words);
        }
        if settings.currency != known.settings.currency {
            self.seldom.recounted.push(Recounted {
                ledger: self.ledger,
                currency: settings.currency.code(),
                at: self.commit.at,
            });
        }
        // Moving it comes last.
        self.common.ledgers.push(row::ledger(kept, &known.chat)?);
        Ok(())
    }

    /// What the ledger counts in after this commit.
    pub(super) fn home(&self) -> Currency {
        let kept = self.plan.ledger.as_ref();
        kept.unwrap_or(&self.commit.ledger).settings.currency
    }

    fn teaches(&self, words: &str) -> bool {
        let mut writes = self.commit.writes.iter();
        writes.any(|write| matches!(write, Write::PutLesson(lesson) if lesson.words == words))
    }
}
