//! The ledger itself: its settings, categories, lessons and members.

use expense_core::conversation::write::Write;
use expense_core::domain::currency::Currency;
use expense_core::domain::ledger::Ledger;
use rusqlite::params;

use super::One;
use crate::error::Failure;
use crate::rows::{column, micros};
use crate::sql;

impl One<'_> {
    /// The ledger's row with those of its categories and lessons that are not as they were.
    pub(super) fn keep(&mut self, kept: &Ledger) -> Result<(), Failure> {
        let (id, settings) = (self.ledger, &kept.settings);
        self.run(
            sql::LEDGER,
            params![
                id,
                // Moving it comes last.
                self.commit.ledger.chat.as_str(),
                column(kept.revision.0),
                settings.currency.code(),
                settings.zone.name(),
                settings.locale.as_str(),
                settings.language.code(),
            ],
        )?;
        let known = &self.commit.ledger;
        let fresh = known.revision.0 == 0;
        for category in &kept.categories {
            if fresh || known.category(category.id) != Some(category) {
                let merged_into = category.merged_into.map(|other| other.0);
                let row = params![id, category.id.0, category.name.as_str(), merged_into];
                self.run(sql::CATEGORY, row)?;
            }
        }
        for lesson in &kept.lessons {
            if fresh || self.teaches(&lesson.words) {
                let place = self.next_place();
                let row = params![id, lesson.words, lesson.category.0, place];
                self.run(sql::LESSON, row)?;
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
            let (who, name) = (member.who.as_str(), member.name.as_str());
            let row = params![self.ledger, member.id.0, who, name];
            self.run(sql::MEMBER, row)?;
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
