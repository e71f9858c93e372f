//! What is counted, under which labels.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use expense_core::domain::keys::LedgerId;
use expense_core::memory::clock::SystemClock;
use expense_core::memory::replica::{MemoryPrimary, MemoryReplica};
use expense_core::ports::cache::Cache;
use expense_core::ports::error::Fault;
use expense_core::ports::store::ExpenseStore;
use expense_core::testing::fixtures;
use expense_core::testing::mocks::MockCache;
use expense_core::wrap::Wrapped;
use expense_core::wrap::forgiving::ForgivingCache;
use expense_core::wrap::meter::Meter;
use expense_core::wrap::replica::Replica;
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

use super::error;

/// Notes the names and labels that are used.
#[derive(Default)]
struct Notes(Mutex<BTreeSet<String>>);

impl Notes {
    fn note(&self, key: &Key) {
        let labels = key
            .labels()
            .map(|label| format!(" {}={}", label.key(), label.value()));
        let line: String = std::iter::once(key.name().to_owned())
            .chain(labels)
            .collect();
        self.0.lock().expect("no panic").insert(line);
    }
}

impl Recorder for Notes {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.note(key);
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.note(key);
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.note(key);
        Histogram::noop()
    }
}

#[test]
fn labels_name_kinds_and_never_keys() {
    let mut inner = MockCache::new();
    inner.expect_get().returning(|key| match key {
        "hit" => Ok(Some(Vec::new())),
        "miss" => Ok(None),
        _ => error(Fault::Busy { retry_after: None }),
    });
    let metered = Wrapped::cache(Arc::new(inner), Meter::new(Arc::new(SystemClock)));
    let notes = Notes::default();
    metrics::with_local_recorder(&notes, || {
        let cache = ForgivingCache::new("test", Arc::new(metered));
        for key in ["hit", "miss", "secret"] {
            futures::executor::block_on(cache.get(key)).unwrap();
        }
    });
    let notes: Vec<String> = notes.0.into_inner().unwrap().into_iter().collect();
    let expected = [
        "cache_requests_total cache=test outcome=error",
        "cache_requests_total cache=test outcome=hit",
        "cache_requests_total cache=test outcome=miss",
        "port_call_duration_seconds port=cache operation=get",
        "port_calls_total port=cache operation=get outcome=busy",
        "port_calls_total port=cache operation=get outcome=ok",
    ];
    assert_eq!(notes, expected);
}

#[test]
fn reads_are_counted_by_place_and_copies_shown_by_number() {
    let primary = Arc::new(MemoryPrimary::default());
    let copy = Arc::new(MemoryReplica::new(primary.clone()));
    let store = Replica::new(primary.clone(), primary, vec![copy]);
    let ledger = LedgerId::of(&fixtures::chat("secret"));
    let notes = Notes::default();
    metrics::with_local_recorder(&notes, || {
        futures::executor::block_on(async {
            // Not before the first look.
            store.tags(ledger).await.unwrap();
        });
    });
    let before: Vec<String> = notes.0.lock().unwrap().iter().cloned().collect();
    assert_eq!(before, ["store_reads_total place=primary"]);
    metrics::with_local_recorder(&notes, || {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_time().build().unwrap();
        runtime.block_on(async {
            store.look().await;
            store.tags(ledger).await.unwrap();
        });
    });
    let notes: Vec<String> = notes.0.into_inner().unwrap().into_iter().collect();
    let expected = [
        "replica_in_use replica=0",
        "replica_lag_bytes replica=0",
        "replica_lag_seconds replica=0",
        "store_reads_total place=primary",
        "store_reads_total place=replica",
    ];
    assert_eq!(notes, expected);
}
