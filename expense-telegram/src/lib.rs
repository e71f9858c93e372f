#![doc = include_str!("../README.md")]

mod address;
mod attachments;
mod check;
mod client;
mod commands;
mod config;
mod delivery;
mod files;
mod inbound;
mod keyboard;
mod markup;
mod outbound;
mod pacing;
mod patience;
mod polling;
mod progress;
mod refusal;
mod stranded;
mod telegram;
mod update;
mod webhook;
mod window;

pub use config::{
    API_URL, Config, ConfigError, MAX_CONNECTIONS, MESSAGES_PER_SECOND, Transport, Webhook,
};
pub use inbound::SERVED;
pub use telegram::{RunError, Sharing, Telegram};
