//! What one update changes, gathered together with what takes it back.

use super::decision::Turn;
use super::write::Write;
use crate::domain::category::{Category, CategoryId};
use crate::domain::change::{Change, Effect};
use crate::domain::draft::Draft;
use crate::domain::expense::{Details, Expense, Origin};
use crate::domain::keys::{ChangeId, DraftId, ExpenseId, UserKey};
use crate::domain::ledger::{Lesson, Settings};
use crate::domain::limits;

/// Whose an expense is.
pub(crate) struct By {
    /// Who paid.
    pub(crate) paid: UserKey,
    /// Who told it.
    pub(crate) entered: UserKey,
}

/// Gathers writes and their inverse under one change id.
pub(crate) struct Changes<'a> {
    turn: &'a Turn,
    id: ChangeId,
    effects: Vec<Effect>,
    writes: Vec<Write>,
}

impl<'a> Changes<'a> {
    /// Nothing yet.
    pub(crate) fn new(turn: &'a Turn) -> Self {
        Self {
            turn,
            id: ChangeId::derive(turn.ledger.id, &turn.update, 0),
            effects: Vec::new(),
            writes: Vec::new(),
        }
    }

    /// What [Undo] names.
    pub(crate) fn id(&self) -> ChangeId {
        self.id
    }

    /// Records a new expense under `id`.
    pub(crate) fn record(
        &mut self,
        id: ExpenseId,
        details: Details,
        origin: Option<Origin>,
        draft: Option<DraftId>,
        by: By,
    ) -> Expense {
        let expense = Expense {
            id,
            number: None,
            revision: 1,
            removed: false,
            change: self.id,
            details,
            conversion: None,
            origin,
            draft,
            paid_by: by.paid,
            entered_by: by.entered,
            recorded_at: self.turn.now,
        };
        self.effects.push(Effect::Expense { id, before: None });
        self.writes
            .push(Write::AddExpense(Box::new(expense.clone())));
        expense
    }

    /// Has a category sought for an expense that was put nowhere, where somebody can be asked.
    pub(crate) fn want_category(&mut self, expense: ExpenseId) {
        if self.turn.suggests {
            self.writes.push(Write::WantCategory {
                expense,
                from: self.turn.now,
            });
        }
    }

    /// Changes an expense by `edit`; gives it back as it is then. Where `edit` sets no conversion
    /// of its own, the one that was known follows the new details.
    pub(crate) fn amend(&mut self, before: &Expense, edit: impl FnOnce(&mut Expense)) -> Expense {
        let mut after = before.clone();
        edit(&mut after);
        if after.conversion == before.conversion {
            after.convert_as(before);
        }
        after.revision = before.revision + 1;
        after.change = self.id;
        self.effects.push(Effect::Expense {
            id: before.id,
            before: Some(Box::new(before.clone())),
        });
        self.writes.push(Write::AmendExpense {
            before: Box::new(before.clone()),
            after: Box::new(after.clone()),
        });
        after
    }

    /// Takes an expense out of everything that is shown and counted.
    pub(crate) fn remove(&mut self, before: &Expense) -> Expense {
        self.amend(before, |expense| expense.removed = true)
    }

    /// Replaces a draft. That is not taken back: a draft has buttons of its own.
    pub(crate) fn draft(&mut self, draft: Draft) {
        self.writes.push(Write::PutDraft(Box::new(draft)));
    }

    /// Adds, renames or deletes a category.
    pub(crate) fn category(&mut self, before: Option<&Category>, after: Category) {
        self.effects.push(Effect::Category {
            id: after.id,
            before: before.cloned(),
            after: after.clone(),
        });
        self.writes.push(Write::PutCategory(after));
    }

    /// Replaces the settings.
    pub(crate) fn settings(&mut self, after: Settings) {
        self.effects.push(Effect::Settings {
            before: Box::new(self.turn.ledger.settings.clone()),
            after: Box::new(after.clone()),
        });
        self.writes.push(Write::PutSettings(Box::new(after)));
    }

    /// Learns where `words` lead, or forgets it; nothing where that is known. Gives back whether
    /// anything is new.
    pub(crate) fn lesson(&mut self, words: &str, category: Option<CategoryId>) -> bool {
        let lessons = &self.turn.ledger.lessons;
        let known = lessons.iter().find(|lesson| lesson.words == words);
        let before = known.map(|lesson| lesson.category);
        if before == category {
            return false;
        }
        self.effects.push(Effect::Lesson {
            words: words.to_owned(),
            before,
            after: category,
        });
        if before.is_none()
            && lessons.len() >= limits::LESSONS
            && let Some(oldest) = lessons.first()
        {
            self.writes.push(Write::DropLesson(oldest.words.clone()));
        }
        self.writes.push(lesson(words, category));
        true
    }

    /// All of it, with the change that takes it back.
    pub(crate) fn finish(mut self) -> Vec<Write> {
        if !self.effects.is_empty() {
            self.writes.push(Write::PutChange(Box::new(Change {
                id: self.id,
                by: self.turn.who.clone(),
                at: self.turn.now,
                effects: self.effects,
                undone: false,
            })));
        }
        self.writes
    }
}

/// The write by which `words` lead to `category`, or nowhere.
pub(crate) fn lesson(words: &str, category: Option<CategoryId>) -> Write {
    match category {
        Some(category) => Write::PutLesson(Lesson {
            words: words.to_owned(),
            category,
        }),
        None => Write::DropLesson(words.to_owned()),
    }
}
