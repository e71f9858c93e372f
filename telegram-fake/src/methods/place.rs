//! Chats and their members.

use serde_json::{Value, json};

use crate::error::ApiError;
use crate::methods::{Done, ok};
use crate::model::User;
use crate::params::Params;
use crate::world::{Standing, World};

pub(super) fn get(world: &mut World, params: &Params) -> Done {
    let chat = world.target(params)?;
    let mut full = json!(world.room(chat)?.info);
    full["accent_color_id"] = 0.into();
    full["max_reaction_count"] = 11.into();
    full["accepted_gift_types"] = json!({
        "unlimited_gifts": false,
        "limited_gifts": false,
        "unique_gifts": false,
        "premium_subscription": false,
        "gifts_from_channels": false,
    });
    ok(&full)
}

pub(super) fn member(world: &mut World, params: &Params) -> Done {
    let chat = world.target(params)?;
    let who = params.int("user_id").unwrap_or(0);
    let Some(account) = world.accounts.get(&who) else {
        return Err(ApiError::bad("invalid user_id specified"));
    };
    let user = account.user.clone();
    let standing = world.room(chat)?.members.get(&who).copied();
    ok(&chat_member(&user, standing.unwrap_or(Standing::Left)))
}

pub(super) fn leave(world: &mut World, params: &Params) -> Done {
    let chat = world.target(params)?;
    if chat > 0 {
        return Err(ApiError::bad(
            "chat member status can't be changed in private chats",
        ));
    }
    world.room(chat)?.bot = Standing::Left;
    ok(&true)
}

/// A `ChatMember` of the kind that fits.
pub(crate) fn chat_member(user: &User, standing: Standing) -> Value {
    let mut member = json!({ "status": standing.status(), "user": user });
    match standing {
        Standing::Owner => member["is_anonymous"] = false.into(),
        Standing::Kicked => member["until_date"] = 0.into(),
        Standing::Member | Standing::Left => {}
    }
    member
}
