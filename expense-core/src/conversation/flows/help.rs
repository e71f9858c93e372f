//! `/help`, for all commands or for one.

use crate::conversation::command::{self, Routed};
use crate::conversation::context::{Context, Flow};
use crate::conversation::wording::help;

/// `/help [command]`
pub(crate) fn help(ctx: &Context<'_>, arguments: &str) -> Flow {
    if arguments.is_empty() {
        return Ok(ctx.say(help::all(ctx.audience())));
    }
    let name = format!("/{}", arguments.trim_start_matches('/'));
    Ok(ctx.say(match command::route(&name, ctx.audience()) {
        Routed::Known(command, _) => help::one(command),
        Routed::Unknown(near) => help::unknown(near).into(),
        Routed::NotACommand => help::all(ctx.audience()),
    }))
}
