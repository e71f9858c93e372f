//! Numbers for Prometheus: recorded where somebody can ask for them.

use std::fmt::Write;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::catalogue::{Kind, METRICS, Metric};
use super::process;

/// Buckets of times, in seconds: from what an update takes on an idle machine to the longest
/// wait for a model.
const SECONDS: [f64; 15] = [
    0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 240.0,
];
/// Buckets of the time from sending to handling: the platform tells whole seconds, and an outage
/// lasts for hours.
const LAG: [f64; 9] = [1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1_800.0, 14_400.0];
/// How often samples are put into their buckets when nobody asks.
pub(crate) const UPKEEP: Duration = Duration::from_secs(5);

/// What is asked for whenever somebody asks.
type Sampler = Box<dyn Fn() + Send>;

/// Everything that was recorded.
pub(crate) struct Page {
    recorded: PrometheusHandle,
    samplers: Mutex<Vec<Sampler>>,
}

static PAGE: OnceLock<Page> = OnceLock::new();

/// Begins to record. Once a process, before anything is counted; never where nobody can ask: then
/// counting costs nothing.
pub(super) fn start() {
    let lag = Matcher::Full("queue_lag_seconds".to_owned());
    let builder = PrometheusBuilder::new().set_buckets(&SECONDS);
    let builder = builder.and_then(|builder| builder.set_buckets_for_metric(lag, &LAG));
    let Ok(builder) = builder else {
        return;
    };
    let recorder = builder.build_recorder();
    let page = Page {
        recorded: recorder.handle(),
        samplers: Mutex::new(vec![Box::new(process::sample)]),
    };
    if metrics::set_global_recorder(recorder).is_err() || PAGE.set(page).is_err() {
        return;
    }
    for Metric {
        name, kind, help, ..
    } in METRICS
    {
        match kind {
            Kind::Counter => metrics::describe_counter!(*name, *help),
            Kind::Gauge => metrics::describe_gauge!(*name, *help),
            Kind::Histogram => metrics::describe_histogram!(*name, *help),
        }
    }
    metrics::gauge!("bot_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
}

/// What was recorded, where anything is.
pub(crate) fn page() -> Option<&'static Page> {
    PAGE.get()
}

/// Has something measured whenever somebody asks for the page.
#[cfg(feature = "postgres")]
pub(crate) fn at_each_look(sampler: impl Fn() + Send + 'static) {
    if let Some(page) = PAGE.get() {
        let mut samplers = page.samplers.lock().unwrap_or_else(PoisonError::into_inner);
        samplers.push(Box::new(sampler));
    }
}

impl Page {
    /// Puts samples into their buckets: without it they would pile up.
    pub(crate) fn upkeep(&self) {
        self.recorded.run_upkeep();
    }

    /// The page, as Prometheus reads it. It explains metrics of parts that are off, too.
    pub(crate) fn render(&self) -> String {
        let samplers = self.samplers.lock().unwrap_or_else(PoisonError::into_inner);
        samplers.iter().for_each(|sample| sample());
        self.recorded.run_upkeep();
        let mut page = self.recorded.render();
        for Metric {
            name, kind, help, ..
        } in METRICS
        {
            let kind = kind.name();
            let heading = format!("# TYPE {name} {kind}\n");
            if !page.contains(&heading) {
                // Writing into a text can't fail.
                let _ = write!(page, "# HELP {name} {help}\n{heading}\n");
            }
        }
        page
    }
}
