//! Categories, lessons, settings, data.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Wording, count, quoted};
use crate::domain::calendar::Zone;
use crate::domain::currency::Currency;
use crate::domain::ledger::{Ledger, Lesson};
use crate::domain::limits;
use crate::domain::money::Money;

pub(crate) const ADD: &str = "Which name? Write for example /addcategory Pets.";
pub(crate) const RENAME: &str =
    "Write the old and the new name, for example /renamecategory Donations -> Gifts.";
pub(crate) const DELETE: &str = "Which one? Write for example /deletecategory Donations.";
pub(crate) const SAME_NAME: &str = "It has that name already.";
pub(crate) const CATEGORY_GONE: &str = "This category is gone. /categories lists yours.";
pub(crate) const TOO_MANY_EVER: &str =
    "Too many categories were added and deleted here. Please rename one instead.";
pub(crate) const UNLEARN: &str =
    "What shall I forget? Write for example /unlearn coffee. /learned lists what I know.";
pub(crate) const LANGUAGE: &str = "I answer in English (en).";
pub(crate) const OTHER_LANGUAGE: &str = "I only speak English (en) so far. How numbers and dates \
    are written is set by /format.";
pub(crate) const NO_SUCH_FORMAT: &str = "I don't know this format. Write a locale such as en, de \
    or de-CH, or how you write 1234.56, for example /format 1.234,56.";
pub(crate) const FORGET: &str = "This erases everything in this chat: expenses, receipts, \
    categories, settings. It can't be undone. /export gives you a copy first. Erase everything?";
pub(crate) const FORGET_FOR_GOOD: &str = "Are you sure? Everything will be gone for good.";
pub(crate) const FORGET_TOO_LATE: &str = "Nothing was erased: only whoever wrote /forget can \
    confirm it, within ten minutes. Write /forget again if you mean it.";
pub(crate) const FORGOTTEN: &str = "Everything is erased.";
pub(crate) const ERASE: &str = "Erase everything";
pub(crate) const ERASE_FOR_GOOD: &str = "Yes, erase it";

/// The most lessons that are listed at once.
const MOST_LESSONS: usize = 50;

/// `/categories`
pub(crate) fn categories(ledger: &Ledger) -> String {
    let mut names: Vec<&str> = ledger
        .living_categories()
        .map(|category| category.name.as_str())
        .collect();
    names.sort_by_key(|name| name.to_lowercase());
    format!(
        "{}\n\n/addcategory, /renamecategory and /deletecategory change them; /learned shows what \
         your corrections taught me.",
        names.join("\n")
    )
}

pub(crate) fn several_categories(names: &[&str]) -> String {
    format!("Which one do you mean: {}?", names.join(", "))
}

pub(crate) fn no_such_category(text: &str, near: Option<&str>) -> String {
    let text = quoted(text.trim());
    match near {
        Some(near) => format!("There is no category {text}. Do you mean {near}?"),
        None => {
            format!("There is no category {text}. /categories lists yours, /addcategory adds one.")
        }
    }
}

pub(crate) fn bad_name(reason: &str) -> String {
    format!("{}.", super::capital(reason))
}

pub(crate) fn name_exists(name: &str) -> String {
    format!("There is a category {} already.", quoted(name))
}

pub(crate) fn too_many_categories() -> String {
    format!(
        "There are {} categories, which is the most. Please delete one first.",
        limits::CATEGORIES
    )
}

pub(crate) fn added(name: &str) -> String {
    format!(
        "Added the category {}. Use it like this: 12.50 something [{name}]",
        quoted(name)
    )
}

pub(crate) fn renamed(old: &str, new: &str) -> String {
    format!("{} is {} now.", quoted(old), quoted(new))
}

pub(crate) fn others_stays(name: &str) -> String {
    format!(
        "{} can't be deleted there: what belongs nowhere else goes to it. You can rename it.",
        quoted(name)
    )
}

pub(crate) fn where_to(name: &str) -> String {
    format!(
        "Where shall the expenses of {} go? Choose, or write /deletecategory {name} -> other.",
        quoted(name)
    )
}

