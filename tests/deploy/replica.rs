//! The scripts that make a streaming replica, at a server of this machine.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use test_servers::postgres::{Durability, SUPERUSER, Server};

use super::checkers::succeed;
use super::{deploy, read};

/// Stands where the server would: tells what it was started with.
const STARTED: &str = "#!/bin/sh\necho \"started with $*\"\n";

#[test]
fn a_replica_is_a_copy_that_follows_the_primary() {
    let server = Server::start(Durability::Off).unwrap_or_else(|error| panic!("{error}"));
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("replication_password"), "s3cret\n").expect("room");
    let script = |name: &str| {
        let mut script = Command::new("sh");
        script
            .arg(deploy("postgres").join(name))
            .env("PATH", path(&server, folder.path()))
            .env("SECRETS", folder.path())
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", port(&server));
        script
    };
    let mut primary = script("primary.sh");
    primary.env("PGDATA", server.data());
    primary
        .env("POSTGRES_USER", SUPERUSER)
        .env("POSTGRES_DB", "postgres");
    succeed(&mut primary, "");
    succeed(
        server
            .program("psql")
            .args([&server.url("postgres"), "-c", "SELECT pg_reload_conf()"]),
        "",
    );

    let cluster = folder.path().join("cluster");
    let replica = || {
        let mut replica = script("replica.sh");
        replica
            .env("PGDATA", &cluster)
            .env("PRIMARY_HOST", "127.0.0.1");
        succeed(replica.args(["-c", "hot_standby=on"]), "")
    };
    // What an interrupted copy leaves.
    std::fs::create_dir_all(folder.path().join("cluster.new/base")).expect("room");
    assert_eq!(replica(), "started with -c hot_standby=on\n");
    assert!(cluster.join("standby.signal").exists(), "it is no replica");
    assert!(read(cluster.join("postgresql.auto.conf")).contains("user=replicator"));
    let version = std::fs::metadata(cluster.join("PG_VERSION")).and_then(|file| file.modified());
    replica();
    let again = std::fs::metadata(cluster.join("PG_VERSION")).and_then(|file| file.modified());
    assert_eq!(again.ok(), version.ok(), "it is copied at every start");
}

/// The server's programs, behind one that stands for the server itself.
fn path(server: &Server, folder: &Path) -> String {
    let stub = folder.join("postgres");
    std::fs::write(&stub, STARTED).expect("room");
    std::fs::set_permissions(&stub, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    let psql = PathBuf::from(server.program("psql").get_program());
    let programs = psql.parent().expect("a folder").display().to_string();
    let usual = std::env::var("PATH").unwrap_or_default();
    format!("{}:{programs}:{usual}", folder.display())
}

fn port(server: &Server) -> String {
    let address = server.address();
    let (_, port) = address.rsplit_once(':').expect("a port");
    port.to_owned()
}
