//! A private Redis server for the tests.

pub(crate) use test_servers::redis::VARIABLE;
use test_servers::redis::{Server, is_installed};

use crate::debian;
use crate::shell::{Result, TaskError};

/// The server, started; installed before if need be. It ends with the value.
pub(crate) fn ensure() -> Result<Server> {
    found()?;
    Server::start().map_err(|error| TaskError::Wrong(error.to_string()))
}

/// Installs its programs unless they are here.
pub(crate) fn found() -> Result {
    if is_installed() {
        return Ok(());
    }
    debian::install("redis-server", "Redis (6.2 or newer, with redis-server)")
}
