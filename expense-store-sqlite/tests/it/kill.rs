//! The process dies at any moment; another user may not write.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use expense_core::ports::store::ExpenseStore;
use expense_core::testing::diary::assert_whole;
use tokio::task::JoinSet;

use crate::diary::{expenses, is_sound, lunch, open, record};

const FILE: &str = "EXPENSE_STORE_SQLITE_TEST_FILE";
const CHATS: usize = 8;

/// Runs in a process of its own: records without end and tells what was acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "is run by the other tests, in a process of its own"]
async fn recorder() {
    let Some(file) = std::env::var_os(FILE) else {
        return;
    };
    let store = match open(Path::new(&file)).await {
        Ok(store) => Arc::new(store),
        Err(error) => return println!("\nerror {error}"),
    };
    let mut chats = JoinSet::new();
    for chat in 0..CHATS {
        let store = Arc::clone(&store);
        chats.spawn(async move {
            let chat = format!("chat{chat}");
            for n in expenses(&store, &chat).await.len().. {
                let commit = lunch(&store, &chat, &format!("{n}:{chat}")).await;
                store.commit(commit).await.unwrap();
                println!("\nack {chat} {n}");
            }
        });
    }
    chats.join_next().await;
}

fn spawn(file: &Path, as_nobody: bool) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "kill::recorder", "--ignored", "--nocapture"])
        .env(FILE, file)
        .stdout(Stdio::piped());
    if as_nobody {
        command.uid(65_534);
    }
    command.spawn().unwrap()
}

#[tokio::test]
async fn a_killed_process_loses_nothing_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.db");
    let mut acknowledged = [0_usize; CHATS];
    for round in 1..=5 {
        let mut child = spawn(&file, false);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut left = 40 * round;
        for line in lines.map_while(Result::ok) {
            let Some(ack) = line.strip_prefix("ack chat") else {
                continue;
            };
            let (chat, n) = ack.split_once(' ').unwrap();
            acknowledged[chat.parse::<usize>().unwrap()] = n.parse::<usize>().unwrap() + 1;
            if left > 0 {
                left -= 1;
                if left == 0 {
                    child.kill().unwrap();
                }
            }
        }
        child.wait().unwrap();
        assert_eq!(left, 0, "the recorder ended by itself");
        assert!(is_sound(&file).await);
        let store = open(&file).await.unwrap();
        for (chat, acknowledged) in acknowledged.iter().enumerate() {
            let chat = format!("chat{chat}");
            assert_whole(&store, &chat, *acknowledged).await.unwrap();
        }
        store.close().await;
    }
}

#[tokio::test]
async fn a_file_of_another_user_is_reported_as_read_only() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.db");
    let store = open(&file).await.unwrap();
    record(&store, "anna", "1").await.unwrap();
    store.close().await;
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o444)).unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let root = std::fs::metadata(&file).unwrap().uid() == 0;
    let mut child = spawn(&file, root);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let said = lines
        .map_while(Result::ok)
        .find(|line| !line.starts_with("ack") && line.contains("error"));
    child.wait().unwrap();
    assert!(
        said.as_deref()
            .is_some_and(|said| said.contains("can't be written")),
        "{said:?}"
    );
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    assert_eq!(expenses(&open(&file).await.unwrap(), "anna").await.len(), 1);
}
