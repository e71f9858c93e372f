//! Replies that could not be sent when they were due: parked in the store, sent in order.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::pool::work_off;
use super::{Inner, backoff, counts};
use crate::conversation::reply::Reply;
use crate::domain::keys::{ChatKey, UpdateKey};
use crate::domain::limits;
use crate::ports::error::{PortError, Result};
use crate::ports::jobs::{Job, JobKind, Parked, Release, Work};
use crate::ports::messenger::ReplyId;

/// Sends what is parked until `stop`, beginning with what was `found` already.
pub(super) async fn work(inner: &Inner, stop: &CancellationToken, found: Vec<Job>) {
    let look = |free| inner.look_for_parked(free);
    let send = |job| inner.send_parked(job);
    work_off(stop, limits::PARKED_IN_HAND, found, look, send).await;
}

impl Inner {
    /// Keeps a reply until it can be sent, not before `wait` has passed.
    pub(super) async fn park(&self, parked: &Parked, wait: Duration) -> Result<()> {
        self.ports.jobs.park(parked, wait).await?;
        self.counts.parked.increment(1);
        // Not before the store has it free, or a look would find nothing and forget it.
        let until = self.in_future(wait);
        // Others know already where something of this chat is not to be tried yet.
        let now = self.ports.clock.steady();
        let known = self.behind.not_before(&parked.chat);
        if let Some(wake) = &self.ports.wake
            && known.is_none_or(|then| then <= now)
        {
            wake.ring(JobKind::Reply, self.ports.clock.now());
        }
        // Only now: a look that went on meanwhile did not see it and would forget it again. The
        // chat's next update comes after this one, so that nothing overtakes it in between.
        self.behind.add(&parked.chat, until, self.later.enter());
        self.replies.ring(until, self.later.enter());
        Ok(())
    }

    /// Makes sure that what an update will have said once it is recorded is sent, even if the
    /// process dies right after the commit.
    pub(super) async fn promise(&self, chat: &ChatKey, key: &UpdateKey) -> Result<()> {
        let parked = Parked {
            key: key.clone(),
            chat: chat.clone(),
            first: 0,
            replies: Vec::new(),
        };
        self.ports.jobs.park(&parked, Duration::ZERO).await
    }

    /// A promise is due: what the chat is told from now on queues behind it.
    pub(super) fn keep_promise(&self, chat: &ChatKey) {
        self.behind
            .add(chat, self.ports.clock.steady(), self.later.enter());
        self.look_again(Duration::ZERO);
    }

    async fn look_for_parked(&self, free: usize) -> Vec<Job> {
        let at_most = match self.behind.knows_any() {
            true => limits::BEHIND_LOOK,
            false => limits::LOOK,
        };
        self.replies.heard(self.ports.clock.steady(), at_most).await;
        if !self.outage.lasts() {
            return self.claim_parked(free).await;
        }
        tokio::time::sleep(limits::PROBE_PAUSE).await;
        self.claim_parked(free.min(limits::PROBES)).await
    }

    /// Parked replies to be sent now, at most one a chat.
    pub(super) async fn claim_parked(&self, free: usize) -> Vec<Job> {
        let _due = self.replies.answer(self.ports.clock.steady());
        let (now, others) = (self.ports.clock.steady(), self.options.others_send);
        if self.behind.is_to_ask(now, others) {
            self.ask_who_is_behind().await;
        }
        let look = self.behind.look();
        // By the time before the claim: what became due while it ran was not seen by it.
        let asked_at = self.ports.clock.steady();
        let ttl = limits::REPLY_CLAIM;
        let jobs = match self.claim_jobs(JobKind::Reply, free, ttl).await {
            Ok(jobs) => jobs,
            Err(error) => {
                counts::error(&error);
                tracing::warn!(%error, "parked replies can't be looked up");
                self.look_again(backoff::after(2, &error));
                self.behind.maybe_claimed(self.in_future(ttl));
                self.look_again(ttl);
                return Vec::new();
            }
        };
        for job in &jobs {
            self.behind
                .add(&job.chat, self.ports.clock.steady(), self.later.enter());
            self.behind.claimed(&job.chat, self.in_future(ttl));
        }
        if jobs.len() >= free {
            self.look_again(Duration::ZERO);
        } else if !self.behind.doubts(look, asked_at) || self.ask_who_is_behind().await {
            self.behind.seen(look, asked_at);
        } else {
            self.look_again(limits::BEHIND_LOOK);
        }
        jobs
    }

