//! One update as a record: the update is its value, what the queue knows of it stands in headers.

use chrono::{DateTime, Utc};
use expense_core::conversation::event::Envelope;
use rdkafka::message::{Header, Headers, Message, OwnedHeaders};

use crate::error::Failure;

/// The try that it is at; without it the first.
const ATTEMPT: &str = "attempt";
/// How often it was lost before it was written.
const LOSSES: &str = "losses";
/// When its chat may go on, in microseconds since 1970.
const DUE: &str = "due";
/// Why it was buried.
const REASON: &str = "reason";

/// What the queue knows of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notes {
    pub(crate) attempt: u32,
    pub(crate) losses: u32,
    pub(crate) due: Option<DateTime<Utc>>,
    pub(crate) reason: Option<String>,
}

impl Default for Notes {
    fn default() -> Self {
        Self {
            attempt: 1,
            losses: 0,
            due: None,
            reason: None,
        }
    }
}

/// The value of an update's record.
pub(crate) fn value(envelope: &Envelope) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(envelope).map_err(|_| Failure::Unwritable)
}

/// The update of a value, where this version understands it.
pub(crate) fn update(value: &[u8]) -> Option<Envelope> {
    serde_json::from_slice(value).ok()
}

impl Notes {
    /// The headers that carry them.
    pub(crate) fn write(&self) -> OwnedHeaders {
        let words = [
            (
                ATTEMPT,
                (self.attempt > 1).then(|| self.attempt.to_string()),
            ),
            (LOSSES, (self.losses > 0).then(|| self.losses.to_string())),
            (DUE, self.due.map(|due| due.timestamp_micros().to_string())),
            (REASON, self.reason.clone()),
        ];
        words
            .iter()
            .fold(OwnedHeaders::new(), |headers, (key, word)| match word {
                Some(word) => headers.insert(Header {
                    key,
                    value: Some(word),
                }),
                None => headers,
            })
    }

    /// What the headers of a record say.
    pub(crate) fn read(record: &impl Message) -> Self {
        Self::of(record.headers())
    }

    fn of(headers: Option<&impl Headers>) -> Self {
        let mut notes = Self::default();
        let Some(headers) = headers else {
            return notes;
        };
        for header in headers.iter() {
            let Some(word) = header.value.and_then(|word| std::str::from_utf8(word).ok()) else {
                continue;
            };
            match header.key {
                ATTEMPT => notes.attempt = word.parse().unwrap_or(1).max(1),
                LOSSES => notes.losses = word.parse().unwrap_or(0),
                DUE => {
                    let micros = word.parse().ok();
                    notes.due = micros.and_then(DateTime::from_timestamp_micros);
                }
                REASON => notes.reason = Some(word.to_owned()),
                // A newer version may note more.
                _ => {}
            }
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_come_back_as_they_were_written() {
        let notes = Notes {
            attempt: 3,
            losses: 2,
            due: DateTime::from_timestamp_micros(1_700_000_000_123_456),
            reason: Some("store: commit was denied".to_owned()),
        };
        assert_eq!(Notes::of(Some(&notes.write())), notes);
        assert_eq!(Notes::of(Some(&OwnedHeaders::new())), Notes::default());
        assert_eq!(Notes::of(None::<&OwnedHeaders>), Notes::default());
    }
}
