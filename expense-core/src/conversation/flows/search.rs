//! Finding expenses by words and tags.

use super::list;
use crate::conversation::action::List;
use crate::conversation::context::{Context, Flow};
use crate::conversation::question::ExpenseFilter;
use crate::conversation::wording::{change, list as words};
use crate::domain::text::{Tag, fold};

/// `/search WORDS`
pub(crate) fn search(ctx: &Context<'_>, arguments: &str) -> Flow {
    let found: Vec<String> = fold(arguments)
        .split(' ')
        .map(|word| word.trim_start_matches('#').to_owned())
        .filter(|word| !word.is_empty())
        .collect();
    if found.is_empty() {
        return Ok(ctx.say(words::SEARCH));
    }
    if found.len() > words::MOST_WORDS {
        return Ok(ctx.say(words::too_many_words()));
    }
    remember(
        ctx,
        ExpenseFilter {
            words: found,
            ..ExpenseFilter::default()
        },
    )
}

/// `/tags` or `/tags work`
pub(crate) fn tags(ctx: &Context<'_>, arguments: &str) -> Flow {
    if arguments.is_empty() {
        return Ok(ctx.say(words::tags(&ctx.tags()?)));
    }
    let tag = Tag::new(arguments)
        .map_err(|error| ctx.stop(change::not_a_tag(arguments, &error.to_string())))?;
    remember(
        ctx,
        ExpenseFilter {
            tag: Some(tag),
            ..ExpenseFilter::default()
        },
    )
}

/// Shows a list that is too long for a button to name: [More] goes on with the latest one.
fn remember(ctx: &Context<'_>, filter: ExpenseFilter) -> Flow {
    let mut session = ctx.session.clone();
    session.listing = Some(filter);
    let remembering = Context {
        session: &session,
        ..*ctx
    };
    let mut decision = list::show(&remembering, List::Remembered, None)?;
    let goes_on = decision
        .replies
        .iter()
        .any(|reply| !reply.buttons.is_empty());
    if !goes_on {
        decision.session.listing.clone_from(&ctx.session.listing);
    }
    Ok(decision)
}
