//! What a line of a receipt is about, told by its words.

use strsim::osa_distance;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

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

const TOTAL: &[&str] = &[
    "TOTAL",
    "TOTALE",
    "TOTAAL",
    "TOTALT",
    "TOTALS",
    "TTL",
    "SUMME",
    "GESAMT",
    "GESAMTSUMME",
    "ENDSUMME",
    "JUMLAH",
    "SUMA",
    "RAZEM",
    "SOMME",
    "SUMMA",
    "CELKEM",
    "TOPLAM",
    "YHTEENSA",
    "OSSZESEN",
    "ИТОГО",
    "ВСЕГО",
    "ΣΥΝΟΛΟ",
    "合計",
    "合计",
    "總計",
    "总计",
    "総合計",
    "합계",
    "총액",
    "SPOLU",
    "UKUPNO",
    "SKUPAJ",
];
/// Words that alone say: this is to be paid.
const PAYABLE: &[&str] = &[
    "PAYABLE",
    "GESAMTBETRAG",
    "ENDBETRAG",
    "ZAHLBETRAG",
    "RECHNUNGSBETRAG",
    "RECHNUNGSSUMME",
    "TTC",
    "お会計",
    "お買上計",
    "应付",
    "實付",
    "实付",
    "应收",
    "請求額",
];
/// Phrases that say it.
const TO_PAY: &[&str] = &[
    "ZU ZAHLEN",
    "A PAYER",
    "TE BETALEN",
    "A PAGAR",
    "DA PAGARE",
    "A PAGARE",
    "AMOUNT DUE",
    "AMT DUE",
    "BALANCE DUE",
    "BALANCE TO PAY",
    "TO PAY",
    "PLEASE PAY",
    "MONTANT DU",
    "IMPORTO PAGATO",
    "DO ZAPLATY",
    "ATT BETALA",
    "AT BETALE",
    "Å BETALE",
    "IMPORTE TOTAL",
    "HARUS DIBAYAR",
    "PERLU DIBAYAR",
    "TOTAL BAYAR",
];
/// Words beside `total` that make it the last word.
const FINAL: &[&str] = &[
    "GRAND",
    "NET",
    "NETT",
    "DUE",
    "PAY",
    "PAYABLE",
    "BILL",
    "FINAL",
    "INVOICE",
    "BESAR",
    "PAGAR",
    "PAYER",
    "GENERAL",
    "BETALEN",
    "COMPLESSIVO",
];
const SUBTOTAL: &[&str] = &[
    "SUBTOTAL",
    "SUBTOTALE",
    "SUBTOTAAL",
    "ZWISCHENSUMME",
    "SUBTTL",
    "STOTAL",
    "MEZISOUCET",
    "DELSUMMA",
    "SUBTL",
    "小計",
    "小计",
    "DELSUM",
];
const BELOW: &[&str] = &[
    "SUB", "SOUS", "PARCIAL", "PARTIEL", "PARZIALE", "KECIL", "TAXABLE", "ELIGIBLE",
];
const EXCLUDING: &[&str] = &[
    "EXCL",
    "EXCLUDING",
    "EXCLUSIVE",
    "EXCLUDE",
    "EXC",
    "EXCI",
    "EXEL",
    "BEFORE",
    "HT",
    "NETTO",
    "EX",
    "WITHOUT",
    "OHNE",
    "HORS",
    "SUPPLIES",
    "NETTOBETRAG",
    "SUPPLY",
    "ESCL",
    "ESCLUSO",
];
const INCLUDING: &[&str] = &[
    "INCL",
    "INCLUSIVE",
    "INCLUDING",
    "INC",
    "INKL",
    "INCLUDED",
    "INCLUDES",
    "INGL",
    "LNCL",
    "INCI",
    "INCT",
    "WITH",
    "AFTER",
    "COMPRIS",
    "TTC",
    "INCLUIDO",
    "COMPRESA",
    "NACH",
];
const COUNT: &[&str] = &[
    "QTY",
    "QUANTITY",
    "QUANTITIES",
    "ITEM",
    "ITEMS",
    "PCS",
    "PIECES",
    "UNITS",
    "COUNT",
    "ARTIKEL",
    "ARTICLES",
    "POSTEN",
    "ARTICULOS",
    "PRODUCTS",
    "STUCK",
    "PEZZI",
    "KUANTITI",
    "BILANGAN",
];
const ROUND: &[&str] = &[
    "ROUNDING",
    "ROUNDED",
    "ROUND",
    "RND",
    "ROUNDOFF",
    "RUNDUNG",
    "PEMBUNDARAN",
    "PELARASAN",
    "PENGGENAPAN",
    "ARRONDI",
    "REDONDEO",
    "ARROTONDAMENTO",
    "AFRONDING",
    "ARREDONDAMENTO",
    "OERESAFRUNDING",
    "AVRUNDNING",
    "AFRUNDING",
];
const DISCOUNT: &[&str] = &[
    "DISCOUNT",
    "DISC",
    "DISCOUNTS",
    "SAVING",
    "SAVINGS",
    "SAVED",
    "SAVE",
    "RABATT",
    "RABAIS",
    "REMISE",
    "SCONTO",
    "SCONTI",
    "DESCUENTO",
    "DESCUENTOS",
    "KORTING",
    "DESCONTO",
    "DISKAUN",
    "NACHLASS",
    "PREISVORTEIL",
    "ERSPARNIS",
    "GESPART",
    "COUPON",
    "VOUCHER",
    "GUTSCHEIN",
    "PROMO",
    "REBATE",
    "RABAT",
    "DISKON",
    "割引",
];
const TAX: &[&str] = &[
    "GST",
    "SST",
    "VAT",
    "TAX",
    "TAXES",
    "MWST",
    "UST",
    "MEHRWERTSTEUER",
    "UMSATZSTEUER",
    "STEUER",
    "TVA",
    "IVA",
    "BTW",
    "CUKAI",
    "HST",
    "PST",
    "QST",
    "PPN",
    "MOMS",
    "DPH",
    "PTU",
    "KDV",
    "TAXE",
    "IMPUESTO",
    "IMPOSTA",
    "IMPOSTO",
    "MVA",
    "AFA",
    "НДС",
    "消費税",
    "税",
    "CGST",
    "SGST",
    "IGST",
    "GCT",
    "PB1",
];
const TIP: &[&str] = &[
    "TIP",
    "TIPS",
    "GRATUITY",
    "TRINKGELD",
    "POURBOIRE",
    "PROPINA",
    "MANCIA",
    "FOOI",
    "GORJETA",
    "BEDIENUNG",
    "COPERTO",
    "SERVIZIO",
];
const SERVICE: &[&str] = &[
    "SERVICE",
    "SVC",
    "SERV",
    "SRV",
    "PERKHIDMATAN",
    "SVR",
    "SER",
];
const CHARGE: &[&str] = &[
    "CHARGE", "CHARGES", "CHG", "CHRG", "CHARG", "CAJ", "CHR", "COMPRIS",
];
const PAID: &[&str] = &[
    "PAID",
    "TENDER",
    "TENDERED",
    "RECEIVED",
    "PAYMENT",
    "PAYMENTS",
    "GEGEBEN",
    "ENTREGADO",
    "RECU",
    "PAGADO",
    "PAGO",
    "BAYARAN",
    "BAYAR",
    "お預り",
    "DIBAYAR",
    "TUNAI",
    "PAGATO",
];
const CASH: &[&str] = &[
    "CASH",
    "BAR",
    "BARGELD",
    "BARZAHLUNG",
    "ESPECES",
    "ESPECE",
    "EFECTIVO",
    "CONTANTI",
    "CONTANTE",
    "CONTANT",
    "DINHEIRO",
    "NUMERAIRE",
    "GOTOWKA",
    "KONTANT",
    "KONTANTER",
    "NAKIT",
    "HOTOVOST",
    "НАЛИЧНЫМИ",
    "現金",
    "现金",
    "TENDERED",
    "TENDER",
];
const CARD: &[&str] = &[
    "VISA",
    "MASTERCARD",
    "MASTER",
    "MAESTRO",
    "VPAY",
    "GIROCARD",
    "KARTENZAHLUNG",
    "KARTE",
    "KREDITKARTE",
    "EC",
    "CARTE",
    "CB",
    "TARJETA",
    "BANCOMAT",
    "CARTA",
    "PINNEN",
    "PIN",
    "CARTAO",
    "MULTIBANCO",
    "AMEX",
    "NETS",
    "DEBIT",
    "CREDIT",
    "CARD",
    "PAYPAL",
    "KAD",
    "CONTACTLESS",
    "KORT",
    "KARTA",
    "BANKAXEPT",
    "EFTPOS",
    "DUITNOW",
    "GRABPAY",
    "EWALLET",
    "TNG",
    "BOOST",
    "PAYNOW",
    "UNIONPAY",
    "ALIPAY",
    "WECHAT",
    "BANCONTACT",
    "KONTOKARTE",
    "PAYPASS",
    "ELETTRONICO",
];
const CHANGE: &[&str] = &[
    "CHANGE",
    "RUCKGELD",
    "WECHSELGELD",
    "RENDU",
    "MONNAIE",
    "CAMBIO",
    "WISSELGELD",
    "TERUG",
    "TROCO",
    "BAKI",
    "VUELTO",
    "RESTO",
    "KEMBALI",
    "KEMBALIAN",
    "ZURUCK",
    "RESZTA",
    "VAXEL",
    "BYTTEPENGE",
    "お釣り",
    "找零",
    "СДАЧА",
];
const POINTS: &[&str] = &[
    "POINT",
    "POINTS",
    "PUNKTE",
    "PUNKTEN",
    "PTS",
    "BONUS",
    "PAYBACK",
    "STAMPS",
    "MATA",
    "DEUTSCHLANDCARD",
    "LOYALTY",
    "REWARD",
    "REWARDS",
];
const AMOUNT: &[&str] = &[
    "AMOUNT", "AMT", "BETRAG", "MONTANT", "IMPORTE", "IMPORTO", "BEDRAG", "VALOR", "BELOPP",
    "KWOTA", "AMAUN",
];
const BALANCE: &[&str] = &["BALANCE", "SALDO", "SOLDE"];

