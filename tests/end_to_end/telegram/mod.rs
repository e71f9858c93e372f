//! The bot in Telegram, against a local Bot API server.

mod acts;
mod behind_a_proxy;
mod books;
mod bot;
mod chaos;
mod clockwork;
mod database;
mod door;
mod errands;
mod flood;
mod instances;
mod kept;
mod lost;
mod moving;
mod people;
mod program;
mod prompted;
mod queue;
mod shown;
mod stage;
mod storm;
mod talks;
mod wire;

use std::fmt::Display;

/// A server of a test, once it runs.
async fn started<S: Send + 'static, E: Display + Send + 'static>(start: fn() -> Result<S, E>) -> S {
    let starting = tokio::task::spawn_blocking(start).await;
    let started = starting.expect("it does not panic");
    started.unwrap_or_else(|error| panic!("{error}"))
}

/// What a variable says, or what is usual.
fn number(variable: &str, usual: u64) -> u64 {
    let given = std::env::var(variable).ok();
    given.and_then(|given| given.parse().ok()).unwrap_or(usual)
}
