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
