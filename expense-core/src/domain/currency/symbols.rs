//! Symbols and other signs for currencies: how they are read and which one is shown.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Currency;

/// What a sign for a currency means in a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The currency.
    pub currency: Currency,
    /// Whether other currencies use the same sign, so that the reading should be shown.
    pub shared: bool,
}

impl Mark {
    /// What `sign` means in a ledger that counts in `ledger`: a sign shared by several currencies
    /// means the ledger's own where that is among them, else the commonest. Letters are matched
    /// in any case except where that would make a word of them (`Ft`, `Fr`, `TL`). Bare letters
    /// such as `R` mean a currency only in a ledger that counts in it.
    #[must_use]
    pub fn read(sign: &str, ledger: Currency) -> Option<Self> {
        if let Some((_, code)) = LETTERS.iter().find(|(letter, _)| *letter == sign) {
            let currency = Currency::from_code(code).ok()?;
            return (currency == ledger).then_some(Self {
                currency,
                shared: false,
            });
        }
        let currencies = match SIGNS.get(sign) {
            Some(currencies) => currencies,
            None => SIGNS.get(sign.to_lowercase().as_str())?,
        };
        let own = currencies.contains(&ledger).then_some(ledger);
        let currency = own.or_else(|| currencies.first().copied())?;
        Some(Self {
            currency,
            shared: currencies.len() > 1,
        })
    }
}

/// The sign that shows `currency` in a ledger that counts in `ledger`, such that
/// [`Mark::read`] understands it as that currency there; its code where it has none.
#[must_use]
pub fn symbol(currency: Currency, ledger: Currency) -> &'static str {
    let shown = SHOWN.iter().find(|(code, _)| *code == currency.code());
    let signs = shown.map_or(&[][..], |(_, signs)| signs);
    let means = |sign: &&&str| Mark::read(sign, ledger).is_some_and(|m| m.currency == currency);
    signs.iter().find(means).copied().unwrap_or(currency.code())
}

/// Whether a code is also a word of everyday messages, so that it is read as a currency only
/// in capitals.
#[must_use]
pub fn is_also_a_word(currency: Currency) -> bool {
    const WORDS: [&str; 16] = [
        "ALL", "AMD", "BAM", "BOB", "CHE", "COP", "CUP", "GEL", "MAD", "MOP", "PEN", "PHP", "RON",
        "SOS", "TOP", "TRY",
    ];
    WORDS.contains(&currency.code()) || matches!(currency.code(), "XTS" | "XXX")
}

/// Whether three capitals stood for a currency that is no more, or for a coin that ISO does not
/// list: not a description, and not silently another currency.
#[must_use]
pub fn is_withdrawn(code: &str) -> bool {
    const KNOWN: [&str; 33] = [
        "ANG", "ATS", "BEF", "BGN", "BTC", "BYR", "CUC", "CYP", "DEM", "EEK", "ESP", "ETH", "FIM",
        "FRF", "GRD", "HRK", "IEP", "ITL", "LTC", "LTL", "LUF", "LVL", "MTL", "NLG", "PTE", "SIT",
        "SKK", "SLL", "USDT", "VEF", "XBT", "ZMK", "ZWL",
    ];
    KNOWN.contains(&code)
}

/// Letters that only their own ledger reads as a currency.
const LETTERS: [(&str, &str); 5] = [
    ("R", "ZAR"),
    ("Q", "GTQ"),
    ("L", "HNL"),
    ("P", "BWP"),
    ("E", "SZL"),
];

