//! Everything that is said to people: English, short, friendly, exact.
//!
//! Nothing here decides anything: functions from facts to words, one file for each part of the
//! conversation.

use chrono::NaiveDate;

use super::reply::{Span, Text};
use crate::domain::calendar::format_date;
use crate::domain::category::CategoryId;
use crate::domain::expense::{Details, Expense};
use crate::domain::keys::{ExpenseId, Number, UserKey};
use crate::domain::ledger::{Language, Ledger};
use crate::domain::money::Money;
use crate::domain::number::format_money;

pub(crate) mod buttons;
pub(crate) mod change;
pub(crate) mod entry;
pub(crate) mod help;
pub(crate) mod list;
pub(crate) mod people;
pub(crate) mod rate;
pub(crate) mod reading;
pub(crate) mod receipt;
pub(crate) mod setup;
pub(crate) mod trouble;

/// How one ledger writes money, days and expenses on one day.
#[derive(Clone, Copy)]
pub(crate) struct Wording<'a> {
    ledger: &'a Ledger,
    today: NaiveDate,
}

impl<'a> Wording<'a> {
    pub(crate) fn new(ledger: &'a Ledger, today: NaiveDate) -> Self {
        // A second language fails to compile here, so that nobody forgets this room.
        let Language::English = ledger.settings.language;
        Self { ledger, today }
    }

    /// An amount with its currency.
    pub(crate) fn money(&self, money: Money) -> String {
        let settings = &self.ledger.settings;
        format_money(money, settings.currency, &settings.locale)
    }

    /// A day.
    pub(crate) fn date(&self, date: NaiveDate) -> String {
        format_date(date, self.today, &self.ledger.settings.locale)
    }

    /// A category's name.
    pub(crate) fn category(&self, id: CategoryId) -> &'a str {
        self.ledger.category_name(id)
    }

    /// `#1 · lunch · €12.50 · Others · today`, with a slot where the number is not known yet. An
    /// amount in another currency is `$10.00 ≈ €8.87` where it was converted.
    pub(crate) fn expense(&self, expense: &Expense) -> Text {
        let spent = expense.details.money;
        let amount = match expense.converted_into(self.ledger.settings.currency) {
            Some(known) => format!("{} ≈ {}", self.money(spent), self.money(known.money)),
            None => self.money(spent),
        };
        let mut rest = format!(" · {}", self.details_with(&expense.details, amount));
        if let Some(paid) = self.paid_by(&expense.paid_by) {
            rest.push_str(" · ");
            rest.push_str(&paid);
        }
        number(expense.id, expense.number).then(&rest)
    }

    /// `paid by Anna`, in a ledger that several people share.
    pub(crate) fn paid_by(&self, who: &UserKey) -> Option<String> {
        let member = self.ledger.member(who)?;
        Some(format!("paid by {}", member.name.as_str()))
    }

    /// `lunch · €12.50 · Others · today`
    pub(crate) fn details(&self, details: &Details) -> String {
        self.details_with(details, self.money(details.money))
    }

    fn details_with(&self, details: &Details, amount: String) -> String {
        let mut parts = vec![
            name(details),
            amount,
            self.category(details.category).to_owned(),
            self.date(details.date),
        ];
        parts.extend((!details.tags.is_empty()).then(|| tags(&details.tags)));
        parts.retain(|part| !part.is_empty());
        parts.join(" · ")
    }
}

/// `#1`, or the slot for it.
pub(crate) fn number(id: ExpenseId, number: Option<Number>) -> Text {
    match number {
        Some(number) => Text::plain(number.to_string()),
        None => Text(vec![Span::Number(id)]),
    }
}

/// What an expense is called: merchant and description, as far as there are any.
fn name(details: &Details) -> String {
    match &details.merchant {
        Some(merchant) if details.description.is_empty() => merchant.to_string(),
        Some(merchant) => format!("{merchant}, {}", details.description),
        None => details.description.to_string(),
    }
}

/// `#work #trip`
pub(crate) fn tags(tags: &[crate::domain::text::Tag]) -> String {
    let tags: Vec<String> = tags.iter().map(|tag| format!("#{tag}")).collect();
    tags.join(" ")
}

/// `1 expense`, `3 expenses`
pub(crate) fn count(count: u64, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    }
}

/// A person's words within a sentence: quoted, and cut where they are long.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    let cut: String = text.chars().take(LONGEST).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("“{cut}{more}”")
}

/// All of a person's words, quoted.
pub(crate) fn quoted_whole(text: &str) -> String {
    format!("“{text}”")
}

/// The first letter large.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