const ALL: &[&[&str]] = &[
    TOTAL, PAYABLE, FINAL, SUBTOTAL, BELOW, EXCLUDING, INCLUDING, COUNT, ROUND, DISCOUNT, TAX, TIP,
    SERVICE, CHARGE, PAID, CASH, CARD, CHANGE, POINTS, AMOUNT, BALANCE,
];

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
    pub(crate) fn any(&self, family: &[&str]) -> bool {
        self.iter()
            .any(|word| family.iter().any(|known| same(word, known)))
    }

    /// Whether the words of `phrase` stand side by side.
    pub(crate) fn phrase(&self, phrase: &str) -> bool {
        let wanted: Vec<&str> = phrase.split(' ').collect();
        self.0.windows(wanted.len()).any(|words| {
            words
                .iter()
                .zip(&wanted)
                .all(|(word, wanted)| same(word, wanted))
        })
    }

    /// What the amount on a line with these words means, if they tell.
    pub(crate) fn role(&self) -> Option<Role> {
        if self.0.is_empty() || self.any(POINTS) {
            return (!self.0.is_empty()).then_some(Role::Points);
        }
        if self.any(TOTAL) || self.any(SUBTOTAL) {
            return Some(self.kind_of_total());
        }
        self.payment()
    }

    fn kind_of_total(&self) -> Role {
        if self.any(PAID) && !self.phrase("TOTAL BAYAR") {
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
        } else if self.any(TAX) && !self.any(&["INVOICE"]) {
            Role::Tax
        } else if self.any(FINAL)
            || self.any(PAYABLE)
            || TO_PAY.iter().any(|to_pay| self.phrase(to_pay))
        {
            Role::Payable
        } else {
            Role::Total
        }
    }

    fn payment(&self) -> Option<Role> {
        let role = if self.any(CHANGE) {
            Role::Change
        } else if self.any(ROUND) {
            Role::Rounding
        } else if self.any(PAYABLE) || TO_PAY.iter().any(|to_pay| self.phrase(to_pay)) {
            Role::Payable
        } else if self.any(TIP) || (self.any(SERVICE) && self.any(CHARGE)) {
            Role::Tip
        } else if self.any(DISCOUNT) {
            Role::Discount
        } else if self.any(TAX) {
            Role::Tax
        } else if self.any(CARD) {
            Role::Card
        } else if self.any(PAID) || self.any(CASH) {
            Role::Cash
        } else if self.any(&["COUNT", "POSTEN", "ARTICLES"])
            || self.phrase("NO OF ITEMS")
            || self.phrase("NO OF ITEM")
            || self.any(&["QTY", "QUANTITY"])
        {
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
        const GOODS: &[&str] = &[
            "ITEM",
            "QTY",
            "DESCRIPTION",
            "PRICE",
            "ARTIKEL",
            "MENGE",
            "PREIS",
            "BEZEICHNUNG",
            "DISC",
            "UOM",
            "CODE NO",
        ];
        const COLUMNS: &[&str] = &[
            "NETTO",
            "NET",
            "BRUTTO",
            "UMSATZ",
            "AMOUNT",
            "AMT",
            "SUMMARY",
            "BASE",
            "RATE",
            "CODE",
            "HT",
            "TTC",
            "IMPONIBILE",
            "IMPONIBLE",
            "CUOTA",
            "TAUX",
            "SATZ",
            "BASIS",
            "TYP",
            "BEDRAG",
            "GOODS",
            "SALES",
            "ANALYSIS",
            "GROSS",
            "EXCL",
            "INCL",
            "OVER",
        ];
        self.any(TAX) && self.any(COLUMNS) && !self.any(GOODS)
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
        && !ALL.iter().any(|family| family.contains(&word))
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
