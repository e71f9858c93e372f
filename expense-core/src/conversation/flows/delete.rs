//! Deleting an expense: `/delete` asks, [Delete] does it.

use super::edit;
use crate::conversation::changes::Changes;
use crate::conversation::context::{Context, Flow};
use crate::conversation::reply::Place;
use crate::conversation::wording::change as words;
use crate::domain::keys::ExpenseId;

/// `/delete 12`
pub(crate) fn command(ctx: &Context<'_>, arguments: &str) -> Flow {
    let Some((number, "")) = edit::number(arguments) else {
        return Ok(ctx.say(words::DELETE));
    };
    let expense = ctx.numbered(number)?;
    Ok(ctx.say(ctx.wording().ask_delete(&expense)))
}

/// [Delete]
pub(crate) fn press(ctx: &Context<'_>, id: ExpenseId, place: Place) -> Flow {
    let expense = ctx.living(id)?;
    let mut changes = Changes::new(ctx.turn);
    let removed = changes.remove(&expense);
    let reply = ctx.wording().deleted(&removed).at(place);
    let mut decision = ctx.decide(changes.finish(), vec![reply]);
    decision.session.forget(&ctx.turn.who);
    Ok(decision)
}
