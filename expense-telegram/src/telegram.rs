//! One bot of Telegram, ready to be put behind the ports of a service.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use bytes::Bytes;
use expense_core::domain::attachment::Attachment;
use expense_core::domain::keys::MessageKey;
use expense_core::domain::limits;
use expense_core::memory::lease::MemoryLease;
use expense_core::ports::attachments::Attachments;
use expense_core::ports::clock::Clock;
use expense_core::ports::error::Result as PortResult;
use expense_core::ports::lease::Lease;
use expense_core::ports::messenger::{Messenger, Outgoing};
use expense_core::ports::rate::RateLimiter;
use expense_core::service::{Service, Tenure};
use secrecy::ExposeSecret;
use teloxide_core::payloads::{
    DeleteWebhook, DeleteWebhookSetters, GetMe, SetWebhook, SetWebhookSetters,
};
use teloxide_core::requests::Payload;
use tokio_util::sync::CancellationToken;

use crate::address::Me;
use crate::client::{ANSWER, Client};
use crate::config::{Config, ConfigError, Transport};
use crate::delivery::Courtesy;
use crate::inbound::{Inbound, user_id};
use crate::outbound::Outbound;
use crate::pacing::Pacing;
use crate::patience::patiently;
use crate::polling::{Ended, Poller};
use crate::refusal::Remedy;
use crate::update::{ALLOWED_UPDATES, Bot};
use crate::webhook::{self, Door};
use crate::{attachments, check, commands};

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
        "Telegram refuses the webhook: WEBHOOK_URL has to be a public https:// address on port 443, 80, 88 or 8443, \
         and WEBHOOK_SECRET takes 1 to 256 letters (A-Z, a-z), digits, _ and -"
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

/// What the instances of one bot share.
pub struct Sharing {
    /// The name of this instance, which no other has.
    pub instance: String,
    /// Decides which of them polls.
    pub lease: Arc<dyn Lease>,
    /// Within which time one that polled and died is replaced.
    pub term: Duration,
    /// Counts what all of them send. Where it fails, each keeps to a part of the pace.
    pub limiter: Arc<dyn RateLimiter>,
}

struct Inner {
    config: Config,
    tenure: Tenure,
    client: Arc<Client>,
    outbound: Outbound,
    courtesy: Courtesy,
    clock: Arc<dyn Clock>,
    /// Who the bot is, once Telegram has told.
    inbound: Arc<OnceLock<Inbound>>,
}

impl Telegram {
    /// The bot of this configuration, in one process. Nobody is asked yet.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] where Telegram would refuse the configuration whatever comes.
    pub fn new(config: Config, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        let pacing = Pacing::new(config.messages_per_second, clock.clone());
        let lease = Arc::new(MemoryLease::new(clock.clone()));
        let tenure = |name| Tenure::new(lease, clock.clone(), name, "alone", limits::LEASE);
        Self::paced(config, clock.clone(), pacing, tenure)
    }

