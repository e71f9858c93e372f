//! The door: what comes in is checked, counted and published, and only then acknowledged.

use std::sync::atomic::Ordering;

use tracing::Instrument;

use super::Inner;
use crate::conversation::event::{Envelope, Event};
use crate::ports::error::{Fault, PortError, Result};

impl Inner {
    pub(super) async fn accept(&self, envelope: Envelope) -> Result<()> {
        let span = self.accept_span(&envelope);
        self.take_in(envelope).instrument(span).await
    }

    async fn take_in(&self, mut envelope: Envelope) -> Result<()> {
        let _underway = self.accepted.enter();
        if self.closing.load(Ordering::SeqCst) {
            let busy = Fault::Busy { retry_after: None };
            return Err(PortError::new("service", "accept", busy));
        }
        if is_for_others(&envelope) {
            return Ok(());
        }
        if let Some(event) = self.tried_code(&envelope).await? {
            envelope.event = event;
        } else if !self.admit(&mut envelope).await? {
            return Ok(());
        } else if let Some(retry_after_s) = self.limited(&envelope).await {
            envelope.event = Event::Limited { retry_after_s };
        }
        self.publish(envelope).await
    }
}

/// What people of a group say to each other is none of ours: it is not even counted. A part of an
/// album, or a message that was changed, may belong to something that was said to the bot.
fn is_for_others(envelope: &Envelope) -> bool {
    let alone = matches!(
        envelope.event,
        Event::Text { .. }
            | Event::Photo { album: None, .. }
            | Event::Voice { .. }
            | Event::Unsupported
    );
    envelope.scene.is_aside() && alone
}
