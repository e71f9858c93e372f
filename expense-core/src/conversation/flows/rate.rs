//! What an expense in another currency is worth: the rate that was found for it, and the one that
//! a person sets.

use crate::conversation::changes::Changes;
use crate::conversation::context::{Context, Flow};
use crate::conversation::reply::Place;
use crate::conversation::wording::rate as words;
use crate::conversation::write::Write;
use crate::domain::currency::Currency;
use crate::domain::exchange::{Conversion, Factor, Rate, RateSource};
use crate::domain::expense::Expense;
use crate::domain::keys::ExpenseId;
use crate::domain::number::{Parsed, parse};

/// The most decimals of a rate that is written by hand.
const DECIMALS: u32 = 12;

/// A rate was found for this revision of an expense. One that is not what it was, or whose ledger
/// counts in another currency by now, is left alone: that is other work. What nobody did nobody
/// takes back: it is no change of its own.
pub(crate) fn found(
    ctx: &Context<'_>,
    id: ExpenseId,
    revision: u32,
    into: Currency,
    rate: &Rate,
) -> Flow {
    let home = ctx.ledger().settings.currency;
    let Some(before) = ctx.expense(id)? else {
        return Ok(ctx.nothing());
    };
    let wanted = before.revision == revision && into == home && before.lacks_rate(home);
    let conversion = Conversion::new(before.details.money, into, rate.clone());
    let (true, Ok(conversion)) = (wanted, conversion) else {
        return Ok(ctx.nothing());
    };
    let mut after = before.clone();
    after.revision += 1;
    after.conversion = Some(conversion);
    let amend = Write::AmendExpense {
        before: Box::new(before),
        after: Box::new(after),
    };
    Ok(ctx.decide(vec![amend], Vec::new()))
}

/// `1.08` out of `rate 1.08`: how much of the ledger's currency one unit of the expense's is
/// worth. `None` where a text speaks of something else; what is no rate is said.
pub(crate) fn read(ctx: &Context<'_>, text: &str) -> Flow<Option<Factor>> {
    let mut words = text.split_whitespace();
    let (named, number) = (words.next(), words.next());
    let is_rate = named.is_some_and(|word| word.eq_ignore_ascii_case("rate"));
    if !is_rate || words.next().is_some() {
        return Ok(None);
    }
    let Some(number) = number else {
        return Err(ctx.stop(words::HOW));
    };
    let value = match parse(number, &ctx.ledger().settings.locale, DECIMALS) {
        Parsed::Exact(value) => value,
        Parsed::NotANumber => return Ok(None),
        Parsed::Ambiguous { .. } | Parsed::Refused(_) => return Err(ctx.stop(words::HOW)),
    };
    match Factor::new(value) {
        Ok(factor) => Ok(Some(factor)),
        Err(_) => Err(ctx.stop(words::HOW)),
    }
}

/// Sets the rate of an expense by hand.
pub(crate) fn set(ctx: &Context<'_>, expense: &Expense, factor: Factor, place: Place) -> Flow {
    let home = ctx.ledger().settings.currency;
    let money = expense.details.money;
    if money.currency() == home {
        return Ok(ctx.say(words::own_currency(home)));
    }
    let rate = Rate {
        factor,
        source: RateSource::Hand,
        day: expense.details.date,
    };
    let conversion = Conversion::new(money, home, rate)
        .map_err(|error| ctx.stop(crate::conversation::wording::entry::money(error)))?;
    let conversion = Some(conversion);
    let mut changes = Changes::new(ctx.turn);
    let mut after = expense.clone();
    if expense.conversion != conversion {
        after = changes.amend(expense, |expense| expense.conversion = conversion);
    }
    let wording = ctx.wording();
    let note = wording.rate(money.currency(), factor);
    let reply = wording.confirmation_with(&after, &note).at(place);
    let mut decision = ctx.decide(changes.finish(), vec![reply]);
    decision.session.forget(&ctx.turn.who);
    Ok(decision)
}