    /// One instance of several: one at a time polls, and all of them together keep to the pace.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn shared(
        config: Config,
        clock: Arc<dyn Clock>,
        sharing: Sharing,
    ) -> Result<Self, ConfigError> {
        let (per_second, bot) = (config.messages_per_second, config.bot_id()?);
        let instance = &*sharing.instance;
        let pacing = Pacing::sharing(per_second, sharing.limiter, bot, instance, clock.clone());
        let tenure = |name| Tenure::new(sharing.lease, clock.clone(), name, instance, sharing.term);
        Self::paced(config, clock.clone(), pacing, tenure)
    }

    fn paced(
        config: Config,
        clock: Arc<dyn Clock>,
        pacing: Pacing,
        tenure: impl FnOnce(String) -> Tenure,
    ) -> Result<Self, ConfigError> {
        config.check()?;
        let client = Arc::new(Client::new(&config)?);
        let inner = Inner {
            outbound: Outbound::new(pacing),
            tenure: tenure(format!("poller/{}", config.bot_id()?)),
            courtesy: Courtesy::new(Arc::clone(&client)),
            client,
            config,
            clock,
            inbound: Arc::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The route that Telegram brings updates to; nothing where they are polled. It answers 503
    /// until [`run`](Self::run) has told Telegram of it.
    #[must_use]
    pub fn router(&self, service: Service) -> Option<Router> {
        let inner = &*self.inner;
        let Transport::Webhook(webhook) = &inner.config.transport else {
            return None;
        };
        let door = Door {
            service,
            secret: webhook.secret(&inner.config.token),
            inbound: Arc::clone(&inner.inbound),
        };
        Some(webhook::router(webhook.url.path(), door))
    }

    /// Asks Telegram whether all is well and changes nothing: facts, and what is wrong with how
    /// to mend it.
    pub async fn check(&self) -> Vec<Result<String, String>> {
        check::check(&self.inner.client, &self.inner.config).await
    }

    /// Tells Telegram how updates are to come and brings them to the service until `shutdown`.
    /// It ends within a second of it; what was not settled by then comes again. Of several
    /// instances that poll one does, and the others stand by. With a webhook
    /// the updates come through [`router`](Self::router) meanwhile, and afterwards Telegram keeps
    /// them for whoever answers there next.
    ///
    /// # Errors
    ///
    /// [`RunError`] where Telegram refuses for good. An outage is waited out.
    pub async fn run(&self, service: Service, shutdown: CancellationToken) -> Result<(), RunError> {
        let inner = &*self.inner;
        let inbound = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            begun = inner.begin() => begun?,
        };
        let menus = async {
            commands::register(&inner.client, &inner.owners(&service).await).await;
            std::future::pending().await
        };
        match &inner.config.transport {
            Transport::Polling => tokio::select! {
                ended = inner.poll(inbound, &service, &shutdown) => ended,
                ended = menus => ended,
            },
            Transport::Webhook(_) => tokio::select! {
                () = shutdown.cancelled() => Ok(()),
                ended = menus => ended,
            },
        }
    }
}

impl Inner {
    /// Polls whenever the turn is this instance's, until `shutdown`.
    async fn poll(
        &self,
        inbound: &Inbound,
        service: &Service,
        shutdown: &CancellationToken,
    ) -> Result<(), RunError> {
        let (client, courtesy, tenure) = (&*self.client, &self.courtesy, &self.tenure);
        let mut ended = Ok(Ended::Replaced);
        while matches!(ended, Ok(Ended::Replaced)) {
            if shutdown.run_until_cancelled(tenure.won()).await.is_none() {
                break;
            }
            let poller = Poller::new(client, inbound, courtesy, service, tenure, shutdown);
            ended = poller.run().await;
        }
        // Another takes over at once.
        tenure.release().await;
        ended.map(|_| ())
    }

    /// The ids of all owners, as far as they can be asked for.
    async fn owners(&self, service: &Service) -> BTreeSet<i64> {
        let known = service.owners().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "who became an owner can't be looked up");
            Vec::new()
        });
        let known = known.iter().filter_map(user_id);
        self.config.owners.iter().copied().chain(known).collect()
    }

    /// Learns who the bot is and turns the updates its way.
    async fn begin(&self) -> Result<&Inbound, RunError> {
        let client = &*self.client;
        let me: Bot = patiently(|| client.call_for(GetMe::NAME, &GetMe {}, ANSWER), ends).await?;
        let inbound = self.inbound.get_or_init(|| Inbound {
            me: Me {
                id: me.id,
                username: me.username,
            },
            clock: Arc::clone(&self.clock),
        });
        // What is pending stays, and comes the new way.
        match &self.config.transport {
            Transport::Polling => {
                let away = DeleteWebhook::new().drop_pending_updates(false);
                patiently(|| client.call(&away), ends).await?;
            }
            Transport::Webhook(webhook) => {
                let secret = webhook.secret(&self.config.token);
                let set = SetWebhook::new(webhook.url.clone())
                    .secret_token(secret.expose_secret())
                    .max_connections(webhook.max_connections)
                    .allowed_updates(ALLOWED_UPDATES)
                    .drop_pending_updates(false);
                patiently(|| client.call(&set), ends).await?;
            }
        }
        Ok(inbound)
    }
}

/// What no patience helps against.
fn ends(remedy: Remedy) -> Option<RunError> {
    match remedy {
        Remedy::Token => Some(RunError::Token),
        Remedy::Webhook => Some(RunError::Webhook),
        _ => None,
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
