//! A private server can be killed and paused, and leaves nothing when it ends.
#![allow(clippy::unwrap_used, reason = "what a test prepares must work")]

use test_servers::redis::Server;

#[test]
fn a_server_comes_back_empty_and_leaves_nothing_behind() {
    let mut server = Server::start().unwrap();
    let (folder, url) = (server.folder(), server.url());
    assert_eq!(server.command("SET k v").unwrap(), "+OK\r\n");
    server.crash().unwrap();
    assert!(server.command("PING").is_err());
    server.start_again().unwrap();
    assert_eq!(server.url(), url);
    assert_eq!(server.command("EXISTS k").unwrap(), ":0\r\n");
    server.pause().unwrap();
    drop(server);
    assert!(!folder.exists());
}

#[test]
fn a_paused_server_is_silent_until_it_goes_on() {
    let server = Server::start().unwrap();
    server.pause().unwrap();
    assert!(server.command("PING").is_err());
    server.go_on().unwrap();
    assert_eq!(server.command("PING").unwrap(), "+PONG\r\n");
}
