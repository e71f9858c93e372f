//! A user who may do no more than the README says.

use expense_redis::testing::of;
use expense_redis::{OpenError, examine};
use rstest::rstest;
use test_servers::redis::Server;

/// Makes the user that the README makes, for keys of this pattern, without one of its rights.
pub(crate) fn grant(server: &Server, keys: &str, without: &str) {
    let readme = include_str!("../../README.md");
    for line in readme.lines().filter(|line| line.starts_with("ACL ")) {
        let line = line.replace("expense:*", keys).replace(without, "");
        let answer = server.command(&line).unwrap();
        assert_eq!(answer.trim(), "+OK", "{line}");
    }
}

/// The server as this user knows it.
pub(crate) fn url(server: &Server) -> String {
    server.url().replace("//", "//bot:PASSWORD@")
}

#[rstest]
#[case::all("+nothing", "test-*", Ok(()))]
#[case::no_looking("+info", "test-*", Err(OpenError::Forbidden("INFO")))]
#[case::no_reading("+get ", "test-*", Err(OpenError::Forbidden("GET")))]
#[case::no_ringing("+xadd", "test-*", Err(OpenError::Forbidden("XADD")))]
#[case::no_listening("+xread ", "test-*", Err(OpenError::Forbidden("XREAD")))]
#[case::no_counting(
    "+zremrangebyscore",
    "test-*",
    Err(OpenError::Forbidden("ZREMRANGEBYSCORE"))
)]
#[case::no_scripts("+script|load", "test-*", Err(OpenError::Forbidden("SCRIPT LOAD")))]
#[case::no_keys("+nothing", "other-*", Err(OpenError::Forbidden("XREAD")))]
#[tokio::test]
async fn what_a_user_lacks_is_named(
    #[case] without: &str,
    #[case] keys: &str,
    #[case] expected: Result<(), OpenError>,
) {
    let server = Server::start().unwrap();
    grant(&server, keys, without);
    let examined = examine(&of(&url(&server))).await;
    assert_eq!(examined.map(drop), expected);
    assert_eq!(
        server.command("DBSIZE").unwrap().trim(),
        ":0",
        "it leaves nothing"
    );
}
