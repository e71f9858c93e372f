//! Waking whoever looks for work in the store.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::Notify;

use super::activity::Underway;
use crate::domain::limits;

/// Says that there is work from some moment on, by what has passed. The store stays the truth: a bell that was not
/// heard, or rang in a process that died, costs only the wait for the next regular look.
#[derive(Debug)]
pub(super) struct Bell {
    due: Mutex<Vec<(Duration, Underway)>>,
    rung: Notify,
}

impl Bell {
    pub(super) fn new() -> Self {
        Self {
            due: Mutex::new(Vec::new()),
            rung: Notify::new(),
        }
    }

    /// There is work from then on; the service is not idle before it was looked for.
    pub(super) fn ring(&self, from: Duration, underway: Underway) {
        let mut due = self.due();
        if due.len() < limits::BELL {
            due.push((from, underway));
        }
        drop(due);
        self.rung.notify_one();
    }

    /// Takes what is due by now, to be held until the look is over.
    pub(super) fn answer(&self, now: Duration) -> Vec<Underway> {
        self.due()
            .extract_if(.., |(from, _)| *from <= now)
            .map(|(_, underway)| underway)
            .collect()
    }

    /// Returns when there is reason to look: something is due, or `at_most` has passed.
    pub(super) async fn heard(&self, now: Duration, at_most: Duration) {
        // What rang until now is seen in what is due. Rung during a look that failed, it would cause
        // the next one at once.
        let _ = self.rung.notified().now_or_never();
        let next = self.due().iter().map(|(from, _)| *from).min();
        let wait = next.map_or(at_most, |from| from.saturating_sub(now).min(at_most));
        // Both ways of ending mean the same: look.
        let _ = tokio::time::timeout(wait, self.rung.notified()).await;
    }

    fn due(&self) -> MutexGuard<'_, Vec<(Duration, Underway)>> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::service::activity::Activity;

    const NOW: Duration = Duration::from_secs(60);
    const AT_MOST: Duration = Duration::from_secs(10);

    /// As after a look that failed: the next one has to wait.
    #[tokio::test(start_paused = true)]
    async fn what_rang_for_later_before_is_waited_for() {
        let (bell, begun) = (Bell::new(), Instant::now());
        let underway = Activity::new();
        bell.ring(NOW + Duration::from_secs(3), underway.enter());
        bell.heard(NOW, AT_MOST).await;
        assert_eq!(begun.elapsed().as_secs(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_due_or_rings_meanwhile_is_heard_at_once() {
        let (bell, begun) = (Bell::new(), Instant::now());
        let underway = Activity::new();
        bell.ring(NOW, underway.enter());
        bell.heard(NOW, AT_MOST).await;
        drop(bell.answer(NOW));
        let ring = async { bell.ring(NOW, underway.enter()) };
        tokio::join!(bell.heard(NOW, AT_MOST), ring);
        assert!(begun.elapsed() < Duration::from_millis(50));
    }
}
