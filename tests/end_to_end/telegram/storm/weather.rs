//! What goes wrong while the program runs: at the Bot API, at Gemini, in the database.

use std::sync::Arc;
use std::time::Duration;

use expense_core::testing::dice::Dice;
use expense_ocr_gemini::fake::{FakeGemini, Next, shared};
use serde_json::{Value, json};
use telegram_fake::Fake;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::super::database::Database;

/// What goes wrong at the Bot API server.
const FAULTS: [&str; 13] = [
    "sendMessage%7: 502 Bad Gateway",
    "sendMessage%11: close after",
    "sendMessage%13: close before",
    "sendMessage%17: flood 1",
    "sendMessage%19: delay 50",
    "editMessageText%8: 502 Bad Gateway",
    "editMessageText%9: close after",
    "editMessageText%23: flood 1",
    "getFile%5: close before",
    "download%6: 502 Bad Gateway",
    "getUpdates%5: close after",
    "getUpdates%7: 500 Internal Server Error",
    "setWebhook%3: close before",
];
/// What each request to the model meets, one after the other.
const ROUND: usize = 60;
/// The longest pause between two faults of the database, in milliseconds.
const PAUSE_MS: usize = 1_500;

/// Bad weather, until it is calmed.
pub(super) struct Weather {
    calm: CancellationToken,
    blowing: JoinHandle<usize>,
}

impl Weather {
    pub(super) fn bad(
        fake: &Fake,
        google: &FakeGemini,
        database: &Arc<Database>,
        mut dice: Dice,
    ) -> Self {
        for rule in FAULTS {
            fake.fault(rule.parse().expect("a rule"));
        }
        google.meets((0..ROUND).map(|_| of_google(&mut dice)).collect());
        let calm = CancellationToken::new();
        let (until, database) = (calm.clone(), database.clone());
        let blowing = tokio::spawn(async move {
            let mut faults = 0;
            loop {
                let pause = u64::try_from(dice.below(PAUSE_MS)).unwrap_or(0);
                let pause = sleep(Duration::from_millis(pause));
                if until.run_until_cancelled(pause).await.is_none() {
                    return faults;
                }
                database.fail(&mut dice).await;
                faults += 1;
            }
        });
        Self { calm, blowing }
    }

    /// Nothing goes wrong from now on. How often the database failed.
    pub(super) async fn calm(self, fake: &Fake, google: &FakeGemini) -> usize {
        fake.heal();
        google.meets(Vec::new());
        self.calm.cancel();
        self.blowing.await.expect("faults come as ordered")
    }
}

/// Half of the requests go well, quicker or slower.
fn of_google(dice: &mut Dice) -> Next {
    let wait = |dice: &mut Dice, longest: usize| {
        let longest = u64::try_from(dice.below(longest)).unwrap_or(0);
        Next::Waits(Duration::from_millis(longest))
    };
    match dice.below(16) {
        0..8 => wait(dice, 300),
        8 => wait(dice, 5_000),
        // Longer than is waited for.
        9 => Next::Waits(Duration::from_secs(35)),
        10 => Next::Breaks,
        11 => Next::Says("{\"kind\": \"rece".to_owned()),
        12 => Next::Says("I'd rather not.".to_owned()),
        13 => observed(dice),
        14 => refusal(503, "UNAVAILABLE", None),
        _ => refusal(429, "RESOURCE_EXHAUSTED", Some("1s")),
    }
}

fn refusal(status: u16, name: &str, retry: Option<&str>) -> Next {
    let details = retry.map(
        |delay| json!([{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}]),
    );
    let error = json!({
        "code": status, "status": name, "message": "Not now.",
        "details": details.unwrap_or_else(|| json!([])),
    });
    Next::Answers {
        status,
        body: json!({ "error": error }).to_string(),
        retry_after: None,
    }
}

/// One of the errors that Gemini was seen to answer, where they are at hand.
fn observed(dice: &mut Dice) -> Next {
    let text = shared("observed-errors.json").and_then(|path| std::fs::read(path).ok());
    let observed: Option<Value> = text.and_then(|text| serde_json::from_slice(&text).ok());
    let Some(cases) = observed
        .as_ref()
        .and_then(|found| found["cases"].as_array())
    else {
        eprintln!("NOT RUN: the observed errors of Gemini, which are not at ../shared/gemini");
        return refusal(500, "INTERNAL", None);
    };
    let case = &cases[dice.below(cases.len())];
    Next::Answers {
        status: case["http"]
            .as_u64()
            .and_then(|code| code.try_into().ok())
            .unwrap_or(500),
        body: case["body"].to_string(),
        retry_after: None,
    }
}
