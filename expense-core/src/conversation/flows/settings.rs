//! Settings: all of them, the language, and how any of them is changed.

use crate::conversation::changes::Changes;
use crate::conversation::context::{Context, Flow};
use crate::conversation::decision::Decision;
use crate::conversation::reply::Reply;
use crate::conversation::wording::{buttons, setup as words};
use crate::domain::ledger::Settings;

/// `/settings`
pub(crate) fn show(ctx: &Context<'_>, _: &str) -> Flow {
    Ok(ctx.say(ctx.wording().settings()))
}

/// `/language [CODE]`
pub(crate) fn language(ctx: &Context<'_>, arguments: &str) -> Flow {
    let known = matches!(
        arguments.to_ascii_lowercase().as_str(),
        "" | "en" | "english"
    );
    Ok(ctx.say(if known {
        words::LANGUAGE
    } else {
        words::OTHER_LANGUAGE
    }))
}

/// Puts new settings in place and says so.
pub(crate) fn put(ctx: &Context<'_>, settings: Settings, said: String) -> Decision {
    if settings == ctx.ledger().settings {
        return ctx.say(said);
    }
    let mut changes = Changes::new(ctx.turn);
    changes.settings(settings);
    let reply = Reply::plain(said).row(vec![buttons::undo(changes.id())]);
    ctx.decide(changes.finish(), vec![reply])
}
