//! Errors as Google writes them: `google.rpc.Status` in JSON.

use std::time::Duration;

use serde_json::{Value, json};

fn error(code: u16, status: &str, message: &str, details: Value) -> (u16, Value) {
    let mut error = json!({"code": code, "status": status, "message": message});
    if details
        .as_array()
        .is_some_and(|details| !details.is_empty())
    {
        error["details"] = details;
    }
    (code, json!({ "error": error }))
}

pub(super) fn unknown_key() -> (u16, Value) {
    let info = json!([{
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
    }]);
    let message = "API key not valid. Please pass a valid API key.";
    error(400, "INVALID_ARGUMENT", message, info)
}

pub(super) fn no_key() -> (u16, Value) {
    let message = "Method doesn't allow unregistered callers. Please use an API key.";
    error(403, "PERMISSION_DENIED", message, json!([]))
}

pub(super) fn unknown_model(model: &str) -> (u16, Value) {
    let message = format!("models/{model} is not found for API version v1beta.");
    error(404, "NOT_FOUND", &message, json!([]))
}

pub(super) fn wrong_request(breaches: &[String]) -> (u16, Value) {
    let violations: Vec<_> = breaches
        .iter()
        .map(|told| json!({"description": told}))
        .collect();
    let details = json!([{
        "@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": violations,
    }]);
    let message = format!("Invalid JSON payload received. {}", breaches.join("; "));
    error(400, "INVALID_ARGUMENT", &message, details)
}

pub(super) fn too_large() -> (u16, Value) {
    let message = "Request payload size exceeds the limit: 20971520 bytes.";
    error(400, "INVALID_ARGUMENT", message, json!([]))
}

pub(super) fn damaged_file() -> (u16, Value) {
    error(
        400,
        "INVALID_ARGUMENT",
        "Unable to process input image.",
        json!([]),
    )
}

pub(super) fn minute(retry_after: Duration) -> (u16, Value) {
    let delay = format!(
        "{}.{:09}s",
        retry_after.as_secs(),
        retry_after.subsec_nanos()
    );
    exhausted(
        "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
        &delay,
    )
}

/// Its `RetryInfo` is as misleading as Google's.
pub(super) fn day() -> (u16, Value) {
    exhausted("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "36s")
}

fn exhausted(quota: &str, delay: &str) -> (u16, Value) {
    let details = json!([
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure",
         "violations": [{"quotaId": quota, "quotaValue": "20"}]},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay},
    ]);
    error(
        429,
        "RESOURCE_EXHAUSTED",
        "You exceeded your current quota.",
        details,
    )
}
