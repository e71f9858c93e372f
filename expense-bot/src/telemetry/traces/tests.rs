//! Two services, one at the door and one at work, with a queue between them.

use std::sync::Arc;

use async_trait::async_trait;
use expense_core::conversation::event::{Envelope, Event, Scene};
use expense_core::domain::keys::{ChatKey, UpdateKey, UserKey};
use expense_core::memory::attachments::MemoryAttachments;
use expense_core::memory::clock::SystemClock;
use expense_core::memory::in_process::in_process;
use expense_core::memory::messenger::Outbox;
use expense_core::memory::queue::MemoryQueue;
use expense_core::memory::store::MemoryStore;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::Result;
use expense_core::ports::queue::{Buried, Delivery, DeliveryId, Settle, UpdateQueue};
use expense_core::service::{Options, Ports, Service};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::layer::SubscriberExt;

use super::collector::Collector;
use super::{Traces, tracing};
use crate::config;

/// A queue over which updates travel as bytes, as over any that leaves the process.
struct Wire(MemoryQueue);

#[async_trait]
impl UpdateQueue for Wire {
    async fn publish(&self, envelope: Envelope) -> Result<()> {
        let bytes = serde_json::to_vec(&envelope).expect("it can be written");
        let envelope = serde_json::from_slice(&bytes).expect("it can be read");
        self.0.publish(envelope).await
    }

    async fn claim(&self, limit: usize, wait: std::time::Duration) -> Result<Vec<Delivery>> {
        self.0.claim(limit, wait).await
    }

    async fn settle(&self, id: DeliveryId, settle: Settle) -> Result<()> {
        self.0.settle(id, settle).await
    }

    async fn buried(&self, limit: usize) -> Result<Vec<Buried>> {
        self.0.buried(limit).await
    }

    async fn revive(&self, key: &UpdateKey) -> Result<bool> {
        self.0.revive(key).await
    }
}

fn update() -> Envelope {
    Envelope {
        key: UpdateKey::new("test:1").expect("a short key"),
        chat: ChatKey::new("test:1").expect("a short key"),
        who: UserKey::new("test:1").expect("a short key"),
        sent_at: SystemClock.now(),
        message: None,
        language: None,
        name: None,
        scene: Scene::Private,
        trace: None,
        event: Event::Text {
            text: "12.50 lunch".to_owned(),
            reply_to: None,
        },
    }
}

fn service(queue: &Arc<Wire>, store: &Arc<MemoryStore>) -> Service {
    let clock = Arc::new(SystemClock);
    let attachments = Arc::new(MemoryAttachments::default());
    let ports = in_process(
        store.clone(),
        Arc::new(Outbox::default()),
        attachments,
        clock,
    );
    let ports = Ports {
        queue: queue.clone(),
        ..ports
    };
    let options = Options {
        tracing: tracing(),
        ..Options::default()
    };
    Service::new(ports, options)
}

#[tokio::test]
async fn two_services_over_one_queue_make_one_trace() {
    let collector = Collector::start().await;
    let config = config::Traces {
        endpoint: collector.url().parse().expect("a URL"),
        ratio: 1.0,
    };
    let traces = Traces::start(&config).expect("it can be set up");
    let subscriber = tracing_subscriber::registry().with(traces.layer());
    let _here = ::tracing::subscriber::set_default(subscriber);

    let clock = Arc::new(SystemClock);
    let queue = Arc::new(Wire(MemoryQueue::new(clock.clone())));
    let store = Arc::new(MemoryStore::new(clock));
    let (door, worker) = (service(&queue, &store), service(&queue, &store));
    let shutdown = CancellationToken::new();
    let end = shutdown.clone();
    let working = async { worker.run(end).await };
    let sending = async {
        door.accept(update()).await.expect("it is taken");
        shutdown.cancel();
    };
    tokio::join!(working, sending);
    let provider = traces.provider.clone();
    let flushed = tokio::task::spawn_blocking(move || provider.force_flush());
    flushed.await.expect("it ends").expect("all is sent");

    let spans = collector
        .trace_with(&["accept", "queue", "handle", "commit", "send"])
        .await;
    let find = |name: &str| spans.iter().find(|span| span.name == name);
    let accept = find("accept").expect("it is there");
    for name in ["queue", "handle"] {
        let span = find(name).expect("it is there");
        assert_eq!(span.parent_span_id, accept.span_id, "{name}");
        assert!(
            span.end_time_unix_nano >= span.start_time_unix_nano,
            "{name}"
        );
    }
    // The runtime of its own can't end within another.
    tokio::task::spawn_blocking(move || drop(traces))
        .await
        .expect("it ends");
}
