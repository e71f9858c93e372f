//! Whole paths over real adapters: a service on SQLite, and the program itself.

mod app;
mod kill;
mod service;
mod simulation;
mod telegram;
