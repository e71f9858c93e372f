//! How many deliveries a second are taken.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// A bucket that fills by so many a second and holds as many, at least one.
pub(crate) struct Pace {
    per_second: Option<u32>,
    /// When the bucket was, or will be, empty.
    empty: Mutex<Instant>,
}

impl Pace {
    pub(crate) fn new(per_second: Option<u32>) -> Self {
        let now = Instant::now();
        Self {
            per_second: per_second.filter(|count| *count > 0),
            empty: Mutex::new(now.checked_sub(Duration::from_secs(1)).unwrap_or(now)),
        }
    }

    /// How many may be taken now, at most so many; the wait for the next where it is none.
    pub(crate) fn room(&self, limit: usize) -> Result<usize, Duration> {
        let Some(per_second) = self.per_second else {
            return Ok(limit);
        };
        let empty = self.empty.lock().unwrap_or_else(PoisonError::into_inner);
        let one = Duration::from_secs(1) / per_second;
        let filled = empty.elapsed().min(Duration::from_secs(1));
        let count = filled.as_nanos() / one.as_nanos().max(1);
        match usize::try_from(count).unwrap_or(usize::MAX).min(limit) {
            0 => Err(one.saturating_sub(filled)),
            count => Ok(count),
        }
    }

    /// So many were taken.
    pub(crate) fn take(&self, count: usize) {
        let Some(per_second) = self.per_second else {
            return;
        };
        let mut empty = self.empty.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let full = now.checked_sub(Duration::from_secs(1)).unwrap_or(now);
        let one = Duration::from_secs(1) / per_second;
        *empty = (*empty).max(full) + one * u32::try_from(count).unwrap_or(u32::MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_second_holds_so_many() {
        let pace = Pace::new(Some(10));
        let mut taken = 0;
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(5) {
            match pace.room(3) {
                Ok(count) => {
                    pace.take(count);
                    taken += count;
                }
                Err(wait) => tokio::time::sleep(wait).await,
            }
        }
        // The bucket was full in the beginning.
        assert!((50..=61).contains(&taken), "{taken}");
    }
}
