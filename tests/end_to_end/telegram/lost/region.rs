//! A region: its instances, its database and its Redis. Another has its newest backup.

use std::path::Path;
use std::time::{Duration, Instant};

use expense_store_postgres::testing::Database;
use tempfile::TempDir;
use test_servers::redis;
use tokio::time::sleep;

use super::super::bot::By;
use super::super::program::Program;
use super::super::started;
use super::{LOOK, PATIENCE, Town};

const TERM: Duration = Duration::from_secs(5);

/// A new set-up at another address goes on from the backup. What was recorded after it is gone, and
/// what was written while nobody was there is recorded and answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_region_goes_on_from_the_newest_backup() {
    let mut town = Town::build().await;
    let (copies, folder) = (temporary(), temporary());
    let archive = copies.path().join("newest.jsonl.gz");
    let region = |town: &Town, home: &TempDir, database: &Database, redis: &redis::Server| {
        Program::new(&town.fake, By::Webhook, home.path(), database.url())
            .sharing(redis.url(), TERM)
    };
    let (database, shared) = (Database::fresh().await, started(redis::Server::start).await);
    let lost = region(&town, &folder, &database, &shared);
    let running = lost.start();
    let saved = town.write();
    town.answered(saved.end).await;
    do_with(&lost, "backup", &archive).await;
    let gone = town.write();
    town.answered(gone.end).await;
    // Telegram has heard of all of it.
    town.taken().await;
    running.kill();
    drop((folder, database, shared));
    let meanwhile = town.write();

    let begun = Instant::now();
    let folder = temporary();
    let (database, shared) = (Database::empty().await, started(redis::Server::start).await);
    let other = region(&town, &folder, &database, &shared);
    do_with(&other, "restore", &archive).await;
    let restored = begun.elapsed();
    let running = other.start();
    town.answered(meanwhile.end).await;
    let (all, kept) = (begun.elapsed(), saved.len() * town.people.len());
    eprintln!(
        "another region: {kept} expenses restored after {restored:.1?}, served after {all:.1?}"
    );
    running.end();
    town.check(&database, &[saved, meanwhile]).await;
}

fn temporary() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Until the program has done this with the archive.
async fn do_with(program: &Program, what: &str, archive: &Path) {
    let file = archive.to_str().expect("a name in UTF-8");
    let mut life = program.start_as(&[what, file]);
    let begun = Instant::now();
    loop {
        if let Some(status) = life.status() {
            assert!(status.success(), "{what} failed");
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{what} does not end");
        sleep(LOOK).await;
    }
}
