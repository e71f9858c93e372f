//! Telegram: the token, the webhook, the people.

use expense_core::memory::clock::SystemClock;
use expense_telegram::Telegram;

use super::{Finding, finding};
use crate::config::Config;

/// Whether Telegram knows the bot and can reach it, and whether anybody may talk to it.
pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    let Some(telegram) = &config.telegram else {
        return Vec::new();
    };
    let settings = crate::wire::telegram::settings(telegram, &config.people);
    let mut findings = match Telegram::new(settings, std::sync::Arc::new(SystemClock)) {
        Ok(bot) => {
            let checks = bot.check().await.into_iter();
            checks.map(|check| finding("telegram", check)).collect()
        }
        Err(error) => vec![finding("telegram", Err::<&str, _>(error))],
    };
    findings.push(finding("people", people(config)));
    findings
}

fn people(config: &Config) -> Result<String, String> {
    let people = &config.people;
    if people.open {
        return Ok("everybody may use it, as OPEN_TO_ALL says".to_owned());
    }
    if people.owners.is_empty() {
        return Ok(
            "no OWNER_IDS: `run` prints a code for the first owner unless there is one".to_owned(),
        );
    }
    Ok(format!(
        "{} owners, {} allowed people, {} allowed chats, and whom owners approved",
        people.owners.len(),
        people.users.len(),
        people.chats.len()
    ))
}
