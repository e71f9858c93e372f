//! A private server keeps its data over a crash, and leaves nothing when it ends.
#![allow(clippy::unwrap_used, reason = "what a test prepares must work")]

use test_servers::postgres::{Durability, Server};

#[test]
fn a_server_survives_a_crash_and_leaves_nothing_behind() {
    let mut server = Server::start(Durability::Off).unwrap();
    let folder = server.data();
    let address = server.address();
    assert!(server.processor_time().unwrap() < std::time::Duration::from_secs(60));
    server.crash().unwrap();
    server.start_again().unwrap();
    assert_eq!(server.address(), address);
    drop(server);
    assert!(!folder.parent().unwrap().exists());
}

#[test]
fn a_standby_follows_pauses_and_becomes_a_primary() {
    let primary = Server::start(Durability::Off).unwrap();
    let run = |server: &Server, statement: &str| {
        let said = server
            .program("psql")
            .args([
                "--no-psqlrc",
                "--tuples-only",
                "--no-align",
                "--command",
                statement,
            ])
            .arg(server.url("postgres"))
            .output()
            .unwrap();
        assert!(said.status.success(), "{said:?}");
        String::from_utf8(said.stdout).unwrap().trim().to_owned()
    };
    run(&primary, "CREATE TABLE t AS SELECT 1 AS n");
    let mut standby = primary.standby().unwrap();
    assert_eq!(run(&standby, "SELECT pg_is_in_recovery(), n FROM t"), "t|1");
    standby.pause().unwrap();
    standby.go_on().unwrap();
    standby.crash().unwrap();
    standby.start_again().unwrap();
    assert_eq!(run(&standby, "SELECT pg_is_in_recovery()"), "t");
    standby.promote().unwrap();
    run(&standby, "INSERT INTO t VALUES (2)");
    assert!(standby.promote().is_err());
    standby.pause().unwrap();
    let folder = standby.data();
    drop(standby);
    assert!(!folder.parent().unwrap().exists());
}
