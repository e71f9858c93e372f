//! Erasing everything: asked twice, and only while the asking is fresh.

use crate::conversation::action::Action;
use crate::conversation::context::{Context, Flow};
use crate::conversation::decision::Decision;
use crate::conversation::reply::{Place, Reply};
use crate::conversation::session::{Session, Topic};
use crate::conversation::wording::{buttons, setup as words};
use crate::conversation::write::Write;

/// `/forget`
pub(crate) fn command(ctx: &Context<'_>, _: &str) -> Flow {
    let yes = buttons::button(words::ERASE, Action::Erase);
    let reply = Reply::plain(words::FORGET).row(vec![yes, buttons::cancel()]);
    Ok(ctx.expect(Topic::Erase, reply))
}

/// The first yes. The second one stands elsewhere, so that two quick taps are one.
pub(crate) fn once(ctx: &Context<'_>, place: Place) -> Decision {
    if !asked(ctx) {
        return ctx.say(words::FORGET_TOO_LATE);
    }
    let yes = buttons::button(words::ERASE_FOR_GOOD, Action::EraseForGood);
    let reply = Reply::plain(words::FORGET_FOR_GOOD).at(place);
    ctx.expect(Topic::Erase, reply.row(vec![buttons::cancel(), yes]))
}

/// The second yes.
pub(crate) fn twice(ctx: &Context<'_>, place: Place) -> Decision {
    if !asked(ctx) {
        return ctx.say(words::FORGET_TOO_LATE);
    }
    Decision {
        session: Session::default(),
        writes: vec![Write::Erase],
        replies: vec![Reply::plain(words::FORGOTTEN).at(place)],
    }
}

fn asked(ctx: &Context<'_>) -> bool {
    let waiting = ctx.session.waiting(&ctx.turn.who, ctx.turn.now);
    waiting.is_some_and(|dialogue| dialogue.about == Topic::Erase)
}
