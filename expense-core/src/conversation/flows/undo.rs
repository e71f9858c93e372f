//! Taking changes back: `/undo` and [Undo].

use crate::conversation::changes;
use crate::conversation::context::{Context, Flow};
use crate::conversation::decision::Decision;
use crate::conversation::question::{ChangeQuery, ExpenseFilter};
use crate::conversation::reply::{Place, Reply, Text};
use crate::conversation::wording::{buttons, change as words};
use crate::conversation::write::Write;
use crate::domain::category::{Category, CategoryId, OTHERS};
use crate::domain::change::{Change, Effect};
use crate::domain::expense::Expense;
use crate::domain::keys::{ChangeId, ExpenseId};
use crate::domain::ledger::Settings;

/// `/undo`: the newest change of this person that is not undone.
pub(crate) fn newest(ctx: &Context<'_>, _: &str) -> Flow {
    match ctx.change(ChangeQuery::NewestBy(ctx.turn.who.clone()))? {
        Some(change) => undo(ctx, &change, false, Place::New),
        None => Ok(ctx.say(words::NOTHING_TO_UNDO)),
    }
}

/// [Undo], or [Undo anyway] where `anyway`.
pub(crate) fn press(ctx: &Context<'_>, id: ChangeId, anyway: bool, place: Place) -> Flow {
    match ctx.change(ChangeQuery::Id(id))? {
        Some(change) if change.undone => Ok(ctx.say(words::UNDONE_BEFORE)),
        Some(change) => undo(ctx, &change, anyway, place),
        None => Ok(ctx.say(words::GONE)),
    }
}

fn undo(ctx: &Context<'_>, change: &Change, anyway: bool, place: Place) -> Flow {
    let expenses = touched_expenses(ctx, change)?;
    if !anyway && touched_since(ctx, change, &expenses) {
        return Ok(ctx.say(words::ask_undo(change.id)));
    }
    let mut undoing = Undoing {
        ctx,
        change: change.id,
        writes: Vec::new(),
        said: Vec::new(),
        expenses: Vec::new(),
    };
    for effect in change.effects.iter().rev() {
        undoing.effect(effect, &expenses)?;
    }
    Ok(undoing.finish(place))
}

fn touched_expenses(ctx: &Context<'_>, change: &Change) -> Flow<Vec<Expense>> {
    let ids: Vec<ExpenseId> = change
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Expense { id, .. } => Some(*id),
            _ => None,
        })
        .collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    ctx.few(ExpenseFilter {
        ids: Some(ids),
        removed: true,
        ..ExpenseFilter::default()
    })
}

/// Whether something touched the same later. A lesson that was learned anew since stays as it
/// is, without a question.
fn touched_since(ctx: &Context<'_>, change: &Change, expenses: &[Expense]) -> bool {
    let ledger = ctx.ledger();
    change.effects.iter().any(|effect| match effect {
        Effect::Expense { id, .. } => expenses
            .iter()
            .any(|expense| expense.id == *id && expense.change != change.id),
        Effect::Category { id, after, .. } => ledger.category(*id) != Some(after),
        Effect::Settings { before, after } => {
            let now = &ledger.settings;
            revert(now, before, after, false) != revert(now, before, after, true)
        }
        Effect::Lesson { .. } => false,
    })
}

/// What is being taken back.
struct Undoing<'c, 'a> {
    ctx: &'c Context<'a>,
    change: ChangeId,
    writes: Vec<Write>,
    said: Vec<Text>,
    expenses: Vec<Expense>,
}

impl Undoing<'_, '_> {
    fn effect(&mut self, effect: &Effect, expenses: &[Expense]) -> Flow<()> {
        match effect {
            Effect::Expense { id, before } => {
                if let Some(now) = expenses.iter().find(|expense| expense.id == *id) {
                    self.expense(now, before.as_deref());
                }
            }
            Effect::Category { before, after, .. } => self.category(before.as_ref(), after)?,
            Effect::Settings { before, after } => {
                let settings = revert(&self.ctx.ledger().settings, before, after, true);
                self.writes.push(Write::PutSettings(Box::new(settings)));
                self.said.push(words::UNDONE_SETTINGS.into());
            }
            Effect::Lesson {
                words,
                before,
                after,
            } => self.lesson(words, *before, *after),
        }
        Ok(())
    }

    fn expense(&mut self, now: &Expense, before: Option<&Expense>) {
        let mut restored = match before {
            Some(before) => before.clone(),
            None => Expense {
                removed: true,
                change: self.change,
                ..now.clone()
            },
        };
        restored.revision = now.revision + 1;
        restored.keep_rate_of(now);
        self.writes.push(Write::AmendExpense {
            before: Box::new(now.clone()),
            after: Box::new(restored.clone()),
        });
        self.said
            .insert(0, self.ctx.wording().undone_expense(&restored));
        self.expenses.push(restored);
    }

    fn category(&mut self, before: Option<&Category>, after: &Category) -> Flow<()> {
        // One that was added stays as a signpost: its id may stand in expenses and is not used
        // again.
        let restored = before.cloned().unwrap_or_else(|| Category {
            merged_into: Some(OTHERS),
            ..after.clone()
        });
        let gone = restored.merged_into.is_some();
        let name = restored.name.as_str();
        let namesake = self.ctx.ledger().category_named(name);
        if !gone && namesake.is_some_and(|other| other.id != restored.id) {
            return Err(self.ctx.stop(words::name_taken(name)));
        }
        let said = self.ctx.wording().undone_category(name, gone);
        self.said.push(said.into());
        self.writes.push(Write::PutCategory(restored));
        Ok(())
    }

    fn lesson(&mut self, words: &str, before: Option<CategoryId>, after: Option<CategoryId>) {
        let lessons = &self.ctx.ledger().lessons;
        let now = lessons.iter().find(|lesson| lesson.words == words);
        if now.map(|lesson| lesson.category) == after && before != after {
            self.writes.push(changes::lesson(words, before));
            let said = self.ctx.wording().undone_lesson(words, before);
            self.said.push(said.into());
        }
    }

    fn finish(mut self, place: Place) -> Decision {
        self.writes.push(Write::MarkUndone(self.change));
        let mut text = Text::plain(words::UNDONE);
        for said in self.said {
            text = text.then("\n").and(said);
        }
        let mut reply = Reply::text(text).at(place);
        if let [expense] = self.expenses.as_slice()
            && !expense.removed
        {
            reply.anchor = self.ctx.wording().confirmation(expense).anchor;
            reply = reply.row(vec![
                buttons::edit(expense.id),
                buttons::undo(expense.change),
            ]);
        }
        self.ctx.decide(self.writes, vec![reply])
    }
}

/// `now` with every field that the change touched as it was before; one that was touched since
/// only where `anyway`.
fn revert(now: &Settings, before: &Settings, after: &Settings, anyway: bool) -> Settings {
    fn field<T: PartialEq + Clone>(now: &T, before: &T, after: &T, anyway: bool) -> T {
        let stays = before == after || (now != after && !anyway);
        if stays { now } else { before }.clone()
    }
    Settings {
        currency: field(&now.currency, &before.currency, &after.currency, anyway),
        zone: field(&now.zone, &before.zone, &after.zone, anyway),
        locale: field(&now.locale, &before.locale, &after.locale, anyway),
        language: field(&now.language, &before.language, &after.language, anyway),
    }
}
