//! What the service tells in numbers. Every label is one of our own words, and what is counted for
//! every message is counted by handles that are kept: no name is put together for one.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use super::active::Active;
use crate::conversation::command;
use crate::domain::keys::UserKey;
use crate::domain::limits;
use crate::ports::error::PortError;
use crate::ports::jobs::Backlog;
use crate::ports::queue::Settle;

/// How a delivery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    Retried,
    Buried,
}

impl Outcome {
    /// What a queue makes of this end of the delivery: after the last try it buries the update.
    pub(super) fn of(settle: &Settle, attempt: u32) -> Self {
        match settle {
            Settle::Done => Self::Done,
            Settle::Retry { .. } if attempt < limits::TRIES => Self::Retried,
            Settle::Retry { .. } | Settle::Dead { .. } => Self::Buried,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Retried => "retried",
            Self::Buried => "buried",
        }
    }
}

pub(super) struct Counts {
    /// By the label of what was asked for.
    requests: HashMap<&'static str, Requests>,
    lag: Histogram,
    people: Active,
    active: Gauge,
    /// Replies that were sent.
    pub(super) sent: Counter,
    /// Replies that wait in the store until they can be sent.
    pub(super) parked: Counter,
    /// Replies that were tried for days, and are tried no more.
    pub(super) given_up: Counter,
    /// Replies that the other side does not take.
    pub(super) refused: Counter,
    /// Copies of sessions.
    pub(super) sessions: Copies,
}

/// How often copies were there.
pub(super) struct Copies {
    hits: Counter,
    misses: Counter,
}

/// Those that count what is rare begin with nought, so that the first one is seen to rise.
struct Requests {
    done: Counter,
    retried: Counter,
    buried: Counter,
    /// A histogram is many numbers: none is kept of what nobody asks for.
    duration: OnceLock<Histogram>,
}

impl Counts {
    pub(super) fn new() -> Self {
        let replies = |result| counter!("bot_replies_total", "result" => result);
        Self {
            requests: command::labels()
                .map(|command| (command, Requests::new(command)))
                .collect(),
            lag: histogram!("queue_lag_seconds"),
            people: Active::new(),
            active: gauge!("bot_active_users"),
            sent: replies("sent"),
            parked: replies("parked"),
            given_up: replies("given_up"),
            refused: replies("refused"),
            sessions: Copies::new("sessions"),
        }
    }

    /// A person's update comes to a worker, so long after it was sent.
    pub(super) fn began(&self, who: &UserKey, sent_at: DateTime<Utc>, now: DateTime<Utc>) {
        self.people.saw(who, now);
        self.lag.record(positive(now - sent_at));
    }

    /// An update was handled, for better or worse.
    pub(super) fn handled(&self, command: &'static str, outcome: Outcome, took: Duration) {
        let Some(requests) = self.requests.get(command) else {
            return;
        };
        let counter = match outcome {
            Outcome::Done => &requests.done,
            Outcome::Retried => &requests.retried,
            Outcome::Buried => &requests.buried,
        };
        counter.increment(1);
        let new = || histogram!("bot_request_duration_seconds", "command" => command);
        requests.duration.get_or_init(new).record(took);
    }

    /// Shows how many people there are now.
    pub(super) fn show_active(&self, now: DateTime<Utc>) {
        let people = self.people.count(now);
        self.active.set(u32::try_from(people).unwrap_or(u32::MAX));
    }
}

impl Copies {
    fn new(cache: &'static str) -> Self {
        let counter =
            |outcome| counter!("cache_requests_total", "cache" => cache, "outcome" => outcome);
        Self {
            hits: counter("hit"),
            misses: counter("miss"),
        }
    }

    pub(super) fn count(&self, found: bool) {
        if found { &self.hits } else { &self.misses }.increment(1);
    }
}

impl Requests {
    fn new(command: &'static str) -> Self {
        let counter = |outcome: Outcome| {
            let outcome = outcome.name();
            counter!("bot_requests_total", "command" => command, "outcome" => outcome)
        };
        Self {
            done: counter(Outcome::Done),
            retried: counter(Outcome::Retried),
            buried: counter(Outcome::Buried),
            duration: OnceLock::new(),
        }
    }
}

/// An error that the service met and dealt with.
pub(super) fn error(error: &PortError) {
    let (port, kind) = (error.port, error.fault.kind());
    counter!("bot_errors_total", "port" => port, "kind" => kind).increment(1);
}

/// What waits in the store.
pub(super) fn show_backlog(backlog: Backlog) {
    let Backlog {
        readings,
        replies,
        suggestions,
        rates,
    } = backlog;
    let kinds = [
        ("reading", readings),
        ("reply", replies),
        ("suggestion", suggestions),
        ("rate", rates),
    ];
    for (kind, waiting) in kinds {
        let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        gauge!("jobs_waiting", "kind" => kind).set(waiting);
    }
}

/// Clocks of two machines differ, and one may be set back.
fn positive(time: TimeDelta) -> Duration {
    time.to_std().unwrap_or_default()
}
