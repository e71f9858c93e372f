//! A photo comes in: it becomes a draft that waits for its reading.

use super::open::{self, Sent, read_caption};
use super::{live_receipt, message_of, reading_now};
use crate::conversation::context::{Context, Flow};
use crate::conversation::decision::Decision;
use crate::conversation::question::DraftQuery;
use crate::conversation::reply::{Place, Reply};
use crate::conversation::wording::{reading, receipt as words};
use crate::conversation::write::Write;
use crate::domain::attachment::Attachment;
use crate::domain::draft::{Draft, DraftContent, DraftState};
use crate::domain::keys::{DraftId, MessageKey};
use crate::domain::limits;

/// A photo, alone or as a part of an album.
pub(crate) fn decide(
    ctx: &Context<'_>,
    attachment: &Attachment,
    caption: &str,
    album: Option<&MessageKey>,
) -> Flow {
    if let Some(album) = album
        && let Some(draft) = ctx.draft(DraftQuery::Album(album.clone()))?
        && let Some(joined) = join(ctx, draft, attachment, caption)
    {
        return Ok(joined);
    }
    let sent = Sent {
        attachment,
        caption,
        album,
        voice: None,
    };
    open::decide(ctx, &sent)
}

/// Adds a part to its album's draft, once. One that was answered already is not touched.
fn join(
    ctx: &Context<'_>,
    mut draft: Draft,
    attachment: &Attachment,
    caption: &str,
) -> Option<Decision> {
    let DraftContent::Receipt(receipt) = &mut draft.content else {
        return None;
    };
    let known = |part: &Attachment| part.fingerprint == attachment.fingerprint;
    if receipt.parts.iter().any(known) {
        return Some(ctx.nothing());
    }
    let read_before = matches!(draft.state, DraftState::Open);
    let begun = match draft.state {
        // A reader may be at work on the parts before: what it finds is not the whole receipt.
        DraftState::Waiting { from } => from <= ctx.turn.now,
        DraftState::Open if receipt.round < limits::READING_ROUNDS => true,
        _ => return None,
    };
    if receipt.parts.len() >= limits::PARTS_PER_DRAFT {
        return Some(ctx.say(words::too_many_parts()));
    }
    receipt.parts.push(attachment.clone());
    receipt.round += u32::from(begun);
    // What a caption can't mean was said of the part that had it, or is left to the reading.
    let note = read_caption(ctx, caption, receipt, &mut draft.paid_by);
    let mut replies: Vec<Reply> = note.map(Reply::plain).into_iter().collect();
    if read_before {
        replies.push(reading_now(draft.id, receipt).at(message_of(draft.id)));
    }
    draft.revision += 1;
    draft.state = DraftState::Waiting {
        from: ctx.turn.now + limits::ALBUM_PAUSE,
    };
    Some(ctx.decide(vec![Write::PutDraft(Box::new(draft))], replies))
}

/// [Read it again]
pub(crate) fn again(ctx: &Context<'_>, id: DraftId, place: Place) -> Flow {
    let (mut draft, mut receipt) = live_receipt(ctx, id)?;
    if let DraftState::Waiting { .. } = draft.state {
        return Ok(ctx.say(reading::already(&receipt)));
    }
    if receipt.round >= limits::READING_ROUNDS {
        return Ok(ctx.say(reading::often_enough(&receipt)));
    }
    receipt.round += 1;
    draft.revision += 1;
    draft.state = DraftState::Waiting { from: ctx.turn.now };
    let reply = reading_now(id, &receipt).at(place);
    draft.content = DraftContent::Receipt(receipt);
    Ok(ctx.decide(vec![Write::PutDraft(Box::new(draft))], vec![reply]))
}
