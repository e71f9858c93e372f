//! What is read once, and what is read again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use expense_core::domain::currency::Currency;
use expense_core::memory::cache::MemoryCache;
use expense_core::memory::clock::SystemClock;
use expense_core::ports::cache::Cache;
use expense_core::ports::error::{Fault, Result};
use expense_core::ports::ocr::{Document, Read, Reading, ReceiptOcr};
use expense_core::testing::conformance::race;
use expense_core::testing::mocks::MockCache;
use expense_core::wrap::cached::CachedOcr;

use super::{document, error, read, receipt};

/// Takes its time, as readers do, and counts.
struct Slow {
    readings: AtomicUsize,
    answer: Reading,
}

#[async_trait]
impl ReceiptOcr for Slow {
    async fn read(&self, _: &Document) -> Result<Read> {
        self.readings.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(100)).await;
        read("slowly", self.answer.clone())
    }
}

fn cached(answer: Reading, cache: Arc<dyn Cache>) -> (Arc<Slow>, Arc<CachedOcr>) {
    let slow = Arc::new(Slow {
        readings: AtomicUsize::new(0),
        answer,
    });
    let ocr = CachedOcr::new(slow.clone(), cache, Duration::from_secs(60));
    (slow, Arc::new(ocr))
}

fn memory() -> Arc<dyn Cache> {
    Arc::new(MemoryCache::new(Arc::new(SystemClock), 100))
}

#[tokio::test(start_paused = true)]
async fn the_same_image_is_read_once_even_at_the_same_time() {
    let (slow, ocr) = cached(receipt(), memory());
    let readers = (0..20).map(|_| {
        let ocr = Arc::clone(&ocr);
        async move { ocr.read(&document("a")).await.unwrap() }
    });
    let reads = race(readers).await;
    assert!(
        reads
            .iter()
            .all(|found| *found == read("slowly", receipt()).unwrap())
    );
    assert_eq!(slow.readings.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn other_content_or_hints_are_read_anew() {
    let (slow, ocr) = cached(receipt(), memory());
    let mut other_currency = document("a");
    other_currency.hints.currency = Currency::USD;
    let mut split = document("a");
    split.parts = vec!["a".into(), "".into()];
    for document in [document("a"), document("b"), other_currency, split] {
        ocr.read(&document).await.unwrap();
        ocr.read(&document).await.unwrap();
    }
    assert_eq!(slow.readings.load(Ordering::SeqCst), 4);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_read_gets_another_look() {
    for answer in [Reading::Illegible, Reading::NotAReceipt, Reading::NoReader] {
        let (slow, ocr) = cached(answer, memory());
        ocr.read(&document("a")).await.unwrap();
        ocr.read(&document("a")).await.unwrap();
        assert_eq!(slow.readings.load(Ordering::SeqCst), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_cache_costs_a_reading_and_nothing_else() {
    let mut broken = MockCache::new();
    broken.expect_get().returning(|_| error(Fault::Unavailable));
    broken
        .expect_put()
        .returning(|_, _, _| error(Fault::Unavailable));
    let mut lying = MockCache::new();
    lying
        .expect_get()
        .returning(|_| Ok(Some(b"no reading".to_vec())));
    lying.expect_put().returning(|_, _, _| Ok(()));
    for cache in [broken, lying] {
        let (_, ocr) = cached(receipt(), Arc::new(cache));
        assert_eq!(ocr.read(&document("a")).await.unwrap().place, "slowly");
    }
}
