//! Messages that change or go, and presses that are answered.

use std::sync::Arc;

use serde_json::Value;

use crate::error::ApiError;
use crate::keyboard;
use crate::methods::{Done, content, ok};
use crate::model::{Message, User};
use crate::params::Params;
use crate::shared::Shared;
use crate::world::{Seen, World};

const SAME: &str = "message is not modified: specified new message content and reply markup are \
                    exactly the same as a current content and reply markup of the message";
/// UTF-16 units of the words that answer a press.
const MAX_ANSWER: usize = 200;

pub(super) fn text(shared: &Shared, params: &Params) -> Done {
    edit(shared, params, |message| {
        let words = content::text(params)?;
        if message.text.is_none() {
            return Err(ApiError::bad("there is no text in the message to edit"));
        }
        message.text = Some(words.text);
        message.entities = words.entities;
        Ok(())
    })
}

pub(super) fn caption(shared: &Shared, params: &Params) -> Done {
    edit(shared, params, |message| {
        let words = content::caption(params)?;
        if message.media().is_none() {
            return Err(ApiError::bad("there is no caption in the message to edit"));
        }
        message.caption = (!words.text.is_empty()).then_some(words.text);
        message.caption_entities = words.entities;
        Ok(())
    })
}

pub(super) fn markup(shared: &Shared, params: &Params) -> Done {
    edit(shared, params, |_| Ok(()))
}

fn edit(
    shared: &Shared,
    params: &Params,
    change: impl FnOnce(&mut Message) -> Result<(), ApiError>,
) -> Done {
    let mut world = shared.world();
    let chat = world.target(params)?;
    let id = message_id(params)?;
    let bot = world.bot.id;
    let keep = world.options.history;
    let markup = keyboard::inline(params)?;
    let found = world.room(chat)?.messages.get(&id).cloned();
    let before = found.ok_or_else(|| ApiError::bad("message to edit not found"))?;
    if before.from.as_ref().map(|user| user.id) != Some(bot) {
        return Err(ApiError::bad("message can't be edited"));
    }
    let mut after = Message::clone(&before);
    change(&mut after)?;
    after.reply_markup = markup;
    if after == *before {
        return Err(ApiError::bad(SAME));
    }
    after.edit_date = Some(world.now());
    let after = Arc::new(after);
    let room = world.room(chat)?;
    room.messages.insert(id, after.clone());
    room.note(Seen::Edited(after.clone()), keep);
    drop(world);
    shared.arrived(&after);
    ok(&*after)
}

pub(super) fn delete(shared: &Shared, params: &Params) -> Done {
    let mut world = shared.world();
    let chat = world.target(params)?;
    let id = message_id(params)?;
    let (bot, keep) = (world.bot.id, world.options.history);
    let room = world.room(chat)?;
    let Some(message) = room.messages.get(&id) else {
        return Err(ApiError::bad("message to delete not found"));
    };
    // In groups a bot that is no administrator may delete only what it wrote itself.
    let own = message.from.as_ref().map(|user: &User| user.id) == Some(bot);
    if !own && room.info.kind != "private" {
        return Err(ApiError::bad("message can't be deleted"));
    }
    room.messages.remove(&id);
    room.note(Seen::Deleted(id), keep);
    drop(world);
    shared.seen.notify_waiters();
    ok(&true)
}

pub(super) fn answer(shared: &Shared, params: &Params) -> Done {
    let mut world = shared.world();
    let words = params.text("text").map(str::to_owned);
    if words
        .as_deref()
        .is_some_and(|words| crate::html::units(words) > MAX_ANSWER)
    {
        return Err(ApiError::bad("MESSAGE_TOO_LONG"));
    }
    let press = params
        .text("callback_query_id")
        .and_then(|id| world.presses.remove(id));
    let Some(chat) = press else {
        return Err(ApiError::bad(
            "query is too old and response timeout expired or query ID is invalid",
        ));
    };
    note(&mut world, chat, Seen::Answered(words))?;
    drop(world);
    shared.seen.notify_waiters();
    ok(&true)
}

fn note(world: &mut World, chat: i64, seen: Seen) -> Result<(), ApiError> {
    let keep = world.options.history;
    world.room(chat)?.note(seen, keep);
    Ok(())
}

fn message_id(params: &Params) -> Result<i64, ApiError> {
    match params.get("message_id") {
        None | Some(Value::Null) => Err(ApiError::bad("message identifier is not specified")),
        Some(_) => Ok(params.int("message_id").unwrap_or(0)),
    }
}
