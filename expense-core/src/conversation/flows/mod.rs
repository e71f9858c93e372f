//! What happens, one file for each thing that people do.

use super::context::{Context, Flow};
use super::decision::Decision;
use super::event::{Event, Scene, Tick};
use super::question::DraftQuery;
use super::reply::{Anchor, Place, Text};
use super::wording::{self, help as words};
use super::write::Write;
use crate::domain::keys::{ChatKey, ExpenseId};
use crate::domain::ledger::Revision;
use crate::domain::limits;

pub(crate) mod categories;
pub(crate) mod currency;
pub(crate) mod delete;
pub(crate) mod dialogue;
pub(crate) mod edit;
pub(crate) mod export;
pub(crate) mod forget;
pub(crate) mod format;
pub(crate) mod help;
pub(crate) mod learned;
pub(crate) mod list;
pub(crate) mod message_edit;
pub(crate) mod people;
pub(crate) mod press;
pub(crate) mod rate;
pub(crate) mod receipt;
pub(crate) mod record;
pub(crate) mod reply;
pub(crate) mod search;
pub(crate) mod settings;
pub(crate) mod start;
pub(crate) mod suggestion;
pub(crate) mod tag;
pub(crate) mod text;
pub(crate) mod timezone;
pub(crate) mod undo;

/// What follows from an event.
pub(crate) fn decide(ctx: &Context<'_>, event: &Event) -> Flow {
    if ctx.turn.scene.is_aside() && !continues(ctx, event)? {
        return Ok(ctx.nothing());
    }
    match event {
        Event::Text { text, reply_to } => text::decide(ctx, text, reply_to.as_deref()),
        Event::Edited { text } => message_edit::decide(ctx, text),
        Event::Recaptioned { file, caption } => receipt::caption::decide(ctx, file, caption),
        Event::Photo {
            attachment,
            caption,
            album,
        } => receipt::photo::decide(ctx, attachment, caption, album.as_ref()),
        Event::Voice {
            attachment,
            seconds,
            caption,
        } => receipt::voice::decide(ctx, attachment, *seconds, caption),
        Event::Press(action) => press::decide(ctx, action),
        Event::Read {
            draft,
            round,
            content,
            place,
            result,
        } => {
            let reading = receipt::reading::Reading {
                round: *round,
                content,
                place,
                result,
            };
            receipt::reading::decide(ctx, *draft, &reading)
        }
        Event::Rated {
            expense,
            revision,
            into,
            rate,
        } => rate::found(ctx, *expense, *revision, *into, rate),
        Event::Waits {
            draft,
            place,
            seconds,
        } => receipt::waiting::decide(ctx, *draft, *place, *seconds),
        Event::Suggested {
            expense,
            description,
            merchant,
            category,
            place,
        } => {
            let found = suggestion::Suggestion {
                description,
                merchant: merchant.as_ref(),
                category,
                place,
            };
            suggestion::decide(ctx, *expense, &found)
        }
        Event::Tick(Tick::Sweep) => {
            let sweep = Write::Sweep {
                drafts: ctx.turn.now,
                outcomes: ctx.turn.now - limits::OUTCOMES,
            };
            Ok(ctx.decide(vec![sweep], Vec::new()))
        }
        Event::Denied { asked } => Ok(ctx.say(denied(ctx, *asked))),
        Event::Code { right } => Ok(people::code(ctx, *right)),
        Event::Limited { retry_after_s } => Ok(ctx.say(words::limited(*retry_after_s))),
        Event::Moved { to } => moved(ctx, to),
        Event::Arrived => Ok(arrived(ctx)),
        Event::Departed | Event::Unsupported => Ok(ctx.nothing()),
    }
}

/// Whether what was said to others goes on with what was said to the bot: a later part of an
/// album, a message that was recorded and is changed. What no person says is never an aside.
fn continues(ctx: &Context<'_>, event: &Event) -> Flow<bool> {
    match event {
        Event::Photo {
            album: Some(album), ..
        } => Ok(ctx.draft(DraftQuery::Album(album.clone()))?.is_some()),
        Event::Edited { .. } => message_edit::is_recorded(ctx),
        Event::Recaptioned { .. } => Ok(true),
        Event::Text { .. } | Event::Photo { .. } | Event::Voice { .. } | Event::Unsupported => {
            Ok(false)
        }
        _ => Ok(true),
    }
}

/// It takes along its ledger, if it has one, and what was decided about everybody in it.
fn moved(ctx: &Context<'_>, to: &ChatKey) -> Flow {
    let mut writes = Vec::from_iter(people::moved(ctx, to)?);
    let ledger = ctx.ledger();
    if ledger.revision != Revision(0) && ledger.chat != *to {
        writes.push(Write::Move { to: to.clone() });
    }
    if writes.is_empty() {
        return Ok(ctx.nothing());
    }
    Ok(ctx.decide(writes, Vec::new()))
}

/// In a group it is told how to speak to the bot; alone with it, people begin by themselves.
fn arrived(ctx: &Context<'_>) -> Decision {
    match ctx.turn.scene {
        Scene::Private => ctx.nothing(),
        Scene::Group { .. } => ctx.say(words::start_in_group(ctx.ledger().settings.currency)),
    }
}

fn denied(ctx: &Context<'_>, asked: bool) -> Text {
    match ctx.turn.scene {
        Scene::Private => wording::people::denied(&ctx.turn.who, asked),
        Scene::Group { .. } => wording::people::uninvited(&ctx.turn.chat),
    }
}

/// In place of the message that shows this expense.
fn confirmation_of(expense: ExpenseId) -> Place {
    Place::Anchor(Anchor::Expense(expense))
}
