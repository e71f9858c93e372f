//! A private PostgreSQL server for the tests.

use test_servers::postgres::{Durability, Server, is_installed};
pub(crate) use test_servers::postgres::{PAIR, VARIABLE};

use crate::debian;
use crate::shell::{Result, TaskError};

/// The server, started; installed before if need be. It ends with the value.
pub(crate) fn ensure() -> Result<Server> {
    found()?;
    Server::start(Durability::Off).map_err(|error| TaskError::Wrong(error.to_string()))
}

/// A primary and a standby of it, as [`ensure`] has them.
pub(crate) fn ensure_pair() -> Result<(Server, Server)> {
    let primary = ensure()?;
    let standby = primary.standby();
    let standby = standby.map_err(|error| TaskError::Wrong(error.to_string()))?;
    Ok((primary, standby))
}

/// Installs its programs unless they are here.
pub(crate) fn found() -> Result {
    if is_installed() {
        return Ok(());
    }
    debian::install(
        "postgresql",
        "PostgreSQL (14 or newer, with initdb and postgres)",
    )
}
