//! Changing a receipt's draft before it is saved.

use super::{live_receipt, message_of, present};
use crate::conversation::context::{Context, Flow};
use crate::conversation::flows::dialogue;
use crate::conversation::patch::Patch;
use crate::conversation::question::DraftQuery;
use crate::conversation::reply::Place;
use crate::conversation::session::Topic;
use crate::conversation::wording::reading::Outcome;
use crate::conversation::write::Write;
use crate::domain::category::CategoryId;
use crate::domain::currency::Currency;
use crate::domain::draft::{Draft, DraftContent, DraftField, ReceiptDraft};
use crate::domain::keys::DraftId;
use crate::domain::person::MemberId;

/// The newest draft of this person, where it is a receipt that asked for its amount.
pub(crate) fn wanting(ctx: &Context<'_>) -> Flow<Option<Draft>> {
    let newest = ctx.draft(DraftQuery::NewestOpen(ctx.turn.who.clone()))?;
    Ok(newest.filter(|draft| {
        let wants = match &draft.content {
            DraftContent::Receipt(receipt) => receipt.round > 0 && receipt.fields.amount.is_none(),
            DraftContent::Entry(_) => false,
        };
        wants && draft.expires_at > ctx.turn.now
    }))
}

/// [Edit]
pub(crate) fn press(ctx: &Context<'_>, id: DraftId, place: Place) -> Flow {
    let (_, receipt) = live_receipt(ctx, id)?;
    let details = super::details(ctx, &receipt).and_then(Result::ok);
    let reply = ctx.wording().draft_menu(id, details.as_ref()).at(place);
    Ok(ctx.expect(Topic::Draft(id, None), reply))
}

/// A field's button.
pub(crate) fn press_field(ctx: &Context<'_>, id: DraftId, field: DraftField, place: Place) -> Flow {
    live_receipt(ctx, id)?;
    let reply = ctx.wording().draft_prompt(id, field).at(place);
    Ok(ctx.expect(Topic::Draft(id, Some(field)), reply))
}

/// A category's button.
pub(crate) fn press_category(
    ctx: &Context<'_>,
    id: DraftId,
    category: CategoryId,
    place: Place,
) -> Flow {
    let (draft, receipt) = live_receipt(ctx, id)?;
    let patch = Patch {
        category: Some(ctx.ledger().resolve(category)),
        ..Patch::default()
    };
    apply(ctx, draft, receipt, &patch, place)
}

/// A member's button.
pub(crate) fn press_payer(ctx: &Context<'_>, id: DraftId, payer: MemberId, place: Place) -> Flow {
    let (draft, receipt) = live_receipt(ctx, id)?;
    let patch = Patch::paid_by(ctx, payer)?;
    apply(ctx, draft, receipt, &patch, place)
}

/// [Back]
pub(crate) fn show(ctx: &Context<'_>, id: DraftId, place: Place) -> Flow {
    let (draft, receipt) = live_receipt(ctx, id)?;
    let reply = present(ctx, &draft, &receipt, Outcome::so_far(&receipt))?.at(place);
    let mut decision = ctx.say(reply);
    decision.session.forget(&ctx.turn.who);
    Ok(decision)
}

/// The new value of a field, or of any fields.
pub(crate) fn answer(
    ctx: &Context<'_>,
    id: DraftId,
    field: Option<DraftField>,
    text: &str,
) -> Flow {
    let (draft, receipt) = live_receipt(ctx, id)?;
    let currency = currency(ctx, &receipt);
    let patch = match field.or_else(|| dialogue::field_named(text)) {
        Some(field) if dialogue::field_named(text) == Some(field) => {
            return press_field(ctx, id, field, Place::New);
        }
        Some(field) => Patch::read_field(ctx, currency, field, text)?,
        None => Patch::read(ctx, currency, text)?,
    };
    apply(ctx, draft, receipt, &patch, message_of(id))
}

fn currency(ctx: &Context<'_>, receipt: &ReceiptDraft) -> Currency {
    let own = ctx.ledger().settings.currency;
    receipt.fields.currency.unwrap_or(own)
}

fn apply(
    ctx: &Context<'_>,
    mut draft: Draft,
    mut receipt: Box<ReceiptDraft>,
    patch: &Patch,
    place: Place,
) -> Flow {
    patch
        .apply_to(&mut receipt)
        .map_err(|misfit| ctx.stop(misfit.say()))?;
    if let Some(payer) = &patch.paid_by {
        draft.paid_by.clone_from(payer);
    }
    draft.revision += 1;
    draft.content = DraftContent::Receipt(receipt.clone());
    let reply = present(ctx, &draft, &receipt, Outcome::so_far(&receipt))?.at(place);
    let mut decision = ctx.decide(vec![Write::PutDraft(Box::new(draft))], vec![reply]);
    decision.session.forget(&ctx.turn.who);
    Ok(decision)
}