pub(crate) fn deleted(from: &str, to: &str) -> String {
    format!(
        "Deleted {}; its expenses count for {} now.",
        quoted(from),
        quoted(to)
    )
}

/// `/learned`
pub(crate) fn lessons(ledger: &Ledger, lessons: &[&Lesson], wanted: &str) -> String {
    if lessons.is_empty() && wanted.is_empty() {
        return "I have not learned anything yet. When you correct a category, I remember it."
            .to_owned();
    }
    if lessons.is_empty() {
        return not_learned(wanted);
    }
    let mut lines: Vec<String> = lessons
        .iter()
        .take(MOST_LESSONS)
        .map(|lesson| {
            let category = ledger.category_name(lesson.category);
            format!("{} goes to {category}", quoted(&lesson.words))
        })
        .collect();
    if lessons.len() > MOST_LESSONS {
        lines.push(format!(
            "{} older ones are not shown: /learned WORDS finds them.",
            lessons.len() - MOST_LESSONS
        ));
    }
    lines.push("/unlearn WORDS forgets one.".to_owned());
    lines.join("\n")
}

pub(crate) fn not_learned(words: &str) -> String {
    format!(
        "I have learned nothing about {}. /learned lists what I know.",
        quoted(words)
    )
}

pub(crate) fn unlearned(words: &str) -> String {
    format!("I forgot where {} goes.", quoted(words))
}

pub(crate) fn currency(currency: Currency) -> String {
    format!("Amounts without a currency are in {currency}. Change that with /currency CODE.")
}

pub(crate) fn currency_set(currency: Currency) -> String {
    format!("Amounts without a currency are in {currency} from now on.")
}

pub(crate) fn zone(zone: Zone, today: NaiveDate) -> String {
    format!("Your time zone is {zone}, where it is {today}. Change it with /timezone ZONE.")
}

pub(crate) fn zone_set(zone: Zone, today: NaiveDate) -> String {
    format!("Your time zone is {zone} now, where it is {today}.")
}

pub(crate) fn no_such_zone(near: &[&str]) -> String {
    if near.is_empty() {
        return "I don't know this time zone. Write a region and a city, for example \
                Europe/Berlin."
            .to_owned();
    }
    format!(
        "I don't know this time zone. Do you mean {}?",
        near.join(", ")
    )
}

/// How a ledger with new settings writes.
pub(crate) fn format_set(ledger: &Ledger, today: NaiveDate) -> String {
    format!("From now on: {}.", Wording::new(ledger, today).samples())
}

pub(crate) fn exported(title: &str, number: u64) -> String {
    format!("{title} as CSV: {}.", count(number, "expense", "expenses"))
}

impl Wording<'_> {
    /// `/format`
    pub(crate) fn format(&self) -> String {
        format!(
            "{} ({}). Change it with a locale, /format de, or with an example, /format 1.234,56.",
            self.samples(),
            self.ledger.settings.locale
        )
    }

    /// `/settings`
    pub(crate) fn settings(&self) -> String {
        let settings = &self.ledger.settings;
        format!(
            "Currency: {} (/currency)\nTime zone: {} (/timezone)\nFormat: {} ({}; /format)\n\
             Language: English (/language)\nCategories: {} (/categories)\n\
             Learned: {} (/learned)",
            settings.currency,
            settings.zone,
            self.samples(),
            settings.locale,
            self.ledger.living_categories().count(),
            self.ledger.lessons.len(),
        )
    }

    fn samples(&self) -> String {
        let currency = self.ledger.settings.currency;
        let amount = Decimal::new(123_456, 2).round_dp(currency.exponent());
        let money = Money::new(amount, currency).map_or_else(|_| String::new(), |m| self.money(m));
        // A day that is written out, as it lies a year back.
        let year = chrono::Months::new(12);
        let day = self.today.checked_sub_months(year).unwrap_or(self.today);
        format!("{money}, {}", self.date(day))
    }
}
