//! Which trace an update belongs to, in the words of W3C Trace Context.

use std::fmt;
use std::num::{NonZeroU64, NonZeroU128};
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A text is no `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a traceparent is 00-TRACE-SPAN-FLAGS in small hexadecimal digits")]
pub struct InvalidTraceParent;

/// A span of some process, to which spans of others are joined. It is written as the header
/// `traceparent`: `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TraceParent {
    /// The trace.
    pub trace: NonZeroU128,
    /// The span in it.
    pub span: NonZeroU64,
    /// Whether the trace is kept.
    pub sampled: bool,
}

/// The trace of an update on its way: what hands it on says so, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Trace {
    /// The span that handed it on.
    #[serde(rename = "traceparent")]
    pub parent: TraceParent,
    /// When it was handed on, by that machine's clock.
    pub at: DateTime<Utc>,
}

const VERSION: &str = "00";
const SAMPLED: u8 = 1;

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = u8::from(self.sampled);
        write!(
            f,
            "{VERSION}-{:032x}-{:016x}-{flags:02x}",
            self.trace, self.span
        )
    }
}

impl FromStr for TraceParent {
    type Err = InvalidTraceParent;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).ok_or(InvalidTraceParent)
    }
}

fn read(text: &str) -> Option<TraceParent> {
    let mut parts = text.split('-');
    let mut part = |digits: usize| {
        let part = parts.next()?;
        let is_small_hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        (part.len() == digits && part.bytes().all(is_small_hex)).then_some(part)
    };
    let (version, trace, span, flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
    if version != VERSION || parts.next().is_some() {
        return None;
    }
    Some(TraceParent {
        trace: NonZeroU128::new(u128::from_str_radix(trace, 16).ok()?)?,
        span: NonZeroU64::new(u64::from_str_radix(span, 16).ok()?)?,
        sampled: u8::from_str_radix(flags, 16).ok()? & SAMPLED != 0,
    })
}

impl TryFrom<String> for TraceParent {
    type Error = InvalidTraceParent;

    fn try_from(text: String) -> Result<Self, InvalidTraceParent> {
        text.parse()
    }
}

impl From<TraceParent> for String {
    fn from(parent: TraceParent) -> Self {
        parent.to_string()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const WRITTEN: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_traceparent_is_read_as_it_is_written() {
        let parent: TraceParent = WRITTEN.parse().unwrap();
        assert!(parent.sampled);
        assert_eq!(parent.to_string(), WRITTEN);
        let json = serde_json::to_string(&parent).unwrap();
        assert_eq!(serde_json::from_str::<TraceParent>(&json).unwrap(), parent);
    }

    #[rstest]
    #[case("")]
    #[case("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    #[case("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331")]
    #[case("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-00")]
    #[case("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01")]
    #[case("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    #[case("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    #[case("00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    fn what_is_none_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<TraceParent>(), Err(InvalidTraceParent));
    }
}
