//! Debian's packages, for the servers that tests need.

use std::process::Command;

use crate::shell::{self, Result, TaskError};

/// Installs a package. Whatever server it sets up for itself is not used.
pub(crate) fn install(package: &str, what: &str) -> Result {
    let apt = |args: &[&str]| {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(args);
        command
    };
    let install = ["install", "--yes", "--no-install-recommends", package];
    // Without a list of packages, or with an old one, the first try finds nothing.
    shell::run(&mut apt(&install))
        .or_else(|_| {
            shell::run(&mut apt(&["update"])).and_then(|()| shell::run(&mut apt(&install)))
        })
        .map_err(|error| {
            TaskError::Wrong(format!(
                "{error}: {what} is not here and can't be installed; install it yourself"
            ))
        })
}
