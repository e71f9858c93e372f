//! `expense-bot load`, for a moment.

use rstest::rstest;
use serde_json::Value;

use crate::bot::{Bot, Said};

const CHATS: usize = 4;
const MESSAGES: u64 = 40;

/// So few chats and messages, and what else is wanted.
fn load(bot: &Bot, more: &[&str]) -> Said {
    let (chats, messages) = (CHATS.to_string(), MESSAGES.to_string());
    let few = ["load", "--chats", &chats, "--messages", &messages];
    bot.run(&[&few[..], more].concat(), "")
}

/// The one object that is printed.
fn report(said: &Said) -> Value {
    serde_json::from_str(said.out.trim()).unwrap_or_else(|error| panic!("{error}: {said:?}"))
}

fn counts(report: &Value) -> [Option<u64>; 5] {
    ["sent", "answered", "recorded", "doubled", "strange"].map(|name| report[name].as_u64())
}

/// The figures fit each other.
fn assert_fits(report: &Value) {
    let number = |value: &Value| value.as_f64().expect("a number");
    let (seconds, per_second) = (number(&report["seconds"]), number(&report["per_second"]));
    let answered = number(&report["answered"]);
    assert!((per_second * seconds - answered).abs() < 0.01, "{report}");
    let latency = &report["latency_ms"];
    let latency = ["p50", "p90", "p99", "p999", "max"].map(|name| number(&latency[name]));
    assert!(latency.is_sorted() && latency[0] > 0.0, "{report}");
    assert!(latency[4] <= seconds * 1_000.0, "{report}");
}

#[rstest]
#[case::by_polling(&[])]
#[case::by_webhook(&["--webhook"])]
#[case::at_a_rate(&["--rate", "100"])]
#[case::delivered_twice(&["--deliveries", "2"])]
#[case::with_trouble(&["--fault", "getUpdates%5: 502 Bad Gateway"])]
fn everything_is_recorded_once_and_answered(#[case] more: &[&str]) {
    let bot = Bot::new();
    let said = load(&bot, more);
    assert_eq!(said.code, Some(0), "{said:?}");
    let report = report(&said);
    let all = [MESSAGES, MESSAGES, MESSAGES, 0, 0];
    assert_eq!(counts(&report), all.map(Some), "{report}");
    let repeated = report["repeated"].as_u64();
    let once = !more.contains(&"--deliveries");
    assert!(
        repeated.is_some() && (!once || repeated == Some(0)),
        "{report}"
    );
    assert_fits(&report);
    assert!(
        !bot.data().join("expenses.sqlite").exists(),
        "it was in the way"
    );
}

/// The person whose answer was refused waits, and writes no more.
#[test]
fn what_is_not_answered_is_counted_and_fails() {
    let refuses = "sendMessage#5: 403 Forbidden: bot was blocked by the user";
    let said = load(&Bot::new(), &["--fault", refuses]);
    assert_eq!(said.code, Some(1), "{said:?}");
    let report = report(&said);
    let counted = [MESSAGES, MESSAGES - 1, MESSAGES, 0, 0];
    assert_eq!(counts(&report), counted.map(Some), "{report}");
    assert_fits(&report);
}

#[test]
fn a_bot_that_ends_is_a_failure_in_words() {
    let said = load(&Bot::new(), &["--fault", "getMe: 401 Unauthorized"]);
    assert!(![Some(0), None].contains(&said.code), "{said:?}");
    assert!(
        said.err.contains("Telegram does not know this bot"),
        "{said:?}"
    );
}

#[rstest]
#[case::nobody(&["--chats", "0"], "0 is not in 1..=100000")]
#[case::a_crowd(&["--chats", "100001"], "100001 is not in 1..=100000")]
#[case::nothing(&["--messages", "0"], "0 is not in 1..=10000000")]
#[case::no_number(&["--messages", "many"], "invalid value 'many' for '--messages")]
#[case::never(&["--rate", "0"], "0 is not in 1..")]
#[case::no_time(&["--time", "soon"], "invalid value 'soon' for '--time")]
#[case::less_than_once(&["--deliveries", "0-2"], "write for example 2-5")]
#[case::backwards(&["--deliveries", "5-2"], "write for example 2-5")]
#[case::no_fault(&["--fault", "sendMessage: explode"], "not a fault: \"sendMessage: explode\"")]
#[case::not_known(&["--people", "3"], "unexpected argument '--people'")]
fn what_makes_no_sense_is_refused_in_words(#[case] more: &[&str], #[case] expected: &str) {
    let said = Bot::new().run(&[&["load"], more].concat(), "");
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{said:?}");
    assert!(said.err.contains(expected), "{said:?}");
}
