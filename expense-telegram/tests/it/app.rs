//! A service behind Telegram, with everything in memory.

use std::sync::Arc;
use std::time::Duration;

use expense_core::memory::clock::SystemClock;
use expense_core::memory::in_process::in_process;
use expense_core::memory::store::MemoryStore;
use expense_core::ports::clock::Clock;
use expense_core::service::{Options, Ports, Service};
use expense_telegram::{Config, RunError, Telegram, Transport, Webhook};
use telegram_fake::Fake;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What is told to Telegram and to nobody else.
pub(crate) const SECRET: &str = "told_to_Telegram-alone";

/// Whose bot it is.
pub(crate) const OWNER: i64 = 42;

pub(crate) struct App {
    pub(crate) shutdown: CancellationToken,
    serving: JoinHandle<()>,
    running: JoinHandle<Result<(), RunError>>,
}

pub(crate) async fn fake() -> Fake {
    Fake::start(telegram_fake::Options::default())
        .await
        .expect("a free port")
}

/// The bot of this server, polling without a pace.
pub(crate) fn config(fake: &Fake) -> Config {
    let url = fake.url().parse().expect("an address");
    Config {
        messages_per_second: 0,
        owners: vec![OWNER],
        ..Config::polling(fake.token().into(), url)
    }
}

pub(crate) fn telegram(config: Config) -> Telegram {
    Telegram::new(config, Arc::new(SystemClock)).expect("a sound configuration")
}

impl App {
    /// One that polls.
    pub(crate) fn polling(fake: &Fake) -> Self {
        Self::start(telegram(config(fake)), |ports| ports).0
    }

    /// One that is brought updates, and the address where.
    pub(crate) async fn webhook(
        fake: &Fake,
        change: impl FnOnce(Ports) -> Ports,
    ) -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let url = format!("http://{address}/updates");
        let transport = Transport::Webhook(Webhook {
            url: url.parse().expect("an address"),
            secret: Some(SECRET.to_owned().into()),
            max_connections: 10,
        });
        let telegram = telegram(Config {
            transport,
            ..config(fake)
        });
        let (app, service) = Self::start(telegram.clone(), change);
        let router = telegram.router(service).expect("a webhook's route");
        tokio::spawn(async move { axum::serve(listener, router).await });
        (app, url)
    }

    /// With other ports than the usual.
    pub(crate) fn start(
        telegram: Telegram,
        change: impl FnOnce(Ports) -> Ports,
    ) -> (Self, Service) {
        Self::going_by(Arc::new(SystemClock), telegram, change)
    }

    /// With another clock, too.
    pub(crate) fn going_by(
        clock: Arc<dyn Clock>,
        telegram: Telegram,
        change: impl FnOnce(Ports) -> Ports,
    ) -> (Self, Service) {
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let bot = Arc::new(telegram.clone());
        let ports = in_process(store, bot.clone(), bot, clock);
        let service = Service::new(change(ports), Options::default());
        let shutdown = CancellationToken::new();
        let serving = tokio::spawn({
            let (service, shutdown) = (service.clone(), shutdown.clone());
            async move { service.run(shutdown).await }
        });
        let running = tokio::spawn({
            let (service, shutdown) = (service.clone(), shutdown.clone());
            async move { telegram.run(service, shutdown).await }
        });
        let app = Self {
            shutdown,
            serving,
            running,
        };
        (app, service)
    }

    /// Waits for the end of the bot.
    pub(crate) async fn ended(self) -> Result<(), RunError> {
        let ended = self.running.await.expect("the bot ends well");
        self.shutdown.cancel();
        self.serving.await.expect("the service ends well");
        ended
    }

    /// Ends it, and says what it came to.
    pub(crate) async fn stop(self) -> Result<(), RunError> {
        self.shutdown.cancel();
        self.ended().await
    }
}

/// Waits until it is so.
pub(crate) async fn until(done: impl Fn() -> bool) {
    let wait = async {
        while !done() {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(telegram_fake::PATIENCE, wait).await;
    waited.expect("it is so in the end");
}

/// So much time passes at once.
pub(crate) async fn passes(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// Everything that was said and asked was right.
pub(crate) fn assert_sound(fake: &Fake) {
    let wrong = fake.violations();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
