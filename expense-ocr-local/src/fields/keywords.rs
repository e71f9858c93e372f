//! What a line of a receipt is about, told by its words.

use strsim::osa_distance;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::vocabulary::*;

/// What the amount on a line means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    /// The total after rounding to the smallest coin.
    Rounded,
    /// A total that says it is the last word: grand total, to pay, including tax.
    Payable,
    /// A total, as it says.
    Total,
    /// A word for amount alone.
    Amount,
    /// A sum before tax, service or discount.
    Subtotal,
    /// How many things were bought.
    Count,
    /// The step to the smallest coin.
    Rounding,
    /// What was saved.
    Discount,
    /// A tax.
    Tax,
    /// Tip or service charge.
    Tip,
    /// What was handed over in cash, or paid without saying how.
    Cash,
    /// What a card was charged.
    Card,
    /// What was given back.
    Change,
    /// Points, stamps, vouchers to come: no money.
    Points,
}

/// The words of a text in a form that can be compared: no accents, capitals, and letters where a
/// reader mistook them for digits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words(Vec<String>);

impl Words {
    pub(crate) fn of(text: &str) -> Self {
        let plain: String = text
            .nfkd()
            .filter(|sign| !is_combining_mark(*sign))
            .flat_map(char::to_uppercase)
            .nfc()
            .collect();
        let words = plain
            .split(|sign: char| !sign.is_alphanumeric())
            .filter(|word| !word.is_empty());
        Self(words.map(with_letters).collect())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether one of `family` is among the words, give or take a misread letter in long ones.
    pub(crate) fn any(&self, family: &str) -> bool {
        self.iter()
            .any(|word| family.split(' ').any(|known| same(word, known)))
    }

    /// Whether one of `family` pays: words that are also goods (`SNICKERS BAR`) must come first.
    fn pays_by(&self, family: &str) -> bool {
        let mut spoken = self
            .iter()
            .filter(|word| word.contains(char::is_alphabetic))
            .enumerate();
        spoken.any(|(at, word)| {
            let means_it = at == 0 || !AMBIGUOUS.split(' ').any(|ambiguous| ambiguous == word);
            means_it && family.split(' ').any(|known| same(word, known))
        })
    }

    /// Whether the words of one of `phrases` stand side by side.
    fn phrase(&self, phrases: &str) -> bool {
        phrases.split('|').any(|phrase| {
            let wanted: Vec<&str> = phrase.split(' ').collect();
            let mut runs = self.0.windows(wanted.len());
            runs.any(|words| {
                words
                    .iter()
                    .zip(&wanted)
                    .all(|(word, wanted)| same(word, wanted))
            })
        })
    }

    /// What the amount on a line with these words means, if they tell.
    pub(crate) fn role(&self) -> Option<Role> {
        if self.any(POINTS) {
            return Some(Role::Points);
        }
        if self.any(TOTAL) || self.any(SUBTOTAL) {
            return Some(self.kind_of_total());
        }
        self.step_or_payment()
    }

    /// What stands beside `total` tells which total it is; what lowers its rank is asked first.
    fn kind_of_total(&self) -> Role {
        if self.any(TAX) && self.phrase(PART_OF) {
            Role::Tax
        } else if self.any(PAID) && !self.phrase(TO_PAY) {
            Role::Cash
        } else if self.any(CHANGE) {
            Role::Change
        } else if self.any(ROUND) {
            Role::Rounded
        } else if self.any(SUBTOTAL) || self.any(BELOW) {
            Role::Subtotal
        } else if self.any(COUNT) {
            Role::Count
        } else if self.any(EXCLUDING) {
            Role::Subtotal
        } else if self.any(INCLUDING) {
            Role::Payable
        } else if self.any(DISCOUNT) {
            Role::Discount
        } else if self.any(TAX) && !self.any("INVOICE") {
            Role::Tax
        } else if self.any(FINAL) || self.any(PAYABLE) || self.phrase(TO_PAY) {
            Role::Payable
        } else {
            Role::Total
        }
    }

    fn step_or_payment(&self) -> Option<Role> {
        let role = if self.pays_by(CHANGE) {
            Role::Change
        } else if self.any(ROUND) {
            Role::Rounding
        } else if self.any(PAYABLE) || self.phrase(TO_PAY) {
            Role::Payable
        } else if self.pays_by(TIP) || (self.any(SERVICE) && self.any(CHARGE)) {
            Role::Tip
        } else if self.any(DISCOUNT) {
            Role::Discount
        } else if self.any(TAX) {
            Role::Tax
        } else if self.pays_by(CARD) {
            Role::Card
        } else if self.any(PAID) || self.pays_by(CASH) {
            Role::Cash
        } else if self.phrase(COUNTING) {
            Role::Count
        } else if self.any(AMOUNT) || self.any(BALANCE) {
            Role::Amount
        } else {
            return None;
        };
        Some(role)
    }

    /// Whether the words are the head of a table of taxes rather than of goods.
    pub(crate) fn heads_tax_table(&self) -> bool {
        self.any(TAX) && self.any(TAX_COLUMNS) && !self.any(GOODS_COLUMNS)
    }

    /// Whether a line with these words speaks of goods, by having none of the words of the bill.
    pub(crate) fn tells_nothing(&self) -> bool {
        self.role().is_none()
    }
}

/// Letters for the digits that stand inside a word.
fn with_letters(word: &str) -> String {
    let letters = word.chars().filter(|sign| sign.is_alphabetic()).count();
    if letters * 2 <= word.chars().count() {
        return word.to_owned();
    }
    word.chars()
        .map(|sign| match sign {
            '0' => 'O',
            '1' | '|' => 'I',
            '5' => 'S',
            '8' => 'B',
            other => other,
        })
        .collect()
}

/// Whether `word` is `known`, or would be but for a misread letter and is no other known word.
fn same(word: &str, known: &str) -> bool {
    if word == known {
        return true;
    }
    let length = known.chars().count();
    let slack = match length {
        0..5 => return false,
        5..9 => 1,
        _ => 2,
    };
    known.is_ascii()
        && word.chars().count().abs_diff(length) <= slack
        && osa_distance(word, known) <= slack
        && !ALL
            .iter()
            .any(|family| family.split(' ').any(|other| other == word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("TOTAL", Role::Total)]
    #[case("T0TAL:", Role::Total)]
    #[case("TOTAI", Role::Total)]
    #[case("SUMME EUR", Role::Total)]
    #[case("Totale", Role::Total)]
    #[case("JUMLAH (RM)", Role::Total)]
    #[case("合計", Role::Total)]
    #[case("Grand Total", Role::Payable)]
    #[case("Net Total", Role::Payable)]
    #[case("Total Payable", Role::Payable)]
    #[case("zu zahlen", Role::Payable)]
    #[case("NET À PAYER", Role::Payable)]
    #[case("Te betalen", Role::Payable)]
    #[case("TOTAL A PAGAR", Role::Payable)]
    #[case("Gesamtbetrag", Role::Payable)]
    #[case("Total Sales (Inclusive of GST)", Role::Payable)]
    #[case("Total Incl. GST:RM", Role::Payable)]
    #[case("TOTAL AMT INCL. GST @ 6%", Role::Payable)]
    #[case("Total Amt Rounded", Role::Rounded)]
    #[case("Total After Rounding", Role::Rounded)]
    #[case("Round D Total (RM)", Role::Rounded)]
    #[case("Sub-Total", Role::Subtotal)]
    #[case("SUBTOTAL:", Role::Subtotal)]
    #[case("Zwischensumme", Role::Subtotal)]
    #[case("Sous-total", Role::Subtotal)]
    #[case("Total (Excluding GST)", Role::Subtotal)]
    #[case("TOTAL HT", Role::Subtotal)]
    #[case("Total Qty:", Role::Count)]
    #[case("TOTAL ITEM(S)", Role::Count)]
    #[case("No of items: 5", Role::Count)]
    #[case("Posten: 11", Role::Count)]
    #[case("QUANT1TY : 10 Units", Role::Count)]
    #[case("Rounding Adjustment", Role::Rounding)]
    #[case("Pelarasan Pembundaran", Role::Rounding)]
    #[case("TOTAL SAVINGS", Role::Discount)]
    #[case("You saved", Role::Discount)]
    #[case("Rabatt 10%", Role::Discount)]
    #[case("Total GST", Role::Tax)]
    #[case("GST 6%", Role::Tax)]
    #[case("IVA 21%", Role::Tax)]
    #[case("MwSt 19%", Role::Tax)]
    #[case("5% Svc Charge", Role::Tip)]
    #[case("Service Charge 10%", Role::Tip)]
    #[case("Trinkgeld", Role::Tip)]
    #[case("CASH", Role::Cash)]
    #[case("BAR EUR", Role::Cash)]
    #[case("Payment:", Role::Cash)]
    #[case("Cash Tendered", Role::Cash)]
    #[case("TOTAL PAID", Role::Cash)]
    #[case("VISA CARD", Role::Card)]
    #[case("Mastercard EUR", Role::Card)]
    #[case("gegeben Kreditkarte", Role::Card)]
    #[case("NETS", Role::Card)]
    #[case("CASH CHANGE", Role::Change)]
    #[case("Rückgeld EUR", Role::Change)]
    #[case("Wisselgeld", Role::Change)]
    #[case("Total points", Role::Points)]
    fn a_line_says_what_it_is(#[case] text: &str, #[case] role: Role) {
        assert_eq!(Words::of(text).role(), Some(role), "{text}");
    }

    #[rstest]
    #[case("Chocolate Mint Pie")]
    #[case("steamed salted egg yolk")]
    #[case("ORANGE JUICE")]
    #[case("Frau Huhn")]
    fn goods_say_nothing(#[case] text: &str) {
        assert!(Words::of(text).tells_nothing(), "{text}");
    }

    #[rstest]
    #[case("MwSt NETTO MwSt UMSATZ", true)]
    #[case("GST Summary Amount(RM) Tax(RM)", true)]
    #[case("Tax Code % Amt(RM) Tax(RM)", true)]
    #[case("Item Qty S/Price Amount Tax", false)]
    #[case("Total Amount", false)]
    fn tables_of_taxes(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(Words::of(text).heads_tax_table(), expected, "{text}");
    }
}
