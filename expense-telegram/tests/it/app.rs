//! A service behind Telegram, with everything in memory.

use std::sync::Arc;

use expense_core::memory::attachments::MemoryAttachments;
use expense_core::memory::clock::SystemClock;
use expense_core::memory::in_process::in_process;
use expense_core::memory::store::MemoryStore;
use expense_core::service::{Options, Ports, Service};
use expense_telegram::{Config, RunError, Telegram};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(crate) struct App {
    pub(crate) shutdown: CancellationToken,
    serving: JoinHandle<()>,
    polling: JoinHandle<Result<(), RunError>>,
}

impl App {
    pub(crate) fn start(config: Config) -> Self {
        Self::start_with(config, |ports| ports)
    }

    /// With other ports than the usual.
    pub(crate) fn start_with(config: Config, change: impl FnOnce(Ports) -> Ports) -> Self {
        let clock = Arc::new(SystemClock);
        let telegram = Telegram::new(config, clock.clone()).expect("a sound configuration");
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let attachments = Arc::new(MemoryAttachments::default());
        let ports = in_process(store, Arc::new(telegram.clone()), attachments, clock);
        let service = Service::new(change(ports), Options::default());
        let shutdown = CancellationToken::new();
        let serving = tokio::spawn({
            let (service, shutdown) = (service.clone(), shutdown.clone());
            async move { service.run(shutdown).await }
        });
        let polling = tokio::spawn({
            let shutdown = shutdown.clone();
            async move { telegram.run(service, shutdown).await }
        });
        Self {
            shutdown,
            serving,
            polling,
        }
    }

    /// Waits for the end of polling.
    pub(crate) async fn ended(self) -> Result<(), RunError> {
        let ended = self.polling.await.expect("polling ends well");
        self.shutdown.cancel();
        self.serving.await.expect("the service ends well");
        ended
    }

    pub(crate) async fn stop(self) -> Result<(), RunError> {
        self.shutdown.cancel();
        self.ended().await
    }
}
