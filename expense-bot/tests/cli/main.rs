//! The program as its users meet it: command lines, pipes, a terminal.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

#[cfg(feature = "sqlite")]
mod archives;
#[cfg(all(feature = "sqlite", feature = "telegram"))]
mod beside;
mod bot;
mod chat;
mod chat_json;
mod configuration;
mod database;
#[cfg(all(feature = "sqlite", feature = "telegram"))]
mod doctor;
#[cfg(feature = "gemini")]
mod gemini;
#[cfg(feature = "load")]
mod load;
mod models;
mod parse;
mod queue;
mod receipts;
mod terminal;
