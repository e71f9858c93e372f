//! The broker with its disks: what it had confirmed and nobody had handled.

use std::time::Instant;

use expense_store_postgres::testing::Database;
use test_servers::rabbitmq::Server;

use super::super::bot::By;
use super::super::program::Program;
use super::super::started;
use super::Town;

/// It starts empty, and doors and workers go on with it as they are, without a hand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_broker_in_the_place_of_a_lost_one_is_used_at_once() {
    let mut town = Town::build().await;
    let folder = tempfile::tempdir().expect("a folder");
    let broker = started(Server::start).await;
    let database = Database::fresh().await;
    let program = Program::new(&town.fake, By::Webhook, folder.path(), database.url())
        .with("AMQP_URL", &broker.url());
    let worker = program.without("HTTP_ADDR");
    let mut door = program.start_as(&["webhook"]);
    let working = worker.start_as(&["worker"]);
    let first = town.write();
    town.answered(first.end).await;
    working.end();
    // Nobody will handle these.
    town.write();
    town.taken().await;

    let (broker, begun) = lose_disks(broker).await;
    let mut working = worker.start_as(&["worker"]);
    let after = town.write();
    town.answered(first.len() + after.len()).await;
    eprintln!(
        "an empty broker, and a new worker: served after {:.1?}",
        begun.elapsed()
    );

    let (_broker, begun) = lose_disks(broker).await;
    let later = town.write();
    town.answered(first.len() + after.len() + later.len()).await;
    eprintln!("an empty broker: served after {:.1?}", begun.elapsed());
    assert!(
        !door.has_ended() && !working.has_ended(),
        "nobody started them again"
    );
    town.check(&database, &[first, after, later]).await;
}

/// It dies with all that it had, and is there again with nothing; since when.
async fn lose_disks(mut broker: Server) -> (Server, Instant) {
    let losing = tokio::task::spawn_blocking(move || {
        broker.crash().expect("it can be told");
        std::fs::remove_dir_all(broker.folder().join("data")).expect("it had disks");
        broker.start_again().expect("it starts");
        (broker, Instant::now())
    });
    losing.await.expect("it does not panic")
}
