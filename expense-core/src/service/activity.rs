//! Counting what is under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// A count of things under way that can be waited out.
#[derive(Debug, Clone)]
pub(super) struct Activity {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    count: AtomicUsize,
    zero: Notify,
}

/// One thing under way, until it is dropped.
#[derive(Debug)]
pub(super) struct Underway {
    shared: Arc<Shared>,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self {
            shared: Arc::new(Shared {
                count: AtomicUsize::new(0),
                zero: Notify::new(),
            }),
        }
    }

    pub(super) fn enter(&self) -> Underway {
        self.shared.count.fetch_add(1, Ordering::SeqCst);
        Underway {
            shared: Arc::clone(&self.shared),
        }
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.shared.count.load(Ordering::SeqCst) == 0
    }

    /// Returns once nothing is under way.
    pub(super) async fn quiet(&self) {
        loop {
            let zero = self.shared.zero.notified();
            tokio::pin!(zero);
            // Listening begins before looking, so that no end is missed in between.
            zero.as_mut().enable();
            if self.is_quiet() {
                return;
            }
            zero.await;
        }
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        if self.shared.count.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.shared.zero.notify_waiters();
        }
    }
}
