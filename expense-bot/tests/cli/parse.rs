use rstest::rstest;
use serde_json::{Value, json};

use crate::bot::{Bot, fields, objects};

fn parsed(args: &[&str], input: &str) -> Vec<Value> {
    let said = Bot::new().run(
        &[&["parse", "--json", "--now", "2026-05-03"], args].concat(),
        input,
    );
    assert_eq!(said.code, Some(0), "{said:?}");
    objects(&said.out)
}

#[test]
fn has_exactly_the_promised_fields() {
    let object = &parsed(&[], "12.50 lunch #work [Transportation]")[0];
    let expected = json!({
        "input": "12.50 lunch #work [Transportation]",
        "outcome": "expense",
        "expenses": [{
            "amount": "12.50",
            "currency": "EUR",
            "description": "lunch",
            "category": "Transportation",
            "tags": ["work"],
            "date": "2026-05-03",
        }],
        "question": null,
        "reason": null,
    });
    assert_eq!(*object, expected);
    assert_eq!(fields(object), fields(&expected));
}

#[rstest]
#[case("12.50 lunch", "expense", 1)]
#[case("hello there", "not_an_expense", 0)]
#[case("0 lunch", "invalid", 0)]
#[case("", "not_an_expense", 0)]
fn tells_the_outcome(#[case] line: &str, #[case] outcome: &str, #[case] expenses: usize) {
    let object = &parsed(&[], &format!("{line}\n"))[0];
    assert_eq!(object["outcome"], outcome, "{object}");
    assert_eq!(object["expenses"].as_array().unwrap().len(), expenses);
    assert_eq!(object["reason"].is_string(), outcome == "invalid");
    assert_eq!(object["question"], Value::Null);
}

#[test]
fn asks_with_the_readings_to_choose_from() {
    let object = &parsed(&["--locale", "de"], "1,234 laptop")[0];
    assert_eq!(object["outcome"], "ask", "{object}");
    assert!(object["question"].is_string());
    assert!(!object["expenses"].as_array().unwrap().is_empty());
}

#[rstest]
#[case(&["--currency", "jpy"], "500 ramen", "amount", "500")]
#[case(&["--currency", "KWD"], "1.5 tea", "amount", "1.500")]
#[case(&["--locale", "de"], "1.234,56 Laptop", "amount", "1234.56")]
#[case(&["--categories", "Fun,Tea Time"], "5 cake [tea time]", "category", "Tea Time")]
#[case(&["--timezone", "Asia/Tokyo", "--now", "2026-05-03T20:00:00Z"], "5 tea", "date", "2026-05-04")]
#[case(&["--timezone", "America/New_York", "--now", "2026-05-03T02:00:00Z"], "5 tea", "date", "2026-05-02")]
fn heeds_its_options(
    #[case] args: &[&str],
    #[case] line: &str,
    #[case] field: &str,
    #[case] value: &str,
) {
    let said = Bot::new().run(&[&["parse", "--json"], args].concat(), line);
    let object = &objects(&said.out)[0];
    assert_eq!(object["expenses"][0][field], value, "{object}");
}

#[test]
fn answers_every_line_in_order_whatever_it_holds() {
    let long = "9".repeat(100_000);
    let mut input = b"1 a\r\n\n\xff\xfe 5\n".to_vec();
    input.extend(format!("{long}\n2 b").into_bytes());
    let said = Bot::new().run(&["parse", "--json"], input);
    let objects = objects(&said.out);
    let outcomes: Vec<_> = objects
        .iter()
        .map(|o| o["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes.len(), 5, "{outcomes:?}");
    assert_eq!(
        (outcomes[0], outcomes[1], outcomes[4]),
        ("expense", "not_an_expense", "expense")
    );
    assert_eq!(outcomes[3], "invalid");
    assert_eq!(objects[0]["input"], "1 a");
}

#[test]
fn people_get_words() {
    let said = Bot::new().run(&["parse", "--now", "2026-05-03"], "12.50 lunch\nhello");
    let lines: Vec<_> = said.out.lines().collect();
    assert_eq!(
        lines,
        [
            "12.50 lunch",
            "  12.50 EUR · lunch · Others · 2026-05-03",
            "hello",
            "  not an expense"
        ]
    );
}

#[rstest]
#[case("--currency", "EURO")]
#[case("--locale", "x")]
#[case("--timezone", "Nowhere/City")]
#[case("--now", "noon")]
fn refuses_a_wrong_option(#[case] option: &str, #[case] value: &str) {
    let said = Bot::new().run(&["parse", option, value], "");
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains(option), "{}", said.err);
}
