//! Everything that is compared is measured in turn, several times.

use crate::shell::Result;

/// How often; the middle one counts.
const ROUNDS: usize = 3;

/// The middle one of each figure in several rounds.
pub(super) fn rounds<const N: usize>(
    mut round: impl FnMut() -> Result<[f64; N]>,
) -> Result<[f64; N]> {
    let mut all = [const { Vec::new() }; N];
    for number in 1..=ROUNDS {
        let found = round()?;
        eprintln!("round {number} of {ROUNDS}: {found:.1?}");
        for (figures, found) in all.iter_mut().zip(found) {
            figures.push(found);
        }
    }
    Ok(all.map(middle))
}

/// The middle one.
pub(super) fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
