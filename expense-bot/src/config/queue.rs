//! The queue between those who take updates in and those who handle them.

use secrecy::SecretString;

use super::source::Source;
use super::values::count;

/// A queue and how it is used.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    /// What it is.
    pub(crate) broker: Broker,
    /// Deliveries a second that one process takes at most.
    pub(crate) messages_per_second: Option<u32>,
}

/// What stands between the door and the workers.
#[derive(Debug, Clone)]
pub(crate) enum Broker {
    /// RabbitMQ, at this address.
    Rabbit(SecretString),
    /// Kafka, with these brokers.
    Kafka(Kafka),
}

/// Kafka and what it is used by.
#[derive(Debug, Clone)]
pub(crate) struct Kafka {
    /// As `HOST:PORT,HOST:PORT`.
    pub(crate) brokers: String,
    /// What the names of all topics and of the group begin with, where it is not the usual word.
    pub(crate) prefix: Option<String>,
}

/// The queue that is set up; none where one process does it all.
pub(super) fn read(source: &mut Source) -> Option<Queue> {
    let rabbit = source.take("AMQP_URL", rabbit).map(Broker::Rabbit);
    let brokers = source.take("KAFKA_BROKERS", kafka);
    let prefix = source.take("KAFKA_PREFIX", prefix);
    if prefix.is_some() && brokers.is_none() {
        source.wrong(
            "KAFKA_PREFIX",
            "nothing has this prefix: set KAFKA_BROKERS, too",
        );
    }
    let kafka = brokers.map(|brokers| Broker::Kafka(Kafka { brokers, prefix }));
    let pace = source.take("QUEUE_MESSAGES_PER_SECOND", |text| {
        count(text, 0, 1_000_000)
    });
    let messages_per_second = pace.filter(|count| *count > 0);
    if rabbit.is_some() && kafka.is_some() {
        source.wrong("KAFKA_BROKERS", "AMQP_URL is set, too: keep one of them");
    } else if kafka.is_some() && messages_per_second.is_some() {
        source.wrong(
            "QUEUE_MESSAGES_PER_SECOND",
            "only RabbitMQ's queue has this limit: unset it",
        );
    }
    Some(Queue {
        broker: rabbit.or(kafka)?,
        messages_per_second,
    })
}

fn kafka(brokers: &str) -> Result<String, &'static str> {
    if !cfg!(feature = "kafka") {
        return Err("this build lacks the feature `kafka`: build with it, or unset the brokers");
    }
    let is_broker = |broker: &str| {
        let parts = broker.trim().rsplit_once(':');
        parts.is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
    };
    if brokers.split(',').all(is_broker) {
        Ok(brokers.trim().to_owned())
    } else {
        Err("write HOST:PORT,HOST:PORT")
    }
}

fn prefix(text: &str) -> Result<String, &'static str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if (1..=64).contains(&text.len()) && text.bytes().all(plain) {
        Ok(text.to_owned())
    } else {
        Err("write 1 to 64 letters, digits, - and _, for example the name of the bot")
    }
}

fn rabbit(url: &str) -> Result<SecretString, &'static str> {
    let url = url.trim();
    if !cfg!(feature = "rabbitmq") {
        return Err("this build lacks the feature `rabbitmq`: build with it, or unset the address");
    }
    if url.contains("amqps://") && !cfg!(feature = "amqps") {
        return Err("this build lacks the feature `amqps`: build with it, or write amqp://…");
    }
    if url.starts_with("amqp://") || url.starts_with("amqps://") {
        Ok(url.into())
    } else {
        Err("write amqp://USER:PASSWORD@HOST:PORT/VHOST, with a comma before the next node's")
    }
}
