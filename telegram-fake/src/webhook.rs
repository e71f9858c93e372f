//! Delivers updates to the bot's webhook.
//!
//! As the official server does: many chats at a time, one update of a chat at a time, in order;
//! what is not answered with 2xx comes again, later each time; and the answer may itself be a call.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::http::client::{Client, Reply, Target};
use crate::methods;
use crate::options::Options;
use crate::params::Params;
use crate::queue::Parcel;
use crate::shared::Shared;

/// A wait grows no longer after so many refusals.
const MOST_DOUBLINGS: u32 = 6;

/// A webhook as it was set.
#[derive(Clone, Debug)]
pub(crate) struct Hook {
    pub(crate) url: String,
    pub(crate) connections: u64,
    pub(crate) last_error: Option<(i64, String)>,
    pub(crate) ended: CancellationToken,
    target: Target,
}

impl Hook {
    pub(crate) fn new(url: String, target: Target, connections: u64) -> Self {
        Self {
            url,
            connections,
            last_error: None,
            ended: CancellationToken::new(),
            target,
        }
    }

    /// Whether this is the same webhook, set once more.
    pub(crate) fn is(&self, other: &Self) -> bool {
        (&self.target, self.connections) == (&other.target, other.connections)
    }
}

/// Starts as many deliverers as the bot allows connections.
pub(crate) fn deliver(shared: &Arc<Shared>, hook: &Hook) {
    for _ in 0..hook.connections {
        let (shared, hook) = (shared.clone(), hook.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = shared.ended.cancelled() => {}
                () = hook.ended.cancelled() => {}
                () = run(&shared, &hook) => {}
            }
        });
    }
}

async fn run(shared: &Arc<Shared>, hook: &Hook) {
    let mut client = Client::default();
    loop {
        let (parcel, more) = {
            let mut world = shared.world();
            // Under the lock under which another webhook takes this one's place: what belongs to
            // that one is not taken.
            if hook.ended.is_cancelled() {
                return;
            }
            (world.queue.take(), world.queue.has_ready())
        };
        let Some(parcel) = parcel else {
            shared.parcels.notified().await;
            continue;
        };
        if more {
            shared.parcels.notify_one();
        }
        hand_over(shared, hook, &mut client, parcel).await;
    }
}

/// Sends one update until it is taken. While it waits to be sent again, the connection serves
/// other chats.
async fn hand_over(shared: &Arc<Shared>, hook: &Hook, client: &mut Client, parcel: Parcel) {
    let patience = shared.world().options.webhook_patience;
    let answered = client.post(&hook.target, &parcel.bytes, patience).await;
    let (error, wait) = match answered {
        Ok(reply) if (200..300).contains(&reply.status) => {
            obey(shared, &reply).await;
            let empty = {
                let mut world = shared.world();
                if hook.ended.is_cancelled() {
                    return;
                }
                world.queue.delivered(&parcel);
                world.queue.len() == 0
            };
            if empty {
                shared.idle.notify_waiters();
            }
            return shared.parcels.notify_one();
        }
        Ok(reply) => {
            let text = format!("Wrong response from the webhook: {}", reply.status);
            (text, reply.retry_after.map(Duration::from_secs))
        }
        Err(error) if error.kind() == std::io::ErrorKind::TimedOut => {
            ("Read timeout expired".to_owned(), None)
        }
        Err(error) => (format!("Connection failed: {}", error.kind()), None),
    };
    let wait = {
        let mut world = shared.world();
        if hook.ended.is_cancelled() {
            return;
        }
        let tries = world.queue.failed(&parcel);
        let now = world.now();
        *world.refusals.entry(error.clone()).or_default() += 1;
        if let Some(hook) = world.hook.as_mut() {
            hook.last_error = Some((now, error));
        }
        let doubled = world
            .options
            .webhook_retry
            .saturating_mul(1 << tries.min(MOST_DOUBLINGS));
        wait.unwrap_or(doubled).min(Options::MAX_RETRY)
    };
    let (shared, ended) = (shared.clone(), hook.ended.clone());
    tokio::spawn(async move {
        tokio::select! {
            () = ended.cancelled() => {}
            () = shared.ended.cancelled() => {}
            () = tokio::time::sleep(wait) => {
                let mut world = shared.world();
                if !ended.is_cancelled() {
                    world.queue.release(parcel.chat);
                }
                drop(world);
                shared.parcels.notify_one();
            }
        }
    });
}

/// Executes the call that a webhook's answer carries, if it carries one. Its result goes nowhere.
async fn obey(shared: &Arc<Shared>, reply: &Reply) {
    if reply.body.is_empty() {
        return;
    }
    let mut params = Params::default();
    if params.body(&reply.kind, &reply.body).await.is_err() {
        return;
    }
    if let Some(Value::String(method)) = params.fields.remove("method") {
        methods::call(shared, &method, params).await;
    }
}
