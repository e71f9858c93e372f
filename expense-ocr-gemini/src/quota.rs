//! What an answer that is no 200 means.
//!
//! The forms are those of `google.rpc.Status` in JSON (AIP-193) and of bodies that were observed:
//! one object, an array around it, or a page of something that stands between.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveTime, TimeZone, Utc};
use chrono_tz::America::Los_Angeles;
use serde::Deserialize;
use serde_json::Value;

use crate::error::GeminiError;

/// No wait is longer than a day, whatever is asked for.
pub(crate) const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    One(Envelope),
    /// Streams, and 429 of some front ends.
    Several(Vec<Envelope>),
}

#[derive(Deserialize)]
struct Envelope {
    error: Status,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    message: String,
    status: String,
    details: Vec<Value>,
}

/// What this status and body mean. `asked` is what a `Retry-After` header says.
pub(crate) fn meaning(
    http: u16,
    body: &[u8],
    asked: Option<Duration>,
    now: DateTime<Utc>,
) -> GeminiError {
    let body = serde_json::from_slice(body).ok();
    let status = body.and_then(|body| match body {
        Body::One(envelope) => Some(envelope.error),
        Body::Several(several) => several.into_iter().next().map(|envelope| envelope.error),
    });
    let is_googles = status.is_some();
    let status = status.unwrap_or_default();
    match http {
        400 if is_googles => invalid(&status),
        401 => GeminiError::Key,
        402 => GeminiError::Credit,
        // A key that does not exist is 400; what may not be done is 403.
        403 if is_googles => GeminiError::Permission,
        404 if status.tells(&["cache"]) => GeminiError::Request,
        404 if is_googles => GeminiError::Model,
        413 => GeminiError::TooLarge,
        429 => exhausted(&status, asked, now),
        503 => GeminiError::Overloaded {
            retry_after: status.retry_delay().or(asked),
        },
        // Time ran out there, or the connection of a proxy did.
        408 | 499 | 500.. => GeminiError::Failed { status: http },
        _ => GeminiError::Address,
    }
}

/// 400 has many meanings; only some carry a code, the others are told by words of the message.
fn invalid(status: &Status) -> GeminiError {
    let violations = |detail: &Value| detail["fieldViolations"].is_array();
    if status.reason_is("API_KEY_INVALID") || status.tells(&["api key"]) {
        GeminiError::Key
    } else if status.status == "FAILED_PRECONDITION" {
        GeminiError::Location
    } else if status.tells(&["payload size", "token count"]) {
        GeminiError::TooLarge
    } else if status.details.iter().any(violations) || status.tells(&["json payload", "cache"]) {
        GeminiError::Request
    } else if status.tells(&[
        "not enabled",
        "not supported for",
        "does not support",
        "models/",
    ]) {
        GeminiError::Model
    } else {
        // Our requests differ in nothing but the file: "Request contains an invalid argument".
        GeminiError::File
    }
}

fn exhausted(status: &Status, asked: Option<Duration>, now: DateTime<Utc>) -> GeminiError {
    let violations = status
        .details
        .iter()
        .filter_map(|d| d["violations"].as_array());
    let metadata = status.details.iter().map(|detail| &detail["metadata"]);
    let quotas: Vec<(&str, &str)> = violations
        .flatten()
        .map(|violation| (&violation["quotaId"], &violation["quotaValue"]))
        .chain(metadata.map(|data| (&data["quota_limit"], &data["quota_limit_value"])))
        .filter_map(|(id, limit)| Some((id.as_str()?, limit.as_str().unwrap_or_default())))
        .collect();
    if quotas.iter().any(|(_, limit)| *limit == "0") {
        return GeminiError::Plan;
    }
    // Its RetryInfo says seconds all the same: the name of the quota is right.
    if quotas.iter().any(|(id, _)| id.contains("PerDay")) {
        return GeminiError::Day {
            retry_after: until_midnight(now),
        };
    }
    GeminiError::Minute {
        retry_after: status.retry_delay().or(asked),
    }
}

impl Status {
    fn reason_is(&self, reason: &str) -> bool {
        self.details.iter().any(|detail| detail["reason"] == reason)
    }

    /// Whether the message, or what stands behind it, has one of these words.
    fn tells(&self, words: &[&str]) -> bool {
        let details = self.details.iter().filter_map(|d| d["detail"].as_str());
        let mut texts = details
            .chain([self.message.as_str()])
            .map(str::to_ascii_lowercase);
        texts.any(|text| words.iter().any(|word| text.contains(word)))
    }

    fn retry_delay(&self) -> Option<Duration> {
        let delays = self.details.iter().filter_map(|d| d["retryDelay"].as_str());
        delays.filter_map(seconds).max()
    }
}

/// `45.837906927s`, the JSON form of `google.protobuf.Duration`; a past one is no wait.
fn seconds(text: &str) -> Option<Duration> {
    let number = text.strip_suffix('s')?;
    if number.starts_with('-') {
        return Some(Duration::ZERO);
    }
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if fraction.len() > 9 || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let nanos = format!("{fraction:0<9}").parse().ok()?;
    Some(Duration::new(whole.parse().ok()?, nanos).min(LONGEST))
}

/// Until Google's quotas by the day begin anew: midnight Pacific time.
fn until_midnight(now: DateTime<Utc>) -> Duration {
    let there = now.with_timezone(&Los_Angeles);
    let midnight = there
        .date_naive()
        .checked_add_days(Days::new(1))
        .map(|tomorrow| tomorrow.and_time(NaiveTime::MIN))
        .and_then(|midnight| Los_Angeles.from_local_datetime(&midnight).earliest());
    let wait = midnight.and_then(|midnight| (midnight.to_utc() - now).to_std().ok());
    wait.unwrap_or(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("26s", Some((26, 0)))]
    #[case("45.837906927s", Some((45, 837_906_927)))]
    #[case("0.5s", Some((0, 500_000_000)))]
    #[case("-3s", Some((0, 0)))]
    #[case("999999999999s", Some((86_400, 0)))]
    #[case("26", None)]
    #[case("s", None)]
    #[case("1.0000000001s", None)]
    #[case("99999999999999999999999s", None)]
    fn delays(#[case] text: &str, #[case] delay: Option<(u64, u32)>) {
        let delay = delay.map(|(seconds, nanos)| Duration::new(seconds, nanos));
        assert_eq!(seconds(text), delay);
    }

    #[rstest]
    #[case::winter("2026-11-23T22:00:00Z", 10 * 3_600)]
    #[case::summer("2026-07-01T06:59:59Z", 1)]
    #[case::at_midnight("2026-07-01T07:00:00Z", 24 * 3_600)]
    #[case::spring_forward("2026-03-08T08:00:00Z", 23 * 3_600)]
    #[case::fall_back("2026-11-01T07:00:00Z", 25 * 3_600)]
    fn the_day_begins_at_midnight_pacific_time(#[case] now: &str, #[case] wait: u64) {
        assert_eq!(until_midnight(now.parse().unwrap()).as_secs(), wait);
    }
}
