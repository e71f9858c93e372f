//! Where everything comes together: which adapter stands behind which port, and which
//! decorators stand around it. Decorators are read from the inside out.

pub(crate) mod console;
pub(crate) mod queue;
#[cfg(feature = "fx")]
pub(crate) mod rates;
pub(crate) mod readers;
#[cfg(feature = "postgres")]
pub(crate) mod replicas;
pub(crate) mod shared;
pub(crate) mod store;
#[cfg(feature = "telegram")]
pub(crate) mod telegram;

use std::time::Duration;

use expense_core::conversation::decision::Policy;
use expense_core::domain::ledger::Settings;
use expense_core::ports::rate::Quota;
use expense_core::service::{LedgerCopies, Options, Ports, Salt};
use secrecy::ExposeSecret;

use crate::config::{Config, Database};
use crate::error::Failure;

use shared::Shared;

const MINUTE: Duration = Duration::from_secs(60);

/// What is configured about conversations: new ledgers begin with `defaults`, and `rate` messages
/// a minute are welcome from one person, any number where it is 0.
pub(crate) fn options(config: &Config, defaults: Settings, rate: u32) -> Options {
    Options {
        defaults,
        policy: Policy {
            draft_ttl: config.draft_ttl,
        },
        ledgers: LedgerCopies {
            ttl: config.ledger_ttl,
            ..LedgerCopies::default()
        },
        quota: (rate > 0).then_some(Quota {
            burst: rate,
            period: MINUTE,
        }),
        salt: salt(config),
        others_send: matches!(config.database, Database::Postgres(_)),
        measured: config.http.is_some(),
        #[cfg(feature = "otel")]
        tracing: crate::telemetry::traces::tracing(),
        ..Options::default()
    }
}

/// All instances of a bot have its token, so that they have one salt, too.
fn salt(config: &Config) -> Salt {
    let token = config.telegram.as_ref();
    let token = token.map(|bot| bot.token.expose_secret());
    Salt::of(token.unwrap_or_default())
}

/// Puts what is shared, what is asked over the network and what reads on this machine behind the
/// ports.
pub(crate) fn add_sources(
    config: &Config,
    shared: &Shared,
    ports: &mut Ports,
    options: &mut Options,
) -> Result<(), Failure> {
    let own = ports.limiter.clone();
    shared.add(config, ports, options);
    readers::add(config, ports, options)?;
    shared.forgive(ports, own);
    #[cfg(feature = "fx")]
    if let Some(address) = &config.rates {
        rates::add(address, ports)?;
    }
    Ok(())
}
