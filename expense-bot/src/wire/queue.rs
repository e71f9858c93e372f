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

#[cfg(feature = "rabbitmq")]
use crate::config::Broker;
use crate::config::{self, Config};
use crate::error::Failure;

/// How often it is looked how many updates wait.
#[cfg(feature = "telegram")]
const LOOK: std::time::Duration = std::time::Duration::from_secs(5);

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

    /// Shows again and again how many updates wait.
    #[cfg(feature = "telegram")]
    pub(crate) async fn show(&self) {
        loop {
            match self {
                #[cfg(feature = "rabbitmq")]
                Self::Rabbit(queue) => {
                    // What can't be counted now shows in the errors of the queue.
                    if let Ok(now) = queue.waiting().await {
                        let waiting = u32::try_from(now.updates + now.aside).unwrap_or(u32::MAX);
                        metrics::gauge!("queue_depth").set(waiting);
                    }
                }
                #[cfg(not(feature = "rabbitmq"))]
                _ => {}
            }
            tokio::time::sleep(LOOK).await;
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
