//! What the tasks of one server share.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::check::Checker;
use crate::model::Message;
use crate::options::Options;
use crate::world::World;

/// A message of the bot has arrived in a chat, for those who measure.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The chat.
    pub chat: i64,
    /// What it says.
    pub words: String,
    /// When the server had it.
    pub at: Instant,
}

pub(crate) struct Shared {
    world: Mutex<World>,
    pub(crate) token: String,
    pub(crate) checker: Option<Checker>,
    /// Something is new for a long poll.
    pub(crate) news: Notify,
    /// Something is ready for the webhook.
    pub(crate) parcels: Notify,
    /// There may be nothing left to deliver.
    pub(crate) idle: Notify,
    /// Something happened in a chat.
    pub(crate) seen: Notify,
    pub(crate) arrivals: OnceLock<UnboundedSender<Arrival>>,
    pub(crate) ended: CancellationToken,
}

impl Shared {
    pub(crate) fn new(options: Options) -> Arc<Self> {
        let checker = options.check.then(Checker::load).flatten();
        Arc::new(Self {
            token: options.token.clone(),
            world: Mutex::new(World::new(options)),
            checker,
            news: Notify::new(),
            parcels: Notify::new(),
            idle: Notify::new(),
            seen: Notify::new(),
            arrivals: OnceLock::new(),
            ended: CancellationToken::new(),
        })
    }

    /// The state. A test that panicked while it held the lock has failed already.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks an update that was just made, and wakes who waits for it.
    pub(crate) fn made(&self, update: Option<Bytes>) {
        let Some(update) = update else { return };
        if let Some(checker) = &self.checker {
            checker.update(&update);
        }
        self.news.notify_waiters();
        self.parcels.notify_one();
    }

    /// The bot's message is in the chat.
    pub(crate) fn arrived(&self, message: &Message) {
        self.seen.notify_waiters();
        if let Some(arrivals) = self.arrivals.get() {
            // It fails where nobody measures any more.
            let _ = arrivals.send(Arrival {
                chat: message.chat.id,
                words: message.words().to_owned(),
                at: Instant::now(),
            });
        }
    }
}
