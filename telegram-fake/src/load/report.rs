//! What a load found.

use std::time::Duration;

use serde::Serialize;

/// Figures of one load.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Messages that were written.
    pub sent: usize,
    /// Messages that were answered.
    pub answered: usize,
    /// Answers that came once more, after a redelivery.
    pub repeated: usize,
    /// Answers that name no message of the load: refusals, hints.
    pub strange: usize,
    /// From the first message to the last answer.
    pub seconds: f64,
    /// Messages answered a second.
    pub per_second: f64,
    /// From writing to the answer.
    pub latency_ms: Latency,
    #[serde(skip)]
    micros: Vec<u64>,
}

/// Percentiles in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Latency {
    /// Half took no longer.
    pub p50: f64,
    /// 90 of 100 took no longer.
    pub p90: f64,
    /// 99 of 100 took no longer.
    pub p99: f64,
    /// 999 of 1,000 took no longer.
    pub p999: f64,
    /// The longest.
    pub max: f64,
}

impl Report {
    pub(super) fn took(&mut self, time: Duration) {
        self.micros
            .push(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    pub(super) fn answered(&self) -> usize {
        self.micros.len()
    }

    pub(super) fn finish(mut self, sent: usize, spent: Duration) -> Self {
        self.micros.sort_unstable();
        let at = |per_mille: usize| self.percentile(per_mille);
        self.latency_ms = Latency {
            p50: at(500),
            p90: at(900),
            p99: at(990),
            p999: at(999),
            max: at(1000),
        };
        self.sent = sent;
        self.answered = self.micros.len();
        self.seconds = spent.as_secs_f64();
        if self.seconds > 0.0 {
            let answered = u32::try_from(self.answered).unwrap_or(u32::MAX);
            self.per_second = f64::from(answered) / self.seconds;
        }
        self
    }

    /// The least time that so many of a thousand took at most, in milliseconds.
    fn percentile(&self, per_mille: usize) -> f64 {
        let rank = (self.micros.len() * per_mille).div_ceil(1000).max(1);
        let micros = self.micros.get(rank - 1).copied().unwrap_or(0);
        Duration::from_micros(micros).as_secs_f64() * 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let mut report = Report::default();
        for ms in (1..=200).rev() {
            report.took(Duration::from_millis(ms));
        }
        let report = report.finish(201, Duration::from_secs(2));
        let latency = report.latency_ms;
        assert_eq!(
            [latency.p50, latency.p90, latency.p99],
            [100.0, 180.0, 198.0]
        );
        assert_eq!([latency.p999, latency.max], [200.0, 200.0]);
        assert_eq!(
            (report.sent, report.answered, report.per_second),
            (201, 200, 100.0)
        );
    }
}
