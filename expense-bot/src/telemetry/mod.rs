//! What the program tells its operator: lines on standard error, never on standard output;
//! numbers for Prometheus; traces for a collector.

#[cfg(any(feature = "telegram", test))]
mod catalogue;
#[cfg(feature = "telegram")]
pub(crate) mod metrics;
#[cfg(feature = "telegram")]
mod process;
#[cfg(feature = "otel")]
pub(crate) mod traces;

use std::io::{self, IsTerminal};
use std::panic;

use tracing_subscriber::filter::Directive;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::config::{Config, LogFormat};
use crate::error::Failure;

/// What is to be finished at the end. Dropped outside of any runtime, it takes less than a second.
pub(crate) struct Telemetry {
    #[cfg(feature = "otel")]
    _traces: Option<traces::Traces>,
}

/// Starts logging, counting and tracing as configured. Once a process.
pub(crate) fn start(config: &Config) -> Result<Telemetry, Failure> {
    #[cfg(feature = "telegram")]
    if config.http.is_some() {
        metrics::start();
    }
    #[cfg(feature = "otel")]
    let traces = config
        .traces
        .as_ref()
        .map(traces::Traces::start)
        .transpose()?;
    #[cfg(feature = "otel")]
    match &traces {
        // Each has a filter of its own: what is traced need not be logged.
        Some(traces) => Registry::default()
            .with(lines(config).with_filter(filter(&config.log)))
            .with(traces.layer())
            .init(),
        None => log(config),
    }
    #[cfg(not(feature = "otel"))]
    log(config);
    // The words of a panic may quote what somebody wrote: its place is told, and no more.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a bug: this program did not expect what it met here");
    }));
    Ok(Telemetry {
        #[cfg(feature = "otel")]
        _traces: traces,
    })
}

/// What is not logged costs nothing where one filter decides for all.
fn log(config: &Config) {
    let lines = Registry::default().with(filter(&config.log));
    lines.with(self::lines(config)).init();
}

fn lines<S>(config: &Config) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    match config.log_format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    }
}

/// What is configured, without the line editor, which logs what is typed, and unless it is asked
/// for without the client of RabbitMQ, which tells each of its channels' ends: ours tell them once.
fn filter(configured: &str) -> EnvFilter {
    // The configuration has checked it.
    let filter = EnvFilter::new(configured);
    let loud = (!configured.contains("lapin")).then_some("lapin=off");
    let silent = ["rustyline=off"].into_iter().chain(loud);
    let silent = silent.filter_map(|directive| directive.parse::<Directive>().ok());
    silent.fold(filter, EnvFilter::add_directive)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("warn")]
    #[case("trace")]
    #[case("rustyline=trace,expense_core=debug")]
    fn the_line_editor_is_never_logged(#[case] configured: &str) {
        let filter = filter(configured).to_string();
        assert!(filter.contains("rustyline=off"), "{filter}");
        assert!(!filter.contains("rustyline=trace"), "{filter}");
    }
}
