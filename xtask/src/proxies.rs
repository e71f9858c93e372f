//! The programs that tests of `deploy/` start: nginx, HAProxy, and what checks systemd's units.

use std::process::Command;

use test_servers::proxy::Kind;

use crate::debian;
use crate::shell::{Result, works};

/// Installs what is missing.
pub(crate) fn ensure() -> Result {
    for kind in [Kind::Nginx, Kind::Haproxy] {
        if !kind.is_installed() {
            debian::install(kind.name(), kind.name())?;
        }
    }
    if !works(Command::new("systemd-analyze").arg("--version")) {
        debian::install("systemd", "systemd (systemd-analyze)")?;
    }
    if !works(Command::new("openssl").arg("version")) {
        debian::install("openssl", "openssl")?;
    }
    Ok(())
}
