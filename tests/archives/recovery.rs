//! Point-in-time recovery, as docs/backup.md has it: a base copy, the log of every change, and a
//! moment.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use expense_core::testing::diary::{expenses, record};
use expense_store_postgres::{Config, PostgresStore};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use test_servers::postgres::{Durability, SUPERUSER, Server};

const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_goes_back_to_a_moment() {
    let started = tokio::task::spawn_blocking(|| Server::start(Durability::On)).await;
    let mut server = started.unwrap().unwrap();
    let folder = server.data().parent().unwrap().to_owned();
    let (log, base) = (folder.join("wal"), folder.join("base"));
    std::fs::create_dir(&log).unwrap();
    own(&log, &server);
    keep_the_log(&mut server, &log).await;
    let url = server.url("postgres");

    let store = PostgresStore::open(Config::new(&url)).await.unwrap();
    record(&store, "anna", "0:anna").await.unwrap();
    let address = server.address();
    let port = address.rsplit_once(':').unwrap().1;
    let mut copy = server.program("pg_basebackup");
    copy.args([
        "--host",
        "127.0.0.1",
        "--port",
        port,
        "--username",
        SUPERUSER,
    ]);
    copy.args(["--checkpoint", "fast", "--pgdata"]).arg(&base);
    done(&mut copy, "pg_basebackup");
    record(&store, "anna", "1:anna").await.unwrap();
    let mut stranger = PgConnection::connect(&url).await.unwrap();
    let moment: String = sqlx::query_scalar("SELECT clock_timestamp()::text")
        .fetch_one(&mut stranger)
        .await
        .unwrap();
    for n in 2..5 {
        record(&store, "anna", &format!("{n}:anna")).await.unwrap();
    }
    store.close().await;
    put_away(&mut stranger).await;

    // The server and its data are gone.
    let begun = Instant::now();
    server.crash().unwrap();
    std::fs::rename(server.data(), folder.join("lost")).unwrap();
    std::fs::rename(&base, server.data()).unwrap();
    let mut settings = std::fs::read_to_string(server.data().join("postgresql.auto.conf")).unwrap();
    settings += &format!(
        "restore_command = 'cp {}/%f %p'\nrecovery_target_time = '{moment}'\n\
         recovery_target_action = 'promote'\n",
        log.display()
    );
    std::fs::write(server.data().join("postgresql.auto.conf"), settings).unwrap();
    let signal = server.data().join("recovery.signal");
    std::fs::write(&signal, "").unwrap();
    own(&signal, &server);
    server.start_again().unwrap();
    recovered(&url).await;
    let took = begun.elapsed().as_millis();
    eprintln!("PostgreSQL: back at a moment, and writable, in {took} ms");

    let store = PostgresStore::open(Config::new(&url)).await.unwrap();
    let found = expenses(&store, "anna").await.unwrap();
    assert_eq!(found.len(), 2, "what came after the moment is not there");
    // It goes on from there.
    record(&store, "anna", "2:anna").await.unwrap();
    assert_eq!(expenses(&store, "anna").await.unwrap().len(), 3);
    store.close().await;
}

/// Every change is kept in a folder, and base copies may be made.
async fn keep_the_log(server: &mut Server, log: &Path) {
    let mut doors = std::fs::read_to_string(server.data().join("pg_hba.conf")).unwrap();
    doors += "host replication all 127.0.0.1/32 trust\n";
    std::fs::write(server.data().join("pg_hba.conf"), doors).unwrap();
    let mut stranger = PgConnection::connect(&server.url("postgres"))
        .await
        .unwrap();
    let log = log.display();
    for setting in [
        "archive_mode = 'on'".to_owned(),
        format!("archive_command = 'test ! -f {log}/%f && cp %p {log}/%f'"),
    ] {
        let setting = format!("ALTER SYSTEM SET {setting}");
        stranger.execute(AssertSqlSafe(setting)).await.unwrap();
    }
    drop(stranger);
    // Only a start turns it on.
    server.crash().unwrap();
    server.start_again().unwrap();
}

/// Waits until the log up to now is in the folder.
async fn put_away(db: &mut PgConnection) {
    let file: String = sqlx::query_scalar("SELECT pg_walfile_name(pg_switch_wal())")
        .fetch_one(&mut *db)
        .await
        .unwrap();
    let begun = Instant::now();
    loop {
        let kept: bool = sqlx::query_scalar(
            "SELECT coalesce(last_archived_wal >= $1, false) FROM pg_stat_archiver",
        )
        .bind(&file)
        .fetch_one(&mut *db)
        .await
        .unwrap();
        if kept {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "the log is not kept");
        tokio::time::sleep(LOOK).await;
    }
}

/// Waits until the server takes writes again.
async fn recovered(url: &str) {
    let begun = Instant::now();
    loop {
        if let Ok(mut db) = PgConnection::connect(url).await {
            let still = sqlx::query_scalar("SELECT pg_is_in_recovery()");
            if let Ok(false) = still.fetch_one(&mut db).await {
                return;
            }
        }
        assert!(begun.elapsed() < PATIENCE, "the server does not recover");
        tokio::time::sleep(LOOK).await;
    }
}

/// It belongs to whoever runs the server.
fn own(path: &Path, server: &Server) {
    let data = std::fs::metadata(server.data()).unwrap();
    std::os::unix::fs::chown(path, Some(data.uid()), Some(data.gid())).unwrap();
}

fn done(command: &mut Command, name: &str) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {said}");
}
