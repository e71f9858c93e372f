//! The signals that end the program: the first finishes what was accepted, the second does not.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// What a shell reports for a program that was interrupted (128 + SIGINT).
const INTERRUPTED: i32 = 130;

/// Cancels the token it gives back on the first SIGINT or SIGTERM, ends the process on the next.
pub(crate) fn watch() -> io::Result<CancellationToken> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let shutdown = CancellationToken::new();
    let first = shutdown.clone();
    tokio::spawn(async move {
        for count in 0.. {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if count > 0 {
                expense_console::restore_terminal();
                std::process::exit(INTERRUPTED);
            }
            first.cancel();
        }
    });
    Ok(shutdown)
}
