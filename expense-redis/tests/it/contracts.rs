//! Every case runs through two clients of one server, as two instances would be, and once more on
//! a cluster of three, where each has a part of the keys and refuses whatever the rules forbid, and as a
//! user of few rights.

use std::sync::Arc;

use expense_core::ports::{
    cache::Cache, lease::Lease, rate::RateLimiter, state::StateStore, wake::Wake,
};
use expense_core::testing::conformance::Bench;
use expense_redis::{Config, Redis};

fn two(config: &Config) -> [Arc<Redis>; 2] {
    [(); 2].map(|()| Arc::new(Redis::open(config).unwrap()))
}

/// The suites for two clients with these settings.
macro_rules! prove {
    ($config:path) => {
        use super::*;

        async fn fresh_state() -> Bench<dyn StateStore> {
            let [one, other] = two(&$config());
            Bench::<dyn StateStore>::new(one).with_other(other)
        }
        expense_core::state_store_conformance!(fresh_state);

        async fn fresh_cache() -> Bench<dyn Cache> {
            let [one, other] = two(&$config());
            Bench::<dyn Cache>::new(one).with_other(other)
        }
        expense_core::cache_conformance!(fresh_cache);

        async fn fresh_lease() -> Bench<dyn Lease> {
            let [one, other] = two(&$config());
            Bench::<dyn Lease>::new(one).with_other(other)
        }
        expense_core::lease_conformance!(fresh_lease);

        async fn fresh_limiter() -> Bench<dyn RateLimiter> {
            let [one, other] = two(&$config());
            Bench::<dyn RateLimiter>::new(one).with_other(other)
        }
        expense_core::rate_limiter_conformance!(fresh_limiter);

        async fn fresh_wake() -> Bench<dyn Wake> {
            let [one, other] = two(&$config());
            Bench::<dyn Wake>::new(one).with_other(other)
        }
        expense_core::wake_conformance!(fresh_wake);
    };
}

mod server {
    prove!(expense_redis::testing::fresh);
}

/// With no rights but those that the README names.
mod limited {
    use std::sync::OnceLock;

    use test_servers::redis::Server;

    prove!(limited);

    fn limited() -> Config {
        static SERVER: OnceLock<Server> = OnceLock::new();
        let server = SERVER.get_or_init(|| {
            let server = Server::start().unwrap();
            crate::rights::grant(&server, "test-*", "+nothing");
            server
        });
        expense_redis::testing::of(&crate::rights::url(server))
    }
}

#[cfg(feature = "cluster")]
mod cluster {
    use std::sync::OnceLock;

    use test_servers::redis::Server;

    prove!(cluster);

    fn cluster() -> Config {
        static CLUSTER: OnceLock<Vec<Server>> = OnceLock::new();
        let servers = CLUSTER.get_or_init(|| Server::cluster().unwrap());
        let url = servers[0].url().replace("redis://", "redis+cluster://");
        expense_redis::testing::of(&url)
    }
}
