//! The bot against a local Bot API server.

mod app;
mod check;
mod contracts;
mod frontend;
mod inbound;
mod outbound;
mod polling;
mod proxy;
mod webhook;
