//! One bot of Telegram, ready to be put behind the ports of a service.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use expense_core::domain::attachment::Attachment;
use expense_core::domain::keys::MessageKey;
use expense_core::ports::attachments::Attachments;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::Result as PortResult;
use expense_core::ports::messenger::{Messenger, Outgoing};
use expense_core::service::Service;
use teloxide::payloads::{DeleteWebhook, DeleteWebhookSetters, GetMe};
use tokio_util::sync::CancellationToken;

use crate::address::Me;
use crate::attachments;
use crate::client::Client;
use crate::config::{Config, ConfigError, Transport};
use crate::delivery::Courtesy;
use crate::inbound::Inbound;
use crate::outbound::Outbound;
use crate::polling::Poller;
use crate::refusal::{CallError, Remedy};

/// The first and the longest pause before Telegram is asked again at the start.
const FIRST_RETRY: Duration = Duration::from_millis(250);
const LAST_RETRY: Duration = Duration::from_secs(30);

/// Why the bot ended, in words for its operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// Telegram does not know this token.
    #[error(
        "Telegram does not know this bot: TELEGRAM_BOT_TOKEN is wrong or was revoked. Ask BotFather for the token"
    )]
    Token,
    /// Telegram does not take this webhook.
    #[error(
        "Telegram refuses the webhook: WEBHOOK_URL has to be a public https:// address on port 443, 80, 88 or 8443"
    )]
    Webhook,
}

/// One bot of Telegram: a `Messenger`, its `Attachments`, and a source of updates.
///
/// Clones are the same bot.
#[derive(Clone)]
pub struct Telegram {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    client: Arc<Client>,
    outbound: Outbound,
    courtesy: Courtesy,
    clock: Arc<dyn Clock>,
}

impl Telegram {
    /// The bot of this configuration. Nobody is asked yet.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] where Telegram would refuse the configuration whatever comes.
    pub fn new(config: Config, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        config.check()?;
        let client = Arc::new(Client::new(&config)?);
        let inner = Inner {
            outbound: Outbound::new(config.messages_per_second),
            courtesy: Courtesy::new(Arc::clone(&client)),
            client,
            config,
            clock,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Brings updates to the service until `shutdown`, in the way that is configured. It ends
    /// within a second of it; what was not settled by then comes again.
    ///
    /// # Errors
    ///
    /// [`RunError`] where Telegram refuses for good. An outage is waited out.
    pub async fn run(&self, service: Service, shutdown: CancellationToken) -> Result<(), RunError> {
        let inner = &*self.inner;
        let begun = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            begun = inner.begin() => begun?,
        };
        match &inner.config.transport {
            Transport::Polling => {
                Poller::new(&inner.client, &begun, &inner.courtesy, &service, &shutdown)
                    .run()
                    .await
            }
            Transport::Webhook(_) => {
                shutdown.cancelled().await;
                Ok(())
            }
        }
    }
}

impl Inner {
    /// Learns who the bot is and turns the updates its way.
    async fn begin(&self) -> Result<Inbound, RunError> {
        let client = &*self.client;
        let me = patiently(|| client.call(&GetMe {})).await?;
        if matches!(self.config.transport, Transport::Polling) {
            // What is pending stays: it comes by polling now.
            let stay = DeleteWebhook::new().drop_pending_updates(false);
            patiently(|| client.call(&stay)).await?;
        }
        Ok(Inbound {
            me: Me {
                id: i64::try_from(me.id.0).unwrap_or(i64::MAX),
                username: me.username().to_owned(),
            },
            clock: Arc::clone(&self.clock),
        })
    }
}

/// Asks until Telegram answers.
async fn patiently<T, F>(ask: impl Fn() -> F) -> Result<T, RunError>
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
            match refusal.remedy() {
                Remedy::Token => return Err(RunError::Token),
                Remedy::Wait(asked) => wait = asked,
                _ => {}
            }
        }
        tracing::warn!(%error, "Telegram can't be asked yet");
        tokio::time::sleep(wait).await;
        pause = (pause * 2).min(LAST_RETRY);
    }
}

#[async_trait]
impl Attachments for Telegram {
    async fn fetch(&self, attachment: &Attachment) -> PortResult<Bytes> {
        attachments::fetch(&self.inner.client, attachment).await
    }
}

#[async_trait]
impl Messenger for Telegram {
    async fn send(&self, outgoing: &Outgoing) -> PortResult<MessageKey> {
        self.inner.outbound.send(&self.inner.client, outgoing).await
    }
}
