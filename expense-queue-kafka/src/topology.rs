//! The topics, and how they are made.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::RDKafkaErrorCode as Code;

use crate::config::Config;
use crate::error::Failure;

/// How long an update that nobody takes is kept: a week, in milliseconds.
const KEPT: &str = "604800000";
/// What is kept by key is cleaned once so much of it is outdated, in files of so many bytes, each no
/// longer written to after so many milliseconds.
const DIRTY: &str = "0.1";
const SEGMENT: &str = "16777216";
const SEGMENT_TIME: &str = "600000";

/// The names of the topics.
pub(crate) struct Names {
    pub(crate) updates: String,
    pub(crate) aside: String,
    pub(crate) dead: String,
}

impl Names {
    pub(crate) fn new(config: &Config) -> Self {
        let name = |last: &str| format!("{}.{last}", config.prefix);
        Self {
            updates: name("updates"),
            aside: name("aside"),
            dead: name("dead"),
        }
    }
}

/// Makes what is missing.
pub(crate) async fn make(config: &Config, names: &Names) -> Result<(), Failure> {
    let admin: AdminClient<DefaultClientContext> = config.client().create()?;
    let options = AdminOptions::new()
        .request_timeout(Some(config.patience))
        .operation_timeout(Some(config.patience));
    let copies = config.replication.map_or(-1, i32::from);
    let topic = |name, partitions| NewTopic::new(name, partitions, TopicReplication::Fixed(copies));
    let partitions = i32::from(config.partitions);
    let topics = [
        topic(&names.updates, partitions)
            .set("cleanup.policy", "delete")
            .set("retention.ms", KEPT),
        kept_by_key(topic(&names.aside, partitions)),
        kept_by_key(topic(&names.dead, 1)),
    ];
    for made in admin.create_topics(&topics, &options).await? {
        match made {
            Ok(_) | Err((_, Code::TopicAlreadyExists)) => {}
            Err((_, code)) => return Err(code.into()),
        }
    }
    let client = config.client();
    let patience = config.patience;
    let expected = [
        (names.updates.clone(), config.partitions),
        (names.aside.clone(), config.partitions),
        (names.dead.clone(), 1),
    ];
    let (told, tells) = futures::channel::oneshot::channel();
    // The client asks in a way that blocks.
    std::thread::spawn(move || told.send(count(&client, &expected, patience)));
    tells.await.unwrap_or(Err(Failure::Silent))
}

/// A chat's place depends on the number of partitions: nobody may use another.
fn count(
    client: &ClientConfig,
    expected: &[(String, u16)],
    patience: Duration,
) -> Result<(), Failure> {
    let reader: BaseConsumer = client.create()?;
    for (name, partitions) in expected {
        let metadata = reader.fetch_metadata(Some(name), patience)?;
        let topic = metadata.topics().first();
        let found = topic.map_or(0, |topic| topic.partitions().len());
        // One that was made just now may not be known everywhere yet.
        if found > 0 && found != usize::from(*partitions) {
            return Err(Failure::Different);
        }
    }
    Ok(())
}

fn kept_by_key(topic: NewTopic<'_>) -> NewTopic<'_> {
    topic
        .set("cleanup.policy", "compact")
        .set("min.cleanable.dirty.ratio", DIRTY)
        .set("segment.bytes", SEGMENT)
        .set("segment.ms", SEGMENT_TIME)
}