/// Signs to show, the shortest first: the first that is unmistakable in the ledger is taken.
const SHOWN: &[(&str, &[&str])] = &[
    ("AFN", &["؋"]),
    ("AMD", &["֏"]),
    ("ARS", &["$", "AR$"]),
    ("AUD", &["$", "A$"]),
    ("AZN", &["₼"]),
    ("BBD", &["$"]),
    ("BDT", &["৳"]),
    ("BMD", &["$"]),
    ("BND", &["$"]),
    ("BRL", &["R$"]),
    ("BSD", &["$"]),
    ("BZD", &["$", "BZ$"]),
    ("CAD", &["$", "C$", "CA$"]),
    ("CLP", &["$", "CL$"]),
    ("CNY", &["¥", "CN¥"]),
    ("COP", &["$", "CO$"]),
    ("CRC", &["₡"]),
    ("CZK", &["Kč"]),
    ("DKK", &["kr"]),
    ("DOP", &["$", "RD$"]),
    ("EUR", &["€"]),
    ("FJD", &["$", "FJ$"]),
    ("GBP", &["£"]),
    ("GEL", &["₾"]),
    ("GHS", &["GH₵"]),
    ("GTQ", &["Q"]),
    ("GYD", &["$"]),
    ("HKD", &["$", "HK$"]),
    ("HUF", &["Ft"]),
    ("IDR", &["Rp"]),
    ("ILS", &["₪"]),
    ("INR", &["₹"]),
    ("ISK", &["kr"]),
    ("JMD", &["$", "J$"]),
    ("JPY", &["¥", "JP¥"]),
    ("KHR", &["៛"]),
    ("KRW", &["₩"]),
    ("KZT", &["₸"]),
    ("LAK", &["₭"]),
    ("MNT", &["₮"]),
    ("MXN", &["$", "MX$"]),
    ("MYR", &["RM"]),
    ("NGN", &["₦"]),
    ("NOK", &["kr"]),
    ("NZD", &["$", "NZ$"]),
    ("PEN", &["S/"]),
    ("PHP", &["₱"]),
    ("PLN", &["zł"]),
    ("PYG", &["₲"]),
    ("RON", &["lei"]),
    ("RUB", &["₽"]),
    ("SEK", &["kr"]),
    ("SGD", &["$", "S$"]),
    ("THB", &["฿"]),
    ("TRY", &["₺"]),
    ("TTD", &["$", "TT$"]),
    ("TWD", &["$", "NT$"]),
    ("UAH", &["₴"]),
    ("USD", &["$", "US$"]),
    ("UYU", &["$", "$U"]),
    ("VND", &["₫"]),
    ("XCD", &["$", "EC$"]),
    ("ZAR", &["R"]),
];

const DOLLARS: &str = "USD ARS AUD BBD BMD BND BSD BZD CAD CLP COP CUP DOP FJD GYD HKD JMD KYD \
                       LRD MXN NAD NZD SBD SGD SRD TTD TWD UYU XCD";
const RUPEES: &str = "INR PKR LKR NPR MUR SCR";
const CROWNS: &str = "SEK NOK DKK ISK";

