//! Where ledgers stand in the primary: what is asked at one moment goes in one question.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::PATIENCE;
use crate::domain::keys::LedgerId;
use crate::ports::replica::{Position, Primary};

/// Questions on their way to the primary at a time.
const AT_ONCE: usize = 2;
/// How soon a question follows another at the earliest. However much is read, the primary is asked
/// no more than two hundred times a second; where little is read, nobody waits.
const PACE: Duration = Duration::from_millis(5);
/// Ledgers that one question names at most.
const TOGETHER: usize = 256;

/// A ledger that is asked for, and whom to tell.
type Asked = (LedgerId, oneshot::Sender<Option<Position>>);

/// Asks the primary where ledgers stand. Between two questions the next ones gather: under load
/// one answers many, and each was sent after whoever it answers had asked.
pub(super) struct Positions {
    primary: Arc<dyn Primary>,
    asked: Mutex<Vec<Asked>>,
    turns: Semaphore,
    pace: tokio::sync::Mutex<Option<Interval>>,
}

impl Positions {
    pub(super) fn new(primary: Arc<dyn Primary>) -> Self {
        Self {
            primary,
            asked: Mutex::new(Vec::new()),
            turns: Semaphore::new(AT_ONCE),
            pace: tokio::sync::Mutex::new(None),
        }
    }

    /// Where the ledger stands; `None` where the primary did not say so in time.
    pub(super) async fn of(&self, ledger: LedgerId) -> Option<Position> {
        let (tell, mut told) = oneshot::channel();
        self.asked().push((ledger, tell));
        loop {
            tokio::select! {
                biased;
                // Whoever asked for us may have given up: then it is unknown.
                answer = &mut told => return answer.ok().flatten(),
                turn = self.turns.acquire() => {
                    // Nobody closes them.
                    let _turn = turn.ok()?;
                    let asked = self.gather().await;
                    if asked.is_empty() {
                        // Ours is on its way already.
                        break;
                    }
                    self.ask(asked).await;
                }
            }
        }
        told.await.ok().flatten()
    }

    /// Those who wait the longest, when it is time for a question.
    async fn gather(&self) -> Vec<Asked> {
        let mut pace = self.pace.lock().await;
        let pace = pace.get_or_insert_with(|| {
            let mut pace = interval(PACE);
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
            pace
        });
        if self.asked().is_empty() {
            return Vec::new();
        }
        pace.tick().await;
        let mut waiting = self.asked();
        let together = waiting.len().min(TOGETHER);
        waiting.drain(..together).collect()
    }

    async fn ask(&self, asked: Vec<Asked>) {
        let ledgers: Vec<LedgerId> = asked.iter().map(|(ledger, _)| *ledger).collect();
        let answer = tokio::time::timeout(PATIENCE, self.primary.positions(&ledgers)).await;
        let known = answer.ok().and_then(Result::ok).unwrap_or_default();
        for (place, (_, tell)) in asked.into_iter().enumerate() {
            // Whoever does not wait any more needs no answer.
            let _ = tell.send(known.get(place).copied());
        }
    }

    fn asked(&self) -> MutexGuard<'_, Vec<Asked>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
