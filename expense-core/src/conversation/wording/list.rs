//! Lists, sums, tags.

use std::collections::BTreeMap;

use chrono::Datelike;
use rust_decimal::Decimal;

use super::{Wording, buttons, capital, count, quoted};
use crate::conversation::action::{Action, Listing};
use crate::conversation::question::{ExpenseFilter, Total};
use crate::conversation::reply::{Reply, Span, Text};
use crate::domain::calendar::{MONTHS, Period};
use crate::domain::currency::Currency;
use crate::domain::expense::Expense;
use crate::domain::money::Money;
use crate::domain::number;
use crate::domain::text::Tag;

/// The title of everything.
pub(crate) const ALL: &str = "All expenses";
/// `/last` in an empty ledger.
pub(crate) const NOTHING_YET: &str = "Nothing is recorded yet. Write for example 12.50 lunch.";
/// `/category` without a name.
pub(crate) const CATEGORY: &str =
    "Which one? Write its name, for example /category Transportation. /categories lists them.";
/// `/search` without words.
pub(crate) const SEARCH: &str = "What for? Write for example /search coffee.";
/// [More] of a list that is not remembered any more.
pub(crate) const ENDED: &str = "This list is too old to go on. Please ask for it again.";
/// `/tags` in a ledger without.
pub(crate) const NO_TAGS: &str =
    "There are no tags yet. Add one with #, for example 12.50 lunch #work.";

/// In place of the sum of a long list.
const NO_SUM: &str = "\n/month and /year have sums, as /list 2025 has.";

/// The most expenses that `/last` shows.
pub(crate) const MOST: usize = 30;
/// The most words of a search.
pub(crate) const MOST_WORDS: usize = 10;
/// The most tags that `/tags` shows.
const MOST_TAGS: usize = 100;

/// What a page of a list is headed and ended by.
#[derive(Debug)]
pub(crate) enum Head {
    /// It is the first, and its list has these sums.
    Whole(Sums),
    /// It is the first of a list that is too long to be summed up.
    Long,
    /// It is a later one.
    Continued,
}

/// Sums of a list, each currency for itself and all of them together in one.
#[derive(Debug)]
pub(crate) struct Sums {
    into: Currency,
    by_currency: BTreeMap<Currency, i128>,
    count: u64,
    /// What is worth something in `into`, in its minor units.
    converted: i128,
    /// How many have no rate.
    unconverted: u64,
    /// How many are in another currency than `into`.
    foreign: u64,
    /// There was more than could be added up.
    pub(crate) partial: bool,
}

impl Sums {
    /// Sums of nothing yet, wanted together in this currency.
    pub(crate) fn in_currency(into: Currency) -> Self {
        Self {
            into,
            by_currency: BTreeMap::new(),
            count: 0,
            converted: 0,
            unconverted: 0,
            foreign: 0,
            partial: false,
        }
    }

    /// Sums that a store kept, wanted together in this currency.
    pub(crate) fn of(into: Currency, totals: Vec<Total>) -> Self {
        let mut sums = Self::in_currency(into);
        for total in totals {
            sums.put(&total);
        }
        sums
    }

    /// One expense more.
    pub(crate) fn add(&mut self, expense: &Expense) {
        let money = expense.details.money;
        let worth = expense.worth_in(self.into);
        self.put(&Total {
            category: None,
            day: None,
            currency: money.currency(),
            minor: money.minor().into(),
            count: 1,
            converted: worth.map_or(0, |worth| worth.minor().into()),
            unconverted: u64::from(worth.is_none()),
        });
    }

    fn put(&mut self, total: &Total) {
        *self.by_currency.entry(total.currency).or_default() += total.minor;
        self.count += total.count;
        self.converted += total.converted;
        self.unconverted += total.unconverted;
        if total.currency != self.into {
            self.foreign += total.count;
        }
    }
}