/// Signs that are read and the currencies that use them, the commonest first. Those of several
/// letters are matched in any case when written here in small letters.
const READ: &[(&str, &str)] = &[
    ("€ euro euros", "EUR"),
    ("$ ＄ dollar dollars", DOLLARS),
    ("us$ u$s $us щ.д.", "USD"),
    ("a$ au$ $au", "AUD"),
    ("ca$ cad$ $ca", "CAD"),
    ("c$", "CAD NIO"),
    ("s$ sg$ $sg", "SGD"),
    ("hk$ $hk", "HKD"),
    ("nt$ $tw", "TWD"),
    ("nz$ $nz", "NZD"),
    ("mx$ mex$ $mx", "MXN"),
    ("cl$ $cl", "CLP"),
    ("ar$ $ar", "ARS"),
    ("co$ col$ $co", "COP"),
    ("r$", "BRL"),
    ("rd$", "DOP"),
    ("j$", "JMD"),
    ("tt$", "TTD"),
    ("bz$", "BZD"),
    ("ec$", "XCD"),
    ("bds$", "BBD"),
    ("fj$ $fj", "FJD"),
    ("n$", "NAD"),
    ("$u", "UYU"),
    ("mop$", "MOP"),
    ("£ ￡ quid", "GBP EGP FKP GIP LBP SDG SHP SSP SYP"),
    ("e£", "EGP"),
    ("¥ ￥", "JPY CNY"),
    ("jp¥ 円 yen", "JPY"),
    ("cn¥ rmb yuan", "CNY"),
    ("元", "CNY TWD"),
    ("₩ ￦", "KRW KPW"),
    ("원", "KRW"),
    ("kr kr. kronor kroner kronur", CROWNS),
    ("rs rs. ₨ rupee rupees", RUPEES),
    ("₹", "INR"),
    ("฿ baht บาท", "THB"),
    ("₫ đ", "VND"),
    ("₱", "PHP"),
    ("rm ringgit", "MYR"),
    ("rp rp. rupiah", "IDR"),
    ("zł złoty złotych", "PLN"),
    ("kč", "CZK"),
    ("Ft", "HUF"),
    ("lei", "RON MDL"),
    ("₺ TL", "TRY"),
    ("₴ грн грн.", "UAH"),
    ("₽ руб руб.", "RUB BYN"),
    ("₸", "KZT"),
    ("₾", "GEL"),
    ("֏", "AMD"),
    ("₼", "AZN"),
    ("₦", "NGN"),
    ("₵ gh₵", "GHS"),
    ("₡", "CRC SVC"),
    ("₲", "PYG"),
    ("₪", "ILS"),
    ("₭", "LAK"),
    ("₮", "MNT"),
    ("৳", "BDT"),
    ("៛", "KHR"),
    ("؋", "AFN"),
    ("Fr Fr. SFr SFr. sFr.", "CHF"),
    ("CFA FCFA", "XOF XAF"),
    ("S/ S/.", "PEN"),
    ("B/.", "PAB"),
    ("Bs Bs.", "BOB VES"),
    ("ksh", "KES"),
    ("tsh", "TZS"),
    ("ush", "UGX"),
    ("дин дин.", "RSD"),
    ("﷼", "SAR IRR OMR QAR YER"),
    ("د.ك د.ك.", "KWD"),
    ("د.إ د.إ.", "AED"),
    ("ر.س ر.س.", "SAR"),
    ("ج.م ج.م.", "EGP"),
    ("د.م د.م.", "MAD"),
    ("د.ج د.ج.", "DZD"),
    ("د.ت د.ت.", "TND"),
    ("د.ع د.ع.", "IQD"),
    ("د.أ د.أ.", "JOD"),
    ("د.ب د.ب.", "BHD"),
    ("د.ل د.ل.", "LYD"),
    ("ر.ع ر.ع.", "OMR"),
    ("ر.ق ر.ق.", "QAR"),
    ("ل.ل ل.ل.", "LBP"),
];

static SIGNS: LazyLock<HashMap<&'static str, Vec<Currency>>> = LazyLock::new(|| {
    let entries = READ.iter().flat_map(|(signs, codes)| {
        let currencies: Vec<Currency> = codes
            .split(' ')
            .filter_map(|code| Currency::from_code(code).ok())
            .collect();
        signs.split(' ').map(move |sign| (sign, currencies.clone()))
    });
    entries.collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_hold_nothing_but_active_codes() {
        for (signs, codes) in READ {
            for code in codes.split_whitespace() {
                assert!(Currency::from_code(code).is_ok(), "{code} of {signs}");
            }
        }
        for (code, _) in SHOWN.iter() {
            assert!(Currency::from_code(code).is_ok(), "{code}");
        }
    }

    #[test]
    fn what_is_shown_is_read_as_the_same_currency_in_every_ledger() {
        for ledger in Currency::all() {
            for currency in Currency::all() {
                let shown = symbol(*currency, *ledger);
                let read = Mark::read(shown, *ledger).map(|mark| mark.currency);
                let read = read.or_else(|| Currency::from_code(shown).ok());
                assert_eq!(read, Some(*currency), "{shown} in a ledger in {ledger}");
            }
        }
    }
}
