//! What happens, one file for each thing that people do.

use super::context::{Context, Flow};
use super::event::{Event, Scene, Tick};
use super::reply::{Anchor, Place, Text};
use super::wording::{self, help as words};
use super::write::Write;
use crate::domain::keys::ExpenseId;
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
pub(crate) mod tag;
pub(crate) mod text;
pub(crate) mod timezone;
pub(crate) mod undo;

/// What follows from an event.
pub(crate) fn decide(ctx: &Context<'_>, event: &Event) -> Flow {
    match event {
        Event::Text { text, reply_to } => text::decide(ctx, text, reply_to.as_deref()),
        Event::Edited { text } => message_edit::decide(ctx, text),
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
        Event::Arrived | Event::Departed | Event::Moved { .. } | Event::Unsupported => {
            Ok(ctx.nothing())
        }
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
