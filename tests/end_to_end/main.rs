//! Whole paths over real adapters: a service on SQLite, and the program itself.

mod app;
mod kill;
mod replicas;
mod service;
mod simulation;
mod telegram;
