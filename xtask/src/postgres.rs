//! A private PostgreSQL server for the tests.

use std::process::Command;

pub(crate) use test_servers::postgres::VARIABLE;
use test_servers::postgres::{Durability, Server, is_installed};

use crate::shell::{self, Result, TaskError};

/// The server, started; installed before if need be. It ends with the value.
pub(crate) fn ensure() -> Result<Server> {
    found()?;
    Server::start(Durability::Off).map_err(|error| TaskError::Wrong(error.to_string()))
}

/// Installs its programs unless they are here.
pub(crate) fn found() -> Result {
    if is_installed() { Ok(()) } else { install() }
}

/// Debian's package. The cluster that it makes for itself is not used.
fn install() -> Result {
    let apt = |args: &[&str]| {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(args);
        command
    };
    let install = ["install", "--yes", "--no-install-recommends", "postgresql"];
    // Without a list of packages, or with an old one, the first try finds nothing.
    shell::run(&mut apt(&install))
        .or_else(|_| {
            shell::run(&mut apt(&["update"])).and_then(|()| shell::run(&mut apt(&install)))
        })
        .map_err(|error| {
            TaskError::Wrong(format!(
                "{error}: PostgreSQL is not here and can't be installed; install it yourself \
                 (14 or newer, with initdb and postgres)"
            ))
        })
}
