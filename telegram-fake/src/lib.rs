#![doc = include_str!("../README.md")]

mod chat;
mod check;
mod dice;
mod error;
mod fake;
mod fault;
mod flood;
mod group;
mod html;
mod http;
mod keyboard;
pub mod load;
mod marks;
mod methods;
mod model;
mod options;
mod params;
mod person;
mod queue;
mod shared;
mod webhook;
mod world;

pub use chat::{Chat, PATIENCE};
pub use error::ApiError;
pub use fake::Fake;
pub use fault::{Fault, FaultError, Harm, When};
pub use flood::Limits;
pub use group::Group;
pub use model::{Button, ChatInfo, Entity, Media, Message, User};
pub use options::Options;
pub use person::Person;
pub use shared::Arrival;
pub use world::Seen;
