//! A private RabbitMQ broker for the tests.

pub(crate) use test_servers::rabbitmq::VARIABLE;
use test_servers::rabbitmq::{Server, is_installed};

use crate::debian;
use crate::shell::{Result, TaskError};

/// The broker, started; installed before if need be. It ends with the value.
pub(crate) fn ensure() -> Result<Server> {
    found()?;
    Server::start().map_err(|error| TaskError::Wrong(error.to_string()))
}

/// Installs its programs unless they are here.
pub(crate) fn found() -> Result {
    if is_installed() {
        return Ok(());
    }
    debian::install(
        "rabbitmq-server",
        "RabbitMQ (3.10 or newer, with rabbitmq-server)",
    )
}
