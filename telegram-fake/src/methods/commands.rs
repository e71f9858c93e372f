//! The bot itself, and the commands that people's apps offer.

use serde_json::{Value, json};

use crate::error::ApiError;
use crate::methods::{Done, ok};
use crate::params::Params;
use crate::world::World;

const MAX_COMMANDS: usize = 100;
/// What `getMe` alone tells, all of it, since clients rely on that; and what this bot can.
const ABILITIES: [(&str, bool); 10] = [
    ("can_join_groups", true),
    ("can_read_all_group_messages", true),
    ("supports_guest_queries", false),
    ("supports_inline_queries", false),
    ("can_connect_to_business", false),
    ("has_main_web_app", false),
    ("has_topics_enabled", false),
    ("allows_users_to_create_topics", false),
    ("can_manage_bots", false),
    ("supports_join_request_queries", false),
];

pub(super) fn me(world: &World) -> Done {
    let mut me = json!(world.bot);
    for (ability, given) in ABILITIES {
        me[ability] = given.into();
    }
    ok(&me)
}

pub(super) fn set(world: &mut World, params: &Params) -> Done {
    let commands = params
        .json("commands", "commands")?
        .unwrap_or_else(|| json!([]));
    let Some(list) = commands.as_array() else {
        return Err(ApiError::bad("expected an Array of BotCommand"));
    };
    if list.len() > MAX_COMMANDS {
        return Err(ApiError::bad("BOT_COMMANDS_TOO_MUCH"));
    }
    for command in list {
        check(command)?;
    }
    let key = key(params)?;
    match list.is_empty() {
        true => world.commands.remove(&key),
        false => world.commands.insert(key, commands),
    };
    ok(&true)
}

pub(super) fn get(world: &mut World, params: &Params) -> Done {
    let commands = world.commands.get(&key(params)?);
    ok(commands.unwrap_or(&json!([])))
}

pub(super) fn delete(world: &mut World, params: &Params) -> Done {
    world.commands.remove(&key(params)?);
    ok(&true)
}

fn check(command: &Value) -> Result<(), ApiError> {
    let name = command["command"].as_str().unwrap_or_default();
    let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || name.len() > 32 || !name.chars().all(known) {
        return Err(ApiError::bad("BOT_COMMAND_INVALID"));
    }
    let description = command["description"].as_str().unwrap_or_default();
    match crate::html::units(description) {
        1..=256 => Ok(()),
        _ => Err(ApiError::bad("BOT_COMMAND_DESCRIPTION_INVALID")),
    }
}

/// Scope and language: each pair has commands of its own.
fn key(params: &Params) -> Result<(String, String), ApiError> {
    let scope = params.json("scope", "BotCommandScope")?;
    let scope = scope.unwrap_or_else(|| json!({ "type": "default" }));
    let Some(kind) = scope["type"].as_str() else {
        return Err(ApiError::bad(
            "can't parse BotCommandScope: Unsupported type specified",
        ));
    };
    let chat = match &scope["chat_id"] {
        Value::Null if kind.starts_with("chat") => {
            return Err(ApiError::bad(
                "can't parse BotCommandScope: Empty chat_id specified",
            ));
        }
        Value::Null => String::new(),
        chat => format!(" {chat}"),
    };
    let language = params.text("language_code").unwrap_or_default();
    if !language.is_empty() && language.len() != 2 {
        return Err(ApiError::bad("invalid language code specified"));
    }
    Ok((format!("{kind}{chat}"), language.to_owned()))
}
