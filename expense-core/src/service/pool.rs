//! Bounded work: look for some, do it, many pieces at a time.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use futures::future::{Fuse, FusedFuture, FutureExt};
use futures::stream::{FuturesUnordered, StreamExt};
use tokio_util::sync::CancellationToken;

use super::Inner;
use crate::ports::error::Result;
use crate::ports::jobs::{ClaimRequest, Job, JobKind};

impl Inner {
    /// Work of this kind for the chats that are served here.
    pub(super) async fn claim_jobs(
        &self,
        kind: JobKind,
        limit: usize,
        ttl: Duration,
    ) -> Result<Vec<Job>> {
        let wanted = ClaimRequest::new(kind, limit, ttl).serving(self.options.served);
        self.ports.jobs.claim(wanted).await
    }
}

/// Does what `look` finds, at most `size` pieces at a time, until `stop`; what was found is
/// finished. `look` is told how many hands are free and returns when there is reason to; it is
/// never dropped half way while pieces come and go, since what it claimed would be lost. A piece
/// that panics ends alone: what it had claimed is free again when the claim has run out.
pub(super) async fn work_off<T, L, LF, W, WF>(
    stop: &CancellationToken,
    size: usize,
    found: Vec<T>,
    look: L,
    work: W,
) where
    L: Fn(usize) -> LF,
    LF: Future<Output = Vec<T>>,
    W: Fn(T) -> WF,
    WF: Future<Output = ()>,
{
    let size = size.max(1);
    let work = |piece| AssertUnwindSafe(work(piece)).catch_unwind();
    let mut hands: FuturesUnordered<_> = found.into_iter().map(work).collect();
    let mut looking = pin!(Fuse::terminated());
    loop {
        if looking.is_terminated() && hands.len() < size && !stop.is_cancelled() {
            looking.set(look(size - hands.len()).fuse());
        }
        tokio::select! {
            biased;
            Some(done) = hands.next(), if !hands.is_empty() => {
                if done.is_err() {
                    tracing::error!("a piece of work panicked and is left until it is claimed again");
                }
            }
            found = &mut looking, if !looking.is_terminated() => {
                hands.extend(found.into_iter().map(work));
            }
            () = stop.cancelled(), if hands.is_empty() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_piece_that_panics_ends_alone() {
        let (stop, done) = (CancellationToken::new(), AtomicU32::new(0));
        let look = |_| {
            stop.cancel();
            async { vec![3, 4] }
        };
        let work = async |piece: u32| {
            assert!(!piece.is_multiple_of(2), "an even piece");
            done.fetch_add(piece, Ordering::SeqCst);
        };
        work_off(&stop, 2, vec![1, 2], look, work).await;
        assert_eq!(done.into_inner(), 4);
    }
}
