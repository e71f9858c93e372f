//! The queue between the door and the workers.

use std::sync::Arc;

use expense_core::memory::clock::SystemClock;

use crate::config::Config;
use crate::wire::queue::Queue;

/// Whether it can be used, and what waits in it; nothing where there is none.
pub(super) async fn examine(config: &Config) -> Option<Result<String, String>> {
    let queue = match Queue::open(config, Arc::new(SystemClock)) {
        Ok(queue) => queue?,
        Err(error) => return Some(Err(error.to_string())),
    };
    let found = queue.check().await;
    queue.close().await;
    Some(found)
}
