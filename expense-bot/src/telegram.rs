//! `run` with a token: the bot on Telegram, until a signal comes.

use std::sync::Arc;
use std::time::Duration;

use expense_core::memory::clock::SystemClock;
use expense_core::ports::clock::Clock;
use expense_core::service::{OwnerCode, Service};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{self, Config};
use crate::error::Failure;
use crate::http::Health;
use crate::wire;
use crate::wire::shared::Shared;
use crate::wire::store::Store;
use crate::{http, run, signals};

/// Messages a person may send in a minute, unless it is configured.
const RATE: u32 = 30;
/// How long it is waited before it is found out again whether somebody owns the bot.
const AGAIN: Duration = Duration::from_secs(5);

/// Runs until a signal comes or Telegram refuses for good; what was accepted is finished.
pub(crate) async fn run(config: &Config, telegram: &config::Telegram) -> Result<(), Failure> {
    serve(config, telegram, signals::watch()?).await
}

/// Runs until `shutdown`.
pub(crate) async fn serve(
    config: &Config,
    telegram: &config::Telegram,
    shutdown: CancellationToken,
) -> Result<(), Failure> {
    run::make_private(&config.data)?;
    let listener = match config.http {
        Some(address) => Some(http::listen(address).await?),
        None => None,
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let shared = Shared::open(config, &clock)?;
    let settings = wire::telegram::settings(telegram, &config.people);
    let bot = wire::telegram::bot(settings, clock.clone(), &shared)?;
    let store = Store::open(config).await?;
    let mut ports = store.ports(Arc::new(bot.clone()), Arc::new(bot.clone()), clock);
    let rate = config.rate.unwrap_or(RATE);
    let mut options = wire::options(config, config.defaults.clone(), rate);
    options.access = wire::telegram::access(&config.people);
    options.by_language = config.by_language;
    wire::add_sources(config, &shared, &mut ports, &mut options)?;
    let probe = ports.store.clone();
    let service = Service::new(ports, options);

    let tasks = TaskTracker::new();
    tasks.spawn({
        let (service, shutdown) = (service.clone(), shutdown.clone());
        async move { service.run(shutdown).await }
    });
    if let Some(listener) = listener {
        let routes = bot.router(service.clone()).unwrap_or_default();
        let health = Health::new(probe, shutdown.clone());
        tasks.spawn(http::serve(listener, routes, health));
    }
    eprintln!("Waiting for messages from Telegram; Ctrl-C ends it.");
    #[cfg(feature = "ocr-local")]
    crate::models::remind(config);
    let code = fresh_code()?;
    if !invite_owner(&service, &code).await? {
        let (service, shutdown) = (service.clone(), shutdown.clone());
        tasks.spawn(async move {
            let invited = async {
                loop {
                    tokio::time::sleep(AGAIN).await;
                    // What can't be mended was told at the start.
                    if invite_owner(&service, &code).await.unwrap_or(true) {
                        return;
                    }
                }
            };
            shutdown.run_until_cancelled(invited).await
        });
    }
    let ended = bot.run(service, shutdown.clone()).await;
    shutdown.cancel();
    tasks.close();
    tasks.wait().await;
    store.close().await;
    Ok(ended?)
}

fn fresh_code() -> Result<OwnerCode, Failure> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|_| Failure::Random)?;
    Ok(OwnerCode::of(random))
}

/// Where nobody owns the bot yet, tells the operator how somebody does. False where that can't be
/// found out now: the bot goes on meanwhile.
async fn invite_owner(service: &Service, fresh: &OwnerCode) -> Result<bool, Failure> {
    match service.owner_code(fresh.clone()).await {
        Ok(None) => Ok(true),
        Ok(Some(code)) => {
            eprintln!(
                "Nobody owns this bot yet. Whoever sends it this message first does:\n\n    /start {}\n",
                code.as_str()
            );
            Ok(true)
        }
        Err(error) if error.is_transient() => {
            tracing::warn!(%error, "whether somebody owns the bot is found out later");
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}
