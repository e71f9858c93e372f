//! Starting and ending.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{
    Inner, Part, line, measure, outbox, rates, readings, schedule, suggestions, waking, warm,
    worker,
};
use crate::domain::limits;

/// Runs every room until `shutdown`; see [`Service::run`](super::Service::run).
pub(super) async fn run(inner: &Arc<Inner>, shutdown: CancellationToken) {
    inner.closing.store(false, Ordering::SeqCst);
    let part = inner.options.part;
    let mut workers = JoinSet::new();
    let stop = CancellationToken::new();
    // What makes updates of its own ends first, while workers still take them.
    let mut sources = JoinSet::new();
    if part.handles() {
        // Parked replies are known before anything can overtake them.
        let parked = inner.claim_parked(limits::PARKED_IN_HAND).await;
        for _ in 0..inner.options.workers.max(1) {
            let (inner, stop) = (Arc::clone(inner), stop.clone());
            workers.spawn(async move { worker::work(&inner, &stop).await });
        }
        let (here, end) = (Arc::clone(inner), shutdown.clone());
        sources.spawn(async move { outbox::work(&here, &end, parked).await });
        if let Some(fx) = inner.ports.fx.clone() {
            let (here, end) = (Arc::clone(inner), shutdown.clone());
            sources.spawn(async move { rates::work(&here, &*fx, &end).await });
        }
        let (here, end) = (Arc::clone(inner), shutdown.clone());
        sources.spawn(async move { line::work(&here, &end).await });
        let (here, end) = (Arc::clone(inner), shutdown.clone());
        sources.spawn(async move { schedule::work(&here, &end).await });
        let (here, end) = (Arc::clone(inner), shutdown.clone());
        sources.spawn(async move { warm::work(&here, &end).await });
    }
    if part.reads() {
        let (here, end) = (Arc::clone(inner), shutdown.clone());
        sources.spawn(async move { readings::work(&here, &end).await });
        let (here, end) = (Arc::clone(inner), shutdown.clone());
        sources.spawn(async move { suggestions::work(&here, &end).await });
    }
    if part != Part::Door
        && let Some(wake) = inner.ports.wake.clone()
    {
        let (here, end) = (Arc::clone(inner), shutdown.clone());
        sources.spawn(async move { waking::work(&here, &*wake, &end).await });
    }
    let (here, end) = (Arc::clone(inner), shutdown.clone());
    sources.spawn(async move { measure::work(&here, &end).await });

    shutdown.cancelled().await;
    inner.closing.store(true, Ordering::SeqCst);
    let finish = async {
        while sources.join_next().await.is_some() {}
        inner.accepted.quiet().await;
        stop.cancel();
        while workers.join_next().await.is_some() {}
        inner.notes.quiet().await;
    };
    if tokio::time::timeout(limits::SHUTDOWN, finish)
        .await
        .is_err()
    {
        tracing::warn!("shut down before everything was finished; the rest comes again");
    }
}
