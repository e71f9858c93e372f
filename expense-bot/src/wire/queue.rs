//! The configured queue behind its port.

use std::sync::Arc;
#[cfg(all(feature = "telegram", any(feature = "kafka", feature = "rabbitmq")))]
use std::time::Duration;

#[cfg(any(feature = "kafka", feature = "rabbitmq"))]
use expense_core::memory::steady::OnwardClock;
use expense_core::ports::clock::Clock;
use expense_core::ports::queue::UpdateQueue;
#[cfg(feature = "telegram")]
use expense_core::ports::wake::Wake;
#[cfg(feature = "kafka")]
use expense_queue_kafka::KafkaQueue;
#[cfg(feature = "rabbitmq")]
use expense_queue_rabbitmq::RabbitQueue;
#[cfg(feature = "rabbitmq")]
use secrecy::{ExposeSecret, SecretString};
#[cfg(feature = "telegram")]
use tokio_util::sync::CancellationToken;
#[cfg(feature = "telegram")]
use tokio_util::task::TaskTracker;

#[cfg(any(feature = "kafka", feature = "rabbitmq"))]
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
    /// On Kafka.
    #[cfg(feature = "kafka")]
    Kafka(Arc<KafkaQueue>),
}

/// How the broker is used.
#[cfg(feature = "rabbitmq")]
fn rabbit(url: &SecretString, queue: &config::Queue) -> expense_queue_rabbitmq::Config {
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
                "expense-bot {command} needs a queue that processes share: set AMQP_URL or KAFKA_BROKERS, or let \
                 `expense-bot run` do everything in one process"
            ))
        })
    }

    #[cfg(any(feature = "kafka", feature = "rabbitmq"))]
    fn of(queue: &config::Queue, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        // What waits is written down with its time.
        let clock = Arc::new(OnwardClock::over(clock));
        match &queue.broker {
            #[cfg(feature = "rabbitmq")]
            Broker::Rabbit(url) => {
                let opened = RabbitQueue::open(&rabbit(url, queue), clock)?;
                Ok(Self::Rabbit(Arc::new(opened)))
            }
            #[cfg(feature = "kafka")]
            Broker::Kafka(kafka) => {
                let mut settings = expense_queue_kafka::Config::new(kafka.brokers.as_str());
                if let Some(prefix) = &kafka.prefix {
                    settings.prefix.clone_from(prefix);
                }
                Ok(Self::Kafka(Arc::new(KafkaQueue::open(&settings, clock)?)))
            }
            // The configuration has refused these.
            #[cfg(not(feature = "rabbitmq"))]
            Broker::Rabbit(_) => Err(Failure::lacks("rabbitmq")),
            #[cfg(not(feature = "kafka"))]
            Broker::Kafka(_) => Err(Failure::lacks("kafka")),
        }
    }

    #[cfg(not(any(feature = "kafka", feature = "rabbitmq")))]
    fn of(_: &config::Queue, _: Arc<dyn Clock>) -> Result<Self, Failure> {
        // The configuration has refused it.
        Err(Failure::lacks("rabbitmq"))
    }

    /// The port.
    pub(crate) fn port(&self) -> Arc<dyn UpdateQueue> {
        match self {
            #[cfg(feature = "rabbitmq")]
            Self::Rabbit(queue) => queue.clone(),
            #[cfg(feature = "kafka")]
            Self::Kafka(queue) => queue.clone(),
            #[cfg(not(any(feature = "kafka", feature = "rabbitmq")))]
            _ => unreachable!("there is no queue"),
        }
    }

    /// Wakes the other processes.
    #[cfg(feature = "telegram")]
    pub(crate) fn wake(&self) -> Option<Arc<dyn Wake>> {
        match self {
            #[cfg(feature = "rabbitmq")]
            Self::Rabbit(queue) => Some(queue.clone()),
            // They look for themselves.
            #[cfg(feature = "kafka")]
            Self::Kafka(_) => None,
            #[cfg(not(any(feature = "kafka", feature = "rabbitmq")))]
            _ => None,
        }
    }

    /// What keeps it from working, or how it is.
    pub(crate) async fn check(&self) -> Result<String, String> {
        match self {
            #[cfg(feature = "rabbitmq")]
            Self::Rabbit(queue) => match queue.check().await {
                Ok(now) if now.workers == 0 && now.updates + now.aside > 0 => Err(format!(
                    "RabbitMQ, {} updates wait, and nobody takes them: start `expense-bot worker`",
                    now.updates + now.aside
                )),
                Ok(now) => Ok(format!(
                    "RabbitMQ, {} updates wait, {} are buried, {} workers",
                    now.updates + now.aside,
                    now.buried,
                    now.workers
                )),
                Err(error) => Err(error.to_string()),
            },
            #[cfg(feature = "kafka")]
            Self::Kafka(queue) => {
                queue.check().await.map_err(|error| error.to_string())?;
                let waiting = queue.waiting().await;
                let waiting = waiting.map_err(|error| error.to_string())?;
                Ok(format!(
                    "Kafka, with all of its topics, {waiting} updates wait"
                ))
            }
            #[cfg(not(any(feature = "kafka", feature = "rabbitmq")))]
            _ => Err("this build lacks it".to_owned()),
        }
    }

    /// Whether its broker is there.
    #[cfg(all(feature = "telegram", any(feature = "kafka", feature = "rabbitmq")))]
    async fn is_reachable(&self) -> bool {
        match self {
            #[cfg(feature = "rabbitmq")]
            Self::Rabbit(queue) => queue.is_reachable().await,
            #[cfg(feature = "kafka")]
            Self::Kafka(queue) => queue.is_reachable().await,
        }
    }

    /// How many updates wait there, where that can be counted now.
    #[cfg(all(feature = "telegram", any(feature = "kafka", feature = "rabbitmq")))]
    async fn waiting(&self) -> Option<u64> {
        match self {
            #[cfg(feature = "rabbitmq")]
            Self::Rabbit(queue) => {
                let now = queue.waiting().await.ok()?;
                Some(now.updates + now.aside)
            }
            #[cfg(feature = "kafka")]
            Self::Kafka(queue) => queue.waiting().await.ok(),
        }
    }

    /// Gives back what was not finished.
    pub(crate) async fn close(&self) {
        match self {
            #[cfg(feature = "rabbitmq")]
            Self::Rabbit(queue) => queue.close().await,
            #[cfg(feature = "kafka")]
            Self::Kafka(queue) => queue.close().await,
            #[cfg(not(any(feature = "kafka", feature = "rabbitmq")))]
            _ => {}
        }
    }
}

