//! Who sold: a name among the top lines.

use std::sync::LazyLock;

use regex::Regex;

use super::page::{Page, Row};
use super::pattern;

/// The name stands above the goods, among the first lines.
const TOP: usize = 12;
/// No name is longer.
const LONGEST: usize = 60;

/// Endings and kinds of companies.
static COMPANY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bSDN\b|\bBHD\b|\bS/B\b|\bGMBH\b|\bPTE\b|\bLTD\b|\bLLC\b|\bINC\b|\bCO\. ?KG\b|\bS\.?A\.?R?\.?L\b|\bSARL\b|\bS\.?P\.?A\b|\bB\.?V\.?\b|\bS\.?L\.?\b|\bE\.? ?K\.?$|\bENTERPRISE\b|\bTRADING\b|\bRESTAURANTE?\b|\bRESTORAN\b|\bRISTORANTE\b|\bCAF[EÉ]\b|\bBAKER\w*|\bBÄCKEREI\b|\bBOULANGERIE\b|\bSUPERMA\w+|\bMARKET\b|\bMARKT\w*|\bMART\b|\bAPOTHEKE\b|\bPHARMAC\w+|\bFARMACIA\b|\bHOTEL\b|\bSTORES?\b|\bSHOP\b|\bBAR\b|\bBISTRO\b|\bKEDAI\b|\bSYARIKAT\b|\bPERNIAGAAN\b|\bPASAR\b|\bHARDWARE\b|\bFOODS?\b|\bKITCHEN\b|\bLIDL\b|\bALDI\b|\bREWE\b|\bEDEKA\b|\bTESCO\b|\bCOSTCO\b|\bWALMART\b|\bCARREFOUR\b|\bIKEA\b",
    )
});
/// Streets, post codes, floors.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bJALAN\b|\bJLN\b|\bLOT\b|\bTAMAN\b|\bLORONG\b|\bSEKSYEN\b|\bBANDAR\b|\bPLAZA\b.*\d|\w(?:STR\.?|STRASSE|STRAßE|WEG|PLATZ|ALLEE|STRAAT|LAAN|GASSE)\s*\d|\bSTR\. ?\d|\bSTRA(?:SS|ß)E\b|\bSTREET\b|\bROAD\b|\bRD\b|\bAVE(?:NUE)?\b|\bBLVD\b|\bRUE\b|\bVIA\b|\bCALLE\b|\bPLACE\b|\bFLOOR\b|\bLEVEL\b|\bNO\.? ?\d|\b\d{5,6}\b|\b[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}\b|\bSELANGOR\b|\bJOHOR\b|\bKUALA LUMPUR\b|\bMALAYSIA\b|\bSINGAPORE\b",
    )
});
/// Ways to reach the shop, its numbers, the words of the form itself.
static FORM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bTEL\b|\bTE1\b|\bFAX\b|\bPHONE\b|\bHP\b|WWW\.|HTTP|@|\.COM\b|\.DE\b|\bGST\b|\bSST\b|\bVAT\b|\bTAX\b|\bUST\b|\bSTEUER|\bREG\b|\bCO\. ?NO|\bINVOICE\b|\bRECEIPT\b|\bRECHNUNG\b|\bKASSENBON\b|\bBON\b|\bQUITTUNG\b|\bTICKET\b|\bFACTURE\b|\bFACTURA\b|\bSCONTRINO\b|\bWELCOME\b|\bWILLKOMMEN\b|\bTHANK|\bDANKE|\bCASHIER\b|\bTABLE\b|\bORDER\b|\bDATE\b|\bDATUM\b|\bTIME\b|\bCUSTOMER\b|\bCOPY\b|\bDUPLICATE\b|\bSIRET\b|\bP\.? ?IVA\b|\bCASH SALES?\b|\bBILL\b|\bGEDRUCKT\b|\bGOODS SOLD\b|\bREF NO\b|\bGUTEN TAG\b|\bOPEN\b|\bHOURS\b|\bMON\b",
    )
});
/// A number of registration behind a company's name.
static REGISTRATION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\s*\((?:[A-Z]+[. ]*)*[:. ]*[A-Z]{0,3}\d{4,}[- ]?[A-Z0-9]?\s?[A-Z]?\)?\s*$|\s+\d{5,}[- ]?[A-Z]?\s*$",
    )
});

