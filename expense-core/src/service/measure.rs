//! What has to be asked for to be told in numbers: only where somebody reads them.

use tokio_util::sync::CancellationToken;

use super::{Inner, counts};
use crate::domain::limits;

/// Looks every now and then until `stop`.
pub(super) async fn work(inner: &Inner, stop: &CancellationToken) {
    if !inner.options.measured {
        return;
    }
    loop {
        inner.counts.show_active(inner.ports.clock.now());
        match inner.ports.jobs.backlog().await {
            Ok(backlog) => counts::show_backlog(backlog),
            Err(error) => {
                counts::error(&error);
                tracing::warn!(%error, "waiting work can't be counted");
            }
        }
        let pause = tokio::time::sleep(limits::MEASURE);
        if stop.run_until_cancelled(pause).await.is_none() {
            return;
        }
    }
}
