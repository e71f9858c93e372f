//! A private Kafka broker for the tests.

pub(crate) use test_servers::kafka::VARIABLE;
use test_servers::kafka::{Server, is_installed};

use crate::python;
use crate::shell::{Result, TaskError};

/// The broker, started; installed before if need be. It ends with the value.
pub(crate) fn ensure() -> Result<Server> {
    if !is_installed() {
        python::ensure()?;
    }
    Server::start().map_err(|error| TaskError::Wrong(error.to_string()))
}
