//! Who is let in, who shares a ledger, and where chats go: the whole service in simulated time.
#![cfg(feature = "testing")]

mod access;
mod groups;
mod moving;
mod owner_code;
mod town;
