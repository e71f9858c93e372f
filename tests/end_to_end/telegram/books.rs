//! What people meant, what they were told and what is kept, held against each other.

use std::collections::{BTreeMap, BTreeSet};

/// One expense as a person meant it.
#[derive(Clone, Debug)]
pub(super) struct Meant {
    /// The number that its words bear.
    pub(super) index: usize,
    /// Whose it is.
    pub(super) owner: i64,
    /// What it costs; `None` when it was taken back.
    pub(super) amount: Option<&'static str>,
    /// The number that the bot gave it, if it told one.
    pub(super) told: Option<u32>,
    /// What its person still waits for.
    pub(super) waits: Option<String>,
}

/// One expense as the store has it.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) index: usize,
    pub(super) owner: i64,
    pub(super) number: u32,
    pub(super) amount: String,
}

/// What is wrong, in words: nothing when each expense is kept once, as it was meant and under the
/// number that was told, and everybody was answered.
pub(super) fn complaints(meant: &[Meant], kept: &[Kept]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut numbers = BTreeSet::new();
    let mut found: BTreeMap<usize, Vec<&Kept>> = BTreeMap::new();
    for one in kept {
        found.entry(one.index).or_default().push(one);
        if !numbers.insert((one.owner, one.number)) {
            wrong.push(format!("person {}: #{} twice", one.owner, one.number));
        }
    }
    for one in meant {
        let found = found.remove(&one.index).unwrap_or_default();
        wrong.extend(complaint(one, &found));
    }
    let strange = found.values().flatten();
    wrong.extend(strange.map(|kept| format!("never sent, but kept: {kept:?}")));
    wrong
}

fn complaint(meant: &Meant, kept: &[&Kept]) -> Option<String> {
    let what = if let Some(waits) = &meant.waits {
        format!("no answer: {waits}")
    } else {
        match (meant.amount, kept) {
            (None, []) => return None,
            (None, _) => "kept, though taken back".to_owned(),
            (Some(_), []) => "lost".to_owned(),
            (Some(_), [_, _, ..]) => "doubled".to_owned(),
            (Some(_), [one]) if one.owner != meant.owner => "in another's ledger".to_owned(),
            (Some(amount), [one]) if one.amount != amount => "another amount".to_owned(),
            (Some(_), [one]) if meant.told != Some(one.number) => "another number".to_owned(),
            (Some(_), [_]) => return None,
        }
    };
    Some(format!("{what}: {meant:?}, kept {kept:?}"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn meant() -> Vec<Meant> {
        let one = |index, amount, told| Meant {
            index,
            owner: 1,
            amount,
            told,
            waits: None,
        };
        vec![one(0, Some("1.25"), Some(1)), one(1, None, Some(2))]
    }

    fn kept() -> Kept {
        Kept {
            index: 0,
            owner: 1,
            number: 1,
            amount: "1.25".to_owned(),
        }
    }

    #[test]
    fn what_is_as_it_was_meant_is_no_complaint() {
        assert_eq!(complaints(&meant(), &[kept()]), Vec::<String>::new());
    }

    #[rstest]
    #[case::lost("lost", vec![])]
    #[case::doubled("doubled", vec![kept(), Kept { number: 2, ..kept() }])]
    #[case::doubled_elsewhere("doubled", vec![kept(), Kept { owner: 2, ..kept() }])]
    #[case::moved("in another's ledger", vec![Kept { owner: 2, ..kept() }])]
    #[case::changed("another amount", vec![Kept { amount: "12.50".to_owned(), ..kept() }])]
    #[case::renumbered("another number", vec![Kept { number: 3, ..kept() }])]
    #[case::undone_in_vain(
        "kept, though taken back",
        vec![kept(), Kept { index: 1, number: 2, ..kept() }]
    )]
    #[case::made_up("never sent", vec![kept(), Kept { index: 7, number: 7, ..kept() }])]
    #[case::one_number_for_two("#1 twice", vec![kept(), Kept { index: 7, ..kept() }])]
    fn what_is_not_is_told(#[case] what: &str, #[case] kept: Vec<Kept>) {
        let wrong = complaints(&meant(), &kept);
        assert!(wrong.iter().any(|told| told.contains(what)), "{wrong:?}");
    }

    #[test]
    fn whoever_still_waits_is_told() {
        let mut meant = meant();
        meant[0].waits = Some("the draft".to_owned());
        let wrong = complaints(&meant, &[kept()]);
        assert_eq!(wrong.len(), 1);
        assert!(wrong[0].starts_with("no answer: the draft"), "{wrong:?}");
    }
}
