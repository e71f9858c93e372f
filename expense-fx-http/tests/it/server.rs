//! A server of rates on a free port: it knows dollars in euros on two days of May 2026, tells the
//! last working day's rate for the days between and after, and fails when it is told to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;

/// The days with their rates, as written in answers.
pub(crate) const RATES: [(&str, &str); 2] = [("2026-05-01", "0.8868"), ("2026-05-04", "8.8712e-1")];

/// What is answered instead.
#[derive(Debug, Clone)]
pub(crate) enum Say {
    /// This status with these headers and this body.
    Answer(StatusCode, HeaderMap, Bytes),
    /// The beginning of an answer, and then the connection breaks.
    BreakOff,
    /// Nothing, for ever.
    Nothing,
}

pub(crate) struct Server {
    pub(crate) base: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    say: Mutex<Option<Say>>,
    asked: Mutex<Vec<Uri>>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let shared = Arc::<Shared>::default();
        let app = Router::new()
            .route("/v1/{day}", get(rates))
            .route("/moved/v1/{day}", get(moved))
            .route("/round/v1/{day}", get(round))
            .with_state(Arc::clone(&shared));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move { axum::serve(listener, app).await });
        let base = format!("http://127.0.0.1:{port}");
        Self { base, shared }
    }

    pub(crate) fn says(&self, say: Say) {
        *self.shared.say.lock().unwrap() = Some(say);
    }

    /// What was asked for, by path and query.
    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = self.shared.asked.lock().unwrap();
        asked.iter().map(Uri::to_string).collect()
    }
}

async fn rates(State(shared): State<Arc<Shared>>, Path(day): Path<String>, uri: Uri) -> Response {
    let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let question: HashMap<String, String> = query.into_owned().collect();
    shared.asked.lock().unwrap().push(uri);
    let say = shared.say.lock().unwrap().clone();
    match say {
        None => known(&day, &question),
        Some(Say::Answer(status, headers, body)) => (status, headers, body).into_response(),
        Some(Say::Nothing) => std::future::pending().await,
        Some(Say::BreakOff) => {
            let broken = Err(std::io::Error::other("the cable is cut"));
            let parts = [Ok(Bytes::from_static(b"{\"amount\":1.0,")), broken];
            Body::from_stream(futures::stream::iter(parts)).into_response()
        }
    }
}

/// ISO days sort as text.
fn known(day: &str, question: &HashMap<String, String>) -> Response {
    let rate = RATES.iter().rev().find(|(known, _)| *known <= day);
    let pair = (question["base"].as_str(), question["symbols"].as_str());
    match (pair, rate) {
        (("USD", "EUR"), Some((date, rate))) => {
            format!(r#"{{"amount":1.0,"base":"USD","date":"{date}","rates":{{"EUR":{rate}}}}}"#)
                .into_response()
        }
        _ => (StatusCode::NOT_FOUND, r#"{"message":"not found"}"#).into_response(),
    }
}

async fn moved(uri: Uri) -> Response {
    let there = uri.to_string().replacen("/moved", "", 1);
    (StatusCode::MOVED_PERMANENTLY, [("location", there)]).into_response()
}

async fn round(uri: Uri) -> Response {
    (StatusCode::FOUND, [("location", uri.to_string())]).into_response()
}
