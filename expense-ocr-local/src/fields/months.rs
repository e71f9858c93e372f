//! The names of months in the languages of receipts, without accents and in capitals.

/// The beginnings that tell each month apart, in English, German, French, Spanish, Italian, Dutch,
/// Portuguese, Malay and Indonesian. The longest beginning that fits decides.
const NAMES: [&[&str]; 12] = [
    &["JAN", "GEN", "ENE", "JANV"],
    &["FEB", "FEV", "PEB"],
    &["MAR", "MRT", "MRZ", "MAC", "MARS", "MAART"],
    &["APR", "AVR", "ABR"],
    &["MAY", "MAI", "MEI", "MAG", "MAJ", "MAYO"],
    &["JUN", "JUIN", "GIU"],
    &["JUL", "JUIL", "LUG"],
    &["AUG", "AOU", "AGO", "OGO", "AGU", "OGS"],
    &["SEP", "SET"],
    &["OCT", "OKT", "OTT", "OUT"],
    &["NOV", "NOP"],
    &["DEC", "DEZ", "DIC", "DIS", "DES"],
];

/// The month, 1 to 12, that `word` names in full or by a beginning of at least three letters.
/// `word` is in capitals without accents.
pub(crate) fn month(word: &str) -> Option<u32> {
    let mut best: Option<(usize, usize)> = None;
    for (at, names) in NAMES.iter().enumerate() {
        for name in *names {
            if word.starts_with(name) && best.is_none_or(|(length, _)| name.len() > length) {
                best = Some((name.len(), at));
            }
        }
    }
    let (_, at) = best.filter(|_| word.len() <= 10)?;
    u32::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("JANUARY", 1)]
    #[case("ENERO", 1)]
    #[case("FEVRIER", 2)]
    #[case("MARZ", 3)]
    #[case("MAC", 3)]
    #[case("AVRIL", 4)]
    #[case("MAI", 5)]
    #[case("MAGGIO", 5)]
    #[case("JUIN", 6)]
    #[case("JUILLET", 7)]
    #[case("LUGLIO", 7)]
    #[case("OGOS", 8)]
    #[case("SETTEMBRE", 9)]
    #[case("OKTOBER", 10)]
    #[case("NOVIEMBRE", 11)]
    #[case("DISEMBER", 12)]
    #[case("DEZ", 12)]
    fn names(#[case] word: &str, #[case] expected: u32) {
        assert_eq!(month(word), Some(expected));
    }

    #[test]
    fn no_month() {
        assert_eq!(month("TOTAL"), None);
        assert_eq!(month("MARMALADENGLAS"), None);
    }
}
