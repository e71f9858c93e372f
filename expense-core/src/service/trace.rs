//! Spans that follow one update from the door to its reply, through other processes, too.
//!
//! All have the target [`TARGET`] and the level `info`. Their fields are the program's own words
//! and numbers, beside the alias of a chat.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tracing::{Level, Span, field, span};

use super::Inner;
use crate::conversation::command;
use crate::conversation::event::Envelope;
use crate::domain::keys::DraftId;
use crate::domain::trace::{Trace, TraceParent};
use crate::ports::queue::Delivery;

/// The target of every span that belongs to a trace.
pub const TARGET: &str = "expense_core::trace";

/// How spans are tied to those of other processes. By default they are not.
#[derive(Clone, Copy)]
pub struct Tracing {
    /// The current span, for whatever is handed on; `None` where nothing is traced.
    pub current: fn() -> Option<TraceParent>,
    /// Makes a span, which nobody has entered yet, a part of that trace.
    pub adopt: fn(&Span, TraceParent),
    /// Adds the time that an update was on its way, until then, to its trace.
    pub waited: fn(Trace, DateTime<Utc>),
}

impl Default for Tracing {
    fn default() -> Self {
        Self {
            current: || None,
            adopt: |_, _| {},
            waited: |_, _| {},
        }
    }
}

impl fmt::Debug for Tracing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tracing")
    }
}

/// How long a photo's trace is kept for whoever reads it.
const KEPT: Duration = Duration::from_secs(60 * 60);

fn key(draft: DraftId) -> String {
    format!("trace/{}", draft.as_uuid())
}

/// The commit of a decision.
pub(super) fn commit() -> Span {
    span!(target: TARGET, Level::INFO, "commit")
}

/// One reply on its way.
pub(super) fn send() -> Span {
    span!(target: TARGET, Level::INFO, "send", otel.kind = "client", outcome = field::Empty)
}

impl Inner {
    /// An update at the door.
    pub(super) fn accept_span(&self, envelope: &Envelope) -> Span {
        // The fields are computed only where somebody traces.
        span!(
            target: TARGET, Level::INFO, "accept", otel.kind = "producer",
            command = command::label(&envelope.event), chat = %self.alias(&envelope.chat),
        )
    }

    /// An update in a worker's hands: a part of the trace that it brought along.
    pub(super) fn handle_span(&self, delivery: &Delivery) -> Span {
        let Envelope {
            chat, event, trace, ..
        } = &delivery.envelope;
        let span = span!(
            target: TARGET, Level::INFO, "handle", otel.kind = "consumer",
            command = command::label(event), attempt = delivery.attempt,
            chat = %self.alias(chat), outcome = field::Empty,
        );
        if let Some(trace) = trace.filter(|_| !span.is_disabled()) {
            (self.options.tracing.waited)(trace, self.ports.clock.now());
            (self.options.tracing.adopt)(&span, trace.parent);
        }
        span
    }

    /// Keeps the trace of a photo for whichever instance reads it. Where that can't be, the reading has
    /// a trace of its own.
    pub(super) async fn hand_on_trace(&self, draft: DraftId, trace: Option<TraceParent>) {
        if let Some(trace) = trace.filter(|_| self.options.ledgers.are_shared()) {
            let (cache, value) = (&self.ports.cache, trace.to_string());
            let _ = cache.put(&key(draft), value.as_bytes(), KEPT).await;
        }
    }

    /// The reading of a draft: a part of the trace of the photo, as long as that is known.
    pub(super) async fn reading_span(&self, draft: DraftId, attempt: u32) -> Span {
        let span = span!(target: TARGET, Level::INFO, "reading", attempt);
        if span.is_disabled() {
            return span;
        }
        let parent = match self.line.trace(draft) {
            None if self.options.ledgers.are_shared() => self.handed_on(draft).await,
            known => known,
        };
        if let Some(parent) = parent {
            (self.options.tracing.adopt)(&span, parent);
        }
        span
    }

    async fn handed_on(&self, draft: DraftId) -> Option<TraceParent> {
        let kept = self.ports.cache.get(&key(draft)).await.ok()??;
        std::str::from_utf8(&kept).ok()?.parse().ok()
    }

    /// Hands an update on, with the trace that it belongs to.
    pub(super) async fn publish(&self, mut envelope: Envelope) -> crate::ports::error::Result<()> {
        envelope.trace = (self.options.tracing.current)().map(|parent| Trace {
            parent,
            at: self.ports.clock.now(),
        });
        self.ports.queue.publish(envelope).await
    }
}
