//! Several servers, each with a part of the keys.

use std::sync::Arc;

use super::tls::Guard;
use super::{Kind, Server, ServerError};
use crate::keeper;

/// The first and the last of the slots that keys fall into, for each of three servers.
const SLOTS: [(u16, u16); 3] = [(0, 5_460), (5_461, 10_922), (10_923, 16_383)];

impl Server {
    /// Starts a cluster of three servers, and returns when each knows of all.
    ///
    /// # Errors
    ///
    /// As [`Server::start`].
    pub fn cluster() -> Result<Vec<Self>, ServerError> {
        Self::parts(None)
    }

    pub(super) fn parts(guard: Option<&Arc<Guard>>) -> Result<Vec<Self>, ServerError> {
        let mut parts = Vec::new();
        for (first, last) in SLOTS {
            let part = Self::part(guard)?;
            part.command(&format!("CLUSTER ADDSLOTSRANGE {first} {last}"))?;
            parts.push(part);
        }
        meet(&parts, &parts)?;
        Ok(parts)
    }

    /// Starts a replica for each of three servers of a cluster, which takes over within some seconds
    /// where the server is gone.
    ///
    /// # Errors
    ///
    /// As [`Server::start`].
    pub fn replicas(cluster: &[Self]) -> Result<Vec<Self>, ServerError> {
        let mut replicas = Vec::new();
        for part in cluster {
            let replica = Self::part(part.guard.as_ref())?;
            meet(cluster, std::slice::from_ref(&replica))?;
            // `$40`, then the forty characters of its name.
            let name = part.command("CLUSTER MYID")?;
            let name = name.lines().nth(1).unwrap_or_default();
            replica.until(&format!("CLUSTER REPLICATE {name}"), "+OK")?;
            replica.until("INFO replication", "master_link_status:up")?;
            replicas.push(replica);
        }
        Ok(replicas)
    }

    fn part(guard: Option<&Arc<Guard>>) -> Result<Self, ServerError> {
        Self::new(Kind::Part(keeper::free_port()?), guard.cloned())
    }
}

/// The first of a cluster introduces newcomers to all.
fn meet(cluster: &[Server], newcomers: &[Server]) -> Result<(), ServerError> {
    let Some(first) = cluster.first() else {
        return Ok(());
    };
    for newcomer in newcomers {
        let Kind::Part(bus) = newcomer.kind else {
            continue;
        };
        let port = newcomer.port_of_others();
        first.command(&format!("CLUSTER MEET 127.0.0.1 {port} {bus}"))?;
    }
    for server in cluster.iter().chain(newcomers) {
        server.until("CLUSTER INFO", "cluster_state:ok")?;
    }
    Ok(())
}
