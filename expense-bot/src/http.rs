//! What is served over HTTP: the signs of life, and the webhook where there is one.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use expense_core::domain::keys::ChatKey;
use expense_core::ports::store::ExpenseStore;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::error::Failure;

/// How long the database may take to answer whether it is there.
const PROBE: Duration = Duration::from_secs(2);

#[derive(Clone)]
struct Health {
    store: Arc<dyn ExpenseStore>,
    shutdown: CancellationToken,
}

/// Takes the address, so that a mistake ends the start and not the work.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|error| {
        Failure::Refused(format!(
            "HTTP_ADDR: {address} can't be listened at ({error}): name another address or port"
        ))
    })
}

/// Serves `routes` and the signs of life until `shutdown`; what has begun is finished.
pub(crate) async fn serve(
    listener: TcpListener,
    routes: Router,
    store: Arc<dyn ExpenseStore>,
    shutdown: CancellationToken,
) {
    let health = Health {
        store,
        shutdown: shutdown.clone(),
    };
    let signs = Router::new()
        .route("/livez", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .with_state(health);
    let served = axum::serve(listener, routes.merge(signs))
        .with_graceful_shutdown(shutdown.cancelled_owned())
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "HTTP is served no more");
    }
}

/// Ready for updates: the database answers, and the end is not near.
async fn ready(State(health): State<Health>) -> (StatusCode, &'static str) {
    if health.shutdown.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "shutting down");
    }
    let Ok(nobody) = ChatKey::new("readyz") else {
        return (StatusCode::INTERNAL_SERVER_ERROR, "bug");
    };
    match tokio::time::timeout(PROBE, health.store.ledger(&nobody)).await {
        Ok(Ok(_)) => (StatusCode::OK, "ok"),
        Ok(Err(_)) | Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer",
        ),
    }
}