    /// What other processes parked, and earlier ones, must not be overtaken either. Whether the store
    /// said for whom.
    pub(super) async fn ask_who_is_behind(&self) -> bool {
        let (most, served) = (limits::CHATS_BEHIND, self.options.served);
        let dying = limits::REPLY_CLAIM - limits::REPLY_SENT;
        let _turn = self.behind.asking.lock().await;
        let asked = self.ports.clock.steady();
        match self.ports.jobs.parked(most, served, dying).await {
            Ok(chats) => {
                self.behind.know(chats, asked);
                true
            }
            Err(error) => {
                counts::error(&error);
                tracing::warn!(%error, "it can't be looked up for whom replies are parked");
                false
            }
        }
    }

    pub(super) async fn send_parked(&self, job: Job) {
        let now = self.ports.clock.steady();
        let then = self.behind.not_before(&job.chat).unwrap_or_default();
        let after = then.saturating_sub(now);
        let release = if after.is_zero() {
            self.try_parked(&job).await
        } else {
            Release::NotBegun { after }
        };
        let wait = match release {
            Release::Done => Duration::ZERO,
            Release::Again { after } | Release::NotBegun { after } => after,
        };
        if let Err(error) = self.ports.jobs.release(&job, release).await {
            // The claim runs out by itself.
            counts::error(&error);
            let chat = self.alias(&job.chat);
            tracing::warn!(%error, %chat, "a parked reply may be sent again");
            self.look_again(limits::REPLY_CLAIM);
            return;
        }
        self.behind.released(&job.chat, self.in_future(wait));
        self.look_again(wait);
        let took = self.ports.clock.steady().saturating_sub(now);
        if release != Release::Done && took >= limits::REPLY_SENT {
            // Others count this chat no more, and it has something parked again.
            self.ring_for(JobKind::Reply, self.ports.clock.now());
        }
    }

    async fn try_parked(&self, job: &Job) -> Release {
        let Work::Reply(parked) = &job.work else {
            return Release::Done;
        };
        let replies = match self.promised(parked).await {
            Ok(Some(replies)) => replies,
            Ok(None) if job.attempt >= limits::PROMISE_ATTEMPTS => return Release::Done,
            Ok(None) => {
                let after = limits::FIRST_RETRY.saturating_mul(job.attempt);
                return Release::Again { after };
            }
            Err(error) => return self.later_or_never(job, &error),
        };
        for (place, reply) in (parked.first..).zip(replies) {
            let id = ReplyId {
                update: parked.key.clone(),
                place,
            };
            let sent = self.send(&job.chat, id, reply, limits::LATE_SENDING);
            if let Err((_, error)) = sent.await {
                return self.later_or_never(job, &error);
            }
        }
        Release::Done
    }

    /// The replies themselves, or those that a promise stands for: none as long as its update was
    /// not recorded. One that never is, is promised again when it is tried again.
    async fn promised(&self, parked: &Parked) -> Result<Option<Vec<Reply>>> {
        if !parked.replies.is_empty() {
            return Ok(Some(parked.replies.clone()));
        }
        let mut pauses = limits::PROMISE_LOOKS.into_iter();
        loop {
            let recorded = self.ports.store.recorded(&parked.chat, &parked.key);
            if let Some(outcome) = recorded.await? {
                return Ok(Some(outcome.replies));
            }
            let Some(pause) = pauses.next() else {
                return Ok(None);
            };
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    fn later_or_never(&self, job: &Job, error: &PortError) -> Release {
        counts::error(error);
        if job.attempt >= limits::REPLY_ATTEMPTS {
            self.counts.given_up.increment(1);
            let chat = self.alias(&job.chat);
            tracing::error!(%error, attempt = job.attempt, %chat, "a parked reply is given up");
            return Release::Done;
        }
        let after = backoff::reply(job.attempt, error);
        Release::Again { after }
    }

    /// There may be something to send after this time.
    pub(super) fn look_again(&self, after: Duration) {
        self.replies.ring(self.in_future(after), self.later.enter());
    }

    /// When so much time will have passed.
    pub(super) fn in_future(&self, wait: Duration) -> Duration {
        self.ports.clock.steady().saturating_add(wait)
    }
}

#[cfg(test)]
mod tests;
