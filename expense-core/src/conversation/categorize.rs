//! Which category an expense belongs to, and which one a person means.

use std::cmp::Reverse;

use super::changes::Changes;
use crate::domain::category::{Category, CategoryId, OTHERS};
use crate::domain::expense::Details;
use crate::domain::ledger::Ledger;
use crate::domain::text::{Description, fold};

/// The category of an expense that nobody put anywhere: what was learned of its merchant or
/// description, else the suggestion, else Others.
pub(crate) fn choose(
    ledger: &Ledger,
    merchant: Option<&Description>,
    description: &Description,
    suggestion: Option<CategoryId>,
) -> CategoryId {
    learned(ledger, merchant, description)
        .or(suggestion)
        .unwrap_or(OTHERS)
}

/// What was learned of a merchant or a description.
fn learned(
    ledger: &Ledger,
    merchant: Option<&Description>,
    description: &Description,
) -> Option<CategoryId> {
    let merchant = merchant.map(|merchant| fold(merchant.as_str()));
    let description = fold(description.as_str());
    let bare = without_numbers(&description);
    merchant
        .into_iter()
        .chain([description, bare])
        .filter(|words| !words.is_empty())
        .find_map(|words| ledger.learned(&words))
}

/// Whether these details are under Others only because nothing decided, and say enough to seek
/// a category by. That a person put them there is for the caller to know.
pub(crate) fn is_undecided(ledger: &Ledger, details: &Details) -> bool {
    let (merchant, description) = (details.merchant.as_ref(), &details.description);
    let says_something = merchant.is_some() || !description.is_empty();
    says_something && details.category == OTHERS && learned(ledger, merchant, description).is_none()
}

/// Remembers that expenses like this one go where a person put it. Gives back by which words
/// they are known, where that is new.
pub(crate) fn teach(changes: &mut Changes<'_>, details: &Details) -> Option<String> {
    let known_by = details.merchant.as_ref().unwrap_or(&details.description);
    let full = fold(known_by.as_str());
    let bare = match details.merchant {
        Some(_) => full.clone(),
        None => without_numbers(&full),
    };
    let words = if bare.is_empty() { &full } else { &bare };
    let is_new = !words.is_empty() && changes.lesson(words, Some(details.category));
    is_new.then(|| match *words == full {
        true => known_by.to_string(),
        false => words.clone(),
    })
}

/// A person says that these belong to Others, which was said of them only because nothing decided:
/// that is remembered as well, so that no suggestion that is still on its way overrules it. Gives
/// back by which words they are known, where that is new.
pub(crate) fn settle(
    changes: &mut Changes<'_>,
    ledger: &Ledger,
    details: &Details,
) -> Option<String> {
    is_undecided(ledger, details)
        .then(|| teach(changes, details))
        .flatten()
}

/// Folded words without those that hold a digit: `taxi 42` is another `taxi`.
fn without_numbers(words: &str) -> String {
    let plain = words
        .split(' ')
        .filter(|word| !word.chars().any(char::is_numeric));
    plain.collect::<Vec<_>>().join(" ")
}

/// Which category a person means.
pub(crate) enum Found<'a> {
    /// This one.
    One(&'a Category),
    /// One of these.
    Several(Vec<&'a Category>),
    /// None; the nearest name, where one is near.
    None(Option<&'a str>),
}

/// The living category that `text` names: by its whole name, else the only one that begins with
/// it, else the only one that contains it.
pub(crate) fn find<'a>(ledger: &'a Ledger, text: &str) -> Found<'a> {
    if let Some(category) = ledger.category_named(text) {
        return Found::One(category);
    }
    let wanted = fold(text.trim_matches(['[', ']']));
    let matching = |test: fn(&str, &str) -> bool| -> Vec<&'a Category> {
        ledger
            .living_categories()
            .filter(|category| !wanted.is_empty() && test(&fold(category.name.as_str()), &wanted))
            .collect()
    };
    let mut found = matching(|name, wanted| name == wanted);
    if found.is_empty() {
        found = matching(|name, wanted| name.starts_with(wanted));
    }
    if found.is_empty() {
        found = matching(|name, wanted| name.contains(wanted));
    }
    match found.as_slice() {
        [one] => Found::One(one),
        [] => Found::None(nearest(
            &wanted,
            ledger.living_categories().map(|c| c.name.as_str()),
        )),
        _ => Found::Several(found),
    }
}

/// The name nearest to what was written, if any is near enough to be meant: a third of its
/// letters may be wrong.
pub(crate) fn nearest<'n>(text: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let text: String = fold(text).chars().take(100).collect();
    let allowed = (text.chars().count() / 3).max(1);
    names
        .map(|name| (strsim::osa_distance(&text, &fold(name)), name))
        .min_by_key(|(distance, name)| (*distance, Reverse(common_start(&text, &fold(name)))))
        .filter(|(distance, _)| *distance <= allowed)
        .map(|(_, name)| name)
}

fn common_start(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::domain::ledger::Ledger;
    use crate::testing::fixtures;

    #[rstest]
    #[case("lst", Some("list"))]
    #[case("today ", Some("today"))]
    #[case("lists", Some("list"))]
    #[case("", None)]
    #[case("frobnicate", None)]
    fn the_nearest_name_is_near(#[case] text: &str, #[case] name: Option<&str>) {
        assert_eq!(nearest(text, ["today", "list", "last"].into_iter()), name);
    }

    fn found(ledger: &Ledger, text: &str) -> String {
        match find(ledger, text) {
            Found::One(category) => category.name.as_str().to_owned(),
            Found::Several(several) => format!("{} of them", several.len()),
            Found::None(near) => format!("near {near:?}"),
        }
    }

    #[rstest]
    #[case("others", "Others")]
    #[case("TRANSPORT", "Transportation")]
    #[case("[grocery]", "Food - Grocery")]
    #[case("food", "2 of them")]
    #[case("Utilites", "near Some(\"Utilities\")")]
    #[case("", "near None")]
    fn a_category_is_found(#[case] text: &str, #[case] name: &str) {
        assert_eq!(found(&fixtures::ledger(&fixtures::chat("one")), text), name);
    }
}
