//! Drafts: photographed receipts, voice notes, and the doubtful lines that are saved by the same button.

use crate::conversation::action::Action;
use crate::conversation::categorize;
use crate::conversation::context::{Context, Flow};
use crate::conversation::patch::Misfit;
use crate::conversation::question::{DraftQuery, ExpenseFilter};
use crate::conversation::reply::{Anchor, Place, Reply};
use crate::conversation::wording::{self, change, reading as said, receipt as words};
use crate::domain::calendar::Period;
use crate::domain::draft::{Draft, DraftContent, DraftField, DraftState, ReceiptDraft};
use crate::domain::expense::{Details, Expense};
use crate::domain::keys::DraftId;
use crate::domain::money::Money;
use crate::domain::text::fold;

pub(crate) mod caption;
pub(crate) mod edit;
mod open;
pub(crate) mod photo;
pub(crate) mod reading;
pub(crate) mod save;
pub(crate) mod voice;
pub(crate) mod waiting;

/// The draft with this id, unless it can't be answered any more: then that is said.
fn live(ctx: &Context<'_>, id: DraftId) -> Flow<Draft> {
    let draft = ctx
        .draft(DraftQuery::Id(id))?
        .ok_or_else(|| ctx.stop(change::GONE))?;
    let said = match draft.state {
        DraftState::Saved => return Err(ctx.stop(words::saved(saved_as(ctx, &draft)?.as_ref()))),
        DraftState::Discarded => words::DISCARDED_BEFORE,
        DraftState::Expired => words::EXPIRED,
        DraftState::Waiting { .. } | DraftState::Open if draft.expires_at <= ctx.turn.now => {
            words::EXPIRED
        }
        DraftState::Waiting { .. } | DraftState::Open => return Ok(draft),
    };
    Err(ctx.stop(said))
}

/// The receipt of a draft, unless it is a line of text: then its buttons are named.
fn live_receipt(ctx: &Context<'_>, id: DraftId) -> Flow<(Draft, Box<ReceiptDraft>)> {
    let draft = live(ctx, id)?;
    match draft.content.clone() {
        DraftContent::Receipt(receipt) => Ok((draft, receipt)),
        DraftContent::Entry(_) => Err(ctx.stop(words::ONLY_BUTTONS)),
    }
}

/// The expense that a draft became, unless that was removed.
fn saved_as(ctx: &Context<'_>, draft: &Draft) -> Flow<Option<Expense>> {
    if draft.state != DraftState::Saved {
        return Ok(None);
    }
    Ok(ctx
        .expense(draft.expense)?
        .filter(|expense| !expense.removed))
}

/// What a receipt would record now. `None`: its amount is missing.
fn details(ctx: &Context<'_>, receipt: &ReceiptDraft) -> Option<Result<Details, Misfit>> {
    let fields = &receipt.fields;
    let currency = fields.currency.unwrap_or(ctx.ledger().settings.currency);
    let amount = fields.amount.filter(|amount| !amount.is_zero())?;
    let money = Money::new(amount, currency).map_err(Misfit::Money);
    Some(money.map(|money| Details {
        money,
        description: fields.description.clone().unwrap_or_default(),
        merchant: fields.merchant.clone(),
        category: category(ctx, receipt),
        tags: fields.tags.clone(),
        date: fields.date.unwrap_or_else(|| ctx.today()),
    }))
}

/// The person's category, else what was learned, else the reader's suggestion, else Others.
fn category(ctx: &Context<'_>, receipt: &ReceiptDraft) -> crate::domain::category::CategoryId {
    let fields = &receipt.fields;
    match fields.category {
        Some(category) if receipt.by_person.contains(&DraftField::Category) => category,
        suggestion => categorize::choose(
            ctx.ledger(),
            fields.merchant.as_ref(),
            &fields.description.clone().unwrap_or_default(),
            suggestion,
        ),
    }
}

/// A receipt's draft with its usual buttons. `result` says what came of reading it.
fn present(
    ctx: &Context<'_>,
    draft: &Draft,
    receipt: &ReceiptDraft,
    result: said::Outcome,
) -> Flow<Reply> {
    let shown = match details(ctx, receipt) {
        Some(Ok(details)) => {
            let alike = look_alike(ctx, &details)?;
            ctx.wording()
                .draft(draft.id, receipt, &details, alike.as_ref())
        }
        Some(Err(misfit)) => ctx.wording().misfit(draft.id, receipt, &misfit.say()),
        None => ctx.wording().asks_amount(draft.id, receipt, result),
    };
    Ok(match ctx.wording().paid_by(&draft.paid_by) {
        Some(paid) => Reply {
            text: shown.text.then("\n").then(&wording::capital(&paid)),
            ..shown
        },
        None => shown,
    })
}

/// An expense of the same merchant, amount and day: perhaps this receipt was told before.
fn look_alike(ctx: &Context<'_>, details: &Details) -> Flow<Option<Expense>> {
    let Some(merchant) = &details.merchant else {
        return Ok(None);
    };
    let name = fold(merchant.as_str());
    let same_day = ctx.few(ExpenseFilter {
        period: Some(Period::day(details.date)),
        words: name.split(' ').map(ToOwned::to_owned).collect(),
        ..ExpenseFilter::default()
    })?;
    Ok(same_day
        .into_iter()
        .find(|expense| expense.details.money == details.money))
}

/// In place of the message that shows this draft.
fn message_of(draft: DraftId) -> Place {
    Place::Anchor(Anchor::Draft(draft))
}

/// "Reading your receipt…"
fn reading_now(draft: DraftId, receipt: &ReceiptDraft) -> Reply {
    Reply {
        anchor: Some(Anchor::Draft(draft)),
        ..Reply::plain(said::waits(receipt))
    }
    .row(vec![crate::conversation::wording::buttons::button(
        words::DISCARD,
        Action::Discard(draft),
    )])
}
