//! What the program tells its operator: lines on standard error, never on standard output.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Starts logging as configured. Once a process.
pub(crate) fn start(config: &Config) {
    let lines = tracing_subscriber::fmt()
        // The configuration has checked it.
        .with_env_filter(EnvFilter::new(&config.log))
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    match config.log_format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
}
