//! What the program tells its operator: lines on standard error, never on standard output.

use std::io::{self, IsTerminal};
use std::panic;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::Directive;

use crate::config::{Config, LogFormat};

/// Starts logging as configured. Once a process.
pub(crate) fn start(config: &Config) {
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter(&config.log))
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    match config.log_format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    // The words of a panic may quote what somebody wrote: its place is told, and no more.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a bug: this program did not expect what it met here");
    }));
}

/// What is configured, without the line editor: it logs what is typed.
fn filter(configured: &str) -> EnvFilter {
    // The configuration has checked it.
    let filter = EnvFilter::new(configured);
    match "rustyline=off".parse::<Directive>() {
        Ok(silent) => filter.add_directive(silent),
        Err(_) => filter,
    }
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
