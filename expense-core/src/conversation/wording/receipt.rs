//! Receipts and other drafts.

use rust_decimal::Decimal;

use super::reading::Outcome;
use super::{Wording, buttons, change, count, number, quoted_whole};
use crate::conversation::action::Action;
use crate::conversation::reply::{Anchor, Reply, Text};
use crate::domain::currency::Currency;
use crate::domain::draft::{DraftField, ReceiptDraft};
use crate::domain::expense::{Details, Expense};
use crate::domain::keys::DraftId;
use crate::domain::limits;
use crate::domain::number::format;
use crate::domain::receipt::Receipt;

/// A caption was changed that belongs to nothing that can be changed now.
pub(crate) const CAPTION_UNUSED: &str = "I did not use the new caption. To change a draft or an \
    expense, reply to my message about it.";
pub(crate) const DISCARD: &str = "Discard";
pub(crate) const DISCARDED: &str = "Discarded. Nothing was recorded.";
pub(crate) const DISCARDED_BEFORE: &str = "This was discarded. Nothing was recorded.";
pub(crate) const IGNORED: &str = "Ignored. Nothing was recorded.";
pub(crate) const EXPIRED: &str = "This has expired and was not recorded. Please send it again.";
pub(crate) const ONLY_BUTTONS: &str = "Please choose one of the buttons, or write it anew.";
pub(crate) const NO_AMOUNT: &str =
    "The amount is missing. Write it, for example 12.50, then press Save.";

/// Below this many percent the reader's doubt is told.
const SURE: u8 = 80;

