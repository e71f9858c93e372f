//! The bot against a local Bot API server.

mod app;
mod check;
mod clock;
mod contracts;
mod frontend;
mod held_up;
mod inbound;
mod menus;
mod outbound;
mod polling;
mod proxy;
mod unanswered;
mod webhook;
