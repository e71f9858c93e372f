//! Where everything comes together: which adapter stands behind which port, and which
//! decorators stand around it. Decorators are read from the inside out.

pub(crate) mod console;
pub(crate) mod queue;
#[cfg(feature = "fx")]
pub(crate) mod rates;
pub(crate) mod readers;
pub(crate) mod store;
#[cfg(feature = "telegram")]
pub(crate) mod telegram;

use std::time::Duration;

use expense_core::conversation::decision::Policy;
use expense_core::domain::ledger::Settings;
use expense_core::ports::rate::Quota;
use expense_core::service::{Options, Ports};

use crate::config::Config;
use crate::error::Failure;

const MINUTE: Duration = Duration::from_secs(60);

/// What is configured about conversations: new ledgers begin with `defaults`, and `rate` messages
/// a minute are welcome from one person, any number where it is 0.
pub(crate) fn options(config: &Config, defaults: Settings, rate: u32) -> Options {
    Options {
        defaults,
        policy: Policy {
            draft_ttl: config.draft_ttl,
        },
        quota: (rate > 0).then_some(Quota {
            burst: rate,
            period: MINUTE,
        }),
        ..Options::default()
    }
}

/// Puts everything that is asked over the network, or reads on this machine, behind the ports.
pub(crate) fn add_sources(
    config: &Config,
    ports: &mut Ports,
    options: &mut Options,
) -> Result<(), Failure> {
    readers::add(config, ports, options)?;
    #[cfg(feature = "fx")]
    if let Some(address) = &config.rates {
        rates::add(address, ports)?;
    }
    Ok(())
}
