//! `run` with a token: the bot on Telegram, until a signal comes.

use std::sync::Arc;
use std::time::Duration;

use expense_core::memory::clock::SystemClock;
use expense_core::ports::clock::Clock;
use expense_core::service::{OwnerCode, Part, Service};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cli::Only;
use crate::config::{self, Config};
use crate::error::Failure;
use crate::http::Health;
use crate::wire;
use crate::wire::queue::Queue;
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

/// `webhook`: takes updates in and puts them into the queue, until a signal comes.
pub(crate) async fn door(config: &Config) -> Result<(), Failure> {
    let telegram = shared(config, "webhook")?;
    if let config::Mode::Polling = telegram.mode {
        return Err(Failure::Refused(
            "expense-bot webhook is brought its updates: set WEBHOOK_URL, or let `expense-bot run` \
             ask for them"
                .to_owned(),
        ));
    }
    let duty = Duty {
        part: Part::Door,
        takes_in: true,
    };
    take_part(config, telegram, duty, signals::watch()?).await
}

/// `worker`: handles what is in the queue, until a signal comes.
pub(crate) async fn worker(config: &Config, only: Option<Only>) -> Result<(), Failure> {
    let telegram = shared(config, "worker")?;
    let part = match only {
        None => Part::Everything,
        Some(Only::Text) => Part::Text,
        Some(Only::Receipts) => Part::Receipts,
    };
    let duty = Duty {
        part,
        takes_in: false,
    };
    take_part(config, telegram, duty, signals::watch()?).await
}

/// What every process of many needs.
fn shared<'a>(config: &'a Config, command: &str) -> Result<&'a config::Telegram, Failure> {
    if config.queue.is_none() {
        return Err(Failure::Refused(format!(
            "expense-bot {command} needs a queue that processes share: set AMQP_URL or KAFKA_BROKERS, or let \
             `expense-bot run` do everything in one process"
        )));
    }
    let missing = || {
        Failure::Refused(format!(
            "expense-bot {command} needs TELEGRAM_BOT_TOKEN: what BotFather gave"
        ))
    };
    config.telegram.as_ref().ok_or_else(missing)
}

/// Runs until `shutdown`.
pub(crate) async fn serve(
    config: &Config,
    telegram: &config::Telegram,
    shutdown: CancellationToken,
) -> Result<(), Failure> {
    let duty = Duty {
        part: Part::Everything,
        takes_in: true,
    };
    take_part(config, telegram, duty, shutdown).await
}

/// What a process does of all that the bot does.
struct Duty {
    part: Part,
    /// Whether updates are brought to it, or it asks for them.
    takes_in: bool,
}

async fn take_part(
    config: &Config,
    telegram: &config::Telegram,
    duty: Duty,
    shutdown: CancellationToken,
) -> Result<(), Failure> {
    run::make_private(&config.data)?;
    // A worker beside a door leaves the door's usual address alone.
    let address = if duty.takes_in {
        config.http
    } else {
        config.http_set
    };
    let listener = match address {
        Some(address) => Some(http::listen(address).await?),
        None => None,
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let shared = Shared::open(config, &clock)?;
    let settings = wire::telegram::settings(telegram, &config.people);
    let bot = wire::telegram::bot(settings, clock.clone(), &shared)?;
    let store = Store::open(config).await?;
    let queue = Queue::open(config, clock.clone())?;
    let mut ports = store.ports(Arc::new(bot.clone()), Arc::new(bot.clone()), clock);
    if let Some(queue) = &queue {
        ports.queue = queue.port();
        ports.wake = queue.wake();
    }
    let rate = config.rate.unwrap_or(RATE);
    let mut options = wire::options(config, config.defaults.clone(), rate);
    options.access = wire::telegram::access(&config.people);
    options.served = expense_telegram::SERVED;
    options.by_language = config.by_language;
    options.part = duty.part;
    wire::add_sources(config, &shared, &mut ports, &mut options)?;
    let probe = ports.store.clone();
    let service = Service::new(ports, options);

    let tasks = TaskTracker::new();
    tasks.spawn({
        let (service, shutdown) = (service.clone(), shutdown.clone());
        async move { service.run(shutdown).await }
    });
    if let Some(listener) = listener {
        let door = duty.takes_in.then(|| bot.router(service.clone())).flatten();
        let health = Health::new(probe, shutdown.clone());
        let health = wire::queue::watched(queue.as_ref(), health);
        if duty.takes_in {
            wire::queue::show_depth(queue.as_ref(), &tasks, &shutdown);
        }
        tasks.spawn(http::serve(listener, door.unwrap_or_default(), health));
    }
    #[cfg(feature = "ocr-local")]
    if duty.part.reads() {
        crate::models::remind(config);
    }
    let ended = if duty.takes_in {
        eprintln!("Waiting for messages from Telegram; Ctrl-C ends it.");
        invite(&service, &tasks, &shutdown).await?;
        bot.run(service, shutdown.clone()).await
    } else {
        eprintln!("Working; Ctrl-C ends it.");
        shutdown.cancelled().await;
        Ok(())
    };
    shutdown.cancel();
    tasks.close();
    tasks.wait().await;
    if let Some(queue) = queue {
        queue.close().await;
    }
    store.close().await;
    Ok(ended?)
}

/// Invites an owner where there is none, and where that can't be found out now, as soon as it can.
async fn invite(
    service: &Service,
    tasks: &TaskTracker,
    shutdown: &CancellationToken,
) -> Result<(), Failure> {
    let code = fresh_code()?;
    if invite_owner(service, &code).await? {
        return Ok(());
    }
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
    Ok(())
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
