//! A private broker can be killed, paused and filled up, and leaves nothing when it ends.
#![allow(clippy::unwrap_used, reason = "what a test prepares must work")]

use test_servers::rabbitmq::Server;

#[test]
fn a_broker_comes_back_at_its_place_and_leaves_nothing_behind() {
    let mut server = Server::start().unwrap();
    let (folder, url) = (server.folder(), server.url());
    server.disk_is_full(true).unwrap();
    let alarms = server.control(&["eval", "rabbit_alarm:get_alarms()."]);
    assert!(alarms.unwrap().contains("disk"));
    server.disk_is_full(false).unwrap();
    let before = server.process().unwrap();
    server.crash().unwrap();
    assert!(server.control(&["eval", "1."]).is_err());
    server.start_again().unwrap();
    assert_ne!(server.process().unwrap(), before);
    assert_eq!(server.url(), url);
    server.pause().unwrap();
    drop(server);
    assert!(!folder.exists());
}
