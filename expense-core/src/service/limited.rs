//! How much one person may do: counted by when it was sent and once a key, so that neither a
//! backlog nor a redelivery is punished.

use std::time::Duration;

use super::Inner;
use crate::conversation::event::{Envelope, Event};
use crate::domain::keys::UserKey;
use crate::ports::error::Result;
use crate::ports::rate::{Quota, Take, Verdict};

impl Inner {
    /// For how many seconds the sender of this update has to wait, if that is so. Nobody waits
    /// because the counting failed: it protects, it does not decide.
    pub(super) async fn limited(&self, envelope: &Envelope) -> Option<u64> {
        let quota = self.options.quota?;
        if !by_person(&envelope.event) {
            return None;
        }
        let take = Take {
            bucket: format!("updates/{}", envelope.who.as_str()),
            token: Some(envelope.key.as_str().to_owned()),
            at: Some(envelope.sent_at),
        };
        match self.take(&take, quota).await {
            Ok(wait) => wait.map(seconds),
            Err(error) => {
                super::counts::error(&error);
                tracing::warn!(%error, "the rate limit was not counted");
                None
            }
        }
    }

    /// How long this person has to wait for one more request to a model, if that is so. Every
    /// request counts, and one that was refused is judged anew.
    pub(super) async fn model_wait(&self, who: &UserKey) -> Option<Duration> {
        let quota = self.options.model_quota?;
        let take = Take {
            bucket: format!("models/{}", who.as_str()),
            token: None,
            at: None,
        };
        match self.take(&take, quota).await {
            Ok(wait) => wait,
            Err(error) => {
                // The model's own pace still holds.
                super::counts::error(&error);
                tracing::warn!(%error, "a request to a model was not counted");
                None
            }
        }
    }

    async fn take(&self, take: &Take, quota: Quota) -> Result<Option<Duration>> {
        Ok(match self.ports.limiter.take(take, quota).await? {
            Verdict::Allowed => None,
            Verdict::Limited { retry_after } => Some(retry_after),
        })
    }
}

/// A wait in whole seconds, never too short.
pub(super) fn seconds(wait: Duration) -> u64 {
    let started = u64::from(wait.subsec_nanos() > 0);
    (wait.as_secs() + started).max(1)
}

/// Whether a person who is let in did it, and not this program's own clockwork.
pub(super) fn by_person(event: &Event) -> bool {
    match event {
        Event::Text { .. }
        | Event::Edited { .. }
        | Event::Recaptioned { .. }
        | Event::Photo { .. }
        | Event::Voice { .. }
        | Event::Press(_)
        | Event::Code { .. }
        | Event::Unsupported => true,
        Event::Arrived
        | Event::Departed
        | Event::Moved { .. }
        | Event::Read { .. }
        | Event::Rated { .. }
        | Event::Waits { .. }
        | Event::Suggested { .. }
        | Event::Tick(_)
        | Event::Denied { .. }
        | Event::Limited { .. } => false,
    }
}
