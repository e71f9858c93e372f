//! Handing updates to the service, and answering pressed buttons.

use std::sync::Arc;
use std::time::Duration;

use expense_core::conversation::event::Envelope;
use expense_core::ports::error::PortError;
use expense_core::service::Service;
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::client::Client;
use crate::inbound::Press;

/// The first and the longest pause before an update that could not be taken is brought again.
const FIRST_RETRY: Duration = Duration::from_millis(250);
const LAST_RETRY: Duration = Duration::from_secs(30);
/// Answers to pressed buttons on their way at a time; beyond them a button just spins a while.
const COURTESIES: usize = 256;
/// How long such an answer may take.
const COURTESY: Duration = Duration::from_secs(5);

/// Brings an update until it is safe, with the same key each time. False where `shutdown` came
/// first: then it has to come again.
pub(crate) async fn deliver(
    service: &Service,
    envelope: Envelope,
    shutdown: &CancellationToken,
) -> bool {
    let mut pause = FIRST_RETRY;
    loop {
        match service.accept(envelope.clone()).await {
            Ok(()) => return true,
            Err(error) if is_undecided(&error) => {
                if shutdown.is_cancelled() {
                    return false;
                }
                tracing::warn!(%error, "an update waits to be taken");
            }
            Err(error) => {
                // It was buried, and its sender told: bringing it again changes nothing.
                tracing::error!(%error, "an update was given up");
                return true;
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => return false,
            () = tokio::time::sleep(pause) => {}
        }
        pause = (pause * 2).min(LAST_RETRY);
    }
}

/// Whether the update may still be taken: what refuses everybody will be mended by somebody, and
/// only what is wrong with the update itself stays wrong.
pub(crate) fn is_undecided(error: &PortError) -> bool {
    error.is_transient() || error.is_outage()
}

/// `answerCallbackQuery`.
#[derive(Serialize)]
pub(crate) struct AnswerCallbackQuery {
    callback_query_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'static str>,
}

/// What is shown for a button that is none of ours.
const UNKNOWN: &str = "This button does not work any more. Send /list to see your expenses.";

impl From<Press> for AnswerCallbackQuery {
    fn from(press: Press) -> Self {
        Self {
            callback_query_id: press.query,
            text: (!press.known).then_some(UNKNOWN),
        }
    }
}

/// Answers pressed buttons, so that they stop spinning. Nothing depends on it.
pub(crate) struct Courtesy {
    client: Arc<Client>,
    free: Arc<Semaphore>,
}

impl Courtesy {
    pub(crate) fn new(client: Arc<Client>) -> Self {
        Self {
            client,
            free: Arc::new(Semaphore::new(COURTESIES)),
        }
    }

    /// Answers, while the caller goes on.
    pub(crate) fn answer(&self, press: Press) {
        let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() else {
            return;
        };
        let client = Arc::clone(&self.client);
        tokio::spawn(async move {
            let _permit = permit;
            let answer = AnswerCallbackQuery::from(press);
            let told = client.call_raw("answerCallbackQuery", &answer, COURTESY);
            if let Err(error) = told.await {
                tracing::debug!(%error, "a pressed button was not answered");
            }
        });
    }
}
