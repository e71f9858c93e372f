//! Commands of many tasks that go to the server in one trip.
//!
//! A server that gets commands one by one spends most of its time on reading and writing its
//! sockets. Whoever can spare a moment gives them together.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::Cmd;
use tokio::sync::oneshot;

use crate::client::Server;
use crate::error::Failure;

/// How long the first of them waits for others.
const MOMENT: Duration = Duration::from_millis(2);

/// Commands that wait for their trip.
#[derive(Default)]
pub(crate) struct Gathered {
    waiting: Arc<Mutex<Vec<Waiting>>>,
}

struct Waiting {
    command: Cmd,
    done: oneshot::Sender<Result<(), Failure>>,
}

impl Gathered {
    /// Until the command is done. Whoever waits no longer takes nothing from the others, and
    /// his command is done all the same.
    pub(crate) async fn done(&self, server: &Arc<Server>, command: Cmd) -> Result<(), Failure> {
        let (done, answer) = oneshot::channel();
        let waiting = Waiting { command, done };
        if self.add(waiting) == 1 {
            tokio::spawn(depart(Arc::clone(&self.waiting), Arc::clone(server)));
        }
        // Nobody answers where the runtime ends.
        answer.await.unwrap_or(Err(Failure::Unreachable))
    }

    /// How many wait now.
    fn add(&self, one: Waiting) -> usize {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(one);
        waiting.len()
    }
}

/// One trip: after a moment all who wait by then.
async fn depart(waiting: Arc<Mutex<Vec<Waiting>>>, server: Arc<Server>) {
    tokio::time::sleep(MOMENT).await;
    let all = std::mem::take(&mut *waiting.lock().unwrap_or_else(PoisonError::into_inner));
    let (commands, told): (Vec<_>, Vec<_>) =
        all.into_iter().map(|one| (one.command, one.done)).unzip();
    let answer = server.all(commands).await;
    for done in told {
        // Whoever does not wait any more needs no answer.
        let _ = done.send(answer.clone());
    }
}
