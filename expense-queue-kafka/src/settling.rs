//! What settling and publishing write: it is safe in Kafka before anybody may go on.

use std::time::Duration;

use expense_core::conversation::event::Envelope;
use expense_core::memory::later;
use expense_core::ports::queue::DeliveryId;
use rdkafka::message::OwnedHeaders;

use crate::desk::Held;
use crate::error::Failure;
use crate::message::{self, Notes};
use crate::publisher::{Record, Sending};
use crate::queue::Shared;

impl Shared {
    /// Publishes an update, and waits until it is safe.
    pub(crate) async fn publish(&self, envelope: &Envelope) -> Result<(), Failure> {
        let value = message::value(envelope)?;
        let sending = {
            let _in_order = self.ready_made().await?;
            self.publisher.send(Record {
                topic: &self.names.updates,
                partition: None,
                key: envelope.chat.as_str(),
                value: Some(&value),
                headers: OwnedHeaders::new(),
            })?
        };
        let confirmed = sending.confirmed().await;
        if let Err(failure) = &confirmed {
            self.mend(failure).await;
        }
        confirmed
    }

    /// Writes an update aside, or anew there.
    pub(crate) fn park(&self, held: &Held, notes: &Notes) -> Result<Sending, Failure> {
        let value = message::value(&held.envelope)?;
        self.publisher.send(Record {
            topic: &self.names.aside,
            partition: Some(held.partition),
            key: &held.offset.to_string(),
            value: Some(&value),
            headers: notes.write(),
        })
    }

    /// Lets the chat of a delivery wait: it is safe aside before anybody may go on.
    pub(crate) async fn rest(
        &self,
        id: DeliveryId,
        held: &Held,
        after: Duration,
    ) -> Result<(), Failure> {
        let due = later(self.clock.now(), after);
        let notes = Notes {
            attempt: held.notes.attempt + 1,
            due: Some(due),
            ..held.notes.clone()
        };
        let parked = match self.park(held, &notes) {
            Ok(sending) => sending.confirmed().await,
            Err(failure) => return Err(failure),
        };
        let now = self.clock.now();
        let mut desk = self.desk();
        match &parked {
            Ok(()) => desk.rest(id, due, now),
            Err(_) => desk.doubt(id),
        }
        self.tell(&desk);
        drop(desk);
        self.tell_all();
        parked
    }

    /// Ends a delivery for good.
    pub(crate) async fn finish(&self, id: DeliveryId, held: &Held) -> Result<(), Failure> {
        if held.has_copy {
            let gone = self.publisher.send(Record {
                topic: &self.names.aside,
                partition: Some(held.partition),
                key: &held.offset.to_string(),
                value: None,
                headers: OwnedHeaders::new(),
            })?;
            gone.confirmed().await?;
        }
        let now = self.clock.now();
        let mut desk = self.desk();
        desk.finish(id, now);
        self.tell(&desk);
        drop(desk);
        self.tell_all();
        Ok(())
    }

    pub(crate) async fn bury(
        &self,
        id: DeliveryId,
        held: &Held,
        reason: &str,
    ) -> Result<(), Failure> {
        let notes = Notes {
            reason: Some(reason.to_owned()),
            ..held.notes.clone()
        };
        let value = message::value(&held.envelope)?;
        let buried = self.publisher.send(Record {
            topic: &self.names.dead,
            partition: None,
            key: held.envelope.key.as_str(),
            value: Some(&value),
            headers: notes.write(),
        })?;
        buried.confirmed().await?;
        self.finish(id, held).await
    }
}
