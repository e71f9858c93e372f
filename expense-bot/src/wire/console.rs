//! The chat on this terminal.

use expense_console::Setup;

use crate::config::{Config, Database};

/// How the console is set up. What it remembers of messages belongs to the database.
pub(crate) fn setup(config: &Config, json: bool) -> Setup {
    Setup {
        json,
        history: config.data.join("history"),
        messages: match &config.database {
            Database::Sqlite(file) => file.with_extension("console.json"),
            Database::Postgres(_) => config.data.join("console.json"),
        },
        files: config.data.join("files"),
        home: config.home.clone(),
        models: models(config),
    }
}

#[cfg(feature = "ocr-local")]
fn models(config: &Config) -> Option<std::sync::Arc<dyn expense_console::Models>> {
    let offer = || crate::models::Offer(crate::models::folder(config));
    config
        .readers
        .local
        .then(|| std::sync::Arc::new(offer()) as _)
}

#[cfg(not(feature = "ocr-local"))]
fn models(_: &Config) -> Option<std::sync::Arc<dyn expense_console::Models>> {
    None
}
