//! What is served over HTTP: the signs of life, the metrics, and the webhook where there is one.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use expense_core::domain::keys::ChatKey;
use expense_core::domain::limits;
use expense_core::ports::store::ExpenseStore;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::error::Failure;
use crate::telemetry::metrics::{self, UPKEEP};

/// How long a part may take to answer whether it is there.
const PROBE: Duration = Duration::from_secs(2);
/// The text format of Prometheus.
const EXPOSITION: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Asks a part whether it is there.
type Probe = Box<dyn Fn() -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync>;

/// What this process needs to do its work.
pub(crate) struct Health {
    /// What is said where a part is not there, and how it is asked.
    parts: Vec<(&'static str, Probe)>,
    shutdown: CancellationToken,
}

impl Health {
    /// It needs this database, and not to be on its way out.
    pub(crate) fn new(store: Arc<dyn ExpenseStore>, shutdown: CancellationToken) -> Self {
        let health = Self {
            parts: Vec::new(),
            shutdown,
        };
        health.needs("the database does not answer", move || {
            let store = Arc::clone(&store);
            async move {
                match ChatKey::new("readyz") {
                    Ok(nobody) => store.ledger(&nobody).await.is_ok(),
                    Err(_) => false,
                }
            }
        })
    }

    /// It also needs this part: `lacking` is said where the probe fails or takes too long.
    pub(crate) fn needs<F>(
        mut self,
        lacking: &'static str,
        probe: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = bool> + Send + 'static,
    {
        let probe: Probe = Box::new(move || Box::pin(probe()));
        self.parts.push((lacking, probe));
        self
    }

    /// What is missing, in words.
    async fn missing(&self) -> Vec<&'static str> {
        if self.shutdown.is_cancelled() {
            return vec!["shutting down"];
        }
        let mut asked = JoinSet::new();
        for (lacking, probe) in &self.parts {
            let (lacking, there) = (*lacking, probe());
            asked.spawn(async move {
                let there = tokio::time::timeout(PROBE, there).await;
                (!there.unwrap_or(false)).then_some(lacking)
            });
        }
        let mut missing: Vec<_> = asked.join_all().await.into_iter().flatten().collect();
        missing.sort_unstable();
        missing
    }
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

/// Serves `routes`, the signs of life and the metrics until the shutdown that `health` knows of;
/// what has begun is finished within `limits::SHUTDOWN`: whoever sends half a request and waits keeps
/// nobody from ending.
pub(crate) async fn serve(listener: TcpListener, routes: Router, health: Health) {
    let shutdown = health.shutdown.clone();
    let signs = Router::new()
        // Who lives answers, whatever else is gone: a new start would not bring that back.
        .route("/livez", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(measured))
        .with_state(Arc::new(health));
    let served = axum::serve(listener, routes.merge(signs))
        .with_graceful_shutdown(shutdown.clone().cancelled_owned())
        .into_future();
    tokio::select! {
        served = served => {
            if let Err(error) = served {
                tracing::error!(%error, "HTTP is served no more");
            }
        }
        () = upkeep() => {}
        () = overdue(&shutdown) => tracing::warn!("a request was cut off by the shutdown"),
    }
}

/// Ready for updates, or what is missing for that.
async fn ready(State(health): State<Arc<Health>>) -> (StatusCode, String) {
    match health.missing().await {
        none if none.is_empty() => (StatusCode::OK, "ok".to_owned()),
        missing => (StatusCode::SERVICE_UNAVAILABLE, missing.join("; ")),
    }
}

async fn measured() -> Response {
    match metrics::page() {
        Some(page) => ([(CONTENT_TYPE, EXPOSITION)], page.render()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn overdue(shutdown: &CancellationToken) {
    shutdown.cancelled().await;
    tokio::time::sleep(limits::SHUTDOWN).await;
}

async fn upkeep() {
    loop {
        tokio::time::sleep(UPKEEP).await;
        if let Some(page) = metrics::page() {
            page.upkeep();
        }
    }
}
