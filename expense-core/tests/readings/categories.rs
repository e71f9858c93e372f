//! Categories that a model suggests after the reply.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use expense_core::ports::categorizer::{Categorizer, Subject, Suggestion};
use expense_core::ports::clock::Clock;
use expense_core::ports::error::{Fault, PortError, Result};
use expense_core::service::Options;
use rstest::rstest;

use crate::app::App;
use crate::{HOUR, SECOND};

/// Knows that lunch is eaten out, after a while, unless it always fails.
struct Thinks {
    takes: Duration,
    fails: Option<Fault>,
    asked: AtomicUsize,
}

#[async_trait]
impl Categorizer for Thinks {
    async fn suggest(&self, _: &Subject) -> Result<Option<Suggestion>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(self.takes).await;
        match self.fails {
            Some(fault) => Err(PortError::new("categorizer", "suggest", fault)),
            None => Ok(Some(Suggestion {
                category: "Food - Dining Out".to_owned(),
                place: "by a model".to_owned(),
            })),
        }
    }
}

const A_DAY: Fault = Fault::Busy {
    retry_after: Some(Duration::from_secs(20 * 60 * 60)),
};

#[rstest]
#[case::found(None, 1, "Food - Dining Out")]
#[case::unreachable(Some(Fault::Unavailable), 5, "Others")]
#[case::refused(Some(Fault::Denied), 1, "Others")]
#[case::used_up(Some(A_DAY), 1, "Others")]
#[tokio::test(start_paused = true)]
async fn a_category_comes_after_the_reply_or_not_at_all(
    #[case] fails: Option<Fault>,
    #[case] times: usize,
    #[case] category: &str,
) {
    let thinks = Arc::new(Thinks {
        takes: 30 * SECOND,
        fails,
        asked: AtomicUsize::new(0),
    });
    let app = App::start(Options::default(), |ports| {
        ports.categorizer = Some(thinks.clone())
    });
    let began = app.clock.now();
    app.say("anna", "12.50 lunch").await;
    assert!(
        app.clock.now() - began < chrono::TimeDelta::seconds(1),
        "nobody waited"
    );
    assert!(app.last("anna").contains("Others"), "{}", app.last("anna"));
    app.service.idle().await;
    tokio::time::sleep(2 * HOUR).await;
    assert_eq!(app.shown("anna").len(), 1, "edited in place");
    assert!(app.last("anna").contains(category), "{}", app.last("anna"));
    assert_eq!(thinks.asked.load(Ordering::SeqCst), times);
    // Nothing is learned of it, and the text decides without being asked.
    app.say("anna", "7 ticket [Transportation]").await;
    app.service.idle().await;
    assert_eq!(thinks.asked.load(Ordering::SeqCst), times);
}
