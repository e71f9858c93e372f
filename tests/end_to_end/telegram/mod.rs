//! The bot in Telegram, against a local Bot API server.

mod acts;
mod behind_a_proxy;
mod books;
mod bot;
mod clockwork;
mod database;
mod door;
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
mod wire;
