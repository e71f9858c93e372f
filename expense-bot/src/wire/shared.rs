//! What many instances share: on Redis where it is configured. Where it is not, the database has
//! what must not be counted or known for each process alone, and the rest is this process's own.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::Duration;

use expense_core::memory::rate::KeptRateLimiter;
use expense_core::ports::cache::Cache;
use expense_core::ports::clock::Clock;
use expense_core::ports::lease::Lease;
use expense_core::ports::rate::RateLimiter;
use expense_core::ports::state::StateStore;
use expense_core::ports::wake::Wake;
use expense_core::service::{Options, Ports};
use expense_core::wrap::Wrapped;
use expense_core::wrap::meter::Meter;

use crate::config::Config;
use crate::error::Failure;

/// What this process shares with others.
pub(crate) struct Shared {
    /// The name of this process, which no other has.
    pub(crate) instance: String,
    /// Within which time a holder of a lease that died is replaced.
    pub(crate) term: Duration,
    /// What stands behind the ports in place of this process's own; nothing for one alone.
    pub(crate) parts: Option<Parts>,
}

/// Ports that all instances have in common.
#[cfg_attr(
    not(feature = "redis"),
    allow(dead_code, reason = "without Redis there is nothing that is shared")
)]
pub(crate) struct Parts {
    pub(crate) states: Arc<dyn StateStore>,
    pub(crate) cache: Arc<dyn Cache>,
    pub(crate) lease: Arc<dyn Lease>,
    /// Counts for all. What it can't count is not allowed.
    pub(crate) limiter: Arc<dyn RateLimiter>,
    /// Counts for all, and for this process alone where that can't be done.
    pub(crate) forgiving: Arc<dyn RateLimiter>,
    /// Wakes the others where no broker does.
    pub(crate) wake: Arc<dyn Wake>,
}

impl Shared {
    /// Looks at the settings alone: the bot starts although what is shared can't be reached.
    pub(crate) fn open(config: &Config, clock: &Arc<dyn Clock>) -> Result<Self, Failure> {
        Ok(Self {
            instance: instance(),
            term: config.shared.lease,
            parts: parts(config, clock)?,
        })
    }

    /// Puts it behind the ports of a service. The limiter counts for all or refuses: it is the one
    /// for what costs money. That is seldom enough for the database.
    pub(crate) fn add(&self, config: &Config, ports: &mut Ports, options: &mut Options) {
        options.instance.clone_from(&self.instance);
        options.lease = self.term;
        if let Some(parts) = &self.parts {
            ports.states = parts.states.clone();
            ports.common = parts.states.clone();
            ports.cache = parts.cache.clone();
            ports.lease = parts.lease.clone();
            ports.limiter = parts.limiter.clone();
            ports.wake.get_or_insert_with(|| parts.wake.clone());
            options.ledgers.shared = true;
        } else if is_much(config) {
            tracing::warn!(
                "GEMINI_REQUESTS_PER_DAY is above {MOST_KEPT}: without REDIS_URL each process counts for itself, from its start on"
            );
        } else {
            let clock = ports.clock.clone();
            let kept = KeptRateLimiter::new(ports.common.clone(), clock.clone());
            ports.limiter = Arc::new(Wrapped::limiter(Arc::new(kept), Meter::new(clock)));
        }
    }

    /// Puts the limiter of people in its place, this process's own where they share none: nobody is
    /// turned away because it is not there, and no message waits for a database.
    pub(crate) fn forgive(&self, ports: &mut Ports, own: Arc<dyn RateLimiter>) {
        let shared = self.parts.as_ref();
        ports.limiter = shared.map_or(own, |parts| parts.forgiving.clone());
    }
}

/// Requests of a day that the database can count: the times of two days are read and written with each.
const MOST_KEPT: u32 = 10_000;

fn is_much(config: &Config) -> bool {
    let model = config.readers.gemini.as_ref();
    model.is_some_and(|model| model.per_day > MOST_KEPT)
}

/// The machine's name for those who look at the server, and chance, which makes it the only one.
fn instance() -> String {
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let chance = RandomState::new().build_hasher().finish();
    let process = std::process::id();
    format!("{}/{process}/{chance:016x}", machine.trim())
}

#[cfg(not(feature = "redis"))]
fn parts(_: &Config, _: &Arc<dyn Clock>) -> Result<Option<Parts>, Failure> {
    Ok(None)
}

#[cfg(feature = "redis")]
use redis::parts;
#[cfg(feature = "redis")]
pub(crate) use redis::settings;

#[cfg(feature = "redis")]
mod redis {
    use expense_core::memory::rate::MemoryRateLimiter;
    use expense_core::wrap::breaker::{Breaker, Patience};
    use expense_core::wrap::forgiving::ForgivingCache;
    use expense_core::wrap::stand_in::StandInLimiter;
    use expense_redis::Redis;
    use secrecy::ExposeSecret;

    use super::*;

    /// How long an answer, and a connection, is waited for: a person waits for it, too.
    const ANSWER: Duration = Duration::from_millis(250);
    const CONNECTION: Duration = Duration::from_millis(500);

    /// How the server is used, if there is one. Several bots may share it.
    pub(crate) fn settings(config: &Config) -> Option<expense_redis::Config> {
        let url = config.shared.redis.as_ref()?;
        let mut settings = expense_redis::Config::new(url.expose_secret());
        settings.response_timeout = ANSWER;
        settings.connect_timeout = CONNECTION;
        if let Some(telegram) = &config.telegram
            && let Some((bot, _)) = telegram.token.expose_secret().split_once(':')
        {
            settings.prefix = format!("expense:{bot}");
        }
        Some(settings)
    }

    pub(super) fn parts(config: &Config, clock: &Arc<dyn Clock>) -> Result<Option<Parts>, Failure> {
        let Some(settings) = settings(config) else {
            return Ok(None);
        };
        let redis = Arc::new(Redis::open(&settings)?);
        let breaker = Breaker::new("redis", Patience::default(), clock.clone());
        let meter = || Meter::new(clock.clone());

        let states = Arc::new(Wrapped::state(redis.clone(), breaker.clone()));
        let cache = Arc::new(Wrapped::cache(redis.clone(), breaker.clone()));
        let cache = Arc::new(Wrapped::cache(cache, meter()));
        let limiter = Arc::new(Wrapped::limiter(redis.clone(), breaker));
        let limiter: Arc<dyn RateLimiter> = Arc::new(Wrapped::limiter(limiter, meter()));
        let own = Arc::new(MemoryRateLimiter::new(clock.clone()));
        Ok(Some(Parts {
            states: Arc::new(Wrapped::state(states, meter())),
            cache: Arc::new(ForgivingCache::new("shared", cache)),
            lease: Arc::new(Wrapped::lease(redis.clone(), meter())),
            wake: redis,
            forgiving: Arc::new(StandInLimiter::new(limiter.clone(), own)),
            limiter,
        }))
    }
}
