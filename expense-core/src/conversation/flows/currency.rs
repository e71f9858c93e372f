//! The ledger's currency.

use super::settings;
use crate::conversation::context::{Context, Flow};
use crate::conversation::patch;
use crate::conversation::wording::setup as words;
use crate::domain::ledger::Settings;

/// `/currency [CODE]`
pub(crate) fn command(ctx: &Context<'_>, arguments: &str) -> Flow {
    let now = &ctx.ledger().settings;
    if arguments.is_empty() {
        return Ok(ctx.say(words::currency(now.currency)));
    }
    let currency = patch::read_currency(ctx, arguments)?;
    let settings = Settings {
        currency,
        ..now.clone()
    };
    Ok(settings::put(ctx, settings, words::currency_set(currency)))
}
