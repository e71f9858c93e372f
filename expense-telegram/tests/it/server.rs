//! A Bot API server in miniature: true offsets, everything else as the test decides.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use expense_telegram::Config;
use serde_json::{Value, json};
use tokio::sync::Notify;
use url::Url;

pub(crate) const TOKEN: &str = "4711:secret";

/// What the test wants of the next call of a method, instead of the usual.
pub(crate) enum Say {
    Refuse(u16, Value),
    Garbage(u16, &'static str),
    Hang,
}

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) url: Url,
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    state: Mutex<Told>,
    changed: Notify,
}

#[derive(Default)]
struct Told {
    next: i64,
    pending: BTreeMap<i64, Value>,
    calls: Vec<(String, Value)>,
    says: Vec<(String, Say)>,
    messages: i64,
    files: BTreeMap<String, Vec<u8>>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Inner::default());
        inner.state.lock().unwrap().next = 100;
        let app = Router::new()
            .route("/{bot}/{method}", any(call))
            .route("/file/{bot}/{*path}", any(file))
            .with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            url: url.parse().unwrap(),
            inner,
        }
    }

    pub(crate) fn config(&self) -> Config {
        Config {
            messages_per_second: 0,
            ..Config::polling(TOKEN.to_owned().into(), self.url.clone())
        }
    }

    /// Adds an update with the next number.
    pub(crate) fn update(&self, mut update: Value) -> i64 {
        let id = {
            let mut told = self.inner.state.lock().unwrap();
            let id = told.next;
            told.next += 1;
            update["update_id"] = json!(id);
            told.pending.insert(id, update);
            id
        };
        self.inner.changed.notify_waiters();
        id
    }

    pub(crate) fn text(&self, chat: i64, text: &str) -> i64 {
        self.update(json!({ "message": private(chat, json!({ "text": text })) }))
    }

    pub(crate) fn say(&self, method: &str, say: Say) {
        let mut told = self.inner.state.lock().unwrap();
        told.says.push((method.to_lowercase(), say));
    }

    pub(crate) fn file(&self, path: &str, bytes: Vec<u8>) {
        let mut told = self.inner.state.lock().unwrap();
        told.files.insert(path.to_owned(), bytes);
    }

    pub(crate) fn pending(&self) -> Vec<i64> {
        let told = self.inner.state.lock().unwrap();
        told.pending.keys().copied().collect()
    }

    /// What this method was called with, in order.
    pub(crate) fn calls(&self, method: &str) -> Vec<Value> {
        let told = self.inner.state.lock().unwrap();
        let of_method = told
            .calls
            .iter()
            .filter(|(name, _)| name == &method.to_lowercase());
        of_method.map(|(_, body)| body.clone()).collect()
    }

    /// Waits until `seen` finds what it looks for.
    pub(crate) async fn until<T>(&self, seen: impl Fn(&Self) -> Option<T>) -> T {
        let wait = async {
            loop {
                let changed = self.inner.changed.notified();
                let mut changed = std::pin::pin!(changed);
                changed.as_mut().enable();
                if let Some(found) = seen(self) {
                    return found;
                }
                changed.await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(30), wait).await;
        found.expect("it is seen within half a minute")
    }

    /// Waits for this many calls of a method.
    pub(crate) async fn until_called(&self, method: &str, times: usize) -> Vec<Value> {
        self.until(|server| Some(server.calls(method)).filter(|calls| calls.len() >= times))
            .await
    }
}

/// A message in a private chat.
pub(crate) fn private(chat: i64, content: Value) -> Value {
    let mut message = json!({
        "message_id": 5,
        "date": 1_777_000_000,
        "chat": { "id": chat, "type": "private", "first_name": "Anna" },
        "from": { "id": chat, "is_bot": false, "first_name": "Anna", "language_code": "de" },
    });
    for (name, value) in content.as_object().unwrap() {
        message[name] = value.clone();
    }
    message
}

async fn call(
    State(inner): State<Arc<Inner>>,
    Path((bot, method)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    assert_eq!(bot, format!("bot{TOKEN}"));
    let method = method.to_lowercase();
    let said = {
        let mut told = inner.state.lock().unwrap();
        let text = || Value::String(String::from_utf8_lossy(&body).into_owned());
        let value = serde_json::from_slice(&body).unwrap_or_else(|_| text());
        told.calls.push((method.clone(), value));
        let at = told.says.iter().position(|(name, _)| *name == method);
        at.map(|at| told.says.remove(at).1)
    };
    inner.changed.notify_waiters();
    match said {
        None => usual(&inner, &method, &body).await.into_response(),
        Some(Say::Refuse(code, mut answer)) => {
            answer["ok"] = json!(false);
            answer["error_code"] = json!(code);
            (StatusCode::from_u16(code).unwrap(), answer.to_string()).into_response()
        }
        Some(Say::Garbage(code, text)) => {
            (StatusCode::from_u16(code).unwrap(), text).into_response()
        }
        Some(Say::Hang) => std::future::pending().await,
    }
}

async fn usual(inner: &Inner, method: &str, body: &Bytes) -> String {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let result = match method {
        "getme" => json!({
            "id": 4711, "is_bot": true, "first_name": "Bot", "username": "expense_bot",
            "can_join_groups": true, "can_read_all_group_messages": false,
            "supports_inline_queries": false, "can_connect_to_business": false,
            "has_main_web_app": false,
        }),
        "getupdates" => updates(inner, &asked).await,
        "sendmessage" | "senddocument" => {
            let mut told = inner.state.lock().unwrap();
            told.messages += 1;
            json!({ "message_id": told.messages })
        }
        "editmessagetext" => json!({ "message_id": asked["message_id"] }),
        "getfile" => json!({
            "file_id": asked["file_id"], "file_unique_id": "unique", "file_size": 3,
            "file_path": asked["file_id"],
        }),
        "getmycommands" => json!([]),
        "getwebhookinfo" => json!({
            "url": "", "has_custom_certificate": false, "pending_update_count": 0,
        }),
        _ => json!(true),
    };
    json!({ "ok": true, "result": result }).to_string()
}

async fn updates(inner: &Inner, asked: &Value) -> Value {
    let wait = Duration::from_secs(asked["timeout"].as_u64().unwrap_or(0));
    let fetch = async {
        loop {
            let changed = inner.changed.notified();
            let mut changed = std::pin::pin!(changed);
            changed.as_mut().enable();
            {
                let mut told = inner.state.lock().unwrap();
                if let Some(offset) = asked["offset"].as_i64() {
                    told.pending = told.pending.split_off(&offset);
                }
                if !told.pending.is_empty() {
                    let limit = asked["limit"].as_u64().unwrap_or(100) as usize;
                    return told.pending.values().take(limit).cloned().collect();
                }
            }
            changed.await;
        }
    };
    let fetched: Result<Vec<Value>, _> = tokio::time::timeout(wait, fetch).await;
    json!(fetched.unwrap_or_default())
}

async fn file(
    State(inner): State<Arc<Inner>>,
    Path((_, path)): Path<(String, String)>,
) -> Response {
    let told = inner.state.lock().unwrap();
    match told.files.get(&path) {
        Some(bytes) => bytes.clone().into_response(),
        None => (
            StatusCode::NOT_FOUND,
            r#"{"ok":false,"error_code":404,"description":"Not Found"}"#,
        )
            .into_response(),
    }
}
