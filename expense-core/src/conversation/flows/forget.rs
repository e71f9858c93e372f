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
    Ok(ask(ctx, words::FORGET, Action::Erase, Place::New))
}

/// The first yes.
pub(crate) fn once(ctx: &Context<'_>, place: Place) -> Decision {
    if asked(ctx) {
        ask(ctx, words::FORGET_FOR_GOOD, Action::EraseForGood, place)
    } else {
        ctx.say(words::FORGET_TOO_LATE)
    }
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

fn ask(ctx: &Context<'_>, text: &str, yes: Action, place: Place) -> Decision {
    let reply = Reply::plain(text)
        .at(place)
        .row(vec![buttons::button(words::ERASE, yes), buttons::cancel()]);
    ctx.expect(Topic::Erase, reply)
}
