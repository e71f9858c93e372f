//! Commands of many tasks that go to the server in one trip.
//!
//! A server that gets commands one by one spends most of its time on reading and writing its
//! sockets, and so does its client. What many ask for at one moment goes together.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::{Cmd, Value};
use tokio::sync::oneshot;

use crate::client::Server;
use crate::error::Failure;
use crate::script::Lua;

/// Commands that wait for their trip.
pub(crate) struct Gathered {
    platform: Arc<Platform>,
    /// How long the first of them waits for others.
    moment: Duration,
    /// What does them all at once, if something does.
    by: Option<&'static LazyLock<Lua>>,
}

#[derive(Default)]
struct Platform(Mutex<Vec<Waiting>>);

struct Waiting {
    command: Cmd,
    done: oneshot::Sender<Result<Value, Failure>>,
}

impl Gathered {
    /// Whoever comes first waits for so long.
    pub(crate) fn within(moment: Duration) -> Self {
        Self {
            platform: Arc::default(),
            moment,
            by: None,
        }
    }

    /// Whoever comes first waits only for those who are about to come anyway. What comes are the
    /// keys and arguments of this script.
    pub(crate) fn in_one(script: &'static LazyLock<Lua>) -> Self {
        Self {
            platform: Arc::default(),
            moment: Duration::ZERO,
            by: Some(script),
        }
    }

    /// The answer to the command. Whoever waits no longer takes nothing from the others, and his
    /// command is done all the same.
    pub(crate) async fn done(&self, server: &Arc<Server>, command: Cmd) -> Result<Value, Failure> {
        // Nobody answers where the runtime ends.
        let answer = self.begun(server, command).await;
        answer.unwrap_or(Err(Failure::Unreachable))
    }

    /// Has the command done, whether somebody waits for its answer or not.
    pub(crate) fn begun(
        &self,
        server: &Arc<Server>,
        command: Cmd,
    ) -> oneshot::Receiver<Result<Value, Failure>> {
        let (done, answer) = oneshot::channel();
        let waiting = Waiting { command, done };
        if self.platform.add(waiting) == 1 {
            let trip = Trip(Some(Arc::clone(&self.platform)));
            tokio::spawn(trip.go(Arc::clone(server), self.moment, self.by));
        }
        answer
    }
}

impl Platform {
    /// How many wait now.
    fn add(&self, one: Waiting) -> usize {
        let mut waiting = self.waiting();
        waiting.push(one);
        waiting.len()
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One trip. Whoever comes first at an empty platform orders it, so that one that is called off
/// leaves nobody behind who would wait for ever.
struct Trip(Option<Arc<Platform>>);

impl Trip {
    /// Takes along, after a moment, all who wait by then.
    async fn go(
        mut self,
        server: Arc<Server>,
        moment: Duration,
        by: Option<&'static LazyLock<Lua>>,
    ) {
        if moment.is_zero() {
            tokio::task::yield_now().await;
        } else {
            tokio::time::sleep(moment).await;
        }
        let Some(platform) = self.0.take() else {
            return;
        };
        let all = std::mem::take(&mut *platform.waiting());
        let (commands, waiting): (Vec<_>, Vec<_>) =
            all.into_iter().map(|one| (one.command, one.done)).unzip();
        // Whoever does not wait any more needs no answer.
        let answered = match by {
            Some(script) => script.all(&server, commands).await,
            None => server.all(commands).await,
        };
        match answered {
            Ok(answers) => {
                for (done, answer) in waiting.into_iter().zip(answers) {
                    let _ = done.send(answer);
                }
            }
            Err(failure) => {
                for done in waiting {
                    let _ = done.send(Err(failure.clone()));
                }
            }
        }
    }
}

impl Drop for Trip {
    fn drop(&mut self) {
        if let Some(platform) = &self.0 {
            platform.waiting().clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Redis;
    use crate::config::Config;

    /// A program may end one runtime and go on with another.
    #[test]
    fn a_trip_that_a_runtime_took_with_it_leaves_nobody_behind() {
        let runtime = || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
        };
        let first = runtime();
        let redis = first.block_on(async { Redis::open(&Config::new("redis://127.0.0.1:1")) });
        let redis = redis.unwrap();
        first.block_on(async {
            // It has ordered the trip when the runtime ends.
            let put = redis.put(redis::cmd("PING"));
            assert!(tokio::time::timeout(Duration::ZERO, put).await.is_err());
        });
        drop(first);
        let told = runtime().block_on(async {
            let put = redis.put(redis::cmd("PING"));
            tokio::time::timeout(Duration::from_secs(30), put).await
        });
        assert_eq!(told, Ok(Err(Failure::Unreachable)));
    }
}
