//! The routes, and one request from its door to its answer.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State as Shared};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use super::gate::Refused;
use super::{FakeGemini, Next, State, errors, locked, schema};

/// The largest request that Google takes.
const MOST_BYTES: usize = 20_971_520;

pub(super) async fn serve(listener: TcpListener, state: Arc<State>) {
    let model = || get(about).post(generate);
    let routes = Router::new()
        .route("/v1beta/models/{call}", model())
        // The SDKs' own choice; the schema is the same as far as it goes.
        .route("/v1/models/{call}", model())
        .layer(DefaultBodyLimit::max(2 * MOST_BYTES))
        .with_state(state);
    // It ends with the task that it runs in.
    if let Err(error) = axum::serve(listener, routes).await {
        eprintln!("the fake of Gemini stopped: {error}");
    }
}

/// `GET models/<model>`.
async fn about(
    Shared(state): Shared<Arc<State>>,
    Path(model): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    if let Err(refused) = admit(&model, &headers, &uri) {
        return state.refuse(refused);
    }
    let model = json!({
        "name": format!("models/{model}"), "baseModelId": model, "version": "1",
        "supportedGenerationMethods": ["generateContent", "countTokens"],
    });
    page(200, model.to_string())
}

/// `POST models/<model>:generateContent`.
async fn generate(
    Shared(state): Shared<Arc<State>>,
    Path(call): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Response {
    let began = Instant::now();
    let Some(model) = call.strip_suffix(":generateContent") else {
        return page(
            404,
            "<html><title>Error 404 (Not Found)!!1</title></html>".to_owned(),
        );
    };
    let response = match admit(model, &headers, &uri) {
        Err(refused) => state.refuse(refused),
        Ok(()) => state.handle(model, &headers, &body).await,
    };
    *locked(&state.spent) += began.elapsed();
    response
}

/// Whether key and model are known.
fn admit(model: &str, headers: &HeaderMap, uri: &Uri) -> Result<(), (u16, Value)> {
    let in_address = uri.query().is_some_and(|query| query.contains("key="));
    match headers.get("x-goog-api-key") {
        None => Err(errors::no_key()),
        Some(key) if key != FakeGemini::KEY || in_address => Err(errors::unknown_key()),
        Some(_) if !model.starts_with("gemini-") => Err(errors::unknown_model(model)),
        Some(_) => Ok(()),
    }
}

impl State {
    async fn handle(&self, model: &str, headers: &HeaderMap, body: &[u8]) -> Response {
        let passed = locked(&self.gate).enter(Instant::now());
        if let Err(refused) = passed {
            return self.refuse(match refused {
                Refused::Minute { retry_after } => errors::minute(retry_after),
                Refused::Day => errors::day(),
            });
        }
        if body.len() > MOST_BYTES {
            return self.refuse(errors::too_large());
        }
        let is_json =
            |value: &header::HeaderValue| value.as_bytes().starts_with(b"application/json");
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let mut wrong = self.rules.request(model, &request);
        if !headers.get(header::CONTENT_TYPE).is_some_and(is_json) {
            wrong.push("content-type is not application/json".to_owned());
        }
        if !wrong.is_empty() {
            locked(&self.breaches).extend(wrong.iter().cloned());
            return self.refuse(errors::wrong_request(&wrong));
        }
        let response = self.respond(&request).await;
        self.remember(request);
        response
    }

    fn remember(&self, request: Value) {
        let mut seen = locked(&self.seen);
        if seen.len() == FakeGemini::REMEMBERED {
            seen.remove(0);
        }
        seen.push(request);
    }

    async fn respond(&self, request: &Value) -> Response {
        let model_time = *locked(&self.model_time);
        sleep(model_time).await;
        match self.next() {
            Some(Next::Breaks) => return broken(),
            Some(Next::Answers {
                status,
                body,
                retry_after,
            }) => {
                let mut response = page(status, body);
                if let Some(value) = retry_after.and_then(|value| value.parse().ok()) {
                    response.headers_mut().insert(header::RETRY_AFTER, value);
                }
                return response;
            }
            Some(Next::Waits(time)) => sleep(time).await,
            Some(Next::Says(text)) => return self.says(&text),
            None => {}
        }
        if schema::file_contents(request)
            .iter()
            .any(|file| is_damaged(file))
        {
            return self.refuse(errors::damaged_file());
        }
        let text = locked(&self.script).say(request);
        self.says(&text)
    }

    fn next(&self) -> Option<Next> {
        let ordered = locked(&self.next).pop_front();
        ordered.or_else(|| {
            let mut round = locked(&self.round);
            let next = round.pop_front()?;
            round.push_back(next.clone());
            Some(next)
        })
    }

    fn says(&self, text: &str) -> Response {
        let said = json!({
            "candidates": [{
                "content": {"role": "model", "parts": [{"text": text}]},
                "finishReason": "STOP", "index": 0,
            }],
            "usageMetadata": {"promptTokenCount": 7, "totalTokenCount": 29},
            "modelVersion": "fake",
        });
        locked(&self.breaches).extend(self.rules.response(&said));
        page(200, said.to_string())
    }

    fn refuse(&self, (status, error): (u16, Value)) -> Response {
        locked(&self.breaches).extend(self.rules.error(&error));
        page(status, error.to_string())
    }
}

/// A PNG without its end, a WAV without its header's.
fn is_damaged(file: &[u8]) -> bool {
    (file.starts_with(b"\x89PNG") && !file.ends_with(b"IEND\xAE\x42\x60\x82"))
        || (file.starts_with(b"RIFF") && file.len() < 44)
}

fn code(status: u16) -> axum::http::StatusCode {
    axum::http::StatusCode::from_u16(status).unwrap_or_default()
}

/// JSON or a page, by its first sign.
fn page(status: u16, body: String) -> Response {
    let kind = if body.trim_start().starts_with('<') {
        "text/html; charset=UTF-8"
    } else {
        "application/json; charset=UTF-8"
    };
    (code(status), [(header::CONTENT_TYPE, kind)], body).into_response()
}

/// An answer that ends before it is whole.
fn broken() -> Response {
    let pieces = [
        Ok(Bytes::from_static(b"{\"candidates\": [")),
        Err(io::Error::from(io::ErrorKind::ConnectionReset)),
    ];
    Body::from_stream(futures::stream::iter(pieces)).into_response()
}
