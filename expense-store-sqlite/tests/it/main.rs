//! The contracts on a real file, and what only a file can do wrong.

mod backup;
mod contracts;
mod diary;
mod kill;
mod open;
mod running;
