//! `parse`: what the grammar makes of lines, recording nothing.

use std::io::{self, BufRead, Read, Write};

use chrono::{DateTime, NaiveDate, Utc};
use expense_core::conversation::entry::{self, Context, Entry, Invalid, Reading};
use expense_core::domain::calendar::Zone;
use expense_core::domain::category::{CategoryName, DEFAULT_CATEGORIES};
use expense_core::domain::currency::Currency;
use expense_core::domain::locale::Locale;
use expense_core::memory::clock::SystemClock;
use expense_core::ports::clock::Clock;
use serde::Serialize;

use crate::config::Config;
use crate::error::Failure;

/// The longest line that is read, in bytes; the grammar refuses far shorter ones.
const LINE_BYTES: u64 = 64 * 1024;
/// The category of an expense that names none.
const OTHERS: &str = "Others";

/// Reads one message a line from standard input and prints what it understands.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    /// The currency of amounts that name none [default: DEFAULT_CURRENCY]
    #[arg(long, value_name = "CODE")]
    currency: Option<Currency>,
    /// How numbers and dates are written, for example de-CH [default: DEFAULT_LOCALE]
    #[arg(long)]
    locale: Option<Locale>,
    /// The zone in which days begin, for example Europe/Berlin [default: DEFAULT_TIMEZONE]
    #[arg(long, value_name = "ZONE")]
    timezone: Option<Zone>,
    /// The time that "today" is reckoned from: 2026-05-03 or 2026-05-03T18:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = now)]
    now: Option<Now>,
    /// The names of the categories, divided by commas [default: the sixteen of a new ledger]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = category)]
    categories: Option<Vec<String>>,
}

/// A day as it is, or an instant that is a day once the zone is known.
#[derive(Debug, Clone, Copy)]
enum Now {
    Day(NaiveDate),
    Instant(DateTime<Utc>),
}

/// What one line says. For `ask`, `expenses` holds the readings to choose from, the likeliest
/// first; otherwise it holds what would be recorded.
#[derive(Debug, Serialize)]
struct Parsed<'a> {
    input: &'a str,
    outcome: &'static str,
    expenses: Vec<Expense>,
    question: Option<String>,
    reason: Option<String>,
}

#[derive(Debug, Serialize)]
struct Expense {
    amount: String,
    currency: &'static str,
    description: String,
    category: String,
    tags: Vec<String>,
    date: NaiveDate,
}

/// Reads standard input to its end.
pub(crate) fn run(config: &Config, args: &Args) -> Result<(), Failure> {
    let zone = args.timezone.unwrap_or(config.defaults.zone);
    let locale = args
        .locale
        .clone()
        .unwrap_or_else(|| config.defaults.locale.clone());
    let categories: Vec<&str> = match &args.categories {
        Some(names) => names.iter().map(String::as_str).collect(),
        None => DEFAULT_CATEGORIES.to_vec(),
    };
    let context = Context {
        currency: args.currency.unwrap_or(config.defaults.currency),
        locale: &locale,
        today: match args.now {
            Some(Now::Day(day)) => day,
            Some(Now::Instant(instant)) => zone.civil_date(instant),
            None => zone.civil_date(SystemClock.now()),
        },
        categories: &categories,
    };
    let mut input = io::stdin().lock();
    let mut out = io::BufWriter::new(io::stdout().lock());
    while let Some(line) = next_line(&mut input)? {
        let parsed = parse(&line, &context);
        if args.json {
            serde_json::to_writer(&mut out, &parsed).map_err(io::Error::from)?;
            writeln!(out)?;
        } else {
            show(&mut out, &parsed)?;
        }
        // A person or a program may be waiting for this line's answer.
        out.flush()?;
    }
    Ok(())
}

fn parse<'a>(line: &'a str, context: &Context<'_>) -> Parsed<'a> {
    let mut parsed = Parsed {
        input: line,
        outcome: "not_an_expense",
        expenses: Vec::new(),
        question: None,
        reason: None,
    };
    let expense = |entry: &Entry| expense(entry, context);
    for line in entry::read(line, context) {
        match line.reading {
            Reading::Expense(entry) => {
                parsed.outcome = "expense";
                parsed.expenses.push(expense(&entry));
            }
            Reading::Ask { question, choices } => {
                parsed.outcome = "ask";
                parsed.expenses.extend(choices.iter().map(expense));
                parsed.question = Some(question.to_string());
            }
            Reading::Unsure(entry) => {
                parsed.outcome = "ask";
                parsed.expenses.push(expense(&entry));
                parsed.question = Some("Is this an expense?".to_owned());
            }
            Reading::NotAnExpense => {}
            Reading::Invalid(invalid) => {
                parsed.outcome = "invalid";
                parsed.reason = Some(Invalid::to_string(&invalid));
            }
        }
    }
    parsed
}

fn expense(entry: &Entry, context: &Context<'_>) -> Expense {
    let category = entry
        .category
        .and_then(|place| context.categories.get(place));
    Expense {
        amount: entry.money.amount().to_string(),
        currency: entry.money.currency().code(),
        description: entry.description.as_str().to_owned(),
        category: (*category.unwrap_or(&OTHERS)).to_owned(),
        tags: entry
            .tags
            .iter()
            .map(|tag| tag.as_str().to_owned())
            .collect(),
        date: entry.date,
    }
}

fn show(out: &mut impl Write, parsed: &Parsed<'_>) -> io::Result<()> {
    writeln!(out, "{}", parsed.input)?;
    match parsed.outcome {
        "not_an_expense" => writeln!(out, "  not an expense")?,
        "invalid" => writeln!(out, "  {}", parsed.reason.as_deref().unwrap_or_default())?,
        "ask" => writeln!(out, "  {}", parsed.question.as_deref().unwrap_or_default())?,
        _ => {}
    }
    for expense in &parsed.expenses {
        let Expense {
            amount,
            currency,
            description,
            category,
            tags,
            date,
        } = expense;
        let tags: String = tags.iter().map(|tag| format!(" #{tag}")).collect();
        writeln!(
            out,
            "  {amount} {currency} · {description} · {category} · {date}{tags}"
        )?;
    }
    Ok(())
}

/// The next line without its end; bytes that are no UTF-8 become signs that say so. The rest of
/// an endless line is passed over.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    if input
        .by_ref()
        .take(LINE_BYTES)
        .read_until(b'\n', &mut line)?
        == 0
    {
        return Ok(None);
    }
    if !line.ends_with(b"\n") {
        input.skip_until(b'\n')?;
    }
    let line = String::from_utf8_lossy(&line);
    Ok(Some(line.trim_end_matches(['\n', '\r']).to_owned()))
}

fn now(text: &str) -> Result<Now, &'static str> {
    let day = || text.parse().map(Now::Day);
    let local = || {
        text.parse()
            .map(|time: chrono::NaiveDateTime| Now::Instant(time.and_utc()))
    };
    DateTime::parse_from_rfc3339(text)
        .map(|instant| Now::Instant(instant.to_utc()))
        .or_else(|_| day())
        .or_else(|_| local())
        .map_err(|_| "write a day such as 2026-05-03, or a time such as 2026-05-03T18:00:00Z")
}

fn category(name: &str) -> Result<String, String> {
    let name = CategoryName::new(name).map_err(|error| error.to_string())?;
    Ok(name.as_str().to_owned())
}
