//! What stands below a photo or a recording is changed: its draft, or what that became, follows.

use super::open::read_caption;
use super::{message_of, present, saved_as};
use crate::conversation::context::{Context, Flow};
use crate::conversation::flows::{confirmation_of, edit};
use crate::conversation::question::DraftQuery;
use crate::conversation::wording::reading::Outcome;
use crate::conversation::wording::receipt as words;
use crate::conversation::write::Write;
use crate::domain::attachment::Fingerprint;
use crate::domain::draft::{Draft, DraftContent, DraftState};

/// Of the sender's own draft. What the caption says no more stays as it was. While it is being read,
/// and once nothing came of it, it is said how else to change something.
pub(crate) fn decide(ctx: &Context<'_>, file: &Fingerprint, caption: &str) -> Flow {
    if caption.trim().is_empty() {
        return Ok(ctx.nothing());
    }
    let found = ctx.draft(DraftQuery::Image(vec![file.clone()]))?;
    let own = found.filter(|draft| draft.opened_by == ctx.turn.who);
    if let Some(draft) = own {
        if draft.state == DraftState::Open && draft.expires_at > ctx.turn.now {
            return follow(ctx, draft, caption);
        }
        if let Some(expense) = saved_as(ctx, &draft)? {
            return edit::correct(ctx, &expense, caption, confirmation_of(expense.id));
        }
    }
    match ctx.turn.scene.is_aside() {
        true => Ok(ctx.nothing()),
        false => Ok(ctx.say(words::CAPTION_UNUSED)),
    }
}

fn follow(ctx: &Context<'_>, mut draft: Draft, caption: &str) -> Flow {
    let DraftContent::Receipt(mut receipt) = draft.content.clone() else {
        return Ok(ctx.nothing());
    };
    if let Some(why) = read_caption(ctx, caption, &mut receipt, &mut draft.paid_by) {
        return Ok(ctx.say(why));
    }
    draft.revision += 1;
    draft.content = DraftContent::Receipt(receipt.clone());
    let reply = present(ctx, &draft, &receipt, Outcome::so_far(&receipt))?;
    let reply = reply.at(message_of(draft.id));
    Ok(ctx.decide(vec![Write::PutDraft(Box::new(draft))], vec![reply]))
}
