//! Waking within one process.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::{Mutex, broadcast};

use crate::domain::limits;
use crate::ports::jobs::JobKind;
use crate::ports::wake::Wake;

/// [`Wake`] for services in one process, each with a [listener](Self::listener) of its own.
pub struct MemoryWake {
    rung: broadcast::Sender<(JobKind, DateTime<Utc>)>,
    heard: Mutex<broadcast::Receiver<(JobKind, DateTime<Utc>)>>,
}

impl Default for MemoryWake {
    fn default() -> Self {
        let (rung, heard) = broadcast::channel(limits::BELL);
        Self {
            rung,
            heard: Mutex::new(heard),
        }
    }
}

impl MemoryWake {
    /// Another one that hears the same.
    #[must_use]
    pub fn listener(&self) -> Self {
        Self {
            rung: self.rung.clone(),
            heard: Mutex::new(self.rung.subscribe()),
        }
    }
}

#[async_trait]
impl Wake for MemoryWake {
    fn ring(&self, kind: JobKind, from: DateTime<Utc>) {
        // Nobody listens: the next look finds it.
        let _ = self.rung.send((kind, from));
    }

    async fn heard(&self) -> (JobKind, DateTime<Utc>) {
        let mut heard = self.heard.lock().await;
        loop {
            match heard.recv().await {
                Ok(rung) => return rung,
                // What was missed is found by the next look.
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}
