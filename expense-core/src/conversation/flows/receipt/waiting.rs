//! A draft waits for its reading longer than usual: its person is told how long.

use super::{message_of, reading_now};
use crate::conversation::context::{Context, Flow};
use crate::conversation::question::DraftQuery;
use crate::conversation::wording::reading as words;
use crate::domain::draft::{DraftContent, DraftState};
use crate::domain::keys::DraftId;

/// Says so, as long as it waits.
pub(crate) fn decide(ctx: &Context<'_>, id: DraftId, place: Option<u32>, seconds: u64) -> Flow {
    let Some(draft) = ctx.draft(DraftQuery::Id(id))? else {
        return Ok(ctx.nothing());
    };
    let waits = matches!(draft.state, DraftState::Waiting { .. });
    match &draft.content {
        DraftContent::Receipt(receipt) if waits && draft.expires_at > ctx.turn.now => {
            let mut reply = reading_now(id, receipt);
            reply.text = reply.text.then("\n").then(&words::wait(place, seconds));
            Ok(ctx.say(reply.at(message_of(id))))
        }
        DraftContent::Receipt(_) | DraftContent::Entry(_) => Ok(ctx.nothing()),
    }
}