impl Wording<'_> {
    /// Rows, one expense each.
    pub(crate) fn rows(&self, expenses: &[Expense]) -> Text {
        let mut text = Text::default();
        for expense in expenses {
            let gap = if text.0.is_empty() { "" } else { "\n" };
            text = text.then(gap).and(self.expense(expense));
        }
        text
    }

    /// One page of a list. Where rates are `promised`, it is said that some are still missing.
    pub(crate) fn page(
        &self,
        title: &str,
        expenses: &[Expense],
        head: &Head,
        promised: bool,
        more: Option<Listing>,
    ) -> Reply {
        let mut text = Text(vec![Span::Strong(title.to_owned())]);
        if let Head::Continued = head {
            text = text.then(", continued");
        }
        text = text.then("\n").and(self.rows(expenses));
        match head {
            Head::Whole(sums) => {
                text = text.then("\n").then(&self.total(sums));
                if let Some(together) = self.together(sums, promised) {
                    text = text.then("\n").then(&together);
                }
            }
            Head::Long => text = text.then(NO_SUM),
            Head::Continued => {}
        }
        let reply = Reply::text(text);
        match more {
            Some(listing) => reply.row(vec![buttons::button("More", Action::More(listing))]),
            None => reply,
        }
    }

    /// `Total €22.50, US$10.00 · 3 expenses`
    fn total(&self, sums: &Sums) -> String {
        let amounts: Vec<String> = sums
            .by_currency
            .iter()
            .map(|(currency, minor)| self.sum(*minor, *currency))
            .collect();
        let of = if sums.partial { "of the newest " } else { "" };
        format!(
            "Total {} · {of}{}",
            amounts.join(", "),
            count(sums.count, "expense", "expenses")
        )
    }

    /// `≈ €34.10 together; 2 without a rate`, where there is more than one currency and a rate is
    /// known or will be.
    fn together(&self, sums: &Sums, promised: bool) -> Option<String> {
        let known = sums.foreign > sums.unconverted;
        let missing = sums.unconverted;
        if sums.foreign == 0 || !(known || promised) {
            return None;
        }
        let sum = self.sum(sums.converted, sums.into);
        Some(match (known, missing) {
            (true, 0) => format!("≈ {sum} together"),
            (true, _) => format!("≈ {sum} together; {missing} without a rate"),
            (false, _) => format!("{missing} without a rate yet"),
        })
    }

    /// A sum, which may be larger than any amount.
    fn sum(&self, minor: i128, currency: Currency) -> String {
        let Ok(amount) = Decimal::try_from_i128_with_scale(minor, currency.exponent()) else {
            return format!("{currency} {minor} minor units");
        };
        match Money::new(amount, currency) {
            Ok(money) => self.money(money),
            Err(_) => {
                let locale = &self.ledger.settings.locale;
                let number = number::format(amount, currency.exponent(), locale);
                format!("{currency} {number}")
            }
        }
    }

    /// A period as a title: `Today`, `May 2026`, `2026`, `4 May – 10 May`.
    pub(crate) fn period(&self, period: Period) -> String {
        let (from, last) = (period.from(), period.last());
        if from == last {
            return capital(&self.date(from));
        }
        if period == Period::month(from) {
            let month = MONTHS.get(from.month0() as usize).unwrap_or(&"");
            return format!("{month} {}", from.year());
        }
        if period == Period::year(from) {
            return from.year().to_string();
        }
        capital(&format!("{} – {}", self.date(from), self.date(last)))
    }
}

/// Nothing is there.
pub(crate) fn empty(title: &str) -> String {
    format!("{title}: nothing recorded.")
}

/// What was looked for, as a title.
pub(crate) fn found(filter: &ExpenseFilter) -> String {
    match &filter.tag {
        Some(tag) => format!("#{tag}"),
        None => quoted(&filter.words.join(" ")),
    }
}

/// A search that asks for too much.
pub(crate) fn too_many_words() -> String {
    format!("Please search for at most {MOST_WORDS} words.")
}

/// Tags with how often each is used.
pub(crate) fn tags(tags: &[(Tag, u64)]) -> String {
    if tags.is_empty() {
        return NO_TAGS.to_owned();
    }
    let mut lines: Vec<String> = tags
        .iter()
        .take(MOST_TAGS)
        .map(|(tag, uses)| format!("#{tag} · {}", count(*uses, "expense", "expenses")))
        .collect();
    if tags.len() > MOST_TAGS {
        let rest = tags.len() - MOST_TAGS;
        lines.push(format!(
            "{rest} more are used less often; /tags NAME shows one."
        ));
    }
    lines.join("\n")
}
