//! A reader came back: its findings fill what no person set.

use chrono::{NaiveDate, TimeDelta};
use rust_decimal::Decimal;

use super::{message_of, present, saved_as};
use crate::conversation::categorize::{self, Found};
use crate::conversation::context::{Context, Flow};
use crate::conversation::event::ReadResult;
use crate::conversation::question::DraftQuery;
use crate::conversation::wording::reading::Outcome;
use crate::conversation::wording::receipt as words;
use crate::conversation::write::Write;
use crate::domain::attachment::Fingerprint;
use crate::domain::currency::Currency;
use crate::domain::draft::{Draft, DraftContent, DraftField, DraftState, ReceiptDraft, VoiceNote};
use crate::domain::expense::Expense;
use crate::domain::keys::DraftId;
use crate::domain::receipt::Receipt;
use crate::domain::speech::{Speech, Spoken};
use crate::domain::text::Description;

/// The longest wait, in seconds, for which a draft is kept longer than usual: two days.
const LONGEST_WAIT: i64 = 2 * 24 * 60 * 60;

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
    match reading.result {
        ReadResult::Receipt(found) => {
            receipt.read_at = Some(reading.place.to_owned());
            fill(ctx, &mut receipt, Findings::of(found));
            receipt.receipt = Some((**found).clone());
        }
        ReadResult::Heard(speech) => hear(ctx, &mut receipt, speech, reading.place),
        ReadResult::NotAReceipt
        | ReadResult::Illegible
        | ReadResult::Failed
        | ReadResult::Busy
        | ReadResult::NoReader => {}
        ReadResult::UsedUp { seconds } => {
            // It can still be read once that is over.
            let wait = TimeDelta::seconds(i64::try_from(*seconds).unwrap_or(0).min(LONGEST_WAIT));
            let until = ctx.turn.now + wait + ctx.turn.policy.draft_ttl;
            draft.expires_at = draft.expires_at.max(until);
        }
    }
    draft.state = DraftState::Open;
    draft.revision += 1;
    draft.content = DraftContent::Receipt(receipt.clone());
    let mut reply = present(ctx, &draft, &receipt, Outcome::of(reading.result))?;
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

/// Keeps what was said and what it means.
fn hear(ctx: &Context<'_>, draft: &mut ReceiptDraft, speech: &Speech, place: &str) {
    let transcript = match speech {
        Speech::Expense {
            transcript,
            expense,
        } => {
            fill(ctx, draft, Findings::said(expense));
            transcript
        }
        Speech::Other { transcript } => transcript,
        Speech::Nothing => return,
    };
    draft.read_at = Some(place.to_owned());
    draft.voice = Some(VoiceNote {
        transcript: Some(transcript.clone()),
    });
}

/// What a reader found, wherever.
struct Findings<'f> {
    amount: Option<Decimal>,
    currency: Option<Currency>,
    date: Option<NaiveDate>,
    merchant: Option<Description>,
    description: Option<&'f Description>,
    category: Option<&'f str>,
}

impl<'f> Findings<'f> {
    fn of(receipt: &'f Receipt) -> Self {
        Self {
            amount: receipt.total,
            currency: receipt.currency,
            date: receipt.date,
            merchant: receipt.merchant.as_deref().map(Description::new),
            description: None,
            category: receipt.category.as_deref(),
        }
    }

    fn said(spoken: &'f Spoken) -> Self {
        Self {
            amount: spoken.amount,
            currency: spoken.currency,
            date: spoken.date,
            merchant: spoken.merchant.clone(),
            description: spoken.description.as_ref(),
            category: spoken.category.as_deref(),
        }
    }
}

fn fill(ctx: &Context<'_>, draft: &mut ReceiptDraft, found: Findings<'_>) {
    let free = |field| !draft.by_person.contains(&field);
    let fields = &mut draft.fields;
    if free(DraftField::Amount) {
        fields.amount = found.amount.filter(|amount| !amount.is_zero());
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
        fields.merchant = found.merchant.filter(|merchant| !merchant.is_empty());
    }
    if free(DraftField::Description)
        && let Some(description) = found.description
    {
        fields.description = Some(description.clone());
    }
    if free(DraftField::Category) {
        let suggested = found.category.unwrap_or_default();
        fields.category = match categorize::find(ctx.ledger(), suggested) {
            Found::One(category) => Some(category.id),
            Found::Several(_) | Found::None(_) => None,
        };
    }
}
