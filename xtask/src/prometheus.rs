//! Prometheus' own tool, which checks and tries the rules in `deploy/prometheus`.

use std::process::Command;

use crate::debian;
use crate::shell::{Result, works};

/// Has it here, installed if need be.
pub(crate) fn ensure() -> Result {
    if works(Command::new("promtool").arg("--version")) {
        return Ok(());
    }
    debian::install("prometheus", "promtool (of Prometheus)")
}
