//! Checks requests, answers and updates against the description of the Bot API.

mod api;
mod prose;
mod walk;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::Value;

use crate::params::Params;
use api::Api;
use walk::Walk;

/// More than this many violations tell nothing new.
const MOST: usize = 100;

/// The description, and what was found to be against it.
pub(crate) struct Checker {
    api: &'static Api,
    found: Mutex<Vec<String>>,
}

impl Checker {
    /// `None`, said on stderr, where the description is not at hand.
    pub(crate) fn load() -> Option<Self> {
        static API: OnceLock<Option<Api>> = OnceLock::new();
        let api = API.get_or_init(|| {
            let file = shared().join("telegram-bot-api/api.json");
            let api = std::fs::read(&file).ok().and_then(|text| Api::read(&text));
            if api.is_none() {
                eprintln!(
                    "NOT RUN: the check of requests against the Bot API's description, since {} can't be read",
                    file.display()
                );
            }
            api
        });
        let found = Mutex::default();
        api.as_ref().map(|api| Self { api, found })
    }

    pub(crate) fn violations(&self) -> Vec<String> {
        self.found
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn note(&self, result: Result<(), String>) {
        let Err(violation) = result else { return };
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if found.len() < MOST {
            found.push(violation);
        }
    }

    /// What the bot asks.
    pub(crate) fn request(&self, method: &str, params: &Params) {
        self.note(Walk::new(self.api).request(method, params));
    }

    /// What this server answers.
    pub(crate) fn result(&self, method: &str, result: &[u8]) {
        let Some(method) = self.api.methods.get(method) else {
            return;
        };
        let value: Value = serde_json::from_slice(result).unwrap_or_default();
        let path = format!("answer of {}", method.name);
        self.note(Walk::new(self.api).value(&value, &method.returns, &path));
    }

    /// What this server tells the bot.
    pub(crate) fn update(&self, update: &[u8]) {
        let value: Value = serde_json::from_slice(update).unwrap_or_default();
        self.note(Walk::new(self.api).object(&value, "Update", "update"));
    }
}

/// Data made by others, which lies beside the project.
fn shared() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    std::env::var_os("SHARED_DIR").map_or_else(beside, PathBuf::from)
}
