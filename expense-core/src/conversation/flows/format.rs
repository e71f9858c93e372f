//! How numbers and dates are written.

use rust_decimal::Decimal;

use super::settings;
use crate::conversation::context::{Context, Flow};
use crate::conversation::wording::setup as words;
use crate::domain::ledger::{Ledger, Settings};
use crate::domain::locale::Locale;
use crate::domain::number;

/// Locales that an example is compared with, the commonest first.
const WELL_KNOWN: [&str; 12] = [
    "en", "de", "fr", "de-CH", "en-IN", "sv", "es", "pt", "it", "pl", "ja", "ar-EG",
];

/// `/format`, `/format de`, or `/format 1.234,56`
pub(crate) fn command(ctx: &Context<'_>, arguments: &str) -> Flow {
    if arguments.is_empty() {
        return Ok(ctx.say(ctx.wording().format()));
    }
    let now = &ctx.ledger().settings;
    let locale = match by_example(&now.locale, arguments) {
        Some(locale) => locale,
        None => arguments
            .replace('_', "-")
            .parse()
            .map_err(|_| ctx.stop(words::NO_SUCH_FORMAT))?,
    };
    let settings = Settings {
        locale,
        ..now.clone()
    };
    let changed = Ledger {
        settings: settings.clone(),
        ..ctx.ledger().clone()
    };
    let said = words::format_set(&changed, ctx.today());
    Ok(settings::put(ctx, settings, said))
}

/// The locale that writes 1234.56 or 1234567.89 like the example; the present one first.
fn by_example(now: &Locale, example: &str) -> Option<Locale> {
    let example = example.trim();
    let known = WELL_KNOWN.iter().filter_map(|tag| tag.parse().ok());
    std::iter::once(now.clone()).chain(known).find(|locale| {
        [Decimal::new(123_456, 2), Decimal::new(123_456_789, 2)]
            .iter()
            .any(|sample| spaced(&number::format(*sample, 2, locale)) == spaced(example))
    })
}

/// All kinds of spaces are one, and so are both apostrophes.
fn spaced(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            c if c.is_whitespace() => ' ',
            '’' => '\'',
            c => c,
        })
        .collect()
}
