//! A line before Telegram, of one process or of several instances of one bot.
//!
//! Telegram counts when a message arrives, and nobody knows how long it is on its way. So each
//! counts from when its answer came: whatever the way does, there are never more within a second
//! than may be, and what is lost is the time of one answer a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use expense_core::ports::rate::{Quota, RateLimiter, Take, Verdict};
use futures::future::join_all;
use tokio::sync::Mutex;
use tokio::time::sleep;

use super::{PATIENCE, Said};

const SECOND: Duration = Duration::from_secs(1);
/// What a chat is told.
const CHAT: Quota = Quota {
    burst: 1,
    period: SECOND,
};
/// What a group is told, besides.
const GROUP: Quota = Quota {
    burst: 20,
    period: Duration::from_secs(60),
};

pub(super) struct Line {
    limiter: Arc<dyn RateLimiter>,
    per_second: u32,
    bot: i64,
    instance: String,
    messages: AtomicU64,
    /// One of this instance asks, the others wait their turn behind it.
    first: Mutex<()>,
    waiting: AtomicU32,
}

/// What a message took.
pub(crate) struct Ticket {
    /// Nobody counts without one.
    limiter: Option<Arc<dyn RateLimiter>>,
    takes: Vec<(Take, Quota)>,
}

impl Ticket {
    /// That of a message that nobody counts.
    pub(super) fn none() -> Self {
        Self {
            limiter: None,
            takes: Vec::new(),
        }
    }

    /// The message has arrived by now.
    pub(crate) async fn arrived(self) {
        if let Some(limiter) = self.limiter {
            // What can't be counted any more was counted when it was sent.
            let takes = self.takes.iter();
            join_all(takes.map(|(take, quota)| limiter.restamp(take, *quota))).await;
        }
    }
}

impl Line {
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
            first: Mutex::default(),
            waiting: AtomicU32::new(0),
        }
    }

    /// Waits for the turn of this chat. Nothing where it can't be counted.
    pub(super) async fn turn(&self, chat: i64, said: Said) -> Result<Option<Ticket>, Duration> {
        // Before anything of this chat is taken in vain.
        self.within_patience(self.waiting.load(Ordering::Relaxed))?;
        let mut takes = Vec::with_capacity(3);
        for (of, quota) in pace(chat, said) {
            let bucket = format!("telegram/{}/{of}/{chat}", self.bot);
            match self.taken(bucket, *quota).await? {
                Some(take) => takes.push((take, *quota)),
                None => return Ok(None),
            }
        }
        // Whoever finds so many before them that they would wait for long comes back later; whoever
        // stands in the line waits for as long as the caller does, and the pace is used to its end.
        let place = Place::behind(&self.waiting);
        self.within_patience(place.before)?;
        let _first = self.first.lock().await;
        let quota = Quota {
            burst: self.per_second,
            period: SECOND,
        };
        let bucket = format!("telegram/{}/all", self.bot);
        Ok(self.taken(bucket, quota).await?.map(|take| {
            takes.push((take, quota));
            let limiter = Some(Arc::clone(&self.limiter));
            Ticket { limiter, takes }
        }))
    }

    /// Nothing where so many have their turn before long; how long it takes where they have not.
    fn within_patience(&self, before: u32) -> Result<(), Duration> {
        let wait = SECOND * before / self.per_second;
        if wait > PATIENCE { Err(wait) } else { Ok(()) }
    }

    /// Takes one from this bucket as soon as it may be taken.
    async fn taken(&self, bucket: String, quota: Quota) -> Result<Option<Take>, Duration> {
        let mut take = Take {
            bucket,
            token: None,
            at: None,
        };
        loop {
            // A token that was refused keeps its verdict: each try has one of its own.
            let number = self.messages.fetch_add(1, Ordering::Relaxed);
            take.token = Some(format!("{}/{number}", self.instance));
            match self.limiter.take(&take, quota).await {
                Err(_) => return Ok(None),
                Ok(Verdict::Allowed) => return Ok(Some(take)),
                Ok(Verdict::Limited { retry_after }) if retry_after > PATIENCE => {
                    return Err(retry_after);
                }
                // Another may be quicker then.
                Ok(Verdict::Limited { retry_after }) => sleep(retry_after).await,
            }
        }
    }
}

/// What counts in a chat; groups have negative ids, see `Chat`. A message that is changed in a
/// private chat is none that is sent there: whoever pressed a button sees at once what it did.
fn pace(chat: i64, said: Said) -> &'static [(&'static str, Quota)] {
    match (chat < 0, said) {
        (true, _) => &[("minute", GROUP), ("chat", CHAT)],
        (false, Said::Anew) => &[("chat", CHAT)],
        (false, Said::InPlace) => &[],
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
