//! `models`: fetches and checks the local reader's models.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use expense_ocr_local::{Models, ModelsError, Progress, Stage, fetch};

use crate::config::Config;
use crate::error::Failure;

/// What fetching takes.
const EFFORT: &str = "31 MB, once, with pip";
/// How wide the progress bar is.
const BAR: u64 = 30;
const MEGABYTE: u64 = 1_000_000;

/// Where the models are, or will be.
pub(crate) fn folder(config: &Config) -> PathBuf {
    let named = &config.readers.models;
    named.clone().unwrap_or_else(|| config.data.join("models"))
}

/// Tells the operator where photos are not read because the models were never fetched.
#[cfg(feature = "telegram")]
pub(crate) fn remind(config: &Config) {
    if config.readers.local && Models::locate(folder(config)).is_err() {
        eprintln!(
            "Photos are not read on this machine yet: `expense-bot models` changes that ({EFFORT})."
        );
    }
}

/// Makes sure that the models are there and sound, and prints where.
pub(crate) async fn run(config: &Config) -> Result<(), Failure> {
    let folder = folder(config);
    if Models::locate(&folder).is_err() {
        eprintln!("Fetching the models of the local reader ({EFFORT}).");
    }
    let models = ensure(&folder).await?;
    eprintln!("The models are complete and sound. They are in");
    let mut out = io::stdout().lock();
    writeln!(out, "{}", models.folder().display())?;
    Ok(())
}

/// The models in this folder, complete and sound; fetched where they are not.
async fn ensure(folder: &Path) -> Result<Models, ModelsError> {
    let sound = Models::locate(folder).and_then(|models| models.verify().map(|()| models));
    match sound {
        Err(ModelsError::Missing { .. } | ModelsError::Damaged { .. }) => {
            let fetched = fetch(folder, bar()).await;
            if io::stderr().is_terminal() {
                eprintln!();
            }
            fetched
        }
        other => other,
    }
}

/// What a console may fetch for its reader: the models in this folder.
pub(crate) struct Offer(pub(crate) PathBuf);

#[async_trait]
impl expense_console::Models for Offer {
    fn missing(&self) -> bool {
        Models::locate(&self.0).is_err()
    }

    fn effort(&self) -> &str {
        EFFORT
    }

    async fn fetch(&self) -> Result<(), String> {
        let ensured = ensure(&self.0).await;
        ensured
            .map(drop)
            .map_err(|error| as_sentence(&error.to_string()))
    }
}

/// With a capital at its beginning.
fn as_sentence(words: &str) -> String {
    let mut rest = words.chars();
    let first = rest.next();
    first
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(rest)
        .collect()
}

/// Draws the progress on a terminal, nowhere else.
fn bar() -> impl FnMut(Progress) + Send {
    let drawn = io::stderr().is_terminal();
    move |progress| {
        if drawn {
            // A bar that can't be drawn is no reason to stop.
            let _ = write!(io::stderr(), "\r{}", line(progress));
        }
    }
}

fn line(progress: Progress) -> String {
    let stage = match progress.stage {
        Stage::Fetch => "fetching ",
        Stage::Check => "checking ",
        Stage::Unpack => "unpacking",
    };
    let total = progress.total.max(1);
    let done = progress.done.min(total);
    let full = usize::try_from(done * BAR / total).unwrap_or_default();
    let width = usize::try_from(BAR).unwrap_or_default();
    let bar = "#".repeat(full);
    format!(
        "{stage} [{bar:<width$}] {:>3} of {} MB",
        done / MEGABYTE,
        total / MEGABYTE
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_as_full_as_the_work_is_done() {
        let at = |done| {
            line(Progress {
                stage: Stage::Fetch,
                done,
                total: 30 * MEGABYTE,
            })
        };
        assert_eq!(
            at(0),
            format!("fetching  [{}]   0 of 30 MB", " ".repeat(30))
        );
        assert_eq!(
            at(10 * MEGABYTE),
            format!(
                "fetching  [{}{}]  10 of 30 MB",
                "#".repeat(10),
                " ".repeat(20)
            )
        );
        // A server may send more than it announced.
        assert_eq!(at(40 * MEGABYTE), at(30 * MEGABYTE));
    }
}
