//! The door: what comes in is counted and published, and only then acknowledged.

use std::sync::atomic::Ordering;

use super::Inner;
use crate::conversation::event::{Envelope, Event};
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::rate::{Take, Verdict};

impl Inner {
    pub(super) async fn accept(&self, mut envelope: Envelope) -> Result<()> {
        let _underway = self.accepted.enter();
        if self.closing.load(Ordering::SeqCst) {
            return Err(PortError::new(
                "service",
                "accept",
                Fault::Busy { retry_after: None },
            ));
        }
        if let Some(retry_after_s) = self.limited(&envelope).await {
            envelope.event = Event::Limited { retry_after_s };
        }
        self.ports.queue.publish(envelope).await
    }

    /// For how many seconds the sender of this update has to wait, if that is so. Counted by
    /// when it was sent and once per key, so that neither a backlog nor a redelivery is punished.
    async fn limited(&self, envelope: &Envelope) -> Option<u64> {
        let quota = self.options.quota?;
        if !by_person(&envelope.event) {
            return None;
        }
        let take = Take {
            bucket: format!("updates/{}", envelope.who.as_str()),
            token: Some(envelope.key.as_str().to_owned()),
            at: Some(envelope.sent_at),
        };
        match self.ports.limiter.take(&take, quota).await {
            Ok(Verdict::Allowed) => None,
            Ok(Verdict::Limited { retry_after }) => {
                let started = u64::from(retry_after.subsec_nanos() > 0);
                Some((retry_after.as_secs() + started).max(1))
            }
            Err(error) => {
                // Nobody waits because the counting failed: it protects, it does not decide.
                tracing::warn!(%error, "the rate limit was not counted");
                None
            }
        }
    }
}

/// Whether a person did it, and not this program's own clockwork.
pub(super) fn by_person(event: &Event) -> bool {
    match event {
        Event::Text { .. }
        | Event::Edited { .. }
        | Event::Photo { .. }
        | Event::Voice { .. }
        | Event::Press(_)
        | Event::Unsupported => true,
        Event::Arrived
        | Event::Departed
        | Event::Moved { .. }
        | Event::Read { .. }
        | Event::Tick(_)
        | Event::Limited { .. } => false,
    }
}
