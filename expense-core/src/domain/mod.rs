//! Facts: values that are true or refused, without I/O, clock, chance or floats.

pub mod access;
pub mod attachment;
pub mod calendar;
pub mod category;
pub mod change;
pub mod currency;
pub mod draft;
pub mod exchange;
pub mod expense;
pub mod keys;
pub mod ledger;
pub mod limits;
pub mod locale;
pub mod money;
pub mod number;
pub mod person;
pub mod receipt;
pub mod speech;
pub mod text;
pub mod totals;
pub mod trace;
