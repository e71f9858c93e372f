//! Days.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Zone(chrono_tz::Tz);

/// Days, half open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    from: NaiveDate,
    until: NaiveDate,
}
