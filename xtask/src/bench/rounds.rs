//! Everything that is compared is measured in turn, several times. What is measured one after the
//! other is compared with each other: a machine that others use is not the same minutes later.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::shell::Result;

/// How often; the middle one counts.
const ROUNDS: usize = 3;

/// The middle one of each figure in several rounds, ratios among them.
pub(super) fn rounds<T: Serialize>(mut round: impl FnMut() -> Result<T>) -> Result<Value> {
    let mut all = BTreeMap::<String, Vec<f64>>::new();
    for number in 1..=ROUNDS {
        let found = serde_json::to_value(round()?)?;
        eprintln!("round {number} of {ROUNDS}: {found}");
        for (name, figure) in found.as_object().into_iter().flatten() {
            all.entry(name.clone()).or_default().extend(figure.as_f64());
        }
    }
    let middles = all.into_iter().map(|(name, all)| (name, middle(all)));
    Ok(serde_json::to_value(middles.collect::<BTreeMap<_, _>>())?)
}

/// The middle one.
pub(super) fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