/// Shows how much waits in a queue. Doors do so, which are few: it takes a question for each partition.
#[cfg(all(feature = "telegram", any(feature = "kafka", feature = "rabbitmq")))]
pub(crate) fn show_depth(queue: Option<&Queue>, tasks: &TaskTracker, end: &CancellationToken) {
    if let Some(queue) = queue.cloned() {
        let end = end.clone();
        tasks.spawn(async move { end.run_until_cancelled(show(&queue)).await });
    }
}

/// Nobody is ready without a queue that is configured.
#[cfg(all(feature = "telegram", any(feature = "kafka", feature = "rabbitmq")))]
pub(crate) fn watched(queue: Option<&Queue>, health: Health) -> Health {
    let Some(queue) = queue.cloned() else {
        return health;
    };
    health.needs("the queue does not answer", move || {
        let queue = queue.clone();
        async move { queue.is_reachable().await }
    })
}

/// How often it is looked how many updates wait.
#[cfg(all(feature = "telegram", any(feature = "kafka", feature = "rabbitmq")))]
const LOOK: Duration = Duration::from_secs(15);

/// Shows again and again how many updates wait.
#[cfg(all(feature = "telegram", any(feature = "kafka", feature = "rabbitmq")))]
async fn show(queue: &Queue) {
    loop {
        // What can't be counted now shows in the errors of the queue.
        if let Some(waiting) = queue.waiting().await {
            let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
            metrics::gauge!("broker_depth").set(waiting);
        }
        tokio::time::sleep(LOOK).await;
    }
}

#[cfg(all(
    feature = "telegram",
    not(any(feature = "kafka", feature = "rabbitmq"))
))]
pub(crate) fn watched(_: Option<&Queue>, health: Health) -> Health {
    health
}

#[cfg(all(
    feature = "telegram",
    not(any(feature = "kafka", feature = "rabbitmq"))
))]
pub(crate) fn show_depth(_: Option<&Queue>, _: &TaskTracker, _: &CancellationToken) {}
