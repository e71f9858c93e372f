//! Tagging: `/tag 12 work trip` and `/untag 12 work`.

use super::edit;
use crate::conversation::context::{Context, Flow};
use crate::conversation::patch::{self, Patch, Tags};
use crate::conversation::reply::Place;
use crate::conversation::wording::change as words;
use crate::domain::expense::Expense;
use crate::domain::text::Tag;

/// `/tag 12 work trip`
pub(crate) fn tag(ctx: &Context<'_>, arguments: &str) -> Flow {
    let (expense, tags) = read(ctx, arguments, words::TAG)?;
    set(ctx, &expense, Tags::Add(tags))
}

/// `/untag 12 work`
pub(crate) fn untag(ctx: &Context<'_>, arguments: &str) -> Flow {
    let (expense, tags) = read(ctx, arguments, words::UNTAG)?;
    let missing = tags.iter().find(|tag| !expense.details.tags.contains(tag));
    if let (Some(tag), Some(number)) = (missing, expense.number) {
        return Ok(ctx.say(words::no_such_tag(number, tag)));
    }
    set(ctx, &expense, Tags::Remove(tags))
}

fn read(ctx: &Context<'_>, arguments: &str, usage: &str) -> Flow<(Expense, Vec<Tag>)> {
    let (number, rest) = edit::number(arguments)
        .filter(|(_, rest)| !rest.is_empty())
        .ok_or_else(|| ctx.stop(usage))?;
    let tags = patch::read_tags(ctx, rest)?;
    Ok((ctx.numbered(number)?, tags))
}

fn set(ctx: &Context<'_>, expense: &Expense, tags: Tags) -> Flow {
    let patch = Patch {
        tags,
        ..Patch::default()
    };
    edit::apply(ctx, expense, &patch, Place::New)
}
