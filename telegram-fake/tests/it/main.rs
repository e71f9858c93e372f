//! The server, seen as a bot sees it.

mod aiogram;
mod faults;
mod messages;
mod polling;
mod support;
mod webhook;
