//! Records on their way.

use std::time::Duration;

use futures::FutureExt;
use rdkafka::error::KafkaResult;
use rdkafka::message::OwnedHeaders;
use rdkafka::producer::future_producer::{DeliveryFuture, OwnedDeliveryResult};
use rdkafka::producer::{FutureProducer, FutureRecord, Producer};

use crate::config::Config;
use crate::error::Failure;

/// A record to be written; without a value it removes what its key has.
pub(crate) struct Record<'a> {
    pub(crate) topic: &'a str,
    /// By the key where it is `None`.
    pub(crate) partition: Option<i32>,
    pub(crate) key: &'a str,
    pub(crate) value: Option<&'a [u8]>,
    pub(crate) headers: OwnedHeaders,
}

/// Writes records, in the order in which they were given.
pub(crate) struct Publisher(FutureProducer);

impl Publisher {
    pub(crate) fn new(config: &Config) -> Result<Self, Failure> {
        Ok(Self(config.producer().create()?))
    }

    /// Asks the brokers who has a topic; it blocks.
    pub(crate) fn ask(&self, topic: &str, patience: Duration) -> KafkaResult<()> {
        let client = self.0.client();
        client.fetch_metadata(Some(topic), patience).map(|_| ())
    }

    /// Takes its place among those that are written: never waits.
    pub(crate) fn send(&self, record: Record<'_>) -> Result<Sending, Failure> {
        let mut future: FutureRecord<'_, str, [u8]> = FutureRecord::to(record.topic)
            .key(record.key)
            .headers(record.headers);
        future.partition = record.partition;
        future.payload = record.value;
        match self.0.send_result(future) {
            Ok(sending) => Ok(Sending(sending)),
            Err((error, _)) => Err(error.into()),
        }
    }
}

/// A record on its way.
pub(crate) struct Sending(DeliveryFuture);

impl Sending {
    /// Waits until it is safe.
    pub(crate) async fn confirmed(self) -> Result<(), Failure> {
        outcome(self.0.await.ok())
    }

    /// Whether it is safe; `None` while nobody knows.
    pub(crate) fn looked_at(&mut self) -> Option<Result<(), Failure>> {
        let ended = (&mut self.0).now_or_never()?;
        Some(outcome(ended.ok()))
    }
}

fn outcome(ended: Option<OwnedDeliveryResult>) -> Result<(), Failure> {
    match ended {
        Some(Ok(_)) => Ok(()),
        Some(Err((error, _))) => Err(error.into()),
        None => Err(Failure::Unreachable),
    }
}
