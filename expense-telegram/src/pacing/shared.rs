//! The pace of several instances of one bot.
//!
//! Telegram counts when a message arrives, and nobody knows how long it is on its way. So each
//! counts from when its answer came: whatever the way does, there are never more within a second
//! than may be, and what is lost is the time of one answer a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use expense_core::ports::rate::{Quota, RateLimiter, Take, Verdict};
use tokio::sync::Mutex;
use tokio::time::sleep;

use super::PATIENCE;

const SECOND: Duration = Duration::from_secs(1);
/// A chat's messages count by when they are sent, with room for those that are quicker than others.
const PRIVATE: Quota = Quota {
    burst: 3,
    period: Duration::from_millis(3_100),
};
const GROUP: Quota = Quota {
    burst: 20,
    period: Duration::from_millis(61_000),
};
/// Where nobody can count for all, an instance takes this part of the pace: four of them keep to it
/// together, and Telegram asks more of them to wait.
const PART: u32 = 4;

pub(super) struct Shared {
    limiter: Arc<dyn RateLimiter>,
    per_second: u32,
    bot: i64,
    instance: String,
    messages: AtomicU64,
    /// One of this instance asks, the others wait their turn behind it.
    line: Mutex<()>,
    waiting: AtomicU32,
}

/// What a message took.
#[derive(Debug)]
pub(crate) struct Ticket(Option<Take>);

impl Ticket {
    /// That of a message that nobody counts when it arrives.
    pub(super) const NONE: Self = Self(None);
}

impl Shared {
    pub(super) fn new(
        limiter: Arc<dyn RateLimiter>,
        per_second: u32,
        bot: i64,
        instance: &str,
    ) -> Self {
        Self {
            limiter,
            per_second,
            bot,
            instance: instance.to_owned(),
            messages: AtomicU64::new(0),
            line: Mutex::default(),
            waiting: AtomicU32::new(0),
        }
    }

    /// Messages a second of one instance that has to count by itself.
    pub(super) fn alone(&self) -> usize {
        usize::try_from((self.per_second / PART).max(1)).unwrap_or(usize::MAX)
    }

    /// Waits for the turn of this chat among all instances. Nothing where it can't be counted.
    pub(super) async fn turn(&self, chat: i64) -> Result<Option<Ticket>, Duration> {
        // Whoever finds so many before them that they would wait for long comes back later; whoever
        // stands in the line waits for as long as the caller does, and the pace is used to its end.
        let place = Place::behind(&self.waiting);
        let wait = SECOND * place.before / self.per_second;
        if wait > PATIENCE {
            return Err(wait);
        }
        let of_chat = Take {
            bucket: format!("telegram/{}/chat/{chat}", self.bot),
            token: None,
            at: None,
        };
        let quota = if chat < 0 { GROUP } else { PRIVATE };
        loop {
            match self.limiter.take(&of_chat, quota).await {
                Err(_) => return Ok(None),
                Ok(Verdict::Allowed) => break,
                Ok(Verdict::Limited { retry_after }) if retry_after > PATIENCE => {
                    return Err(retry_after);
                }
                Ok(Verdict::Limited { retry_after }) => sleep(retry_after).await,
            }
        }
        let _first = self.line.lock().await;
        self.common_turn().await
    }

    async fn common_turn(&self) -> Result<Option<Ticket>, Duration> {
        loop {
            // A token that was refused keeps its verdict: each try has one of its own.
            let take = self.next();
            match self.limiter.take(&take, self.quota()).await {
                Err(_) => return Ok(None),
                Ok(Verdict::Allowed) => return Ok(Some(Ticket(Some(take)))),
                Ok(Verdict::Limited { retry_after }) if retry_after > PATIENCE => {
                    return Err(retry_after);
                }
                // Another may be quicker then.
                Ok(Verdict::Limited { retry_after }) => sleep(retry_after).await,
            }
        }
    }

    pub(super) async fn arrived(&self, ticket: Ticket) {
        if let Some(take) = ticket.0 {
            // What can't be counted any more was counted when it was sent.
            let _ = self.limiter.restamp(&take, self.quota()).await;
        }
    }

    fn quota(&self) -> Quota {
        Quota {
            burst: self.per_second,
            period: SECOND,
        }
    }

    fn next(&self) -> Take {
        let number = self.messages.fetch_add(1, Ordering::Relaxed);
        Take {
            bucket: format!("telegram/{}/all", self.bot),
            token: Some(format!("{}/{number}", self.instance)),
            at: None,
        }
    }
}

/// A place in the line, until it is dropped.
struct Place<'l> {
    waiting: &'l AtomicU32,
    before: u32,
}

impl<'l> Place<'l> {
    fn behind(waiting: &'l AtomicU32) -> Self {
        let before = waiting.fetch_add(1, Ordering::Relaxed);
        Self { waiting, before }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
