//! A service behind Telegram, in this process, over a SQLite file.

use std::path::Path;
use std::sync::Arc;

use expense_core::memory::in_process::in_process;
use expense_core::ports::clock::Clock;
use expense_core::service::{Options, Service};
use expense_store_sqlite::{Config, SqliteStore};
use expense_telegram::{Telegram, Transport, Webhook};
use telegram_fake::Fake;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::reader::Prompted;

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

/// One life of the bot.
pub(super) struct Bot {
    store: Arc<SqliteStore>,
    shutdown: CancellationToken,
    running: JoinHandle<()>,
}

impl Bot {
    pub(super) async fn start(
        fake: &Fake,
        by: By,
        file: &Path,
        clock: Arc<dyn Clock>,
        reader: Arc<Prompted>,
        options: Options,
    ) -> Self {
        let store = SqliteStore::open(Config::new(file)).await;
        let store = Arc::new(store.expect("the file opens"));
        let door = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let config = expense_telegram::Config {
            messages_per_second: 0,
            transport: by.transport(&door),
            ..expense_telegram::Config::polling(
                fake.token().into(),
                fake.url().parse().expect("a URL"),
            )
        };
        let telegram = Telegram::new(config, clock.clone()).expect("a configuration");
        let messenger = Arc::new(telegram.clone());
        let mut ports = in_process(store.clone(), messenger.clone(), messenger, clock);
        ports.ocr = Some(reader.clone());
        ports.speech = Some(reader);
        let service = Service::new(ports, options);
        let shutdown = CancellationToken::new();
        let running = tokio::spawn({
            let shutdown = shutdown.clone();
            async move {
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
        });
        Self {
            store,
            shutdown,
            running,
        }
    }

    /// Finishes what was accepted and closes the file.
    pub(super) async fn stop(self) {
        self.shutdown.cancel();
        self.running.await.expect("it ends well");
        self.store.close().await;
    }
}
