//! The platform's pace: so many messages a second in all and so many a chat, see "My bot is
//! hitting limits" of Telegram's bots FAQ. One process counts by itself; several count together, by
//! a limiter that they share.

mod line;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use expense_core::memory::rate::MemoryRateLimiter;
use expense_core::memory::steady::SteadyClock;
use expense_core::ports::clock::Clock;
use expense_core::ports::rate::RateLimiter;
use tokio::time::Instant;

use line::Line;

pub(crate) use line::Ticket;

/// The longest wait within a call; what has to wait longer is given back.
const PATIENCE: Duration = Duration::from_secs(2);
/// Chats that were asked to wait and are remembered before those that may go on are dropped.
const CHATS: usize = 4_096;
/// Where nobody can count for all, an instance takes this part of the pace: four of them keep to it
/// together, and Telegram asks more of them to wait.
const PART: u32 = 4;

/// How something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    /// By another message.
    Anew,
    /// By changing a message that is there.
    InPlace,
}

/// Who may send when.
pub(crate) struct Pacing {
    /// None where every pace is lifted.
    line: Option<Line>,
    /// That of this instance alone, while the limiter that all share does not answer.
    alone: Option<Line>,
    held: Mutex<Held>,
}

/// The chats that Telegram asked to wait, and until when.
#[derive(Default)]
struct Held {
    until: HashMap<i64, Instant>,
    sweep_at: usize,
}

impl Pacing {
    /// `per_second` messages in all; 0 lifts every limit but the waits that Telegram asks for.
    pub(crate) fn new(per_second: u32, clock: Arc<dyn Clock>) -> Self {
        Self {
            line: (per_second > 0).then(|| counting_here(per_second, clock)),
            alone: None,
            held: Mutex::default(),
        }
    }

    /// The same for one of several instances, which count by this limiter. Each has a name of its
    /// own.
    pub(crate) fn sharing(
        per_second: u32,
        limiter: Arc<dyn RateLimiter>,
        bot: i64,
        instance: &str,
        clock: Arc<dyn Clock>,
    ) -> Self {
        if per_second == 0 {
            return Self::new(0, clock);
        }
        Self {
            line: Some(Line::new(limiter, per_second, bot, instance)),
            alone: Some(counting_here((per_second / PART).max(1), clock)),
            held: Mutex::default(),
        }
    }

    /// Waits for the turn of this chat. The ticket is shown when the message has arrived.
    ///
    /// # Errors
    ///
    /// The time after which it may be tried again, where that is long.
    pub(crate) async fn turn(&self, chat: i64, said: Said) -> Result<Ticket, Duration> {
        let wait = self.held_for(chat);
        if wait > PATIENCE {
            return Err(wait);
        }
        if wait > Duration::ZERO {
            tokio::time::sleep(wait).await;
        }
        for line in [&self.line, &self.alone].into_iter().flatten() {
            if let Some(ticket) = line.turn(chat, said).await? {
                return Ok(ticket);
            }
        }
        Ok(Ticket::none())
    }

    /// Telegram asks this chat to wait.
    pub(crate) fn hold(&self, chat: i64, wait: Duration) {
        let (now, mut held) = (Instant::now(), self.held());
        if held.until.len() >= held.sweep_at.max(CHATS) {
            held.until.retain(|_, until| *until > now);
            held.sweep_at = held.until.len() * 2;
        }
        let until = held.until.entry(chat).or_insert(now);
        *until = (*until).max(now + wait);
    }

    fn held_for(&self, chat: i64) -> Duration {
        let held = self.held();
        let until = held.until.get(&chat);
        until.map_or(Duration::ZERO, |until| {
            until.saturating_duration_since(Instant::now())
        })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A line of this process alone, whatever its clock is set to.
fn counting_here(per_second: u32, clock: Arc<dyn Clock>) -> Line {
    let limiter = MemoryRateLimiter::new(Arc::new(SteadyClock::over(clock)));
    Line::new(Arc::new(limiter), per_second, 0, "alone")
}

#[cfg(test)]
mod tests;
