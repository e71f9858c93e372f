//! The service behind one's own HTTP route: `POST /say` takes a message and answers with what the
//! bot says to it.
//!
//! `cargo run -p expense-examples --example embed_in_axum`, then
//! `curl -s 127.0.0.1:3000/say -H 'content-type: application/json' \
//!   -d '{"id": "m1", "person": "ann", "text": "12.50 lunch"}'`
//!
//! The caller names each message. Sending the same one again records nothing twice.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use expense_core::conversation::event::{Envelope, Event, Scene};
use expense_core::domain::keys::{ChatKey, InvalidKey, MessageKey, UpdateKey, UserKey};
use expense_core::memory::attachments::MemoryAttachments;
use expense_core::memory::clock::SystemClock;
use expense_core::memory::in_process::in_process;
use expense_core::memory::messenger::Outbox;
use expense_core::memory::store::MemoryStore;
use expense_core::ports::clock::Clock;
use expense_core::service::{Options, Service};
use tokio_util::sync::CancellationToken;

#[derive(Clone)]
struct App {
    service: Service,
    outbox: Arc<Outbox>,
}

#[derive(serde::Deserialize)]
struct Said {
    id: String,
    person: String,
    text: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let clock = Arc::new(SystemClock);
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let outbox = Arc::new(Outbox::default());
    let photos = Arc::new(MemoryAttachments::default());
    let ports = in_process(store, outbox.clone(), photos, clock);
    let service = Service::new(ports, Options::default());

    let shutdown = CancellationToken::new();
    let worker = tokio::spawn({
        let (service, shutdown) = (service.clone(), shutdown.clone());
        async move { service.run(shutdown).await }
    });
    let app = Router::new()
        .route("/say", post(say))
        .with_state(App { service, outbox });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app)
        .with_graceful_shutdown(async {
            // Without a signal to wait for, the server simply goes on.
            let _ = tokio::signal::ctrl_c().await;
        })
        .await?;
    shutdown.cancel();
    Ok(worker.await?)
}

/// 200 means recorded and answered: `accept` returns when the update is settled.
async fn say(
    State(app): State<App>,
    Json(said): Json<Said>,
) -> Result<Json<Vec<String>>, StatusCode> {
    let envelope = envelope(&said).map_err(|_| StatusCode::BAD_REQUEST)?;
    let chat = envelope.chat.clone();
    let before = app.outbox.chat(&chat).len();
    // Not accepted is not recorded: the caller sends it again, under the same id.
    let accepted = app.service.accept(envelope).await;
    accepted.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    let said = app.outbox.chat(&chat).into_iter().skip(before);
    Ok(Json(
        said.map(|shown| shown.outgoing.reply.text.to_plain())
            .collect(),
    ))
}

fn envelope(said: &Said) -> Result<Envelope, InvalidKey> {
    Ok(Envelope {
        key: UpdateKey::new(format!("axum:{}:{}", said.person, said.id))?,
        chat: ChatKey::new(format!("axum:{}", said.person))?,
        who: UserKey::new(format!("axum:{}", said.person))?,
        sent_at: SystemClock.now(),
        message: Some(MessageKey::new(said.id.clone())?),
        language: None,
        name: None,
        scene: Scene::Private,
        trace: None,
        event: Event::Text {
            text: said.text.clone(),
            reply_to: None,
        },
    })
}
