//! A cluster of which a part is replaced.

use expense_core::ports::cache::Cache;
use expense_core::ports::lease::Lease;
use test_servers::redis::Server;

use crate::sentinel::{LONG, client, recovers};

/// Keys of every part.
const KEYS: usize = 32;

/// One server dies: its replica takes over, what the others have was never away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_dies_is_replaced_by_its_replica() {
    let mut servers = Server::cluster().unwrap();
    let replicas = Server::replicas(&servers).unwrap();
    let hosts: Vec<_> = servers.iter().map(Server::url).collect();
    let hosts = hosts.join(",").replace("redis://", "");
    let redis = client(&format!("redis+cluster://{hosts}"));
    for key in 0..KEYS {
        redis.put(&key.to_string(), b"v", LONG).await.unwrap();
    }
    let spread = |server: &Server| server.command("DBSIZE").unwrap() != ":0\r\n";
    assert!(servers.iter().all(spread), "one of them has all");

    servers[0].crash().unwrap();
    for key in 0..KEYS {
        recovers(&redis, &key.to_string()).await;
    }
    let role = replicas[0].command("INFO replication").unwrap();
    assert!(role.contains("role:master"), "{role}");
    for name in 0..KEYS {
        let name = name.to_string();
        assert!(redis.take(&name, "a", LONG).await.unwrap().is_some());
        assert_eq!(redis.take(&name, "b", LONG).await.unwrap(), None);
    }
}
