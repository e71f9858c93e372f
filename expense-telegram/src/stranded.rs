//! Updates that are settled and can't be confirmed while one before them is not. Telegram brings
//! them again to whoever asks next; told of them, it answers nobody twice.

use std::collections::BTreeSet;
use std::time::Duration;

use expense_core::ports::error::Result;
use expense_core::service::Service;
use tokio::time::timeout;

/// How long the start waits for what was left, and the end for leaving it.
const PATIENCE: Duration = Duration::from_millis(300);

/// Those that the last poller of this bot left.
pub(crate) async fn take(service: &Service, bot: i64) -> BTreeSet<i64> {
    let left = in_time(service.left(&name(bot))).await.flatten();
    let left = left.and_then(|word| serde_json::from_slice(&word).ok());
    left.unwrap_or_default()
}

/// Leaves them to the next poller.
pub(crate) async fn leave(service: &Service, bot: i64, stranded: &BTreeSet<i64>) {
    if stranded.is_empty() {
        return;
    }
    // A list of numbers is always JSON.
    let word = serde_json::to_vec(stranded).unwrap_or_default();
    in_time(service.leave(&name(bot), &word)).await;
}

async fn in_time<T>(asked: impl Future<Output = Result<T>>) -> Option<T> {
    match timeout(PATIENCE, asked).await {
        Ok(Ok(told)) => Some(told),
        Ok(Err(error)) => {
            tracing::warn!(%error, "some messages may be answered once more after a restart");
            None
        }
        Err(_) => {
            tracing::warn!("some messages may be answered once more after a restart");
            None
        }
    }
}

fn name(bot: i64) -> String {
    format!("telegram:{bot}")
}
