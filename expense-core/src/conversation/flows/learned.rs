//! What corrections taught the ledger: listed and forgotten.

use crate::conversation::changes::Changes;
use crate::conversation::context::{Context, Flow};
use crate::conversation::reply::Reply;
use crate::conversation::wording::{buttons, setup as words};
use crate::domain::ledger::Lesson;
use crate::domain::text::fold;

/// `/learned [WORDS]`
pub(crate) fn show(ctx: &Context<'_>, arguments: &str) -> Flow {
    let wanted = fold(arguments);
    let lessons: Vec<&Lesson> = ctx
        .ledger()
        .lessons
        .iter()
        .rev()
        .filter(|lesson| lesson.words.contains(&wanted))
        .collect();
    Ok(ctx.say(words::lessons(ctx.ledger(), &lessons, &wanted)))
}

/// `/unlearn WORDS`
pub(crate) fn unlearn(ctx: &Context<'_>, arguments: &str) -> Flow {
    let wanted = fold(arguments);
    if wanted.is_empty() {
        return Ok(ctx.say(words::UNLEARN));
    }
    let mut changes = Changes::new(ctx.turn);
    if !changes.lesson(&wanted, None) {
        return Ok(ctx.say(words::not_learned(arguments)));
    }
    let reply = Reply::plain(words::unlearned(&wanted)).row(vec![buttons::undo(changes.id())]);
    Ok(ctx.decide(changes.finish(), vec![reply]))
}
