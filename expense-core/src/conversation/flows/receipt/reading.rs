//! A reader came back: its findings fill what no person set.

use super::{message_of, present, saved_as};
use crate::conversation::categorize::{self, Found};
use crate::conversation::context::{Context, Flow};
use crate::conversation::event::ReadResult;
use crate::conversation::question::DraftQuery;
use crate::conversation::wording::receipt as words;
use crate::conversation::write::Write;
use crate::domain::attachment::Fingerprint;
use crate::domain::draft::{Draft, DraftContent, DraftField, DraftState, ReceiptDraft};
use crate::domain::expense::Expense;
use crate::domain::keys::DraftId;
use crate::domain::receipt::Receipt;
use crate::domain::text::Description;

/// What came back.
pub(crate) struct Reading<'r> {
    pub(crate) round: u32,
    pub(crate) content: &'r [Fingerprint],
    pub(crate) place: &'r str,
    pub(crate) result: &'r ReadResult,
}

/// Fills the draft and shows it. A reading of another round, or of a draft that was answered
/// meanwhile, changes nothing.
pub(crate) fn decide(ctx: &Context<'_>, id: DraftId, reading: &Reading<'_>) -> Flow {
    let Some(mut draft) = ctx.draft(DraftQuery::Id(id))? else {
        return Ok(ctx.nothing());
    };
    let DraftContent::Receipt(mut receipt) = draft.content.clone() else {
        return Ok(ctx.nothing());
    };
    let waits = matches!(draft.state, DraftState::Waiting { .. });
    if !waits || receipt.round != reading.round {
        return Ok(ctx.nothing());
    }
    let duplicate = duplicate(ctx, &draft, reading.content)?;
    receipt.content = reading.content.to_vec();
    if let ReadResult::Receipt(found) = reading.result {
        receipt.read_at = Some(reading.place.to_owned());
        fill(ctx, &mut receipt, found);
        receipt.receipt = Some((**found).clone());
    }
    draft.state = DraftState::Open;
    draft.revision += 1;
    draft.content = DraftContent::Receipt(receipt.clone());
    let mut reply = present(ctx, &draft, &receipt, words::Result::of(reading.result))?;
    if let Some(expense) = duplicate {
        reply.text = reply.text.then("\n").and(words::saved(Some(&expense)));
    }
    let reply = reply.at(message_of(id));
    Ok(ctx.decide(vec![Write::PutDraft(Box::new(draft))], vec![reply]))
}

/// The expense that the same image became before.
fn duplicate(ctx: &Context<'_>, draft: &Draft, content: &[Fingerprint]) -> Flow<Option<Expense>> {
    if content.is_empty() {
        return Ok(None);
    }
    match ctx.draft(DraftQuery::Image(content.to_vec()))? {
        Some(other) if other.id != draft.id => saved_as(ctx, &other),
        _ => Ok(None),
    }
}

fn fill(ctx: &Context<'_>, draft: &mut ReceiptDraft, found: &Receipt) {
    let free = |field| !draft.by_person.contains(&field);
    let fields = &mut draft.fields;
    if free(DraftField::Amount) {
        fields.amount = found.total.filter(|total| !total.is_zero());
    }
    if free(DraftField::Currency) {
        fields.currency = found.currency;
    }
    if free(DraftField::Date)
        && let Some(date) = found.date
    {
        fields.date = Some(date);
    }
    if free(DraftField::Merchant) {
        let merchant = found.merchant.as_deref().map(Description::new);
        fields.merchant = merchant.filter(|merchant| !merchant.is_empty());
    }
    if free(DraftField::Category) {
        let suggested = found.category.as_deref().unwrap_or_default();
        fields.category = match categorize::find(ctx.ledger(), suggested) {
            Found::One(category) => Some(category.id),
            Found::Several(_) | Found::None(_) => None,
        };
    }
}
