//! Where everything comes together: which adapter stands behind which port, and which
//! decorators stand around it. Decorators are read from the inside out.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use expense_console::{Console, Files, Setup};
use expense_core::conversation::decision::Policy;
use expense_core::memory::in_process::in_process;
use expense_core::memory::store::MemoryStore;
use expense_core::ports::clock::Clock;
use expense_core::ports::ocr::ReceiptOcr;
use expense_core::ports::rate::Quota;
use expense_core::service::{Options, Ports};

use expense_ocr_local::{LocalReader, Models, ModelsError};

use crate::config::{Config, Reader};
use crate::error::Failure;
use crate::models;

/// The store that is configured, ready to be used.
pub(crate) async fn store(
    _config: &Config,
    clock: Arc<dyn Clock>,
) -> Result<Arc<MemoryStore>, Failure> {
    Ok(Arc::new(MemoryStore::new(clock)))
}

/// How the console is set up. What it remembers of messages belongs to the database.
pub(crate) fn console(config: &Config, json: bool) -> Setup {
    Setup {
        json,
        history: config.data.join("history"),
        messages: config.database.with_extension("console.json"),
        files: config.data.join("files"),
        home: config.home.clone(),
        photo_hint: photo_hint(config),
    }
}

/// The reader on this machine, where its models are.
pub(crate) fn local_reader(config: &Config) -> Result<LocalReader, ModelsError> {
    let models = Models::locate(models::folder(config))?;
    Ok(LocalReader::with_parallel(models, NonZeroUsize::MIN))
}

/// Who reads the photos of the chat; nobody where nobody is configured or its models are not
/// there, and then a photo's draft asks for the amount.
fn reader(config: &Config) -> Option<Arc<dyn ReceiptOcr>> {
    let Reader::Local = config.reader?;
    match local_reader(config) {
        Ok(reader) => Some(Arc::new(reader)),
        Err(missing) => {
            tracing::info!(%missing, "receipts are not read");
            None
        }
    }
}

/// What a photo is answered with, beside its draft, where the models could be fetched.
fn photo_hint(config: &Config) -> Option<String> {
    let missing = config.reader.is_some() && Models::locate(models::folder(config)).is_err();
    missing.then(|| {
        "I can read receipts on this machine once the models are here: leave with Ctrl-D, run \
         `expense-bot models` (31 MB, needs pip), and come back."
            .to_owned()
    })
}

/// Everything outside the service, for one person on one machine.
pub(crate) fn ports(
    config: &Config,
    store: Arc<MemoryStore>,
    clock: Arc<dyn Clock>,
    console: Arc<Console>,
) -> Ports {
    Ports {
        ocr: reader(config),
        ..in_process(store, console, Arc::new(Files), clock)
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
