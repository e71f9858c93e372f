//! The configured queue behind its port.

use std::sync::Arc;

use expense_core::ports::clock::Clock;
use expense_core::ports::queue::UpdateQueue;
#[cfg(feature = "telegram")]
use expense_core::ports::wake::Wake;
#[cfg(feature = "rabbitmq")]
use expense_queue_rabbitmq::RabbitQueue;
#[cfg(feature = "rabbitmq")]
use secrecy::ExposeSecret;
#[cfg(feature = "telegram")]
use tokio_util::sync::CancellationToken;
#[cfg(feature = "telegram")]
use tokio_util::task::TaskTracker;

#[cfg(feature = "rabbitmq")]
use crate::config::Broker;
use crate::config::{self, Config};
use crate::error::Failure;
#[cfg(feature = "telegram")]
use crate::http::Health;

/// The queue that is configured.
#[derive(Clone)]
pub(crate) enum Queue {
    /// On RabbitMQ.
    #[cfg(feature = "rabbitmq")]
    Rabbit(Arc<RabbitQueue>),
}

/// How the broker is used.
#[cfg(feature = "rabbitmq")]
fn rabbit(queue: &config::Queue) -> expense_queue_rabbitmq::Config {
    let Broker::Rabbit(url) = &queue.broker;
    let mut settings = expense_queue_rabbitmq::Config::new(url.expose_secret());
    settings.messages_per_second = queue.messages_per_second;
    settings
}

impl Queue {
    /// Opens it where one is configured; whether it answers is seen when it is used.
    pub(crate) fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<Option<Self>, Failure> {
        config
            .queue
            .as_ref()
            .map(|queue| Self::of(queue, clock))
            .transpose()
    }

    /// The one that is needed by a process of many.
    pub(crate) fn needed(
        config: &Config,
        clock: Arc<dyn Clock>,
        command: &str,
    ) -> Result<Self, Failure> {
        Self::open(config, clock)?.ok_or_else(|| {
            Failure::Refused(format!(
                "expense-bot {command} needs a queue that processes share: set AMQP_URL, or let \
                 `expense-bot run` do everything in one process"
            ))
        })
    }

    #[cfg(feature = "rabbitmq")]
    fn of(queue: &config::Queue, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        Ok(Self::Rabbit(Arc::new(RabbitQueue::open(
            &rabbit(queue),
            clock,
        )?)))
    }

    #[cfg(not(feature = "rabbitmq"))]
    fn of(_: &config::Queue, _: Arc<dyn Clock>) -> Result<Self, Failure> {
        // The configuration has refused it.
        Err(Failure::lacks("rabbitmq"))
    }

    /// The port.
    pub(crate) fn port(&self) -> Arc<dyn UpdateQueue> {
        match self {
            #[cfg(feature = "rabbitmq")]
            Self::Rabbit(queue) => queue.clone(),
            #[cfg(not(feature = "rabbitmq"))]
            _ => unreachable!("there is no queue"),
        }
    }

    /// Wakes the other processes.
    #[cfg(feature = "telegram")]
    pub(crate) fn wake(&self) -> Option<Arc<dyn Wake>> {
        match self {
            #[cfg(feature = "rabbitmq")]
            Self::Rabbit(queue) => Some(queue.clone()),
            #[cfg(not(feature = "rabbitmq"))]
            _ => None,
        }
    }

    /// What keeps it from working, or how it is.
    pub(crate) async fn check(&self) -> Result<String, String> {
        match self {
            #[cfg(feature = "rabbitmq")]
            Self::Rabbit(queue) => match queue.check().await {
                Ok(now) => Ok(format!(
                    "RabbitMQ, {} updates wait, {} are buried, {} workers",
                    now.updates + now.aside,
                    now.buried,
                    now.workers
                )),
                Err(error) => Err(error.to_string()),
            },
            #[cfg(not(feature = "rabbitmq"))]
            _ => Err("this build lacks it".to_owned()),
        }
    }

    /// Gives back what was not finished.
    pub(crate) async fn close(&self) {
        match self {
            #[cfg(feature = "rabbitmq")]
            Self::Rabbit(queue) => queue.close().await,
            #[cfg(not(feature = "rabbitmq"))]
            _ => {}
        }
    }
}

/// Nobody is ready without a queue that is configured; how much waits there is shown.
#[cfg(all(feature = "telegram", feature = "rabbitmq"))]
pub(crate) fn watched(
    queue: Option<&Queue>,
    health: Health,
    tasks: &TaskTracker,
    shutdown: &CancellationToken,
) -> Health {
    let Some(Queue::Rabbit(queue)) = queue.cloned() else {
        return health;
    };
    let (shown, end) = (Arc::clone(&queue), shutdown.clone());
    tasks.spawn(async move { end.run_until_cancelled(show(&shown)).await });
    health.needs("the queue does not answer", move || {
        let queue = Arc::clone(&queue);
        async move { queue.is_reachable().await }
    })
}

/// How often it is looked how many updates wait.
#[cfg(all(feature = "telegram", feature = "rabbitmq"))]
const LOOK: std::time::Duration = std::time::Duration::from_secs(15);

/// Shows again and again how many updates wait.
#[cfg(all(feature = "telegram", feature = "rabbitmq"))]
async fn show(queue: &RabbitQueue) {
    loop {
        // What can't be counted now shows in the errors of the queue.
        if let Ok(now) = queue.waiting().await {
            let waiting = u32::try_from(now.updates + now.aside).unwrap_or(u32::MAX);
            metrics::gauge!("queue_depth").set(waiting);
        }
        tokio::time::sleep(LOOK).await;
    }
}

#[cfg(all(feature = "telegram", not(feature = "rabbitmq")))]
pub(crate) fn watched(
    _: Option<&Queue>,
    health: Health,
    _: &TaskTracker,
    _: &CancellationToken,
) -> Health {
    health
}
