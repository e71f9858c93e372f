//! Getting along: `/start`, `/cancel`, `/id`, `/privacy`.

use crate::conversation::context::{Context, Flow};
use crate::conversation::event::Scene;
use crate::conversation::wording::{change, help};

/// `/start`
pub(crate) fn start(ctx: &Context<'_>, _: &str) -> Flow {
    let currency = ctx.ledger().settings.currency;
    Ok(ctx.say(match ctx.turn.scene {
        Scene::Private => help::start(currency),
        Scene::Group { .. } => help::start_in_group(currency),
    }))
}

/// `/cancel`. That any command ends a dialogue was seen to before.
pub(crate) fn cancel(ctx: &Context<'_>, _: &str) -> Flow {
    Ok(ctx.say(change::CANCELLED))
}

/// `/id`
pub(crate) fn id(ctx: &Context<'_>, _: &str) -> Flow {
    Ok(ctx.say(help::id(&ctx.turn.who, &ctx.turn.chat)))
}

/// `/privacy`
pub(crate) fn privacy(ctx: &Context<'_>, _: &str) -> Flow {
    Ok(ctx.say(help::PRIVACY))
}
