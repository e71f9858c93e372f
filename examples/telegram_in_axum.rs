//! The bot inside one's own axum application: webhook, PostgreSQL, Gemini.
//!
//! ```sh
//! export TELEGRAM_BOT_TOKEN=… WEBHOOK_URL=https://example.org/expenses GEMINI_API_KEY=…
//! export DATABASE_URL=postgres://bot:secret@localhost/expenses OWNER_ID=4711
//! cargo run -p expense-examples --example telegram_in_axum
//! ```

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::routing::get;
use expense_core::domain::access::Access;
use expense_core::domain::keys::UserKey;
use expense_core::memory::clock::SystemClock;
use expense_core::memory::in_process::in_process;
use expense_core::ports::rate::Quota;
use expense_core::service::{Options, Service};
use expense_core::wrap::Wrapped;
use expense_core::wrap::queue::{Pace, RequestQueue};
use expense_ocr_gemini::Gemini;
use expense_store_postgres::PostgresStore;
use expense_telegram::{API_URL, Config, MAX_CONNECTIONS, Telegram, Transport, Webhook};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

fn variable(name: &str) -> anyhow::Result<String> {
    std::env::var(name).with_context(|| format!("set {name}"))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let clock = Arc::new(SystemClock);
    let mut telegram = Config::polling(variable("TELEGRAM_BOT_TOKEN")?.into(), API_URL.parse()?);
    telegram.transport = Transport::Webhook(Webhook {
        url: variable("WEBHOOK_URL")?.parse()?,
        secret: None,
        max_connections: MAX_CONNECTIONS,
    });
    let telegram = Telegram::new(telegram, clock.clone())?;
    let database = expense_store_postgres::Config::new(variable("DATABASE_URL")?);
    let store = Arc::new(PostgresStore::open(database).await?);
    let gemini = expense_ocr_gemini::Config::new(variable("GEMINI_API_KEY")?.into())?;
    let gemini = Arc::new(Gemini::new(gemini, clock.clone())?);

    let bot = Arc::new(telegram.clone());
    let mut ports = in_process(store.clone(), bot.clone(), bot, clock.clone());
    // Whatever people send, the key is used no more than this.
    let pace = Pace {
        at_once: 4,
        depth: 1_000,
        per_minute: 10,
        per_day: Some(250),
    };
    let queue = RequestQueue::new("gemini", pace, ports.limiter.clone(), clock);
    ports.ocr = Some(Arc::new(Wrapped::ocr(gemini.clone(), queue.clone())));
    ports.speech = Some(Arc::new(Wrapped::speech(gemini.clone(), queue.clone())));
    ports.categorizer = Some(Arc::new(Wrapped::categorizer(gemini, queue)));
    // Nobody else is let in but by the owner.
    let owner = UserKey::new(format!("telegram:{}", variable("OWNER_ID")?))?;
    let options = Options {
        access: Access {
            owners: BTreeSet::from([owner]),
            ..Access::closed()
        },
        quota: Some(Quota {
            burst: 30,
            period: Duration::from_secs(60),
        }),
        ..Options::default()
    };
    let service = Service::new(ports, options);

    // One's own routes beside the bot's; the webhook's stands at the path of WEBHOOK_URL.
    let webhook = telegram.router(service.clone()).unwrap_or_default();
    let routes = Router::new()
        .route("/", get(|| async { "my own application" }))
        .merge(webhook);
    let listener = TcpListener::bind("127.0.0.1:8080").await?;
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    tokio::spawn(async move {
        // Without the signal the application simply goes on.
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.cancel();
        }
    });
    let served = axum::serve(listener, routes)
        .with_graceful_shutdown(shutdown.clone().cancelled_owned())
        .into_future();
    let (served, ran, ()) = tokio::join!(
        served,
        telegram.run(service.clone(), shutdown.clone()),
        service.run(shutdown)
    );
    store.close().await;
    served?;
    Ok(ran?)
}
