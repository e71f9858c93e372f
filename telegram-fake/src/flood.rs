//! How many messages the platform lets a bot send.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::ApiError;

/// Messages within a time; `None` lifts a limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// A second, to all chats together.
    pub all_per_second: Option<usize>,
    /// A second, to one chat.
    pub chat_per_second: Option<usize>,
    /// A minute, to one group.
    pub group_per_minute: Option<usize>,
}

impl Limits {
    /// What the platform documents: 30 a second in all, one a second to a chat, 20 a minute to a
    /// group (<https://core.telegram.org/bots/faq#broadcasting-to-users>).
    pub fn telegram() -> Self {
        Self {
            all_per_second: Some(30),
            chat_per_second: Some(1),
            group_per_minute: Some(20),
        }
    }
}

/// When messages were sent.
#[derive(Debug, Default)]
pub(crate) struct Flood {
    limits: Limits,
    refused: u64,
    all: VecDeque<Instant>,
    chats: HashMap<i64, VecDeque<Instant>>,
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

impl Flood {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// How many messages were too many so far.
    pub(crate) fn refused(&self) -> u64 {
        self.refused
    }

    /// Counts a message to this chat, or refuses it with the seconds to wait.
    pub(crate) fn take(&mut self, chat: i64, now: Instant) -> Result<(), ApiError> {
        if self.limits == Limits::default() {
            return Ok(());
        }
        let sent = self.chats.entry(chat).or_default();
        forget(sent, now, MINUTE);
        forget(&mut self.all, now, SECOND);
        let group = if chat < 0 {
            self.limits.group_per_minute
        } else {
            None
        };
        let waits = [
            wait(sent, now, SECOND, self.limits.chat_per_second),
            wait(sent, now, MINUTE, group),
            wait(&self.all, now, SECOND, self.limits.all_per_second),
        ];
        if let Some(longest) = waits.into_iter().flatten().max() {
            self.refused += 1;
            let begun = u64::from(longest.subsec_nanos() > 0);
            return Err(ApiError::flood(longest.as_secs() + begun));
        }
        sent.push_back(now);
        self.all.push_back(now);
        Ok(())
    }
}

fn forget(sent: &mut VecDeque<Instant>, now: Instant, period: Duration) {
    while sent
        .front()
        .is_some_and(|at| now.duration_since(*at) >= period)
    {
        sent.pop_front();
    }
}

/// How long until another fits; `None` if it fits now.
fn wait(
    sent: &VecDeque<Instant>,
    now: Instant,
    period: Duration,
    most: Option<usize>,
) -> Option<Duration> {
    let most = most?;
    let within = sent
        .iter()
        .rev()
        .take_while(|at| now.duration_since(**at) < period);
    let oldest = within.take(most).enumerate().last();
    let (count, at) = oldest.map(|(index, at)| (index + 1, *at))?;
    (count >= most).then(|| period.saturating_sub(now.duration_since(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seconds to wait, 0 if the message is taken.
    fn send(flood: &mut Flood, chat: i64, at: Instant) -> u64 {
        let taken = flood.take(chat, at);
        taken.map_or_else(|error| error.retry_after.unwrap_or(u64::MAX), |()| 0)
    }

    #[test]
    fn a_chat_takes_one_a_second_and_a_group_twenty_a_minute() {
        let mut flood = Flood::new(Limits::telegram());
        let start = Instant::now();
        for second in 0..20 {
            let at = start + Duration::from_secs(second);
            assert_eq!([send(&mut flood, -7, at), send(&mut flood, 7, at)], [0, 0]);
            assert_eq!(send(&mut flood, 7, at + Duration::from_millis(999)), 1);
        }
        let later = start + Duration::from_secs(20);
        assert_eq!(
            [send(&mut flood, -7, later), send(&mut flood, 7, later)],
            [40, 0]
        );
        assert_eq!(send(&mut flood, -7, start + MINUTE), 0);
    }

    #[test]
    fn all_chats_together_take_thirty_a_second() {
        let mut flood = Flood::new(Limits::telegram());
        let start = Instant::now();
        for chat in 1..=30 {
            assert_eq!(send(&mut flood, chat, start), 0);
        }
        assert_eq!(send(&mut flood, 31, start), 1);
        assert_eq!(send(&mut flood, 31, start + SECOND), 0);
    }
}
