//! Waking within one process, and what a ring is spelled like between processes.

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

/// What other processes are told, in words; nothing of what they can neither do nor overtake.
#[must_use]
pub fn spelled(kind: JobKind, from: DateTime<Utc>) -> Option<String> {
    let word = match kind {
        JobKind::Reading => "reading",
        JobKind::Suggestion => "suggestion",
        JobKind::Reply => "reply",
        JobKind::Sweep | JobKind::Rate => return None,
    };
    Some(format!("{word} {}", from.timestamp_micros()))
}

/// What was spelled; nothing where a newer version rings for more.
#[must_use]
pub fn understood(rung: &str) -> Option<(JobKind, DateTime<Utc>)> {
    let (word, micros) = rung.split_once(' ')?;
    let kind = match word {
        "reading" => JobKind::Reading,
        "suggestion" => JobKind::Suggestion,
        "reply" => JobKind::Reply,
        _ => return None,
    };
    Some((kind, DateTime::from_timestamp_micros(micros.parse().ok()?)?))
}
