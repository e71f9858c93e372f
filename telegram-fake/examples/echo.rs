//! The leanest bot: it answers every message with its own words and a button. It shows what the
//! server itself costs under load.
//!
//! ```sh
//! TELEGRAM_API_URL=… TELEGRAM_BOT_TOKEN=… cargo run --release -p telegram-fake --example echo -- polling
//! TELEGRAM_API_URL=… TELEGRAM_BOT_TOKEN=… cargo run --release -p telegram-fake --example echo -- webhook
//! ```

use std::error::Error;

use axum::routing::post;
use axum::{Json, Router};
use futures::stream::{self, StreamExt};
use serde_json::{Value, json};

/// Calls that are under way at the same time.
const PARALLEL: usize = 32;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let base = format!(
        "{}/bot{}",
        std::env::var("TELEGRAM_API_URL")?,
        std::env::var("TELEGRAM_BOT_TOKEN")?
    );
    match std::env::args().nth(1).as_deref() {
        Some("webhook") => serve(&base).await,
        _ => poll(&base).await,
    }
}

async fn poll(base: &str) -> Result<(), Box<dyn Error>> {
    let http = reqwest::Client::new();
    let mut offset = 0;
    loop {
        let question = json!({ "offset": offset, "timeout": 30 });
        let asked = http
            .post(format!("{base}/getUpdates"))
            .json(&question)
            .send()
            .await?;
        let answer: Value = asked.json().await?;
        let updates = answer["result"].as_array().cloned().unwrap_or_default();
        let ids = updates
            .iter()
            .filter_map(|update| update["update_id"].as_i64());
        offset = ids.max().map_or(offset, |id| id + 1);
        let calls = updates.iter().map(|update| {
            let call = http
                .post(format!("{base}/sendMessage"))
                .json(&answer_to(update));
            async move { call.send().await?.bytes().await }
        });
        let calls: Vec<_> = stream::iter(calls)
            .buffer_unordered(PARALLEL)
            .collect()
            .await;
        calls.into_iter().collect::<Result<Vec<_>, _>>()?;
    }
}

async fn serve(base: &str) -> Result<(), Box<dyn Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    let hook = |Json(update): Json<Value>| async move {
        let mut answer = answer_to(&update);
        answer["method"] = "sendMessage".into();
        Json(answer)
    };
    let serving = axum::serve(listener, Router::new().route("/", post(hook)));
    let set = json!({ "url": url, "max_connections": PARALLEL });
    let http = reqwest::Client::new();
    let (served, set) = tokio::join!(serving.into_future(), async move {
        http.post(format!("{base}/setWebhook"))
            .json(&set)
            .send()
            .await
    });
    set?;
    Ok(served?)
}

fn answer_to(update: &Value) -> Value {
    let message = &update["message"];
    json!({
        "chat_id": message["chat"]["id"],
        "text": message["text"],
        "reply_markup": { "inline_keyboard": [[{ "text": "Undo", "callback_data": "u1" }]] },
    })
}