/// The most likely name, as printed.
pub(crate) fn find(page: &Page) -> Option<String> {
    let end = page
        .rows
        .iter()
        .position(|row| !row.amounts.is_empty())
        .unwrap_or(page.rows.len())
        .min(TOP);
    let top = page.rows.get(..end)?;
    let usual = usual_height(page);
    let best = top
        .iter()
        .enumerate()
        .filter_map(|(at, row)| points(top, at, row, usual).map(|points| (points, row)))
        .fold(None, |best: Option<(i32, &Row)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        });
    best.filter(|(points, _)| *points > 0)
        .map(|(_, row)| cleaned(&row.text))
        .filter(|name| !name.is_empty())
}

fn usual_height(page: &Page) -> f32 {
    let mut heights: Vec<f32> = page.rows.iter().map(|row| row.line.height()).collect();
    heights.sort_by(f32::total_cmp);
    heights
        .get(heights.len() / 2)
        .copied()
        .unwrap_or(1.0)
        .max(1.0)
}

fn points(top: &[Row], at: usize, row: &Row, usual: f32) -> Option<i32> {
    let text = cleaned(&row.text);
    let letters = text.chars().filter(|sign| sign.is_alphabetic()).count();
    let signs = text.chars().filter(|sign| !sign.is_whitespace()).count();
    let ideographs = text.chars().filter(|sign| *sign > '\u{2e80}').count();
    let enough = letters >= 3 || ideographs >= 2;
    if !enough || letters * 2 < signs || text.chars().count() > LONGEST {
        return None;
    }
    let mut points = 30 - 3 * i32::try_from(at).unwrap_or(30);
    if COMPANY.is_match(&text) {
        points += 22;
    }
    if ADDRESS.is_match(&text) {
        points -= 30;
    }
    if FORM.is_match(&row.text) {
        points -= 40;
    }
    let larger = (row.line.height() / usual - 1.0).clamp(0.0, 1.5);
    points += (larger * 16.0) as i32;
    // Logos are misread, names in print are not.
    let certainty = row
        .line
        .words
        .iter()
        .map(|word| word.confidence)
        .fold(1.0, f32::min);
    points -= ((1.0 - certainty) * 60.0) as i32;
    points -= i32::try_from(ideographs * 4).unwrap_or(40).min(12);
    if top
        .get(at + 1)
        .is_some_and(|below| ADDRESS.is_match(&below.text))
    {
        points += 12;
    }
    if row.text.ends_with(['?', '!', '.']) && !COMPANY.is_match(&text) {
        points -= 15;
    }
    Some(points)
}

/// Without the number of registration and without dashes and stars around it.
fn cleaned(text: &str) -> String {
    let name = REGISTRATION.replace(text, "");
    let name =
        name.trim_matches(|sign: char| !sign.is_alphanumeric() && !matches!(sign, ')' | '!' | '.'));
    name.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::testing::lines;
    use rstest::rstest;

    #[rstest]
    #[case(
        "SUPER SEVEN CASH & CARRY SDN BHD\n(590150-A)\nNO. 1 Jalan Euro 1",
        "SUPER SEVEN CASH & CARRY SDN BHD"
    )]
    #[case(
        "99 SPEED MART S/B (519537-X)\nLOT P.T. 2811, JALAN ANGSA",
        "99 SPEED MART S/B"
    )]
    #[case(
        "A03155\nPASAR MINI JIN SENG\n379, JALAN PERMAS SATU",
        "PASAR MINI JIN SENG"
    )]
    #[case(
        "WUNSCHLOS\nGLÜCKLICH?\nwww.lehr.de\nMarktkauf Lehr\nDetmolder Str. 4\n33102 Paderborn",
        "Marktkauf Lehr"
    )]
    #[case("LiDL\nWarburger Straße 130\n33100 Paderborn", "LiDL")]
    #[case(
        "WELCOME TO\nBlue Door Coffee\n12 High Street\nTel 020 1234",
        "Blue Door Coffee"
    )]
    #[case("TAX INVOICE\nGIN KEE\nTEL: 03-40210276", "GIN KEE")]
    fn names(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(find(&Page::new(lines(text))).as_deref(), Some(expected));
    }

    #[test]
    fn numbers_are_no_name() {
        assert_eq!(
            find(&Page::new(lines("0001\n12-02-2018\nTOTAL   1.00"))),
            None
        );
    }
}
