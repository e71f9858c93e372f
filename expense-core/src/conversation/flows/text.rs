//! A message: a command, a correction, an answer, or expenses.

use super::{dialogue, record, reply};
use crate::conversation::action::Action;
use crate::conversation::command::{self, Routed};
use crate::conversation::context::{Context, Flow};
use crate::conversation::wording::{entry, help};
use crate::domain::limits;

/// What a message means.
pub(crate) fn decide(ctx: &Context<'_>, text: &str, reply_to: Option<&[Action]>) -> Flow {
    if text.chars().count() > limits::MESSAGE_CHARS {
        return Ok(ctx.say(entry::too_long()));
    }
    match command::route(text, ctx.audience()) {
        Routed::Known(command, arguments) => {
            // Who writes a command no longer answers what was asked.
            let mut session = ctx.session.clone();
            session.forget(&ctx.turn.who);
            let ctx = Context {
                session: &session,
                ..*ctx
            };
            return (command.run)(&ctx, arguments);
        }
        Routed::Unknown(near) => return Ok(ctx.say(help::unknown(near))),
        Routed::NotACommand => {}
    }
    let waiting = ctx.session.waiting(&ctx.turn.who, ctx.turn.now);
    if let Some(target) = reply_to.and_then(reply::target) {
        // In a group a question is answered by a reply to it.
        let asked = waiting.filter(|waiting| reply::is_about(target, &waiting.about));
        return match asked {
            Some(waiting) => dialogue::answer(ctx, &waiting.about, text),
            None => reply::decide(ctx, target, text),
        };
    }
    if reply_to.is_some_and(reply::shows_several) && !record::says_more(ctx, text) {
        return Ok(ctx.say(entry::WHICH_ONE));
    }
    match waiting {
        Some(waiting) => dialogue::answer(ctx, &waiting.about, text),
        None => record::plain(ctx, text),
    }
}
