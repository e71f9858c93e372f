//! Settings for tests, in a real broker, each with topics of its own.
//!
//! The broker is the one that the environment variable `EXPENSE_TEST_KAFKA` names, as
//! `cargo xtask test` sets it; where there is none, a private one is started for this process.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use test_servers::kafka::{Server, VARIABLE};

use crate::config::Config;

const PATIENCE: Duration = Duration::from_secs(20);
/// The shortest that brokers allow.
const SESSION: Duration = Duration::from_secs(6);

/// Settings with a prefix that nobody else has, and few partitions. The broker is waited for longer
/// than usual: many tests share the machine.
///
/// # Panics
///
/// With a sentence that says what to do when there is no broker.
#[must_use]
pub fn fresh() -> Config {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let mut config = Config::new(broker());
    config.patience = PATIENCE;
    config.session = SESSION;
    config.partitions = 2;
    config.replication = Some(1);
    config.prefix = format!("test-{}-{number}", std::process::id());
    config
}

/// The address of the broker of this run.
///
/// # Panics
///
/// As [`fresh`].
#[must_use]
pub fn broker() -> String {
    static OWN: OnceLock<Server> = OnceLock::new();
    match std::env::var(VARIABLE) {
        Ok(address) if !address.is_empty() => address,
        _ => {
            let own = OWN.get_or_init(|| match Server::start() {
                Ok(server) => server,
                Err(error) => panic!(
                    "this test needs a Kafka broker: run `cargo xtask test`, which brings one, or \
                     name one in {VARIABLE}; {error}"
                ),
            });
            own.address()
        }
    }
}
