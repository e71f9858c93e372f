//! Taking the time.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// What was measured of one contestant.
#[derive(Clone, Copy, Default)]
pub(crate) struct Figure {
    /// How many a second.
    pub(crate) per_s: u64,
    /// Processor time of this process for each, in microseconds.
    pub(crate) cpu_us: u64,
}

/// One of those that are compared.
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    runs: Vec<Figure>,
}

impl Contestant {
    pub(crate) fn new(name: &'static str, what: &'static str) -> Self {
        let runs = Vec::new();
        Self { name, what, runs }
    }

    pub(crate) fn add(&mut self, run: Figure) {
        self.runs.push(run);
    }

    pub(crate) fn median(&self) -> Figure {
        let middle = |figure: fn(&Figure) -> u64| {
            let mut figures: Vec<u64> = self.runs.iter().map(figure).collect();
            figures.sort_unstable();
            figures.get(figures.len() / 2).copied().unwrap_or_default()
        };
        Figure {
            per_s: middle(|run| run.per_s),
            cpu_us: middle(|run| run.cpu_us),
        }
    }
}

/// A stretch that is being measured.
pub(crate) struct Stretch {
    begun: Instant,
    cpu: Duration,
}

impl Stretch {
    pub(crate) fn begin() -> Self {
        Self {
            begun: Instant::now(),
            cpu: processor_time(),
        }
    }

    /// `count` were done since the beginning.
    pub(crate) fn end(self, count: usize) -> Figure {
        let (count, wall) = (count as u128, self.begun.elapsed());
        let cpu = processor_time().saturating_sub(self.cpu);
        let per_s = count * 1_000_000 / wall.as_micros().max(1);
        let cpu_us = cpu.as_micros() / count.max(1);
        Figure {
            per_s: u64::try_from(per_s).unwrap_or(u64::MAX),
            cpu_us: u64::try_from(cpu_us).unwrap_or(u64::MAX),
        }
    }
}

fn processor_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default()
}

/// How many times `one` is of `other`, with one decimal.
pub(crate) fn tenths(one: u64, other: u64) -> String {
    let tenths = one * 10 / other.max(1);
    format!("{}.{}", tenths / 10, tenths % 10)
}
