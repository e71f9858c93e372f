//! The bot in Telegram, against a local Bot API server.

mod bot;
mod reader;
mod stage;
mod talks;
