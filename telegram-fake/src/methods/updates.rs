//! Updates on their way to the bot: asked for, or sent to its webhook.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::error::ApiError;
use crate::http::client::Target;
use crate::methods::{Done, ok};
use crate::params::Params;
use crate::shared::Shared;
use crate::webhook::{self, Hook};

/// The most updates in one answer.
const MAX_BATCH: i64 = 100;
/// The longest long poll, in seconds.
const MAX_POLL: i64 = 50;
const ACTIVE: &str = "can't use getUpdates method while webhook is active; \
                      use deleteWebhook to delete the webhook first";
const OTHER: &str = "terminated by other getUpdates request; \
                     make sure that only one bot instance is running";

pub(super) async fn get(shared: &Arc<Shared>, params: &Params) -> Done {
    let limit = params
        .int("limit")
        .filter(|limit| (1..=MAX_BATCH).contains(limit));
    let limit = usize::try_from(limit.unwrap_or(MAX_BATCH)).unwrap_or(1);
    let timeout = params.int("timeout").unwrap_or(0).clamp(0, MAX_POLL);
    let deadline = Instant::now() + Duration::from_secs(timeout.unsigned_abs());
    let ours = {
        let mut world = shared.world();
        if world.hook.is_some() {
            return Err(ApiError::conflict(ACTIVE));
        }
        if let Some(kinds) = allowed(params)? {
            world.queue.allow(kinds);
        }
        world.queue.confirm(params.int("offset").unwrap_or(0));
        world.poller += 1;
        world.poller
    };
    shared.idle.notify_waiters();
    // An older poll that still waits ends.
    shared.news.notify_waiters();
    loop {
        let news = shared.news.notified();
        tokio::pin!(news);
        news.as_mut().enable();
        {
            let mut world = shared.world();
            if world.hook.is_some() {
                return Err(ApiError::conflict("terminated by setWebhook request"));
            }
            if world.poller != ours {
                return Err(ApiError::conflict(OTHER));
            }
            if let Some(batch) = world.queue.batch(limit) {
                return Ok(batch);
            }
        }
        if tokio::time::timeout_at(deadline, news).await.is_err() {
            return Ok(b"[]".to_vec());
        }
    }
}

pub(super) fn set_webhook(shared: &Arc<Shared>, params: &Params) -> Done {
    let Some(url) = params.text("url") else {
        return delete_webhook(shared, params);
    };
    let secret = params.text("secret_token").map(str::to_owned);
    check_secret(secret.as_deref())?;
    let target = Target::parse(url, secret).ok_or_else(|| {
        ApiError::bad("bad webhook: the fake delivers to http://HOST:PORT/PATH only")
    })?;
    let connections = params.int("max_connections").unwrap_or(40).clamp(1, 100);
    let hook = Hook::new(url.to_owned(), target, connections.unsigned_abs());
    {
        let mut world = shared.world();
        if let Some(kinds) = allowed(params)? {
            world.queue.allow(kinds);
        }
        if params.flag("drop_pending_updates") {
            world.queue.clear();
        }
        if world.hook.as_ref().is_some_and(|before| before.is(&hook)) {
            // As the official server: what is under way goes on.
            return ok(&true);
        }
        if let Some(before) = world.hook.replace(hook.clone()) {
            before.ended.cancel();
        }
        world.queue.hook(true);
    }
    shared.news.notify_waiters();
    webhook::deliver(shared, &hook);
    ok(&true)
}

pub(super) fn delete_webhook(shared: &Shared, params: &Params) -> Done {
    let mut world = shared.world();
    if let Some(before) = world.hook.take() {
        before.ended.cancel();
    }
    world.queue.hook(false);
    if params.flag("drop_pending_updates") {
        world.queue.clear();
    }
    ok(&true)
}

pub(super) fn webhook_info(shared: &Shared) -> Done {
    let world = shared.world();
    let mut info = json!({
        "url": world.hook.as_ref().map_or("", |hook| hook.url.as_str()),
        "has_custom_certificate": false,
        "pending_update_count": world.queue.len(),
    });
    if let Some(hook) = &world.hook {
        info["max_connections"] = hook.connections.into();
        if let Some((date, text)) = &hook.last_error {
            info["last_error_date"] = (*date).into();
            info["last_error_message"] = text.as_str().into();
        }
    }
    if !world.queue.allowed().is_empty() {
        info["allowed_updates"] = json!(world.queue.allowed());
    }
    ok(&info)
}

/// The kinds of update that are asked for; `None` leaves them as they are.
fn allowed(params: &Params) -> Result<Option<Vec<String>>, ApiError> {
    let Some(kinds) = params.json("allowed_updates", "allowed_updates")? else {
        return Ok(None);
    };
    let Some(kinds) = kinds.as_array() else {
        return Err(ApiError::bad("expected an Array of String"));
    };
    let kinds = kinds.iter().filter_map(Value::as_str);
    Ok(Some(kinds.map(str::to_owned).collect()))
}

fn check_secret(secret: Option<&str>) -> Result<(), ApiError> {
    let Some(secret) = secret else { return Ok(()) };
    let known = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if secret.len() > 256 {
        return Err(ApiError::bad("secret token is too long"));
    }
    match secret.chars().all(known) {
        true => Ok(()),
        false => Err(ApiError::bad("secret token contains unallowed characters")),
    }
}
