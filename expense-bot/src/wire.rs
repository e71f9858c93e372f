//! Where everything comes together: which adapter stands behind which port, and which
//! decorators stand around it. Decorators are read from the inside out.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use expense_console::{Console, Files, Setup};
use expense_core::conversation::decision::Policy;
use expense_core::memory::cache::MemoryCache;
use expense_core::memory::in_process::in_process;
use expense_core::ports::clock::Clock;
use expense_core::ports::ocr::ReceiptOcr;
use expense_core::ports::rate::Quota;
use expense_core::service::{Options, Ports};

use expense_core::wrap::Wrapped;
use expense_core::wrap::cached::CachedOcr;
use expense_core::wrap::meter::Meter;
use expense_core::wrap::retry::Retry;
use expense_core::wrap::timeout::Timeout;
use expense_ocr_local::LocalReader;
use expense_store_sqlite::{OpenError, SqliteStore};

use crate::config::{Config, Reader};
use crate::models::{self, Offer};

/// How long the local reader may take for one receipt: less than `limits::READING`.
const LOCAL_READING: Duration = Duration::from_secs(80);
/// Readings that are remembered, and for how long: a photo sent twice is read once.
const READINGS: usize = 100;
const READINGS_KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// The database that is configured, ready to be used.
pub(crate) async fn store(config: &Config) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(expense_store_sqlite::Config::new(&config.database)).await
}

/// How the console is set up. What it remembers of messages belongs to the database.
pub(crate) fn console(config: &Config, json: bool) -> Setup {
    Setup {
        json,
        history: config.data.join("history"),
        messages: config.database.with_extension("console.json"),
        files: config.data.join("files"),
        home: config.home.clone(),
        models: config.reader.map(|Reader::Local| {
            Arc::new(Offer(models::folder(config))) as Arc<dyn expense_console::Models>
        }),
    }
}

/// The reader on this machine. It needs its models when it reads, not before.
pub(crate) fn local_reader(config: &Config) -> LocalReader {
    LocalReader::with_parallel(models::folder(config), NonZeroUsize::MIN)
}

/// Who reads the photos of the chat; nobody where nobody is configured, and then a photo's draft
/// asks for the amount.
fn reader(config: &Config, clock: Arc<dyn Clock>) -> Option<Arc<dyn ReceiptOcr>> {
    let Reader::Local = config.reader?;
    let local = Arc::new(local_reader(config));
    // A photo that is too much for it ends here, so that the next one has its turn.
    let timely = Arc::new(Wrapped::ocr(local, Timeout(LOCAL_READING)));
    // Each reading is counted and timed.
    let metered = Arc::new(Wrapped::ocr(timely, Meter::new(clock.clone())));
    // A known image costs nothing, not even a count.
    let readings = Arc::new(MemoryCache::new(clock, READINGS));
    Some(Arc::new(CachedOcr::new(metered, readings, READINGS_KEPT)))
}

/// Everything outside the service, for one person on one machine.
pub(crate) fn ports(
    config: &Config,
    sqlite: Arc<SqliteStore>,
    clock: Arc<dyn Clock>,
    console: Arc<Console>,
) -> Ports {
    // A file that another program holds for a moment is tried again; the file itself waits
    // `busy_timeout`, so no time limit stands between.
    let patient = Arc::new(Wrapped::store(sqlite.clone(), Retry::default()));
    // Every operation is counted once, however often it was tried.
    let store = Arc::new(Wrapped::store(patient, Meter::new(clock.clone())));
    Ports {
        store,
        ocr: reader(config, clock.clone()),
        ..in_process(sqlite, console, Arc::new(Files), clock)
    }
}

/// What is configured about conversations.
pub(crate) fn options(config: &Config) -> Options {
    Options {
        defaults: config.at_this_machine(),
        policy: Policy {
            draft_ttl: config.draft_ttl,
        },
        // Nobody needs protection from themselves on their own terminal, unless they say so.
        quota: config.rate.filter(|burst| *burst > 0).map(|burst| Quota {
            burst,
            period: Duration::from_secs(60),
        }),
        ..Options::default()
    }
}
