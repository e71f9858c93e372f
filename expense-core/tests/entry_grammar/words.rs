//! Categories, tags, and scripts without spaces.

use rstest::rstest;

use crate::check;

#[rstest]
#[case("12 lunch Food", "12.00 EUR | lunch | Food")]
#[case("12 lunch food", "12.00 EUR | lunch | Food")]
#[case("12 burger fast food", "12.00 EUR | burger | Fast Food")]
#[case("12 weekly Food - Grocery", "12.00 EUR | weekly | Food - Grocery")]
#[case("lunch Food 12", "12.00 EUR | lunch | Food")]
#[case("lunch 12 Food", "12.00 EUR | lunch | Food")]
#[case(
    "lunch 12 Food yesterday #x",
    "12.00 EUR | lunch | Food | x | 2026-05-04"
)]
#[case("12 seafood", "12.00 EUR | seafood")]
#[case("12 Food", "12.00 EUR | Food | Food")]
#[case("12 latte CAFE\u{301}", "12.00 EUR | latte | Café")]
#[case("12 taxi [transportation]", "12.00 EUR | taxi | Transportation")]
#[case("[Food] 12 lunch", "12.00 EUR | lunch | Food")]
#[case("12 lunch[Food]", "12.00 EUR | lunch | Food")]
#[case("12 bed [Housing]", "UnclearCategory")]
#[case("12 bed [Nothing]", "UnknownCategory")]
#[case("12 eggs [6]", "12.00 EUR | eggs [6]")]
#[case("12 lunch #Work #work #日本", "12.00 EUR | lunch |  | work 日本")]
#[case("12 lunch #a#b", "12.00 EUR | lunch |  | a b")]
#[case("12 lunch #abcdefghijklmnopqrstuvwxyzabcde", "TagTooLong")]
#[case("#work 12 lunch", "12.00 EUR | lunch |  | work")]
fn categories_and_tags(#[case] line: &str, #[case] expected: &str) {
    check(line, "EUR", "en", expected);
}

#[rstest]
#[case("午饭25元", "zh", "CNY", "25.00 CNY | 午饭")]
#[case("25元午饭", "zh", "CNY", "25.00 CNY | 午饭")]
#[case("午饭25", "zh", "CNY", "25.00 CNY | 午饭")]
#[case("¥25午饭", "zh", "CNY", "25.00 CNY | 午饭")]
#[case("3杯咖啡 60", "zh", "CNY", "60.00 CNY | 3杯咖啡")]
#[case("PS5游戏 300", "zh", "CNY", "300.00 CNY | PS5游戏")]
#[case("下午5点", "zh", "CNY", "chat")]
#[case(
    "5月3日ラーメン1200円",
    "ja",
    "JPY",
    "1200 JPY | ラーメン |  |  | 2026-05-03"
)]
#[case(
    "2026年5月2日 1,200円 ラーメン",
    "ja",
    "JPY",
    "1200 JPY | ラーメン |  |  | 2026-05-02"
)]
#[case(
    "5월 3일 김밥 5000원",
    "ko",
    "KRW",
    "5000 KRW | 김밥 |  |  | 2026-05-03"
)]
#[case("ข้าวผัด60บาท", "th", "THB", "60.00 THB | ข้าวผัด")]
#[case("5🍕", "en", "EUR", "5.00 EUR | 🍕")]
fn scripts_without_spaces(
    #[case] line: &str,
    #[case] locale: &str,
    #[case] currency: &str,
    #[case] expected: &str,
) {
    check(line, currency, locale, expected);
}
