//! Acknowledgements of what is done, written together.
//!
//! The connection has a thread of its own, and waking it costs more than a message. Nobody waits
//! for an acknowledgement: what is not acknowledged comes again, and is known by its key.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use lapin::Acker;
use lapin::options::BasicAckOptions;
use tokio::sync::Notify;

use crate::link::answer;

/// How long the first of them waits for others.
const MOMENT: Duration = Duration::from_millis(1);

#[derive(Default)]
pub(crate) struct Acks {
    state: Mutex<State>,
    /// There are some again.
    some: Notify,
    /// All are written.
    none: Notify,
}

#[derive(Default)]
struct State {
    waiting: Vec<Acker>,
    /// Those that are being written, too.
    unwritten: usize,
}

impl Acks {
    /// Acknowledges it soon.
    pub(crate) fn add(&self, token: Acker) {
        self.with(|state| {
            state.waiting.push(token);
            state.unwritten += 1;
        });
        self.some.notify_one();
    }

    /// Returns once none of them waits to be written.
    pub(crate) async fn written(&self) {
        loop {
            let mut none = std::pin::pin!(self.none.notified());
            none.as_mut().enable();
            if self.with(|state| state.unwritten == 0) {
                return;
            }
            none.await;
        }
    }

    /// Writes them as they come, each lot within this time.
    pub(crate) async fn work(&self, patience: Duration) {
        loop {
            self.some.notified().await;
            tokio::time::sleep(MOMENT).await;
            let all = self.with(|state| std::mem::take(&mut state.waiting));
            let written = all
                .iter()
                .map(|token| token.ack(BasicAckOptions::default()));
            // A channel that is lost gives back what was delivered.
            let _ = answer(patience, async { Ok(join_all(written).await) }).await;
            let left = self.with(|state| {
                state.unwritten -= all.len();
                state.unwritten
            });
            if left == 0 {
                self.none.notify_waiters();
            }
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
