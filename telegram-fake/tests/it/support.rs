//! A bot that does as it is told.

use reqwest::Client;
use serde_json::Value;
use telegram_fake::{Fake, Options};

/// Calls methods of one fake.
pub(crate) struct Bot {
    pub(crate) http: Client,
    pub(crate) base: String,
}

impl Bot {
    pub(crate) fn of(fake: &Fake) -> Self {
        Self {
            http: Client::new(),
            base: format!("{}/bot{}", fake.url(), fake.token()),
        }
    }

    /// The whole answer.
    pub(crate) async fn call(&self, method: &str, params: Value) -> Value {
        let url = format!("{}/{method}", self.base);
        let sent = self.http.post(url).json(&params).send().await;
        sent.expect("it answers").json().await.expect("JSON")
    }

    /// The result of a call that succeeds.
    pub(crate) async fn ok(&self, method: &str, params: Value) -> Value {
        let answer = self.call(method, params).await;
        assert_eq!(answer["ok"], true, "{method}: {answer}");
        answer["result"].clone()
    }

    /// Code and text of a call that fails; they are also the HTTP status.
    pub(crate) async fn refused(&self, method: &str, params: Value) -> (u64, String) {
        let answer = self.call(method, params).await;
        assert_eq!(answer["ok"], false, "{method}: {answer}");
        let description = answer["description"].as_str().expect("a text");
        (
            answer["error_code"].as_u64().expect("a code"),
            description.to_owned(),
        )
    }
}

pub(crate) async fn fake() -> Fake {
    Fake::start(Options::default()).await.expect("a free port")
}

/// The ids of updates.
pub(crate) fn ids(updates: &Value) -> Vec<i64> {
    let updates = updates.as_array().expect("a list").iter();
    updates
        .map(|update| update["update_id"].as_i64().expect("an id"))
        .collect()
}

/// The texts of updates.
pub(crate) fn texts(updates: &Value) -> Vec<&str> {
    let updates = updates.as_array().expect("a list").iter();
    updates
        .map(|update| update["message"]["text"].as_str().unwrap_or_default())
        .collect()
}
