//! The platform's pace: so many messages a second in all and so many a chat, see "My bot is
//! hitting limits" of Telegram's bots FAQ. One process keeps to it; several share the limits
//! and meet a flood wait now and then, which is kept to, too.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The second in which the messages of all chats are counted, with room for those that are
/// quicker on their way than the ones before.
const WINDOW: Duration = Duration::from_millis(1_050);
/// The longest wait within a call; what has to wait longer is given back.
const PATIENCE: Duration = Duration::from_secs(2);
/// Chats that are remembered before those that may go on are dropped.
const CHATS: usize = 4_096;

/// How quickly one chat may be told things: a message every `every`, `burst` of them at once.
#[derive(Debug, Clone, Copy)]
struct Pace {
    every: Duration,
    burst: u32,
}

/// One a second, and a few more now and then.
const PRIVATE: Pace = Pace {
    every: Duration::from_secs(1),
    burst: 3,
};
/// Never more than 20 within any minute: two at once and 18 after.
const GROUP: Pace = Pace {
    every: Duration::from_millis(3_400),
    burst: 2,
};

/// Who may send when.
pub(crate) struct Pacing {
    per_second: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When the latest messages went out, as many as a window holds.
    sent: VecDeque<Instant>,
    /// For each chat that is not idle: when its allowance is whole again.
    whole: HashMap<i64, Instant>,
    sweep_at: usize,
}

impl Pacing {
    /// `per_second` messages in all; 0 lifts every limit but the waits that Telegram asks for.
    pub(crate) fn new(per_second: u32) -> Self {
        Self {
            per_second: usize::try_from(per_second).unwrap_or(usize::MAX),
            state: Mutex::default(),
        }
    }

    /// Waits for the turn of this chat.
    ///
    /// # Errors
    ///
    /// The time after which it may be tried again, where that is long.
    pub(crate) async fn turn(&self, chat: i64) -> Result<(), Duration> {
        let wait = self.chat_turn(chat, Instant::now())?;
        if wait > Duration::ZERO {
            tokio::time::sleep(wait).await;
        }
        let wait = self.common_turn(Instant::now())?;
        if wait > Duration::ZERO {
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    /// Telegram asks this chat to wait.
    pub(crate) fn hold(&self, chat: i64, wait: Duration) {
        let pace = pace(chat);
        let until = Instant::now() + wait + pace.every * (pace.burst - 1);
        let mut state = self.state();
        let whole = state.whole.entry(chat).or_insert(until);
        *whole = until.max(*whole);
    }

    /// Takes the next turn of a chat: the generic cell rate algorithm, one instant a chat.
    fn chat_turn(&self, chat: i64, now: Instant) -> Result<Duration, Duration> {
        let pace = pace(chat);
        let mut state = self.state();
        let whole = match state.whole.get(&chat) {
            Some(whole) => (*whole).max(now),
            None if self.per_second == 0 => return Ok(Duration::ZERO),
            None => now,
        };
        let tolerance = pace.every * (pace.burst - 1);
        let wait = whole
            .saturating_duration_since(now)
            .saturating_sub(tolerance);
        if wait > PATIENCE {
            return Err(wait);
        }
        if self.per_second > 0 {
            state.whole.insert(chat, whole + pace.every);
        }
        state.sweep(now);
        Ok(wait)
    }

    /// Takes the next turn of all chats: never more than `per_second` within a window.
    fn common_turn(&self, now: Instant) -> Result<Duration, Duration> {
        if self.per_second == 0 {
            return Ok(Duration::ZERO);
        }
        let mut state = self.state();
        let full = state.sent.len() >= self.per_second;
        let free = match state.sent.front() {
            Some(oldest) if full => (*oldest + WINDOW).max(now),
            _ => now,
        };
        let wait = free - now;
        if wait > PATIENCE {
            return Err(wait);
        }
        if full {
            state.sent.pop_front();
        }
        state.sent.push_back(free);
        Ok(wait)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Forgets chats whose allowance is whole, once so many are remembered that it pays.
    fn sweep(&mut self, now: Instant) {
        if self.whole.len() > self.sweep_at.max(CHATS) {
            self.whole.retain(|_, whole| *whole > now);
            self.sweep_at = self.whole.len() * 2;
        }
    }
}

/// Groups have negative ids, see `Chat`.
fn pace(chat: i64) -> Pace {
    if chat < 0 { GROUP } else { PRIVATE }
}
