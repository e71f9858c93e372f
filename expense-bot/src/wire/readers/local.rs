//! The reader on this machine.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use expense_core::ports::ocr::ReceiptOcr;
use expense_core::service::Ports;
use expense_core::wrap::Wrapped;
use expense_core::wrap::meter::Meter;
use expense_core::wrap::timeout::Timeout;
use expense_ocr_local::LocalReader;

use crate::config::Config;
use crate::models;

/// How long it may take for one receipt: less than `limits::READING`.
const READING: Duration = Duration::from_secs(80);

/// The reader on this machine. It needs its models when it reads, not before.
pub(crate) fn reader(config: &Config) -> LocalReader {
    LocalReader::with_parallel(models::folder(config), NonZeroUsize::MIN)
}

/// The same where it is configured, with a time for each photo, so that the next one has its turn, and counted.
pub(super) fn timed(config: &Config, ports: &Ports) -> Option<Arc<dyn ReceiptOcr>> {
    if !config.readers.local {
        return None;
    }
    let timely = Wrapped::ocr(Arc::new(reader(config)), Timeout(READING));
    let meter = Meter::new(ports.clock.clone());
    Some(Arc::new(Wrapped::ocr(Arc::new(timely), meter)))
}
