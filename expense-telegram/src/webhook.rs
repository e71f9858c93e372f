//! Being brought updates: 2xx says that an update is safe, so it is not said before.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use expense_core::ports::error::Fault;
use expense_core::service::Service;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use subtle::ConstantTimeEq;

use crate::delivery::{AnswerCallbackQuery, is_undecided};
use crate::inbound::Inbound;
use crate::update::{Numbered, Update};

/// The largest update, in bytes: a message of 4,096 characters with all that may hang on it.
const UPDATE_BYTES: usize = 1024 * 1024;
/// How long an update may take to be safe: less than the minute that Telegram waits.
const PATIENCE: Duration = Duration::from_secs(25);
/// When an update that could not be taken is welcome again, unless it is known better.
const AGAIN: Duration = Duration::from_secs(1);
const SECRET: &str = "x-telegram-bot-api-secret-token";

/// What the route works with.
pub(crate) struct Door {
    pub(crate) service: Service,
    pub(crate) secret: SecretString,
    /// Reads updates, once it is known who the bot is.
    pub(crate) inbound: Arc<OnceLock<Inbound>>,
}

/// The route that Telegram calls.
pub(crate) fn router(path: &str, door: Door) -> Router {
    Router::new()
        .route(path, post(receive))
        .with_state(Arc::new(door))
}

async fn receive(State(door): State<Arc<Door>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if !door.is_telegram(&parts.headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let Some(inbound) = door.inbound.get() else {
        return later(AGAIN);
    };
    match read(inbound, body).await {
        Ok(update) => door.take(inbound, update).await,
        Err(status) => status.into_response(),
    }
}

/// The update in a body, or the answer to what is none.
async fn read(inbound: &Inbound, body: Body) -> Result<Update, StatusCode> {
    let body = to_bytes(body, UPDATE_BYTES).await;
    let body = body.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    serde_json::from_slice(&body).map_err(|_| match serde_json::from_slice::<Numbered>(&body) {
        Ok(Numbered { update_id }) => {
            // It would be brought for ever, and others of its chat would wait behind it.
            let update = inbound.me.hashed(update_id);
            tracing::error!(update, "an update can't be understood and is passed over");
            StatusCode::OK
        }
        Err(_) => StatusCode::BAD_REQUEST,
    })
}

impl Door {
    fn is_telegram(&self, headers: &HeaderMap) -> bool {
        let shown = headers.get(SECRET).map(|secret| secret.as_bytes());
        let secret = self.secret.expose_secret().as_bytes();
        shown.is_some_and(|shown| shown.ct_eq(secret).into())
    }

    /// Answers once the update is safe. Where the connection breaks meanwhile, Telegram has no
    /// answer and brings it again.
    async fn take(&self, inbound: &Inbound, update: Update) -> Response {
        let arrival = inbound.read(update);
        if let Some(envelope) = arrival.envelope {
            let accepted = self.service.accept(*envelope);
            match tokio::time::timeout(PATIENCE, accepted).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) if is_undecided(&error) => {
                    tracing::warn!(%error, "an update has to come again");
                    return later(match error.fault {
                        Fault::Busy { retry_after } => retry_after.unwrap_or(AGAIN),
                        _ => AGAIN,
                    });
                }
                Ok(Err(error)) => {
                    // It was buried, and its sender told: bringing it again changes nothing.
                    tracing::error!(%error, "an update was given up");
                }
                Err(_) => return later(AGAIN),
            }
        }
        match arrival.pressed {
            Some(press) => call(&Answer {
                method: "answerCallbackQuery",
                arguments: press.into(),
            }),
            None => StatusCode::OK.into_response(),
        }
    }
}

/// A call that rides in the answer, see "Making requests when getting updates". Nobody learns
/// whether it went well, so that only what nothing depends on goes this way.
#[derive(Serialize)]
struct Answer {
    method: &'static str,
    #[serde(flatten)]
    arguments: AnswerCallbackQuery,
}

fn call(answer: &Answer) -> Response {
    match serde_json::to_vec(answer) {
        Ok(body) => ([(CONTENT_TYPE, "application/json")], body).into_response(),
        Err(_) => StatusCode::OK.into_response(),
    }
}

fn later(wait: Duration) -> Response {
    let seconds = wait.as_secs().max(1).to_string();
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, seconds)]).into_response()
}
