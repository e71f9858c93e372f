//! Asking until there is an answer.

use std::time::Duration;

use crate::refusal::{CallError, Remedy};

/// The first and the longest pause before Telegram is asked again.
const FIRST_RETRY: Duration = Duration::from_millis(250);
const LAST_RETRY: Duration = Duration::from_secs(30);

/// Asks until Telegram answers, less and less often, or refuses in a way that `ends` it.
pub(crate) async fn patiently<T, E, F>(
    ask: impl Fn() -> F,
    ends: impl Fn(Remedy) -> Option<E>,
) -> Result<T, E>
where
    F: Future<Output = Result<T, CallError>>,
{
    let mut pause = FIRST_RETRY;
    loop {
        let error = match ask().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let mut wait = pause;
        if let CallError::Refused(refusal) = &error {
            let remedy = refusal.remedy();
            if let Some(end) = ends(remedy) {
                return Err(end);
            }
            if let Remedy::Wait(asked) = remedy {
                wait = asked.max(pause);
            }
        }
        tracing::warn!(%error, "Telegram can't be asked yet");
        tokio::time::sleep(wait).await;
        pause = (pause * 2).min(LAST_RETRY);
    }
}
