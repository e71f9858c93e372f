//! Looking at expenses: by period, by category, page by page.

use crate::conversation::action::{List, Listing};
use crate::conversation::context::{Context, Flow};
use crate::conversation::decision::Decision;
use crate::conversation::patch;
use crate::conversation::period;
use crate::conversation::question::{Cursor, ExpenseFilter, Group, Page, PageRequest, TotalsQuery};
use crate::conversation::wording::list::{self as words, Head, Sums};
use crate::domain::calendar::Period;
use crate::domain::keys::Number;
use crate::domain::limits;

/// `/list [period]`
pub(crate) fn command(ctx: &Context<'_>, arguments: &str) -> Flow {
    let period = read_period(ctx, arguments)?;
    of_period(ctx, period)
}

/// The period that `text` names, all time where it is empty; what is none is said.
pub(crate) fn read_period(ctx: &Context<'_>, text: &str) -> Flow<Option<Period>> {
    period::read(text, ctx.today(), &ctx.ledger().settings.locale)
        .map_err(|error| ctx.stop(error.to_string()))
}

/// `/today`
pub(crate) fn today(ctx: &Context<'_>, _: &str) -> Flow {
    of_period(ctx, Some(Period::day(ctx.today())))
}

/// `/week`
pub(crate) fn week(ctx: &Context<'_>, _: &str) -> Flow {
    of_period(ctx, Some(Period::week(ctx.today())))
}

/// `/month`
pub(crate) fn month(ctx: &Context<'_>, _: &str) -> Flow {
    of_period(ctx, Some(Period::month(ctx.today())))
}

/// `/year`
pub(crate) fn year(ctx: &Context<'_>, _: &str) -> Flow {
    of_period(ctx, Some(Period::year(ctx.today())))
}

/// `/last` shows the newest expense, `/last 5` the newest five, `/last week` last week.
pub(crate) fn last(ctx: &Context<'_>, arguments: &str) -> Flow {
    let limit = match arguments.trim() {
        "" => 1,
        number => match number.parse::<usize>() {
            Ok(number) => number.clamp(1, words::MOST),
            Err(_) => {
                let period = read_period(ctx, &format!("last {arguments}"))?;
                return of_period(ctx, period);
            }
        },
    };
    let request = PageRequest { after: None, limit };
    let page = ctx.expenses(ExpenseFilter::default(), request)?;
    Ok(ctx.say(match page.expenses.as_slice() {
        [] => words::NOTHING_YET.into(),
        [newest] => ctx.wording().confirmation(newest),
        several => ctx.wording().rows(several).into(),
    }))
}

/// `/category NAME`
pub(crate) fn category(ctx: &Context<'_>, arguments: &str) -> Flow {
    if arguments.is_empty() {
        return Ok(ctx.say(words::CATEGORY));
    }
    let id = patch::read_category(ctx, arguments)?;
    show(ctx, List::Category(id), None)
}

fn of_period(ctx: &Context<'_>, period: Option<Period>) -> Flow {
    let days = period.map(|period| (period.from(), period.until()));
    show(ctx, List::Period(days), None)
}

/// [More]
pub(crate) fn more(ctx: &Context<'_>, listing: &Listing) -> Flow {
    let after = Cursor {
        date: listing.date,
        number: Number(listing.number),
    };
    show(ctx, listing.list.clone(), Some(after))
}

/// One page of a list; its sums where it is the first one.
pub(crate) fn show(ctx: &Context<'_>, list: List, after: Option<Cursor>) -> Flow {
    let Some(filter) = filter(ctx, &list) else {
        return Ok(ctx.say(words::ENDED));
    };
    let page = ctx.expenses(
        filter.clone(),
        PageRequest {
            after,
            limit: limits::PAGE,
        },
    )?;
    let title = title(ctx, &list, &filter);
    if page.expenses.is_empty() {
        return Ok(ctx.say(words::empty(&title)));
    }
    let head = match after {
        Some(_) => Head::Continued,
        None if is_long(&list, &page) => Head::Long,
        None => Head::Whole(sums(ctx, &list, filter)?),
    };
    Ok(present(ctx, &title, list, &page, &head))
}

