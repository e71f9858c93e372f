//! `run` and `console`: the chat, from the first message to the last reply.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use expense_console::Console;
use expense_console::Files;
use expense_core::memory::clock::SystemClock;
use expense_core::ports::clock::Clock;
use expense_core::service::Service;

use crate::config::Config;
use crate::error::Failure;
use crate::signals;
use crate::wire::shared::Shared;
use crate::wire::store::Store;
use crate::wire::{self, console};

/// How long the console may take to end after the service.
const GRACE: Duration = Duration::from_secs(1);

/// Runs a command's asynchronous part: all of it on one thread, which leaves the other cores to
/// the database and to readers. What computes for long (an image, a request's body) has threads
/// of its own, and who needs more than one core starts more processes.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

/// Makes a directory that its owner alone can look into, where there is none.
pub(crate) fn make_private(directory: &Path) -> std::io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
}

/// The bot with the configured transport: without one, the chat on this terminal.
pub(crate) fn bot(config: &Config) -> Result<(), Failure> {
    match &config.telegram {
        #[cfg(feature = "telegram")]
        Some(telegram) => block_on(crate::telegram::run(config, telegram)),
        _ => console(config, false),
    }
}

/// Chats until the person leaves, the input ends or a signal comes.
pub(crate) fn console(config: &Config, json: bool) -> Result<(), Failure> {
    let ended = block_on(chat(config, json));
    expense_console::restore_terminal();
    ended
}

async fn chat(config: &Config, json: bool) -> Result<(), Failure> {
    make_private(&config.data)?;
    let shutdown = signals::watch()?;
    let clock = Arc::new(SystemClock);
    let shared = Shared::open(config, &(clock.clone() as Arc<dyn Clock>))?;
    let store = Store::open(config).await?;
    let (console, input) = Console::open(console::setup(config, json), clock.clone())?;
    let console = Arc::new(console);
    let mut ports = store.ports(console.clone(), Arc::new(Files), clock.clone());
    // Nobody needs protection from themselves on their own terminal, unless they say so.
    let rate = config.rate.unwrap_or(0);
    let mut options = wire::options(config, config.at_this_machine(), rate);
    options.served = expense_console::SERVED;
    wire::add_sources(config, &shared, &mut ports, &mut options)?;
    let service = Service::new(ports, options);
    let mut running = tokio::spawn({
        let (service, shutdown) = (service.clone(), shutdown.clone());
        async move { service.run(shutdown).await }
    });
    let mut talk = std::pin::pin!(async {
        let shown = console.run(input, &service, &shutdown).await;
        shutdown.cancel();
        shown
    });
    let (answered, ended) = tokio::select! {
        shown = &mut talk => (Ok(shown), running.await),
        // A console that still waits for an answer once the service has ended waits in vain.
        ended = &mut running => (tokio::time::timeout(GRACE, talk).await, ended),
    };
    if let Err(error) = ended {
        tracing::error!(%error, "the service ended early");
    }
    store.close().await;
    Ok(answered.map_err(|_| Failure::Unfinished)??)
}
