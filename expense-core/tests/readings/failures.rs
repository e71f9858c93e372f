//! Readings that can't be recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use expense_core::conversation::event::{Envelope, Event, ReadResult};
use expense_core::domain::keys::UpdateKey;
use expense_core::domain::limits;
use expense_core::ports::error::{Fault, PortError, Result};
use expense_core::ports::queue::{Buried, Delivery, DeliveryId, Settle, UpdateQueue};
use expense_core::service::Options;
use rstest::rstest;

use crate::app::{App, Slow};
use crate::{HOUR, SECOND};

/// A queue in which some updates are buried.
struct Grave {
    inner: Arc<dyn UpdateQueue>,
    buries: fn(&Event) -> bool,
    tried: Arc<AtomicUsize>,
}

#[async_trait]
impl UpdateQueue for Grave {
    async fn publish(&self, envelope: Envelope) -> Result<()> {
        if (self.buries)(&envelope.event) {
            self.tried.fetch_add(1, Ordering::SeqCst);
            return Err(PortError::new("queue", "publish", Fault::Bug));
        }
        self.inner.publish(envelope).await
    }

    async fn claim(&self, limit: usize, wait: Duration) -> Result<Vec<Delivery>> {
        self.inner.claim(limit, wait).await
    }

    async fn settle(&self, id: DeliveryId, settle: Settle) -> Result<()> {
        self.inner.settle(id, settle).await
    }

    async fn buried(&self, limit: usize) -> Result<Vec<Buried>> {
        self.inner.buried(limit).await
    }

    async fn revive(&self, key: &UpdateKey) -> Result<bool> {
        self.inner.revive(key).await
    }
}

fn is_reading(event: &Event) -> bool {
    matches!(event, Event::Read { .. })
}

fn is_receipt(event: &Event) -> bool {
    let receipt = |result: &ReadResult| matches!(result, ReadResult::Receipt(_));
    matches!(event, Event::Read { result, .. } if receipt(result))
}

/// A reading that can't be recorded is tried a few times; then the draft asks for the amount, and
/// where even that can't be recorded it is left alone.
#[rstest]
#[case::what_was_read(is_receipt, 5, "failed")]
#[case::whatever_comes(is_reading, 10, "Reading your receipt")]
#[tokio::test(start_paused = true)]
async fn a_reading_that_is_buried_is_not_read_for_ever(
    #[case] buries: fn(&Event) -> bool,
    #[case] tries: usize,
    #[case] said: &str,
) {
    let reader = Slow::new(SECOND, "here");
    let tried = Arc::new(AtomicUsize::new(0));
    let app = App::start(Options::default(), |ports| {
        ports.ocr = Some(reader.clone());
        ports.queue = Arc::new(Grave {
            inner: ports.queue.clone(),
            buries,
            tried: tried.clone(),
        });
    });
    app.photo("anna", "a").await;
    tokio::time::sleep(20 * HOUR).await;
    assert_eq!(reader.asked().len(), limits::READING_ATTEMPTS as usize);
    assert_eq!(tried.load(Ordering::SeqCst), tries);
    assert!(app.last("anna").contains(said), "{}", app.last("anna"));
}
