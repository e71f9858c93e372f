//! A service behind Telegram, in this process, over a database.

use std::sync::Arc;
use std::time::Duration;

use expense_core::domain::access::Access;
use expense_core::domain::ledger::Settings;
use expense_core::memory::clock::ManualClock;
use expense_core::ports::rate::Quota;
use expense_core::service::{Options, OwnerCode, Ports, Service};
use expense_telegram::{Telegram, Transport, Webhook};
use telegram_fake::Fake;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::kept::{Books, Store};
use super::prompted::{Limiter, NoRates, Reader, Thinker, Wait};

/// How updates come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Polling,
    Webhook,
}

impl By {
    fn transport(self, door: &TcpListener) -> Transport {
        let address = door.local_addr().expect("an address");
        match self {
            Self::Polling => Transport::Polling,
            Self::Webhook => Transport::Webhook(Webhook {
                url: format!("http://{address}/updates").parse().expect("a URL"),
                secret: None,
                max_connections: 10,
            }),
        }
    }
}

/// What an operator chose, and what stands behind the ports.
pub(super) struct Setup {
    pub(super) clock: Arc<ManualClock>,
    pub(super) settings: Settings,
    pub(super) access: Access,
    pub(super) reader: Arc<Reader>,
    pub(super) thinker: Option<Arc<Thinker>>,
    pub(super) wait: Arc<Wait>,
    pub(super) rates: bool,
}

impl Setup {
    fn ports(&self, store: &Store, telegram: &Telegram) -> Ports {
        let mut ports = store.ports(telegram, self.clock.clone());
        ports.ocr = Some(self.reader.clone());
        ports.speech = Some(self.reader.clone());
        if let Some(thinker) = &self.thinker {
            ports.categorizer = Some(thinker.clone());
        }
        if self.rates {
            ports.fx = Some(Arc::new(NoRates));
        }
        ports.limiter = Arc::new(Limiter {
            usual: ports.limiter,
            wait: self.wait.clone(),
        });
        ports
    }

    fn options(&self) -> Options {
        Options {
            defaults: self.settings.clone(),
            access: self.access.clone(),
            quota: Some(Quota {
                burst: 30,
                period: Duration::from_secs(60),
            }),
            ..Options::default()
        }
    }
}

/// One life of the bot.
pub(super) struct Bot {
    pub(super) service: Service,
    /// What makes the first owner, where there is none.
    pub(super) code: Option<OwnerCode>,
    pub(super) store: Store,
    shutdown: CancellationToken,
    running: JoinHandle<()>,
}

impl Bot {
    pub(super) async fn start(fake: &Fake, by: By, books: &Books, setup: &Setup) -> Self {
        let clock = setup.clock.clone();
        let store = books.open(clock.clone()).await;
        let door = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let config = expense_telegram::Config {
            messages_per_second: 0,
            transport: by.transport(&door),
            ..expense_telegram::Config::polling(
                fake.token().into(),
                fake.url().parse().expect("a URL"),
            )
        };
        let telegram = Telegram::new(config, clock).expect("a configuration");
        let service = Service::new(setup.ports(&store, &telegram), setup.options());
        let code = service.owner_code(OwnerCode::of([7; 16])).await;
        let shutdown = CancellationToken::new();
        let running = tokio::spawn(run(telegram, service.clone(), door, shutdown.clone()));
        Self {
            service,
            code: code.expect("the store answers"),
            store,
            shutdown,
            running,
        }
    }

    /// Finishes what was accepted and closes the database.
    pub(super) async fn stop(self) {
        self.shutdown.cancel();
        self.running.await.expect("it ends well");
        self.store.close().await;
    }
}

async fn run(telegram: Telegram, service: Service, door: TcpListener, shutdown: CancellationToken) {
    let serving = telegram.router(service.clone()).map(|router| {
        let serving = axum::serve(door, router);
        tokio::spawn(serving.into_future())
    });
    let telling = telegram.run(service.clone(), shutdown.clone());
    let (told, ()) = tokio::join!(telling, service.run(shutdown));
    told.expect("Telegram knows the bot");
    if let Some(serving) = serving {
        serving.abort();
    }
}
