//! The reader behind the port.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use expense_core::domain::limits;
use expense_core::ports::error::{Fault, PortError, Result};
use expense_core::ports::ocr::{Document, Read, Reading, ReceiptOcr};
use tokio::sync::Semaphore;

use crate::decode::{Decoded, decode};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::fields;
use crate::models::Models;

/// A receipt has no more pages, all parts together.
const MOST_PAGES: usize = 5;
/// Networks that nobody used for so long are dropped: an idle process is small.
const IDLE: Duration = Duration::from_secs(90);
/// Where it reads, in words for the person.
const PLACE: &str = "on this server";

/// Reads receipts on this machine, without a network and without a key.
///
/// Reading takes seconds of one core and up to 300 MB; it happens on threads for blocking work,
/// a bounded number at a time, so [`read`](ReceiptOcr::read) must be called within a Tokio
/// runtime. The networks are loaded with the first receipt and dropped when no receipt came for
/// a while. Until they are in their folder every document is [`Reading::NoReader`]; they are looked
/// for each time, so that nobody has to start anew when they have come.
#[derive(Clone)]
pub struct LocalReader {
    networks: Arc<Networks>,
    turns: Arc<Semaphore>,
}

struct Networks {
    folder: PathBuf,
    loaded: Mutex<Loaded>,
}

#[derive(Default)]
struct Loaded {
    engine: Option<Arc<Engine>>,
    /// Grows with every use: the watch that finds it unchanged drops the networks.
    uses: u64,
}

impl LocalReader {
    /// A reader with the networks of this folder, there already or later (see [`Models`]), that
    /// reads one receipt for every two cores at a time.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self::with_parallel(
            folder,
            NonZeroUsize::new(cores / 2).unwrap_or(NonZeroUsize::MIN),
        )
    }

    /// A reader that reads `parallel` receipts at a time; others wait.
    #[must_use]
    pub fn with_parallel(folder: impl Into<PathBuf>, parallel: NonZeroUsize) -> Self {
        let networks = Networks {
            folder: folder.into(),
            loaded: Mutex::default(),
        };
        Self {
            networks: Arc::new(networks),
            turns: Arc::new(Semaphore::new(parallel.get())),
        }
    }
}

#[async_trait]
impl ReceiptOcr for LocalReader {
    async fn read(&self, document: &Document) -> Result<Read> {
        let bytes: usize = document.parts.iter().map(bytes::Bytes::len).sum();
        if bytes > limits::DOCUMENT_BYTES {
            return Err(fault(Fault::Denied).because("the document is larger than 20 MB"));
        }
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|closed| fault(Fault::Unavailable).because(closed))?;
        let (networks, document) = (Arc::clone(&self.networks), document.clone());
        let work = tokio::task::spawn_blocking(move || {
            // Held by the work itself: it goes on when the caller stops waiting.
            let _turn = turn;
            networks.read(&document)
        });
        let reading = work
            .await
            .map_err(|panicked| fault(Fault::Bug).because(panicked))?;
        self.drop_when_idle();
        let reading = reading.map_err(|error| {
            let fitting = if matches!(error, EngineError::Models(_)) {
                Fault::Unavailable
            } else {
                Fault::Bug
            };
            fault(fitting).because(error)
        })?;
        Ok(Read {
            place: PLACE.to_owned(),
            reading,
        })
    }
}

impl LocalReader {
    fn drop_when_idle(&self) {
        let networks = Arc::clone(&self.networks);
        let uses = networks.lock().uses;
        tokio::spawn(async move {
            tokio::time::sleep(IDLE).await;
            let mut loaded = networks.lock();
            if loaded.uses == uses {
                loaded.engine = None;
            }
        });
    }
}

impl Networks {
    fn lock(&self) -> std::sync::MutexGuard<'_, Loaded> {
        // Nothing can be half done in there.
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn engine(&self, models: &Models) -> std::result::Result<Arc<Engine>, EngineError> {
        let mut loaded = self.lock();
        loaded.uses += 1;
        if let Some(engine) = &loaded.engine {
            return Ok(Arc::clone(engine));
        }
        let engine = Arc::new(Engine::load(models)?);
        loaded.engine = Some(Arc::clone(&engine));
        Ok(engine)
    }

    fn read(&self, document: &Document) -> std::result::Result<Reading, EngineError> {
        // A file that is still being copied is not there yet either.
        let Ok(models) = Models::locate(&self.folder) else {
            return Ok(Reading::NoReader);
        };
        let mut pages = Vec::new();
        let mut unreadable = false;
        for part in &document.parts {
            match decode(part, MOST_PAGES - pages.len()) {
                Decoded::Pages(more) => pages.extend(more),
                Decoded::Unreadable => unreadable = true,
                Decoded::NoImage => {}
            }
            if pages.len() >= MOST_PAGES {
                break;
            }
        }
        if pages.is_empty() {
            return Ok(if unreadable {
                Reading::Illegible
            } else {
                Reading::NotAReceipt
            });
        }
        let engine = self.engine(&models)?;
        let mut lines = Vec::new();
        for page in pages {
            lines.extend(engine.lines(page)?);
        }
        Ok(fields::read(lines, &document.hints))
    }
}

fn fault(fault: Fault) -> PortError {
    PortError::new("receipt reader", "read", fault)
}
