//! Taking part in the work: each worker holds its share of the partitions, no more.
//!
//! The broker counts: whoever works is a consumer of one queue in which nothing ever is, and a
//! partition without a consumer is free. It may count some who are gone, see `roll.rs`.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use lapin::{Channel, Consumer};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::error::Failure;
use crate::partition::{consume, hold};
use crate::roll;
use crate::share::{is_asked_to_share, shares};
use crate::shared::Shared;
use crate::topology::look;

/// A process that claims nothing for so long leaves its partitions to others.
const LEAVING: Duration = Duration::from_secs(15);
/// How often it is looked for free partitions by a worker that found none, while nothing changes.
const QUIET: Duration = Duration::from_secs(10);
/// The same of one that has less than others: somebody is about to leave it something.
const HUNGRY: Duration = Duration::from_secs(2);
/// How often it is asked whether the broker still knows who reads what is held here, and how long
/// that may take to be so at first.
const AUDIT: Duration = Duration::from_secs(5);
/// For so many looks more have to be counted than are heard of, before some are taken to be gone:
/// somebody who joins is counted first.
const DOUBT: u32 = 3;
/// Who could not take what the broker says somebody reads believes it for so long.
const PERSUADED: Duration = Duration::from_secs(30);
/// How long giving up everything may take in the end.
const ENDING: Duration = Duration::from_secs(35);

/// Takes part until `stop`.
pub(crate) async fn work(shared: Arc<Shared>, stop: CancellationToken) {
    tokio::select! {
        () = roll::hear(&shared) => {}
        () = share(Arc::clone(&shared), stop) => {}
    }
}

async fn share(shared: Arc<Shared>, stop: CancellationToken) {
    let mut worker = Worker::new(Arc::clone(&shared));
    while !stop.is_cancelled() {
        if shared.is_idle(LEAVING) {
            worker.leave().await;
            stop.run_until_cancelled(shared.joined.notified()).await;
            continue;
        }
        if let Err(failure) = worker.balance().await {
            tracing::warn!(error = %failure, "the partitions of the queue can't be shared out");
            (worker.roll, worker.hunger) = (None, None);
            shared.mend(&failure).await;
        }
        tokio::select! {
            Some(ended) = worker.holding.join_next_with_id() => {
                if worker.ended(ended) {
                    // It would fail as soon again.
                    stop.run_until_cancelled(tokio::time::sleep(shared.config.balance)).await;
                }
            }
            () = tokio::time::sleep(shared.config.balance) => {}
            () = stop.cancelled() => {}
        }
    }
    worker.leave().await;
}

struct Worker {
    shared: Arc<Shared>,
    /// Its place among those who are counted.
    roll: Option<Place>,
    /// Its place among those who have less than others.
    hunger: Option<Place>,
    held: HashMap<u16, Held>,
    /// Those who hold them or try to, until it ends well or fails.
    holding: JoinSet<Result<(), Failure>>,
    /// Where it begins to look: not everybody at the same place.
    first: u16,
    live: u32,
    looked: Option<Instant>,
    audited: Instant,
    /// Since when more are counted than are heard of.
    doubt: Option<Instant>,
    /// When it last tried to take what the broker says somebody reads.
    doubted: HashMap<u16, Instant>,
}

/// How many work, as far as is known.
struct Census {
    live: u32,
    hungry: u32,
    /// What those hold who can be heard, where others are counted who can't.
    held: Option<HashSet<u16>>,
}

/// A consumer of a queue in which nothing ever is.
type Place = (Channel, Consumer);

/// A partition, taken or about to be.
struct Held {
    stop: CancellationToken,
    task: Id,
    since: Instant,
}

impl Worker {
    fn new(shared: Arc<Shared>) -> Self {
        let chance = RandomState::new().hash_one(shared.names.partitions);
        let first = chance % u64::from(shared.names.partitions);
        Self {
            shared,
            roll: None,
            hunger: None,
            held: HashMap::new(),
            holding: JoinSet::new(),
            first: u16::try_from(first).unwrap_or(0),
            live: 0,
            looked: None,
            audited: Instant::now(),
            doubt: None,
            doubted: HashMap::new(),
        }
    }

