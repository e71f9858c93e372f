//! Files as content: made when they are sent, a bounded part at a time.

use std::borrow::Cow;

use chrono::{NaiveDate, SecondsFormat};

use super::Inner;
use crate::conversation::question::{Cursor, ExpenseFilter, PageRequest};
use crate::conversation::reply::File;
use crate::domain::calendar::Period;
use crate::domain::exchange::Rate;
use crate::domain::expense::Expense;
use crate::domain::keys::{ChatKey, UserKey};
use crate::domain::ledger::Ledger;
use crate::domain::limits;
use crate::domain::text::Tag;
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::messenger::Rendered;

/// An expense that was spent in another currency than its ledger's and converted has its worth as
/// `amount` and what was spent as `original`; one without a rate stands as it was spent.
const COLUMNS: [&str; 16] = [
    "number",
    "date",
    "amount",
    "currency",
    "original",
    "original_currency",
    "rate",
    "rate_source",
    "rate_date",
    "merchant",
    "description",
    "category",
    "tags",
    "payer",
    "entered_by",
    "recorded",
];

/// The files of one reply, made one after the other. A large export becomes several files, each
/// below `limits::EXPORT_BYTES`, so that no transport refuses it and no more is held in memory.
pub(super) struct Export {
    files: std::vec::IntoIter<File>,
    current: Option<Csv>,
}

struct Csv {
    period: Option<Period>,
    today: NaiveDate,
    parts: usize,
    /// Where the next part begins; `None` before the first.
    after: Option<Cursor>,
}

impl Export {
    pub(super) fn new(files: Vec<File>) -> Self {
        Self {
            files: files.into_iter(),
            current: None,
        }
    }

    /// The next file, if there is one.
    pub(super) async fn next(&mut self, inner: &Inner, chat: &ChatKey) -> Result<Option<Rendered>> {
        let begun = self
            .current
            .take()
            .or_else(|| self.files.next().map(Csv::new));
        let Some(mut csv) = begun else {
            return Ok(None);
        };
        let file = csv.part(inner, chat).await?;
        self.current = csv.after.is_some().then_some(csv);
        Ok(Some(file))
    }
}

impl Csv {
    fn new(file: File) -> Self {
        let File::Csv { period, today } = file;
        Self {
            period,
            today,
            parts: 0,
            after: None,
        }
    }

    /// The next part, closed with the page that filled it.
    async fn part(&mut self, inner: &Inner, chat: &ChatKey) -> Result<Rendered> {
        self.parts += 1;
        let mut table = Table::new()?;
        if let Some(ledger) = inner.known_ledger(chat).await? {
            let filter = ExpenseFilter {
                period: self.period,
                ..ExpenseFilter::default()
            };
            loop {
                let request = PageRequest {
                    after: self.after,
                    limit: limits::BULK_PAGE,
                };
                let page = inner
                    .ports
                    .store
                    .expenses(ledger.id, &filter, request)
                    .await?;
                for expense in &page.expenses {
                    table.row(&ledger, expense)?;
                }
                self.after = page.next;
                if self.after.is_none() || table.bytes() >= limits::EXPORT_BYTES {
                    break;
                }
            }
        }
        Ok(Rendered {
            name: self.name(),
            bytes: table.finish()?.into(),
        })
    }

    /// `expenses-2026-05-01-2026-05-31.csv` for a period, `expenses-2026-05-09.csv` with the day
    /// of asking for everything; further parts are counted from `-part2`.
    fn name(&self) -> String {
        let days = self.period.map_or_else(
            || self.today.to_string(),
            |period| format!("{}-{}", period.from(), period.last()),
        );
        match self.parts {
            1 => format!("expenses-{days}.csv"),
            part => format!("expenses-{days}-part{part}.csv"),
        }
    }
}

/// A CSV file as RFC 4180 wants it, behind a byte order mark: without one, spreadsheets take
/// UTF-8 for something else and garble every accent.
struct Table {
    writer: csv::Writer<Vec<u8>>,
}

impl Table {
    fn new() -> Result<Self> {
        let begin = "\u{feff}".as_bytes().to_vec();
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(begin);
        writer.write_record(COLUMNS).map_err(unwritable)?;
        Ok(Self { writer })
    }

    fn row(&mut self, ledger: &Ledger, expense: &Expense) -> Result<()> {
        let details = &expense.details;
        let number = expense.number.map_or(0, |number| number.0);
        let merchant = details.merchant.as_ref().map_or("", |name| name.as_str());
        let known = expense.converted_into(ledger.settings.currency);
        let money = known.map_or(details.money, |known| known.money);
        let rate = known.map(|known| &known.rate);
        let of_original = |cell| rate.map_or_else(String::new, |_| cell);
        let of_rate = |cell: fn(&Rate) -> String| rate.map_or_else(String::new, cell);
        let tags: Vec<&str> = details.tags.iter().map(Tag::as_str).collect();
        let recorded = expense
            .recorded_at
            .to_rfc3339_opts(SecondsFormat::Secs, true);
        self.writer
            .write_record([
                number.to_string().as_str(),
                &details.date.to_string(),
                &money.amount().to_string(),
                money.currency().code(),
                &of_original(details.money.amount().to_string()),
                &of_original(details.money.currency().to_string()),
                &of_rate(|rate| rate.factor.to_string()),
                &harmless(&of_rate(|rate| rate.source.as_str().to_owned())),
                &of_rate(|rate| rate.day.to_string()),
                &harmless(merchant),
                &harmless(details.description.as_str()),
                &harmless(ledger.category_name(details.category)),
                &harmless(&tags.join(" ")),
                &harmless(called(ledger, &expense.paid_by)),
                &harmless(called(ledger, &expense.entered_by)),
                &recorded,
            ])
            .map_err(unwritable)
    }

    fn bytes(&self) -> usize {
        self.writer.get_ref().len()
    }

    fn finish(self) -> Result<Vec<u8>> {
        self.writer
            .into_inner()
            .map_err(|error| unwritable(error.into_error().into()))
    }
}

/// The name of a member, else the key: a person's own ledger has no members.
fn called<'l>(ledger: &'l Ledger, who: &'l UserKey) -> &'l str {
    let member = ledger.member(who);
    member.map_or(who.as_str(), |member| member.name.as_str())
}

/// Text that no spreadsheet runs as a formula: one that begins like a formula gets an
/// apostrophe before it (OWASP, "CSV Injection"). Amounts have their own column and stay numbers.
fn harmless(text: &str) -> Cow<'_, str> {
    let starts_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if starts_formula {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

fn unwritable(error: csv::Error) -> PortError {
    PortError::new("service", "export", Fault::Bug).because(error)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::harmless;

    #[rstest]
    #[case::plain("lunch", "lunch")]
    #[case::formula("=HYPERLINK(1)", "'=HYPERLINK(1)")]
    #[case::sum("+1+1", "'+1+1")]
    #[case::minus("-2+3", "'-2+3")]
    #[case::function("@SUM(A1)", "'@SUM(A1)")]
    #[case::tab("\t=1", "'\t=1")]
    #[case::full_width("＝1", "'＝1")]
    #[case::inside("a=b", "a=b")]
    fn runs_no_text_as_a_formula(#[case] text: &str, #[case] cell: &str) {
        assert_eq!(harmless(text), cell);
    }
}