/// Whether it is everything since ever of a ledger that has much: nobody looks for that sum, and it
/// would cost more the longer the ledger is kept.
fn is_long(list: &List, page: &Page) -> bool {
    let mut numbers = page.expenses.iter().filter_map(|expense| expense.number);
    *list == List::Period(None) && numbers.any(|number| number.0 > limits::SUMMED)
}

fn present(ctx: &Context<'_>, title: &str, list: List, page: &Page, head: &Head) -> Decision {
    let more = page.next.map(|next| Listing {
        list,
        date: next.date,
        number: next.number.0,
    });
    let promised = ctx.turn.converts;
    ctx.say(
        ctx.wording()
            .page(title, &page.expenses, head, promised, more),
    )
}

fn filter(ctx: &Context<'_>, list: &List) -> Option<ExpenseFilter> {
    match list {
        List::Period(None) => Some(ExpenseFilter::default()),
        List::Period(Some((from, until))) => Some(ExpenseFilter {
            period: Some(Period::new(*from, *until)?),
            ..ExpenseFilter::default()
        }),
        List::Category(id) => Some(ExpenseFilter {
            categories: Some(ctx.ledger().merged(ctx.ledger().resolve(*id))),
            ..ExpenseFilter::default()
        }),
        List::Remembered => ctx.session.listing.clone(),
    }
}

fn title(ctx: &Context<'_>, list: &List, filter: &ExpenseFilter) -> String {
    match list {
        List::Period(_) => filter
            .period
            .map_or_else(|| words::ALL.to_owned(), |days| ctx.wording().period(days)),
        List::Category(id) => ctx.wording().category(*id).to_owned(),
        List::Remembered => words::found(filter),
    }
}

/// The sums of the whole list: kept ones where there are any, else added up.
fn sums(ctx: &Context<'_>, list: &List, filter: ExpenseFilter) -> Flow<Sums> {
    if *list == List::Remembered {
        return added_up(ctx, &filter);
    }
    let totals = ctx.totals(TotalsQuery {
        period: filter.period,
        categories: filter.categories,
        group: Group::None,
        into: ctx.ledger().settings.currency,
    })?;
    Ok(Sums::of(ctx.ledger().settings.currency, totals))
}

/// Pages that are added up at most, so that the questions of one update stay few.
const PAGES: usize = 10;

fn added_up(ctx: &Context<'_>, filter: &ExpenseFilter) -> Flow<Sums> {
    let mut sums = Sums::in_currency(ctx.ledger().settings.currency);
    let mut after = None;
    for _ in 0..PAGES {
        let request = PageRequest {
            after,
            limit: limits::MAX_PAGE,
        };
        let page = ctx.expenses(filter.clone(), request)?;
        for expense in &page.expenses {
            sums.add(expense);
        }
        after = page.next;
        if after.is_none() {
            return Ok(sums);
        }
    }
    sums.partial = true;
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::testing::fixtures;

    #[rstest]
    #[case::much(limits::SUMMED + 1, List::Period(None), true)]
    #[case::not_so_much(limits::SUMMED, List::Period(None), false)]
    #[case::of_a_time(limits::SUMMED + 1, List::Period(Some((day(), day()))), false)]
    fn everything_of_much_has_no_sum(
        #[case] newest: u32,
        #[case] list: List,
        #[case] expected: bool,
    ) {
        let ledger = fixtures::ledger(&fixtures::chat("anna")).id;
        let details = fixtures::details("12.50", "EUR", "lunch");
        let mut expense = fixtures::expense(ledger, &fixtures::key("1"), 0, details);
        expense.number = Some(Number(newest));
        let page = Page {
            expenses: vec![expense],
            next: None,
        };
        assert_eq!(is_long(&list, &page), expected);
    }

    fn day() -> chrono::NaiveDate {
        fixtures::day("2026-05-03")
    }
}
