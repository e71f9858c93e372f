//! The whole product on a terminal: a store, a transport and the service between them.
//!
//! `cargo run -p expense-examples --example chat_on_the_console`

use std::sync::Arc;

use expense_console::{Console, Files, Setup};
use expense_core::memory::clock::SystemClock;
use expense_core::memory::in_process::in_process;
use expense_core::memory::store::MemoryStore;
use expense_core::service::{Options, Service};
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let clock = Arc::new(SystemClock);
    // Forgets everything at the end. `SqliteStore::open(…)` in its place does not.
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let setup = Setup::at(&std::env::temp_dir().join("expense-example"));
    let (console, input) = Console::open(setup, clock.clone())?;
    let console = Arc::new(console);
    let ports = in_process(store, console.clone(), Arc::new(Files), clock);
    let service = Service::new(ports, Options::default());

    let shutdown = CancellationToken::new();
    let ((), shown) = tokio::join!(service.run(shutdown.clone()), async {
        let shown = console.run(input, &service, &shutdown).await;
        shutdown.cancel();
        shown
    });
    Ok(shown?)
}
