//! Taking everything along.

use super::list;
use crate::conversation::context::{Context, Flow};
use crate::conversation::question::{Group, TotalsQuery};
use crate::conversation::reply::{File, Reply};
use crate::conversation::wording::list as words;
use crate::conversation::wording::setup;

/// `/export [period]`
pub(crate) fn command(ctx: &Context<'_>, arguments: &str) -> Flow {
    let period = list::read_period(ctx, arguments)?;
    let totals = ctx.totals(TotalsQuery {
        period,
        categories: None,
        group: Group::None,
        into: ctx.ledger().settings.currency,
    })?;
    let title = period.map_or_else(
        || words::ALL.to_owned(),
        |period| ctx.wording().period(period),
    );
    let count: u64 = totals.iter().map(|total| total.count).sum();
    if count == 0 {
        return Ok(ctx.say(words::empty(&title)));
    }
    Ok(ctx.say(Reply {
        files: vec![File::Csv {
            period,
            today: ctx.today(),
        }],
        ..Reply::plain(setup::exported(&title, count))
    }))
}
