//! The bot in Telegram, against a local Bot API server.

mod acts;
mod bot;
mod clockwork;
mod instances;
mod moving;
mod people;
mod program;
mod prompted;
mod queue;
mod shown;
mod stage;
mod storm;
mod talks;
