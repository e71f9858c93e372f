//! Bounded work: look for some, do it, many pieces at a time.

use std::pin::pin;

use futures::future::{Fuse, FusedFuture, FutureExt};
use futures::stream::{FuturesUnordered, StreamExt};
use tokio_util::sync::CancellationToken;

/// Does what `look` finds, at most `size` pieces at a time, until `stop`; what was found is
/// finished. `look` is told how many hands are free and returns when there is reason to; it is
/// never dropped half way while pieces come and go, since what it claimed would be lost.
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
    let mut hands: FuturesUnordered<WF> = found.into_iter().map(&work).collect();
    let mut looking = pin!(Fuse::terminated());
    loop {
        if looking.is_terminated() && hands.len() < size && !stop.is_cancelled() {
            looking.set(look(size - hands.len()).fuse());
        }
        tokio::select! {
            biased;
            Some(()) = hands.next(), if !hands.is_empty() => {}
            found = &mut looking, if !looking.is_terminated() => {
                hands.extend(found.into_iter().map(&work));
            }
            () = stop.cancelled(), if hands.is_empty() => return,
        }
    }
}
