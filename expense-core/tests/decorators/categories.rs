//! Suggestions that are remembered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use expense_core::domain::text::Description;
use expense_core::memory::cache::MemoryCache;
use expense_core::memory::clock::SystemClock;
use expense_core::ports::cache::Cache;
use expense_core::ports::categorizer::{Categorizer, Subject, Suggestion};
use expense_core::ports::error::Fault;
use expense_core::testing::mocks::{MockCache, MockCategorizer};
use expense_core::wrap::categories::CachedCategorizer;
use rstest::rstest;

use super::error;

const LONG: Duration = Duration::from_secs(60);

fn subject(description: &str, merchant: Option<&str>, categories: &[&str]) -> Subject {
    Subject {
        description: Description::new(description),
        merchant: merchant.map(Description::new),
        categories: categories.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn suggestion() -> Option<Suggestion> {
    Some(Suggestion {
        category: "Transportation".to_owned(),
        place: "by a mock".to_owned(),
    })
}

/// How often the model is asked about both, one after the other.
async fn asked(first: &Subject, second: &Subject, cache: Arc<dyn Cache>, known: bool) -> usize {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let mut inner = MockCategorizer::new();
    inner.expect_suggest().returning(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        Ok(known.then(suggestion).flatten())
    });
    let cached = CachedCategorizer::new(Arc::new(inner), cache, LONG);
    for subject in [first, second] {
        let found = cached.suggest(subject).await.expect("an answer");
        assert_eq!(found, known.then(suggestion).flatten());
    }
    asked.load(Ordering::SeqCst)
}

#[rstest]
#[case::the_same(subject("Taxi", None, &["A", "B"]), 1)]
#[case::in_other_letters(subject("TAXI", None, &["A", "B"]), 1)]
#[case::another_description(subject("taxis", None, &["A", "B"]), 2)]
#[case::another_merchant(subject("taxi", Some("Uber"), &["A", "B"]), 2)]
#[case::other_categories(subject("taxi", None, &["A", "C"]), 2)]
#[case::names_that_run_together(subject("taxi", None, &["AB"]), 2)]
#[tokio::test]
async fn what_was_suggested_is_asked_once(
    #[case] second: Subject,
    #[case] times: usize,
    #[values(true, false)] known: bool,
) {
    let cache = Arc::new(MemoryCache::new(Arc::new(SystemClock), 100));
    let first = subject("taxi", None, &["A", "B"]);
    assert_eq!(asked(&first, &second, cache, known).await, times);
}

#[tokio::test]
async fn a_broken_cache_costs_a_request_and_nothing_else() {
    let mut broken = MockCache::new();
    broken.expect_get().returning(|_| error(Fault::Unavailable));
    broken
        .expect_put()
        .returning(|_, _, _| error(Fault::Denied));
    let taxi = subject("taxi", None, &["A"]);
    assert_eq!(asked(&taxi, &taxi, Arc::new(broken), true).await, 2);
}
