//! Whole paths over real adapters: a service on SQLite.

mod app;
mod service;
mod simulation;
