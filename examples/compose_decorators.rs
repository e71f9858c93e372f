//! Decorators around a port, read from the inside out: a reader that is slow and limited, with
//! another behind it.
//!
//! `cargo run -p expense-examples --example compose_decorators`

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use expense_core::memory::cache::MemoryCache;
use expense_core::memory::clock::SystemClock;
use expense_core::memory::rate::MemoryRateLimiter;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::Result;
use expense_core::ports::ocr::{Document, Hints, Read, Reading, ReceiptOcr};
use expense_core::ports::rate::Quota;
use expense_core::wrap::cached::CachedOcr;
use expense_core::wrap::fallback::FallbackOcr;
use expense_core::wrap::meter::Meter;
use expense_core::wrap::quota::Allowance;
use expense_core::wrap::retry::Retry;
use expense_core::wrap::timeout::Timeout;
use expense_core::wrap::{Policy, Wrapped};

/// One a day, so that the second receipt falls back.
const A_DAY: Quota = Quota {
    burst: 1,
    period: Duration::from_secs(24 * 60 * 60),
};

fn wrap(reader: Arc<dyn ReceiptOcr>, policy: impl Policy + 'static) -> Arc<dyn ReceiptOcr> {
    Arc::new(Wrapped::ocr(reader, policy))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let clock = Arc::new(SystemClock);
    let limiter = Arc::new(MemoryRateLimiter::new(clock.clone()));

    // Each try has its time, costs the quota, and may be followed by another; all of that is
    // one call to the meter.
    let remote = wrap(
        Arc::new(Reader("far away")),
        Timeout(Duration::from_secs(30)),
    );
    let remote = wrap(remote, Allowance::new(limiter, "receipts", A_DAY));
    let remote = wrap(remote, Retry::default());
    let remote = wrap(remote, Meter::new(clock.clone()));

    // Whatever keeps it from answering, the other one takes over. A known image costs nothing.
    let both = Arc::new(FallbackOcr::new(
        remote,
        vec![Arc::new(Reader("right here"))],
    ));
    let cache = Arc::new(MemoryCache::new(clock, 1_000));
    let both = CachedOcr::new(both, cache, Duration::from_secs(60 * 60));

    for photo in ["first receipt", "second receipt", "first receipt"] {
        println!(
            "{photo}: read {}",
            both.read(&document(photo)?).await?.place
        );
    }
    Ok(())
}

/// A reader that takes everything for a receipt.
struct Reader(&'static str);

#[async_trait]
impl ReceiptOcr for Reader {
    async fn read(&self, _: &Document) -> Result<Read> {
        Ok(Read {
            place: self.0.to_owned(),
            reading: Reading::Receipt(Box::default()),
        })
    }
}

fn document(content: &'static str) -> anyhow::Result<Document> {
    Ok(Document {
        parts: vec![content.into()],
        hints: Hints {
            currency: "EUR".parse()?,
            locale: "en".parse()?,
            sent_on: SystemClock.now().date_naive(),
            categories: Vec::new(),
        },
    })
}
