//! The bot in Telegram, against a local Bot API server.

mod bot;
mod crowd;
mod kill;
mod program;
mod reader;
mod stage;
mod talks;
