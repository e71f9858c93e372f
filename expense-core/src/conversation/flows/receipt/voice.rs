//! A voice note comes in: it becomes a draft that waits until somebody listened.

use super::open::{self, Sent};
use crate::conversation::context::{Context, Flow};
use crate::conversation::wording::reading;
use crate::domain::attachment::Attachment;
use crate::domain::draft::VoiceNote;
use crate::domain::limits;

/// A voice note.
pub(crate) fn decide(
    ctx: &Context<'_>,
    attachment: &Attachment,
    seconds: Option<u32>,
    caption: &str,
) -> Flow {
    if seconds.is_some_and(|seconds| seconds > limits::VOICE_SECONDS) {
        return Ok(ctx.say(reading::too_long()));
    }
    let sent = Sent {
        attachment,
        caption,
        album: None,
        voice: Some(VoiceNote::default()),
    };
    open::decide(ctx, &sent)
}
