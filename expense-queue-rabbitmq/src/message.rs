//! One update as a message: the update is its body, what the queue knows of it stands in headers.

use chrono::{DateTime, Utc};
use expense_core::conversation::event::Envelope;
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable};

use crate::error::Failure;

/// The try that it is at; without it the first.
const ATTEMPT: &str = "attempt";
/// How often it was lost before it was written anew.
const LOSSES: &str = "losses";
/// Its place among those of its partition that wait aside.
const SEQUENCE: &str = "sequence";
/// When its chat may go on, in microseconds since 1970.
const DUE: &str = "due";
/// Why it was buried.
const REASON: &str = "reason";
/// Whoever put it there learns by it what stood before: it is no update.
const MARK: &str = "mark";
/// How often the broker has delivered it in vain, as quorum queues count it.
const DELIVERED: &str = "x-delivery-count";
/// How long a mark that nobody reads is kept, in milliseconds.
const MARK_LIFE: &str = "60000";
/// Written to the disk.
const PERSISTENT: u8 = 2;

/// What the queue knows of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notes {
    pub(crate) attempt: u32,
    pub(crate) losses: u32,
    pub(crate) sequence: Option<u64>,
    pub(crate) due: Option<DateTime<Utc>>,
    pub(crate) reason: Option<String>,
}

impl Default for Notes {
    fn default() -> Self {
        Self {
            attempt: 1,
            losses: 0,
            sequence: None,
            due: None,
            reason: None,
        }
    }
}

/// The body of an update's message.
pub(crate) fn body(envelope: &Envelope) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(envelope).map_err(|_| Failure::Unwritable)
}

/// The update of a body, where this version understands it.
pub(crate) fn update(body: &[u8]) -> Option<Envelope> {
    serde_json::from_slice(body).ok()
}

impl Notes {
    /// The properties that carry them.
    pub(crate) fn write(&self) -> BasicProperties {
        let mut headers = FieldTable::default();
        let mut put = |name: &str, value: AMQPValue| {
            headers.insert(name.into(), value);
        };
        if self.attempt > 1 {
            put(ATTEMPT, self.attempt.into());
        }
        if self.losses > 0 {
            put(LOSSES, self.losses.into());
        }
        if let Some(sequence) = self.sequence {
            put(SEQUENCE, number(sequence));
        }
        if let Some(due) = self.due {
            put(DUE, due.timestamp_micros().into());
        }
        if let Some(reason) = &self.reason {
            put(REASON, AMQPValue::LongString(reason.as_str().into()));
        }
        properties(headers)
    }

    /// What the properties of a message say.
    pub(crate) fn read(properties: &BasicProperties) -> Self {
        let lost =
            whole(properties, LOSSES).unwrap_or(0) + whole(properties, DELIVERED).unwrap_or(0);
        Self {
            attempt: whole(properties, ATTEMPT).map_or(1, small).max(1),
            losses: small(lost),
            sequence: whole(properties, SEQUENCE).and_then(|number| number.try_into().ok()),
            due: whole(properties, DUE).and_then(DateTime::from_timestamp_micros),
            reason: text(properties, REASON),
        }
    }
}

/// The properties of a mark.
pub(crate) fn mark(name: &str) -> BasicProperties {
    let mut headers = FieldTable::default();
    headers.insert(MARK.into(), AMQPValue::LongString(name.into()));
    properties(headers).with_expiration(MARK_LIFE.into())
}

/// The name of a mark; nothing where it is an update.
pub(crate) fn marked(properties: &BasicProperties) -> Option<String> {
    text(properties, MARK)
}

fn properties(headers: FieldTable) -> BasicProperties {
    let properties = BasicProperties::default().with_delivery_mode(PERSISTENT);
    if headers.inner().is_empty() {
        return properties;
    }
    properties.with_headers(headers)
}

fn value<'a>(properties: &'a BasicProperties, name: &str) -> Option<&'a AMQPValue> {
    properties.headers().as_ref()?.inner().get(name)
}

fn text(properties: &BasicProperties, name: &str) -> Option<String> {
    match value(properties, name)? {
        AMQPValue::LongString(text) => Some(String::from_utf8_lossy(text.as_bytes()).into_owned()),
        _ => None,
    }
}

/// Brokers choose the width of a number.
fn whole(properties: &BasicProperties, name: &str) -> Option<i64> {
    match *value(properties, name)? {
        AMQPValue::ShortShortInt(number) => Some(number.into()),
        AMQPValue::ShortShortUInt(number) => Some(number.into()),
        AMQPValue::ShortInt(number) => Some(number.into()),
        AMQPValue::ShortUInt(number) => Some(number.into()),
        AMQPValue::LongInt(number) => Some(number.into()),
        AMQPValue::LongUInt(number) => Some(number.into()),
        AMQPValue::LongLongInt(number) => Some(number),
        _ => None,
    }
}

fn number(number: u64) -> AMQPValue {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}

fn small(number: i64) -> u32 {
    number.clamp(0, i64::from(u32::MAX)).try_into().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_come_back_as_they_were_written() {
        let notes = Notes {
            attempt: 3,
            losses: 2,
            sequence: Some(7),
            due: DateTime::from_timestamp_micros(1_700_000_000_123_456),
            reason: Some("store: commit was denied".to_owned()),
        };
        assert_eq!(Notes::read(&notes.write()), notes);
        assert_eq!(Notes::read(&BasicProperties::default()), Notes::default());
        assert_eq!(marked(&mark("m")).as_deref(), Some("m"));
        assert_eq!(marked(&notes.write()), None);
    }
}
