//! Changing an expense: `/edit`, [Edit] and what follows.

use super::{dialogue, rate};
use crate::conversation::categorize;
use crate::conversation::changes::Changes;
use crate::conversation::context::{Context, Flow};
use crate::conversation::decision::Decision;
use crate::conversation::patch::Patch;
use crate::conversation::reply::Place;
use crate::conversation::session::Topic;
use crate::conversation::wording::change as words;
use crate::domain::category::CategoryId;
use crate::domain::draft::DraftField;
use crate::domain::expense::{Expense, Origin};
use crate::domain::keys::{ExpenseId, Number};
use crate::domain::person::MemberId;

/// `/edit 12 9.80 yesterday`, or bare `/edit 12`.
pub(crate) fn command(ctx: &Context<'_>, arguments: &str) -> Flow {
    let Some((number, rest)) = number(arguments) else {
        return Ok(ctx.say(words::EDIT));
    };
    let expense = ctx.numbered(number)?;
    if rest.is_empty() {
        return Ok(menu(ctx, &expense, Place::New));
    }
    correct(ctx, &expense, rest, Place::New)
}

/// Changes what `text` says of any field, or the rate.
pub(crate) fn correct(ctx: &Context<'_>, expense: &Expense, text: &str, place: Place) -> Flow {
    if let Some(factor) = rate::read(ctx, text)? {
        return rate::set(ctx, expense, factor, place);
    }
    let patch = Patch::read(ctx, expense.details.money.currency(), text)?;
    apply(ctx, expense, &patch, place)
}

/// `12 rest` or `#12 rest`.
pub(crate) fn number(arguments: &str) -> Option<(Number, &str)> {
    let arguments = arguments.trim();
    let end = arguments
        .find(char::is_whitespace)
        .unwrap_or(arguments.len());
    let (number, rest) = arguments.split_at(end);
    let number = number.trim_start_matches('#').parse().ok()?;
    Some((Number(number), rest.trim()))
}

/// [Edit]
pub(crate) fn press(ctx: &Context<'_>, id: ExpenseId, place: Place) -> Flow {
    let expense = ctx.living(id)?;
    Ok(menu(ctx, &expense, place))
}

fn menu(ctx: &Context<'_>, expense: &Expense, place: Place) -> Decision {
    let reply = ctx.wording().menu(expense).at(place);
    ctx.expect(Topic::Expense(expense.id, None), reply)
}

/// A field's button.
pub(crate) fn press_field(
    ctx: &Context<'_>,
    id: ExpenseId,
    field: DraftField,
    place: Place,
) -> Flow {
    let expense = ctx.living(id)?;
    let reply = ctx.wording().prompt(&expense, field).at(place);
    Ok(ctx.expect(Topic::Expense(id, Some(field)), reply))
}

/// A category's button.
pub(crate) fn press_category(
    ctx: &Context<'_>,
    id: ExpenseId,
    category: CategoryId,
    place: Place,
) -> Flow {
    let expense = ctx.living(id)?;
    let patch = Patch {
        category: Some(ctx.ledger().resolve(category)),
        ..Patch::default()
    };
    apply(ctx, &expense, &patch, place)
}

/// A member's button.
pub(crate) fn press_payer(ctx: &Context<'_>, id: ExpenseId, payer: MemberId, place: Place) -> Flow {
    let expense = ctx.living(id)?;
    let patch = Patch::paid_by(ctx, payer)?;
    apply(ctx, &expense, &patch, place)
}

/// [Back]
pub(crate) fn show(ctx: &Context<'_>, id: ExpenseId, place: Place) -> Flow {
    let expense = ctx.living(id)?;
    let mut decision = ctx.say(ctx.wording().confirmation(&expense).at(place));
    decision.session.forget(&ctx.turn.who);
    Ok(decision)
}

/// The answer to what a menu or a field's button asked.
pub(crate) fn answer(
    ctx: &Context<'_>,
    id: ExpenseId,
    field: Option<DraftField>,
    text: &str,
) -> Flow {
    let expense = ctx.living(id)?;
    let currency = expense.details.money.currency();
    let patch = match field {
        Some(field) => Patch::read_field(ctx, currency, field, text)?,
        None => match dialogue::field_named(text) {
            Some(field) => return press_field(ctx, id, field, Place::New),
            None => return correct(ctx, &expense, text, super::confirmation_of(id)),
        },
    };
    apply(ctx, &expense, &patch, super::confirmation_of(id))
}

/// Changes an expense, teaches the ledger where a person put it, and shows it.
pub(crate) fn apply(ctx: &Context<'_>, expense: &Expense, patch: &Patch, place: Place) -> Flow {
    let wording = ctx.wording();
    let old = &expense.details;
    let mut details = patch.apply(old).map_err(|misfit| ctx.stop(misfit.say()))?;
    if ctx.ledger().resolve(old.category) == details.category {
        details.category = old.category;
    }
    let mut changes = Changes::new(ctx.turn);
    let taught = if details.category != old.category {
        categorize::teach(&mut changes, &details)
    } else if patch.category.is_some() && ctx.turn.suggests {
        categorize::settle(&mut changes, ctx.ledger(), &details)
    } else {
        None
    };
    let paid_by = patch.paid_by.as_ref().unwrap_or(&expense.paid_by);
    if taught.is_none() && details == *old && *paid_by == expense.paid_by {
        let reply = wording
            .confirmation_with(expense, words::LIKE_THAT)
            .at(place);
        let mut decision = ctx.say(reply);
        decision.session.forget(&ctx.turn.who);
        return Ok(decision);
    }
    let category = wording.category(details.category);
    let note = taught.map_or_else(String::new, |known| words::learned(&known, category));
    let after = changes.amend(expense, |expense| {
        if *paid_by != expense.paid_by {
            expense.origin = expense.origin.take().map(Origin::not_naming_payer);
        }
        expense.details = details;
        expense.paid_by.clone_from(paid_by);
    });
    let reply = wording.confirmation_with(&after, &note).at(place);
    let mut decision = ctx.decide(changes.finish(), vec![reply]);
    decision.session.forget(&ctx.turn.who);
    Ok(decision)
}
