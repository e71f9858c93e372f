//! The platform's pace: so many messages a second in all and so many a chat, see "My bot is
//! hitting limits" of Telegram's bots FAQ. One process keeps to it by itself; several keep to it
//! together, by a limiter that they [share](shared).

mod shared;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use expense_core::ports::rate::RateLimiter;
use tokio::time::Instant;

pub(crate) use shared::Ticket;

use shared::Shared;

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
    shared: Option<Shared>,
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
            shared: None,
        }
    }

    /// The same for one of several instances, which count by this limiter. Each has a name of its
    /// own.
    pub(crate) fn sharing(
        per_second: u32,
        limiter: Arc<dyn RateLimiter>,
        bot: i64,
        instance: &str,
    ) -> Self {
        Self {
            shared: (per_second > 0).then(|| Shared::new(limiter, per_second, bot, instance)),
            ..Self::new(per_second)
        }
    }

    /// Waits for the turn of this chat. The ticket is shown when the message has arrived.
    ///
    /// # Errors
    ///
    /// The time after which it may be tried again, where that is long.
    pub(crate) async fn turn(&self, chat: i64) -> Result<Ticket, Duration> {
        let wait = self.chat_turn(chat, Instant::now())?;
        if wait > Duration::ZERO {
            tokio::time::sleep(wait).await;
        }
        let mut per_second = self.per_second;
        if let Some(shared) = &self.shared {
            match shared.turn(chat).await? {
                Some(ticket) => return Ok(ticket),
                None => per_second = shared.alone(),
            }
        }
        let wait = self.common_turn(per_second, Instant::now())?;
        if wait > Duration::ZERO {
            tokio::time::sleep(wait).await;
        }
        Ok(Ticket::NONE)
    }

    /// The message of this ticket has arrived by now.
    pub(crate) async fn arrived(&self, ticket: Ticket) {
        if let Some(shared) = &self.shared {
            shared.arrived(ticket).await;
        }
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
    fn common_turn(&self, per_second: usize, now: Instant) -> Result<Duration, Duration> {
        if per_second == 0 {
            return Ok(Duration::ZERO);
        }
        let mut state = self.state();
        let before = state.sent.len().checked_sub(per_second);
        let free = match before.and_then(|place| state.sent.get(place)) {
            Some(oldest) => (*oldest + WINDOW).max(now),
            None => now,
        };
        let wait = free - now;
        if wait > PATIENCE {
            return Err(wait);
        }
        if state.sent.len() >= self.per_second {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// When messages go out that are all due now, in each of these chats.
    async fn sent(pacing: &Pacing, chats: impl IntoIterator<Item = i64>) -> Vec<Instant> {
        let mut sent = Vec::new();
        for chat in chats {
            while let Err(wait) = pacing.turn(chat).await {
                tokio::time::sleep(wait).await;
            }
            sent.push(Instant::now());
        }
        sent
    }

    /// The most of them within any time of this length.
    fn most_within(sent: &[Instant], period: Duration) -> usize {
        let within = |from: &Instant| {
            let later = sent.iter().filter(|at| *at >= from);
            later.filter(|at| **at < *from + period).count()
        };
        sent.iter().map(within).max().unwrap_or(0)
    }

    #[tokio::test(start_paused = true)]
    async fn all_chats_together_keep_to_the_second() {
        let pacing = Pacing::new(30);
        let began = Instant::now();
        let sent = sent(&pacing, 1..=300).await;
        assert_eq!(most_within(&sent, Duration::from_secs(1)), 30);
        assert!(began.elapsed() < Duration::from_secs(11));
    }

    #[tokio::test(start_paused = true)]
    async fn a_group_keeps_to_the_minute_and_a_person_to_the_second() {
        let pacing = Pacing::new(30);
        let group = sent(&pacing, [-7; 60]).await;
        assert!((17..=20).contains(&most_within(&group, Duration::from_secs(60))));
        let person = sent(&pacing, [7; 60]).await;
        assert!((10..=12).contains(&most_within(&person, Duration::from_secs(10))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_chat_that_is_asked_to_wait_holds_up_no_other() {
        for per_second in [30, 0] {
            let pacing = Pacing::new(per_second);
            pacing.hold(7, Duration::from_secs(30));
            assert_eq!(pacing.turn(7).await.err(), Some(Duration::from_secs(30)));
            let before = Instant::now();
            assert!(pacing.turn(8).await.is_ok());
            assert_eq!(Instant::now(), before);
            tokio::time::advance(Duration::from_secs(30)).await;
            assert!(pacing.turn(7).await.is_ok());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn zero_lifts_every_pace() {
        let pacing = Pacing::new(0);
        let sent = sent(&pacing, [-7; 1_000]).await;
        assert_eq!(sent.first(), sent.last());
        assert!(pacing.state().whole.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn chats_that_may_go_on_are_forgotten() {
        let pacing = Pacing::new(1_000_000);
        for chat in 1..=100_000 {
            pacing.turn(chat).await.expect("no wait");
            tokio::time::advance(Duration::from_micros(500)).await;
        }
        let known = pacing.state().whole.len();
        assert!(known < 3 * CHATS, "{known}");
    }
}
