//! Recording: confirmations, hints, doubts.

use super::{Wording, buttons, quoted};
use crate::conversation::entry::Doubt;
use crate::conversation::reply::{Anchor, Reply, Text};
use crate::domain::expense::{Details, Expense};
use crate::domain::keys::ChangeId;
use crate::domain::limits;
use crate::domain::money::MoneyError;

/// What is said to chat.
pub(crate) const HINT: &str = "I keep track of expenses. Write one like 12.50 lunch, or see /help.";
/// What is said to a reply that does not tell which expense it is about.
pub(crate) const WHICH_ONE: &str =
    "Which one do you mean? Write its number, for example /edit 12 9.80.";
/// What bare `/add` says.
pub(crate) const ADD: &str = "Write an amount and what it was for, for example /add 12.50 lunch.";

/// What a message says that is too long to be read.
pub(crate) fn too_long() -> String {
    format!(
        "This message is too long: please send at most {} characters.",
        limits::MESSAGE_CHARS
    )
}

impl Wording<'_> {
    /// An expense with its usual buttons.
    pub(crate) fn confirmation(&self, expense: &Expense) -> Reply {
        self.confirmation_with(expense, "")
    }

    /// The same with more to say below.
    pub(crate) fn confirmation_with(&self, expense: &Expense, note: &str) -> Reply {
        let mut text = self.expense(expense);
        if !note.is_empty() {
            text = text.then("\n").then(note);
        }
        Reply {
            anchor: Some(Anchor::Expense(expense.id)),
            ..Reply::text(text)
        }
        .row(vec![
            buttons::edit(expense.id),
            buttons::undo(expense.change),
        ])
    }

    /// Several expenses of one message, taken back together.
    pub(crate) fn confirmations(
        &self,
        expenses: &[Expense],
        change: ChangeId,
        notes: &[String],
    ) -> Reply {
        let mut text = Text::default();
        for expense in expenses {
            let gap = if text.0.is_empty() { "" } else { "\n" };
            text = text.then(gap).and(self.expense(expense));
        }
        for note in notes {
            text = text.then("\n").then(note);
        }
        let reply = Reply {
            anchor: Some(Anchor::Change(change)),
            ..Reply::text(text)
        };
        reply.row(vec![buttons::undo(change)])
    }

    /// A currency was assumed of a sign that several use; `line` where there are others.
    pub(crate) fn assumed(&self, details: &Details, line: Option<&str>) -> String {
        let currency = details.money.currency();
        match line {
            None => {
                format!("I read the currency as {currency}. If it is another, reply with its code.")
            }
            Some(line) => format!(
                "{}: I read the currency as {currency}. If it is another, /edit it.",
                quoted(line)
            ),
        }
    }

    /// A line that can be read in several ways.
    pub(crate) fn doubt(&self, line: &str, doubt: Doubt) -> String {
        format!("{}: {doubt}", quoted(line))
    }

    /// A reading as a button: what tells it from the others.
    pub(crate) fn choice(&self, choice: &Details, others: &[Details]) -> String {
        let differs =
            |field: fn(&Details, &Details) -> bool| others.iter().any(|o| field(o, choice));
        let mut parts = Vec::new();
        if differs(|a, b| a.money != b.money) {
            parts.push(self.money(choice.money));
        }
        if differs(|a, b| a.date != b.date) {
            parts.push(self.date(choice.date));
        }
        if differs(|a, b| a.description != b.description) {
            parts.push(choice.description.to_string());
        }
        parts.retain(|part| !part.is_empty());
        if parts.is_empty() {
            parts.push(self.money(choice.money));
        }
        parts.join(" · ")
    }

    /// A line that may be chat.
    pub(crate) fn unsure(&self, details: &Details) -> String {
        format!("Is this an expense? {}", self.details(details))
    }
}

/// A line of several that was not recorded.
pub(crate) fn left_out(line: &str) -> String {
    format!("Not recorded: {}", quoted(line))
}

/// A line of several that cannot be recorded.
pub(crate) fn line_refused(line: &str, reason: &str) -> String {
    format!("{}: {reason}", quoted(line))
}

/// A value that can be read in several ways, with how to write it.
pub(crate) fn ask_again(doubt: Doubt, ways: &[String]) -> String {
    format!("{doubt} Please write {}.", ways.join(" or "))
}

/// An amount that is no money.
pub(crate) fn money(error: MoneyError) -> String {
    match error {
        MoneyError::TooManyDecimals { currency } if currency.exponent() == 0 => {
            format!("{currency} has no decimals: please write a whole amount.")
        }
        MoneyError::TooManyDecimals { currency } => format!(
            "{currency} has {} decimals: please write the amount with no more.",
            currency.exponent()
        ),
        MoneyError::TooLarge | MoneyError::CurrencyMismatch => {
            "This amount is too large: amounts go up to 999,999,999,999.".to_owned()
        }
    }
}
