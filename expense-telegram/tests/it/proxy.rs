//! Something between the bot and Telegram that speaks for itself now and then.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use telegram_fake::Fake;
use tokio::net::TcpListener;
use url::Url;

struct Proxy {
    server: String,
    garbage: Mutex<VecDeque<(u16, &'static str)>>,
}

/// The address of a proxy that answers `getUpdates` with these first.
pub(crate) async fn proxy(fake: &Fake, garbage: &[(u16, &'static str)]) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let proxy = Proxy {
        server: fake.url(),
        garbage: Mutex::new(garbage.iter().copied().collect()),
    };
    let router = Router::new().fallback(pass).with_state(Arc::new(proxy));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}").parse().expect("an address")
}

async fn pass(State(proxy): State<Arc<Proxy>>, uri: Uri, body: Bytes) -> Response {
    if uri.path().ends_with("/getUpdates")
        && let Some((status, text)) = proxy.garbage.lock().expect("nobody panicked").pop_front()
    {
        let status = StatusCode::from_u16(status).expect("a status");
        return (status, text).into_response();
    }
    forward(&proxy.server, &uri, body).await.into_response()
}

/// What the server answers.
pub(crate) async fn forward(server: &str, uri: &Uri, body: Bytes) -> (StatusCode, Bytes) {
    let sent = reqwest::Client::new()
        .post(format!("{server}{uri}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(body)
        .send()
        .await
        .expect("the server answers");
    let status = sent.status();
    (status, sent.bytes().await.expect("an answer"))
}
