//! What went wrong, in the only terms that callers act on.

use std::time::Duration;

use chrono::DateTime;
use expense_core::ports::error::{Fault, PortError};
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// No client can be made on this machine: its certificates or its network library fail.
#[derive(Debug, thiserror::Error)]
#[error("no HTTP client can be made")]
pub struct Unusable(#[source] pub(crate) reqwest::Error);

pub(crate) fn fault(fault: Fault) -> PortError {
    PortError::new("fx", "rate", fault)
}

/// What the answer is no sense of.
pub(crate) fn corrupt(why: &'static str) -> PortError {
    fault(Fault::Corrupt).because(why)
}

/// A request that came to no answer, or to half of one. The address stays out of it: it may hold
/// a password.
pub(crate) fn failed(error: reqwest::Error) -> PortError {
    let kind = if error.is_builder() {
        Fault::Bug
    } else if error.is_redirect() {
        Fault::Corrupt
    } else {
        Fault::Unavailable
    };
    fault(kind).because(error.without_url())
}

/// An answer that is neither a rate nor "not found".
pub(crate) fn refused(status: StatusCode, headers: &HeaderMap) -> PortError {
    let retry_after = retry_after(headers);
    let kind = match status {
        StatusCode::TOO_MANY_REQUESTS => Fault::Busy { retry_after },
        StatusCode::SERVICE_UNAVAILABLE if retry_after.is_some() => Fault::Busy { retry_after },
        StatusCode::REQUEST_TIMEOUT => Fault::Unavailable,
        status if status.is_server_error() => Fault::Unavailable,
        status if status.is_client_error() => Fault::Denied,
        _ => Fault::Corrupt,
    };
    fault(kind).because(format!("the service answered {}", status.as_u16()))
}

/// The header in seconds or as a date (RFC 9110, 10.2.3); a date is seen from the service's own.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let then = DateTime::parse_from_rfc2822(text).ok()?;
    let now = DateTime::parse_from_rfc2822(headers.get(DATE)?.to_str().ok()?).ok()?;
    (then - now).to_std().ok()
}