    /// Gives up what is beyond its share, looks for what is free below it.
    async fn balance(&mut self) -> Result<(), Failure> {
        while let Some(ended) = self.holding.try_join_next_with_id() {
            self.ended(ended);
        }
        let Census { live, hungry, held } = self.census().await?;
        // What follows may fail or take long: it works all the same.
        roll::say(&self.shared, true, self.hunger.is_some(), self.holds());
        let (least, most) = shares(self.shared.names.partitions, live);
        let count = self.mine().count();
        let target = match hungry {
            0 => most,
            hungry if count > least && is_asked_to_share(hungry, live) => count.min(most) - 1,
            // What is free is left to them.
            _ => count.clamp(least, most),
        };
        for stop in self.mine().take(count.saturating_sub(target)) {
            stop.cancel();
        }
        if self.audited.elapsed() > AUDIT {
            self.audit().await?;
        }
        let quiet = if count < least { HUNGRY } else { QUIET };
        let rested = self.looked.is_none_or(|at| at.elapsed() > quiet);
        if count < target && (rested || live != self.live) {
            self.live = live;
            self.look_for(target - count, held.as_ref()).await?;
        }
        let is_hungry = self.mine().count() < least;
        roll::say(&self.shared, true, is_hungry, self.holds());
        self.show_hunger(is_hungry).await
    }

    /// The broker's numbers, without those who are gone although it does not know.
    async fn census(&mut self) -> Result<Census, Failure> {
        let counted = Census {
            live: self.count().await?,
            hungry: self.count_hungry().await?,
            held: None,
        };
        let look = self.shared.config.balance;
        let heard = self.shared.roll.heard(look);
        let Some(heard) = heard.filter(|heard| heard.others + 1 < counted.live) else {
            self.doubt = None;
            return Ok(counted);
        };
        let since = *self.doubt.get_or_insert_with(Instant::now);
        if since.elapsed() < look * DOUBT {
            return Ok(counted);
        }
        Ok(Census {
            live: heard.others + 1,
            hungry: heard.hungry + u32::from(self.hunger.is_some()),
            held: Some(heard.held),
        })
    }

    /// Which partitions it holds or is about to.
    fn holds(&self) -> Vec<u16> {
        let mut holds: Vec<u16> = self.held.keys().copied().collect();
        holds.sort_unstable();
        holds
    }

    /// What it holds and does not give up.
    fn mine(&self) -> impl Iterator<Item = &CancellationToken> {
        let mine = self.held.values().map(|held| &held.stop);
        mine.filter(|stop| !stop.is_cancelled())
    }

    /// How many have less than others.
    async fn count_hungry(&self) -> Result<u32, Failure> {
        let Some((channel, _)) = &self.roll else {
            return Ok(0);
        };
        let queue = self.shared.names.hungry();
        let hungry = look(channel, queue, self.shared.config.patience).await?;
        Ok(hungry.consumer_count())
    }

    async fn show_hunger(&mut self, is_hungry: bool) -> Result<(), Failure> {
        if !is_hungry {
            self.hunger = None;
        } else if self.hunger.is_none() {
            let channel = self.shared.consuming.channel().await?;
            let place = consume(&self.shared, &channel, &self.shared.names.hungry(), 1).await?;
            self.hunger = Some((channel, place));
        }
        Ok(())
    }

    /// Gives up what the broker has forgotten: a consumer that begins while its queue gets another
    /// leader is confirmed to us and may be unknown to that leader. Nothing would ever come.
    async fn audit(&mut self) -> Result<(), Failure> {
        self.audited = Instant::now();
        let Some((channel, _)) = &self.roll else {
            return Ok(());
        };
        let (names, patience) = (&self.shared.names, self.shared.config.patience);
        for (number, held) in &self.held {
            if held.since.elapsed() < AUDIT || held.stop.is_cancelled() {
                continue;
            }
            for queue in [names.partition(*number), names.aside(*number)] {
                if look(channel, queue, patience).await?.consumer_count() == 0 {
                    tracing::warn!(partition = number, "the broker forgot who reads: once more");
                    held.stop.cancel();
                }
            }
        }
        Ok(())
    }

