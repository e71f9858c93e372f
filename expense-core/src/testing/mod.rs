//! Proofs for whoever builds on these ports, behind the feature `testing`.
//!
//! [`conformance`] proves an adapter in one line, [`fixtures`] builds values, [`mocks`] stands
//! in for the other side of a port, [`diary`] records in short, [`instances`] run side by side over one store, [`inbox`] keeps what a frontend brings, [`talk`] runs conversations as scripts, [`faulty`] makes
//! any port fail, [`simulation`] makes all of them fail at every place.

pub mod conformance;
pub mod diary;
pub mod dice;
pub mod faulty;
pub mod fixtures;
pub mod inbox;
pub mod instances;
pub mod mocks;
pub mod simulation;
pub mod talk;
