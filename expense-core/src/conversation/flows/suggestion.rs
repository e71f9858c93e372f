//! A category was suggested for an expense that was put nowhere.

use super::confirmation_of;
use crate::conversation::categorize;
use crate::conversation::context::{Context, Flow};
use crate::conversation::question::{ChangeQuery, ExpenseFilter};
use crate::conversation::reply::{Anchor, Place, Reply};
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
    let said = said(ctx, &after, found.place)?;
    let amend = Write::AmendExpense {
        before: Box::new(before),
        after: Box::new(after),
    };
    Ok(ctx.decide(vec![amend], vec![said]))
}

/// The message that confirmed this expense, alone or among others, as it reads now.
fn said(ctx: &Context<'_>, after: &Expense, place: &str) -> Flow<Reply> {
    let change = ctx.change(ChangeQuery::Id(after.change))?;
    let effects = change.into_iter().flat_map(|change| change.effects);
    let ids: Vec<ExpenseId> = effects
        .filter_map(|effect| match effect {
            Effect::Expense { id, .. } => Some(id),
            _ => None,
        })
        .collect();
    let wording = ctx.wording();
    if ids.len() <= 1 {
        let note = words::suggested(place);
        let reply = wording.confirmation_with(after, &note);
        return Ok(reply.at(confirmation_of(after.id)));
    }
    let mut shown = ctx.few(ExpenseFilter {
        ids: Some(ids.clone()),
        ..ExpenseFilter::default()
    })?;
    shown.sort_by_key(|expense| ids.iter().position(|id| *id == expense.id));
    if let Some(before) = shown.iter_mut().find(|expense| expense.id == after.id) {
        before.clone_from(after);
    }
    let note = words::suggested_among(after.number, place);
    let reply = wording.confirmations(&shown, after.change, &[note]);
    Ok(reply.at(Place::Anchor(Anchor::Change(after.change))))
}
