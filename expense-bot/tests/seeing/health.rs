//! Signs of life: what lives, and what can work.

use test_servers::postgres::{Durability, Server};

use crate::program::Program;

/// `/readyz` names the database when it is gone, `/livez` does not care, and both are well when it
/// is back.
#[tokio::test]
async fn ready_says_what_is_missing_and_live_does_not_depend_on_it() {
    if !test_servers::postgres::is_installed() {
        eprintln!("NOT RUN: PostgreSQL is not installed");
        return;
    }
    let mut server = Server::start(Durability::On).unwrap();
    let program = Program::start(&[("DATABASE_URL", &server.url("postgres"))]).await;
    let page = program.metrics();
    assert!(page.contains("db_pool_connections_max 25\n"), "{page}");
    server.crash().unwrap();
    program
        .becomes("/readyz", "the database does not answer")
        .await;
    assert_eq!(program.get("/readyz").unwrap().0, 503);
    assert_eq!(program.get("/livez").unwrap(), (200, "ok".to_owned()));
    server.start_again().unwrap();
    program.becomes("/readyz", "ok").await;
}
