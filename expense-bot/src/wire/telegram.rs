//! The bot on Telegram.

use std::collections::BTreeSet;
use std::sync::Arc;

use expense_core::domain::access::Access;
use expense_core::domain::keys::{ChatKey, UserKey};
use expense_core::ports::clock::Clock;
use expense_telegram::{Config, ConfigError, Sharing, Transport, Webhook};

use super::shared::Shared;
use crate::config::{Mode, People, Telegram};

/// The bot: one instance of several where there is something that they share.
pub(crate) fn bot(
    settings: Config,
    clock: Arc<dyn Clock>,
    shared: &Shared,
) -> Result<expense_telegram::Telegram, ConfigError> {
    let Some(parts) = &shared.parts else {
        return expense_telegram::Telegram::new(settings, clock);
    };
    let sharing = Sharing {
        instance: shared.instance.clone(),
        lease: parts.lease.clone(),
        term: shared.term,
        limiter: parts.limiter.clone(),
    };
    expense_telegram::Telegram::shared(settings, clock, sharing)
}

/// How the adapter is set up; owners are shown their own commands.
pub(crate) fn settings(telegram: &Telegram, people: &People) -> Config {
    Config {
        owners: people.owners.iter().copied().collect(),
        token: telegram.token.clone(),
        api_url: telegram.api.clone(),
        transport: match &telegram.mode {
            Mode::Polling => Transport::Polling,
            Mode::Webhook(webhook) => Transport::Webhook(Webhook {
                url: webhook.url.clone(),
                secret: webhook.secret.clone(),
                max_connections: webhook.max_connections,
            }),
        },
        messages_per_second: telegram.messages_per_second,
    }
}

/// Whom the bot talks to, by the keys under which the adapter brings them in.
pub(crate) fn access(people: &People) -> Access {
    Access {
        owners: keys(&people.owners, UserKey::new),
        users: keys(&people.users, UserKey::new),
        chats: keys(&people.chats, ChatKey::new),
        open: people.open,
    }
}

fn keys<K: Ord, E>(ids: &BTreeSet<i64>, key: impl Fn(String) -> Result<K, E>) -> BTreeSet<K> {
    // A number is always a key.
    ids.iter()
        .filter_map(|id| key(format!("telegram:{id}")).ok())
        .collect()
}
