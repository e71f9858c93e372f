//! The bot against a server that says what a test wants it to say.

mod app;
mod polling;
mod server;
