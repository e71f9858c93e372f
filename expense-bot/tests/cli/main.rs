//! The program as its users meet it: command lines, pipes, a terminal.

mod bot;
mod chat;
mod chat_json;
mod configuration;
mod database;
mod parse;
mod receipts;
mod terminal;
