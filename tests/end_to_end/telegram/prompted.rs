//! What stands behind the ports of a talk's bot and does what the talk says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use expense_core::conversation::event::ReadResult;
use expense_core::domain::exchange::{Pair, Rate};
use expense_core::ports::categorizer::{Categorizer, Subject, Suggestion};
use expense_core::ports::error::{Fault, PortError, Result};
use expense_core::ports::fx::FxRates;
use expense_core::ports::ocr::{Document, Read, Reading, ReceiptOcr};
use expense_core::ports::rate::{Quota, RateLimiter, Take, Verdict};
use expense_core::ports::speech::{Heard, Recording, SpeechReader};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

/// Where talks have everything read.
const PLACE: &str = "on this server";

/// Reads photos and recordings when it is told what it finds in them.
#[derive(Default)]
pub(super) struct Reader {
    asked: watch::Sender<Vec<oneshot::Sender<ReadResult>>>,
}

impl Reader {
    /// Until it was asked for something that it was not told yet.
    pub(super) async fn asked(&self) {
        let mut asked = self.asked.subscribe();
        let waits = asked.wait_for(|asked| asked.iter().any(|one| !one.is_closed()));
        waits.await.expect("the sender is ours");
    }

    /// It finds this in what it was asked for last, if it was asked.
    pub(super) fn finds(&self, result: ReadResult) {
        let mut last = None;
        self.asked.send_modify(|asked| {
            asked.retain(|one| !one.is_closed());
            last = asked.pop();
        });
        if let Some(last) = last {
            // Nobody waits for it where the bot has ended meanwhile.
            let _ = last.send(result);
        }
    }

    /// It gives up what it was asked for.
    pub(super) fn gives_up(&self) {
        self.asked.send_replace(Vec::new());
    }

    async fn told(&self) -> Result<ReadResult> {
        let (tell, told) = oneshot::channel();
        self.asked.send_modify(|asked| asked.push(tell));
        told.await.map_err(|_| fault("reader", Fault::Unavailable))
    }
}

#[async_trait]
impl ReceiptOcr for Reader {
    async fn read(&self, _: &Document) -> Result<Read> {
        let reading = match self.told().await? {
            ReadResult::Receipt(receipt) => Reading::Receipt(receipt),
            ReadResult::NotAReceipt => Reading::NotAReceipt,
            ReadResult::Illegible => Reading::Illegible,
            ReadResult::NoReader => Reading::NoReader,
            ReadResult::UsedUp { seconds } => return Err(busy(seconds)),
            _ => return Err(fault("reader", Fault::Corrupt)),
        };
        let place = PLACE.to_owned();
        Ok(Read { place, reading })
    }
}

#[async_trait]
impl SpeechReader for Reader {
    async fn read(&self, _: &Recording) -> Result<Heard> {
        match self.told().await? {
            ReadResult::Heard(speech) => Ok(Heard {
                place: PLACE.to_owned(),
                speech,
            }),
            ReadResult::UsedUp { seconds } => Err(busy(seconds)),
            _ => Err(fault("reader", Fault::Corrupt)),
        }
    }
}

/// How long a thinker goes without an idea: shorter than a talk waits for an answer, since a bot has
/// few things thought of at a time.
const THOUGHT: Duration = Duration::from_secs(10);

/// Suggests a category for what it is told of, and for anything else none.
#[derive(Default)]
pub(super) struct Thinker {
    ideas: watch::Sender<HashMap<String, String>>,
}

impl Thinker {
    /// This is what comes to its mind for what is shown so.
    pub(super) fn thinks_of(&self, shown: &str, category: &str) {
        self.ideas
            .send_modify(|ideas| drop(ideas.insert(shown.to_owned(), category.to_owned())));
    }
}

#[async_trait]
impl Categorizer for Thinker {
    async fn suggest(&self, subject: &Subject) -> Result<Option<Suggestion>> {
        let words = subject.merchant.iter().chain([&subject.description]);
        let words = words.map(|words| words.as_str());
        let words: Vec<&str> = words.filter(|words| !words.is_empty()).collect();
        let shown = words.join(", ");
        let mut ideas = self.ideas.subscribe();
        let has_one = ideas.wait_for(|ideas| ideas.contains_key(&shown));
        // What comes to its mind too late is not there.
        let _ = timeout(THOUGHT, has_one).await;
        let mut idea = None;
        self.ideas.send_modify(|ideas| idea = ideas.remove(&shown));
        Ok(idea.map(|category| Suggestion {
            category,
            place: "by a model".to_owned(),
        }))
    }
}

/// A source of rates that has none yet.
pub(super) struct NoRates;

#[async_trait]
impl FxRates for NoRates {
    async fn rate(&self, _: Pair, _: chrono::NaiveDate) -> Result<Option<Rate>> {
        Ok(None)
    }
}

/// Lets every message of a person pass, but one that it is told of.
pub(super) struct Limiter {
    /// Counts everything else.
    pub(super) usual: Arc<dyn RateLimiter>,
    pub(super) wait: Arc<Wait>,
}

/// How long whoever writes next has to wait.
#[derive(Default)]
pub(super) struct Wait(Mutex<Option<Duration>>);

impl Wait {
    pub(super) fn set(&self, wait: Duration) {
        *self.lock() = Some(wait);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Duration>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl RateLimiter for Limiter {
    async fn take(&self, take: &Take, quota: Quota) -> Result<Verdict> {
        if !take.bucket.starts_with("updates/") {
            return self.usual.take(take, quota).await;
        }
        let wait = self.wait.lock().take();
        Ok(
            wait.map_or(Verdict::Allowed, |retry_after| Verdict::Limited {
                retry_after,
            }),
        )
    }

    async fn restamp(&self, take: &Take, quota: Quota) -> Result<()> {
        self.usual.restamp(take, quota).await
    }
}

fn busy(seconds: u64) -> PortError {
    let retry_after = Some(Duration::from_secs(seconds));
    fault("reader", Fault::Busy { retry_after })
}

fn fault(port: &'static str, fault: Fault) -> PortError {
    PortError::new(port, "ask", fault)
}
