//! A category was suggested for an expense that was put nowhere.

use super::confirmation_of;
use crate::conversation::categorize;
use crate::conversation::context::{Context, Flow};
use crate::conversation::question::ChangeQuery;
use crate::conversation::wording::change as words;
use crate::conversation::write::Write;
use crate::domain::category::OTHERS;
use crate::domain::change::Effect;
use crate::domain::expense::Expense;
use crate::domain::keys::ExpenseId;
use crate::domain::text::Description;

/// What was suggested, for what.
pub(crate) struct Suggestion<'s> {
    pub(crate) description: &'s Description,
    pub(crate) merchant: Option<&'s Description>,
    pub(crate) category: &'s str,
    pub(crate) place: &'s str,
}

/// Puts the expense there, unless it says something else by now or its category was decided.
/// It is no change of a person: nothing is learned, and [Undo] still takes back what they did.
pub(crate) fn decide(ctx: &Context<'_>, id: ExpenseId, found: &Suggestion<'_>) -> Flow {
    let Some(before) = ctx.expense(id)? else {
        return Ok(ctx.nothing());
    };
    let details = &before.details;
    let same =
        (&details.description, details.merchant.as_ref()) == (found.description, found.merchant);
    let open = !before.removed && categorize::is_undecided(ctx.ledger(), details);
    let category = ctx.ledger().category_named(found.category);
    let Some(category) = category.filter(|category| same && open && category.id != OTHERS) else {
        return Ok(ctx.nothing());
    };
    let mut after = before.clone();
    after.details.category = category.id;
    after.revision = before.revision + 1;
    let said = if confirmed_alone(ctx, &before)? {
        let note = words::suggested(found.place);
        let reply = ctx.wording().confirmation_with(&after, &note);
        vec![reply.at(confirmation_of(id))]
    } else {
        // Its message shows others, too: /list shows where it is.
        Vec::new()
    };
    let amend = Write::AmendExpense {
        before: Box::new(before),
        after: Box::new(after),
    };
    Ok(ctx.decide(vec![amend], said))
}

/// Whether the message that shows this expense shows no other.
fn confirmed_alone(ctx: &Context<'_>, expense: &Expense) -> Flow<bool> {
    let change = ctx.change(ChangeQuery::Id(expense.change))?;
    Ok(change.is_none_or(|change| {
        let effects = change.effects.iter();
        let shown = effects.filter(|effect| matches!(effect, Effect::Expense { .. }));
        shown.count() <= 1
    }))
}