    /// How many work, this one included.
    async fn count(&mut self) -> Result<u32, Failure> {
        let there = self
            .roll
            .as_ref()
            .is_some_and(|(channel, _)| channel.status().connected());
        if !there {
            let channel = self.shared.consuming.channel().await?;
            let place = consume(&self.shared, &channel, &self.shared.names.workers(), 1).await?;
            self.roll = Some((channel, place));
            self.looked = None;
        }
        let Some((channel, _)) = &self.roll else {
            return Ok(1);
        };
        let patience = self.shared.config.patience;
        let roll = look(channel, self.shared.names.workers(), patience).await?;
        Ok(roll.consumer_count().max(1))
    }

    /// Takes free partitions, so many at most. Where it is known what others hold, what is left is
    /// free whomever the broker counts; whoever holds it all the same keeps it.
    async fn look_for(
        &mut self,
        mut wanted: usize,
        others: Option<&HashSet<u16>>,
    ) -> Result<(), Failure> {
        let Some((channel, _)) = &self.roll else {
            return Ok(());
        };
        let all = self.shared.names.partitions;
        let order = (0..all).map(|n| (self.first + n) % all);
        self.looked = Some(Instant::now());
        let patience = self.shared.config.patience;
        for number in order {
            if wanted == 0 {
                break;
            }
            if self.held.contains_key(&number) {
                continue;
            }
            let doubted = self.doubted.get(&number);
            let is_forsaken = others.is_some_and(|held| !held.contains(&number))
                && doubted.is_none_or(|at| at.elapsed() > PERSUADED);
            let queue = look(channel, self.shared.names.partition(number), patience).await?;
            if queue.consumer_count() > 0 && !is_forsaken {
                continue;
            }
            // Where something was free, there may be more.
            self.looked = None;
            let aside = look(channel, self.shared.names.aside(number), patience).await?;
            if aside.consumer_count() > 0 && !is_forsaken {
                // Somebody is about to take it, or to leave it.
                continue;
            }
            if queue.consumer_count() > 0 {
                self.doubted.insert(number, Instant::now());
            }
            wanted -= 1;
            let stop = CancellationToken::new();
            let (shared, end) = (Arc::clone(&self.shared), stop.clone());
            let holding = self.holding.spawn(async move {
                let held = hold(&shared, number, &end).await;
                if let Err(failure) = &held {
                    // A lost connection is told once, by whoever connects anew.
                    tracing::debug!(error = %failure, partition = number, "a partition was lost");
                    shared.mend(failure).await;
                }
                held
            });
            self.held.insert(
                number,
                Held {
                    stop,
                    task: holding.id(),
                    since: Instant::now(),
                },
            );
        }
        Ok(())
    }

    /// A task has ended: whether it failed as soon as it had begun.
    fn ended(&mut self, ended: Result<(Id, Result<(), Failure>), JoinError>) -> bool {
        let (task, is_well) = match ended {
            Ok((task, held)) => (task, held.is_ok()),
            Err(error) => (error.id(), false),
        };
        let (mut failed_soon, soon) = (false, self.shared.config.balance);
        self.held.retain(|number, held| {
            let is_over = held.task == task;
            failed_soon |= is_over && !is_well && held.since.elapsed() < soon;
            if is_over && (!is_well || held.since.elapsed() > AUDIT) {
                // It was taken and is lost again, or nobody else kept it from us: it may be tried again.
                self.doubted.remove(number);
            }
            !is_over
        });
        self.looked = None;
        failed_soon
    }

    /// Gives up everything.
    async fn leave(&mut self) {
        (self.roll, self.hunger) = (None, None);
        roll::say(&self.shared, false, false, Vec::new());
        for held in self.held.values() {
            held.stop.cancel();
        }
        let ended = async { while self.holding.join_next_with_id().await.is_some() {} };
        if timeout(ENDING, ended).await.is_err() {
            self.holding.shutdown().await;
        }
        self.held.clear();
        self.looked = None;
    }
}
