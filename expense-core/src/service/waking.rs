//! Work in the store that another process may do: whoever makes it rings for all.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::Inner;
use crate::domain::limits;
use crate::ports::jobs::JobKind;
use crate::ports::wake::Wake;

/// Rings the bells of this process for what is rung for elsewhere, until `stop`.
pub(super) async fn work(inner: &Inner, wake: &dyn Wake, stop: &CancellationToken) {
    let parked = Notify::new();
    let listens = async {
        while let Some((kind, from)) = stop.run_until_cancelled(wake.heard()).await {
            let (part, then) = (inner.options.part, inner.in_passing(from));
            match kind {
                JobKind::Reading if part.reads() => inner.readings.ring(then, inner.later.enter()),
                JobKind::Suggestion if part.reads() => {
                    inner.suggestions.ring(then, inner.later.enter());
                }
                JobKind::Reply => parked.notify_one(),
                // Whoever makes it does it.
                _ => {}
            }
        }
    };
    let asks = async {
        if inner.options.part.handles() && inner.options.others_send {
            stop.run_until_cancelled(ask(inner, &parked)).await;
        }
    };
    tokio::join!(listens, asks);
}

/// Asks for whom something is parked whenever that is rung for. Whoever parked it sends it; nobody
/// may overtake it. Where much is parked, one answer tells of all that rang meanwhile.
async fn ask(inner: &Inner, parked: &Notify) {
    // At the beginning for what was parked after the first look at the store and before anybody
    // listened; then as long as there is any, or where the store did not answer.
    let mut soon = true;
    loop {
        let rung = parked.notified();
        if soon {
            // Both ways of ending mean the same: ask.
            let _ = timeout(limits::BEHIND_LOOK, rung).await;
        } else {
            rung.await;
        }
        soon = !inner.ask_who_is_behind().await || inner.behind.knows_any();
        sleep(limits::BEHIND_PAUSE).await;
    }
}

impl Inner {
    /// There is work from this instant on, here or elsewhere.
    pub(super) fn ring_for(&self, kind: JobKind, from: DateTime<Utc>) {
        let (part, then) = (self.options.part, self.in_passing(from));
        match (kind, part.reads()) {
            (JobKind::Reading, true) => self.readings.ring(then, self.later.enter()),
            (JobKind::Suggestion, true) => self.suggestions.ring(then, self.later.enter()),
            // Nobody here would ever look.
            _ => {}
        }
        if let Some(wake) = &self.ports.wake {
            wake.ring(kind, from);
        }
    }

    /// How much will have passed at this instant, as far as the clock is not set until then.
    pub(super) fn in_passing(&self, instant: DateTime<Utc>) -> Duration {
        let clock = &self.ports.clock;
        let left = (instant - clock.now()).to_std().unwrap_or_default();
        clock.steady().saturating_add(left)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::conversation::reply::Reply;
    use crate::memory::attachments::MemoryAttachments;
    use crate::memory::clock::SystemClock;
    use crate::memory::in_process::in_process;
    use crate::memory::messenger::Outbox;
    use crate::memory::store::MemoryStore;
    use crate::memory::wake::MemoryWake;
    use crate::ports::jobs::Parked;
    use crate::service::{Options, Service};
    use crate::testing::fixtures;

    /// Long before it would have asked the store by itself.
    #[tokio::test(start_paused = true)]
    async fn an_instance_knows_at_once_for_whom_another_parked() {
        let wake = MemoryWake::default();
        let clock = Arc::new(SystemClock);
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let said = Arc::new(Outbox::default());
        let instance = |wake| {
            let files = Arc::new(MemoryAttachments::default());
            let mut ports = in_process(store.clone(), said.clone(), files, clock.clone());
            ports.wake = Some(Arc::new(wake));
            let options = Options {
                others_send: true,
                ..Options::default()
            };
            Service::new(ports, options)
        };
        let (one, other) = (instance(wake.listener()), instance(wake));
        let stop = CancellationToken::new();
        let parked = Parked {
            key: fixtures::key("1"),
            chat: fixtures::chat("home"),
            first: 0,
            replies: vec![Reply::plain("hello")],
        };
        let park = async {
            // Long after the other has asked by itself.
            tokio::time::sleep(limits::BEHIND_LOOK * 3).await;
            let wait = Duration::from_secs(60);
            one.inner.park(&parked, wait).await.unwrap();
            let known = async {
                while !other.inner.behind.contains(&parked.chat) {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            tokio::time::timeout(Duration::from_secs(5), known)
                .await
                .expect("it is told");
            assert_eq!(said.all(), [], "another has said it");
            stop.cancel();
        };
        tokio::join!(other.run(stop.clone()), park);
    }
}