impl Wording<'_> {
    /// A draft that can be saved.
    pub(crate) fn draft(
        &self,
        id: DraftId,
        receipt: &ReceiptDraft,
        details: &Details,
        alike: Option<&Expense>,
    ) -> Reply {
        let mut text = Text::plain(self.details(details));
        for note in self.notes(receipt, details) {
            text = text.then("\n").then(&note);
        }
        if let Some(alike) = alike {
            text = text
                .then("\nLooks like ")
                .and(number(alike.id, alike.number))
                .then(": same merchant, amount and day.");
        }
        anchored(id, text).row(vec![
            buttons::save(id),
            buttons::edit_draft(id),
            buttons::discard(id),
        ])
    }

    fn notes(&self, receipt: &ReceiptDraft, details: &Details) -> Vec<String> {
        let mut notes: Vec<String> = said(receipt).into_iter().collect();
        if let Some(found) = &receipt.receipt
            && found.total == receipt.fields.amount
        {
            notes.extend(self.balance(found, details.money.currency()));
        }
        if let Some(place) = &receipt.read_at {
            let confidence = receipt.receipt.as_ref().map(|r| r.confidence.percent());
            notes.push(match confidence {
                Some(percent) if percent < SURE => {
                    format!("Read {place}, only {percent} % sure: please check.")
                }
                _ if receipt.voice.is_some() => format!("Heard {place}."),
                _ => format!("Read {place}."),
            });
        }
        notes
    }

    /// Whether the items add up to the total.
    fn balance(&self, receipt: &Receipt, currency: Currency) -> Option<String> {
        let items = count(receipt.items.len() as u64, "item", "items");
        if receipt.balanced()? {
            return Some(format!("{items}, adding up to the total."));
        }
        let sum = receipt
            .items
            .iter()
            .map(|item| item.amount)
            .sum::<Decimal>()
            + receipt.tax.unwrap_or_default()
            + receipt.tip.unwrap_or_default()
            - receipt.discount.unwrap_or_default();
        let sum = format(sum, currency.exponent(), &self.ledger.settings.locale);
        Some(format!(
            "{items}; with tax and tip they make {sum}, not the total: please check."
        ))
    }

    /// A draft that lacks its amount.
    pub(crate) fn asks_amount(
        &self,
        id: DraftId,
        receipt: &ReceiptDraft,
        result: Outcome,
    ) -> Reply {
        let merchant = receipt.fields.merchant.as_ref();
        let name = merchant.map_or_else(String::new, |merchant| format!("{merchant}: "));
        let said = said(receipt).map_or_else(String::new, |said| format!("{said}\n"));
        let text = format!(
            "{said}{name}{} What was the amount? Write it, for example 12.50.",
            result.sentence(receipt)
        );
        let mut row = vec![buttons::edit_draft(id), buttons::discard(id)];
        if let Some(label) = result.another_try(receipt)
            && receipt.round < limits::READING_ROUNDS
        {
            row.insert(0, buttons::button(label, Action::ReadAgain(id)));
        }
        anchored(id, Text::plain(text)).row(row)
    }

    /// A draft whose amount is no money in its currency.
    pub(crate) fn misfit(&self, id: DraftId, receipt: &ReceiptDraft, reason: &str) -> Reply {
        let amount = receipt.fields.amount.unwrap_or_default();
        let text = format!("I read the amount {amount}. {reason}");
        anchored(id, Text::plain(text)).row(vec![buttons::edit_draft(id), buttons::discard(id)])
    }

    /// What can be changed of a draft.
    pub(crate) fn draft_menu(&self, id: DraftId, details: Option<&Details>) -> Reply {
        let known = details.map_or_else(String::new, |d| format!("{}\n", self.details(d)));
        let mut reply = anchored(
            id,
            Text::plain(format!("{known}{}", change::WHAT)).then(self.how_to_answer()),
        );
        reply.buttons = buttons::fields(self.ledger, |field| Action::EditDraftField(id, field));
        reply.row(vec![buttons::button("Back", Action::ShowDraft(id))])
    }

    /// The question for a field of a draft.
    pub(crate) fn draft_prompt(&self, id: DraftId, field: DraftField) -> Reply {
        let mut reply = anchored(
            id,
            Text::plain(change::ask_field(field)).then(self.how_to_answer()),
        );
        match field {
            DraftField::Category => {
                let choose = |to| Action::SetDraftCategory(id, to);
                reply.buttons = buttons::categories(self.ledger, None, choose);
            }
            DraftField::Payer => {
                let choose = |who| Action::SetDraftPayer(id, who);
                reply.buttons = buttons::members(self.ledger, choose);
            }
            _ => {}
        }
        reply.row(vec![buttons::button("Back", Action::ShowDraft(id))])
    }

    /// An image or a recording that was saved before.
    pub(crate) fn known(&self, id: DraftId, receipt: &ReceiptDraft, expense: &Expense) -> Reply {
        let (what, anyway) = match receipt.voice {
            None => ("photo", "Read it anyway"),
            Some(_) => ("voice note", "Listen to it anyway"),
        };
        let text =
            Text::plain(format!("This {what} is already saved as ")).and(self.expense(expense));
        anchored(id, text).row(vec![
            buttons::button(anyway, Action::ReadAgain(id)),
            buttons::discard(id),
        ])
    }
}

/// What somebody said aloud, in quotes.
fn said(receipt: &ReceiptDraft) -> Option<String> {
    let transcript = receipt.voice.as_ref()?.transcript.as_ref()?;
    (!transcript.is_empty()).then(|| quoted_whole(transcript.as_str()))
}

fn anchored(id: DraftId, text: Text) -> Reply {
    Reply {
        anchor: Some(Anchor::Draft(id)),
        ..Reply::text(text)
    }
}

/// A draft became this expense, unless that is gone.
pub(crate) fn saved(expense: Option<&Expense>) -> Text {
    match expense {
        Some(expense) => Text::plain("This is already saved as ")
            .and(number(expense.id, expense.number))
            .then("."),
        None => Text::plain("This was saved, and removed since. Please send it again."),
    }
}

/// A doubtful line was changed and recorded since.
pub(crate) fn said_anew(expense: &Expense) -> Text {
    Text::plain("You changed that message since: it is recorded as ")
        .and(number(expense.id, expense.number))
        .then(".")
}

/// A caption that can't be followed.
pub(crate) fn caption_refused(reason: &str) -> String {
    format!("I did not use the caption. {reason}")
}

/// An album with more photos than one draft takes.
pub(crate) fn too_many_parts() -> String {
    format!(
        "One receipt takes at most {} photos; I left this one out. Send it by itself if it is \
         another one.",
        limits::PARTS_PER_DRAFT
    )
}
