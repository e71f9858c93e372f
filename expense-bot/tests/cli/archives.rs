//! Backups as an operator makes them, keeps them and trusts them.

use std::fs;
use std::path::Path;

use crate::bot::{Bot, Said};

fn worked(said: &Said) {
    assert_eq!(said.code, Some(0), "{said:?}");
}

/// What lies in a directory, in order, hidden files left out.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}

#[test]
fn backups_are_kept_by_a_rule_and_told_to_monitoring() {
    let bot = Bot::new();
    bot.chat(&["12.50 lunch", "7 tea"]);
    let folder = bot.home().join("backups");
    fs::create_dir(&folder).unwrap();
    for old in ["20200101T000000Z", "20200102T000000Z"] {
        fs::write(folder.join(format!("expense-bot-{old}.jsonl.gz")), "old").unwrap();
    }
    let said = bot.run(
        &[
            "backup",
            "--directory",
            "backups",
            "--keep",
            "1d,1w",
            "--verify-restore",
            "--status",
            "backup.prom",
        ],
        "",
    );
    worked(&said);
    assert!(said.out.contains("restored once"), "{}", said.out);
    assert_eq!(said.out.matches("is gone").count(), 2, "{}", said.out);
    let left = names(&folder);
    assert_eq!(left.len(), 1, "{left:?}");
    let archive = format!("backups/{}", left[0]);
    let verified = bot.run(&["verify", "--restore", &archive], "");
    worked(&verified);
    assert!(verified.out.contains("is whole and can be restored"));
    assert!(verified.out.contains("expense    2"), "{}", verified.out);
    assert!(!verified.out.contains("lunch"));
    let gauges = fs::read_to_string(bot.home().join("backup.prom")).unwrap();
    for gauge in ["backup_expenses 2", "backup_ledgers 1", "backup_archives 1"] {
        assert!(gauges.contains(gauge), "{gauges}");
    }
    // Any tool reads it.
    let read = std::process::Command::new("gzip")
        .args(["-dc", &archive])
        .current_dir(bot.home())
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&read.stdout).contains("\"description\":\"lunch\""));
}

#[test]
fn what_is_wrong_with_a_backup_is_told_and_nothing_is_changed() {
    let bot = Bot::new();
    bot.chat(&["12.50 lunch"]);
    worked(&bot.run(&["backup", "copy.gz"], ""));
    bot.chat(&["7 tea"]);
    let copy = bot.home().join("copy.gz");
    let whole = fs::read(&copy).unwrap();
    let mut altered = whole.clone();
    let middle = altered.len() / 2;
    altered[middle] ^= 0x10;
    for (content, words) in [
        (&whole[..whole.len() - 9], "ends too early"),
        (&altered[..], "use another backup"),
        (&b"dear"[..], "another program"),
    ] {
        fs::write(&copy, content).unwrap();
        for command in [
            &["verify", "copy.gz"][..],
            &["restore", "--replace", "copy.gz"],
        ] {
            let said = bot.run(command, "");
            assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{said:?}");
            assert!(said.err.contains(words), "{}", said.err);
        }
    }
    assert!(bot.chat(&["/list"]).join("\n").contains("tea"));
    assert!(
        !names(&bot.data())
            .iter()
            .any(|name| name.contains("before-restore"))
    );
}

#[test]
fn a_rule_or_a_place_that_makes_no_sense_is_told() {
    let bot = Bot::new();
    bot.chat(&["12.50 lunch"]);
    for (command, words) in [
        (&["backup"][..], "required"),
        (&["backup", "a.gz", "--keep", "7d"], "--directory"),
        (
            &["backup", "--directory", "x", "--keep", "many"],
            "7d,4w,12m",
        ),
        (
            &["backup", "a.gz", "--directory", "x"],
            "cannot be used with",
        ),
    ] {
        let said = bot.run(command, "");
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.err.contains(words), "{}", said.err);
    }
    assert_eq!(names(bot.home()), Vec::<String>::new());
}

/// The disk ends after 40 KiB, which is enough for what SQLite has beside its file: `ulimit` says
/// nearly the same as a full disk.
#[test]
fn a_full_disk_leaves_no_half_backup() {
    let bot = Bot::new();
    let lines: Vec<String> = (0..800)
        .map(|n| format!("1.25 item {}", n * 7_919))
        .collect();
    bot.chat(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let folder = bot.home().join("backups");
    let program = env!("CARGO_BIN_EXE_expense-bot");
    let mut shell = std::process::Command::new("sh");
    let told = bot.command(&[]);
    for (name, value) in told.get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    let script = "trap '' XFSZ; ulimit -f 80; exec \"$0\" backup --directory backups";
    let output = shell
        .args(["-c", script, program])
        .current_dir(bot.home())
        .output()
        .unwrap();
    let said = Said::from(output);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("can't be written"), "{}", said.err);
    assert_eq!(names(&folder), Vec::<String>::new());
    worked(&bot.run(&["backup", "--directory", "backups"], ""));
    assert_eq!(names(&folder).len(), 1);
}

/// A file that another version left behind, or that a restore put aside, is restored like a backup.
#[test]
fn a_file_of_ledgers_is_restored_as_it_is() {
    let bot = Bot::new();
    bot.chat(&["12.50 lunch"]);
    fs::copy(
        bot.data().join("expenses.sqlite"),
        bot.home().join("a.sqlite"),
    )
    .unwrap();
    bot.chat(&["7 tea"]);
    worked(&bot.run(&["restore", "--replace", "a.sqlite"], ""));
    let list = bot.chat(&["/list"]).join("\n");
    assert!(list.contains("lunch") && !list.contains("tea"), "{list}");
}

/// From the file of one machine to a server, and back.
#[cfg(feature = "postgres")]
#[test]
fn ledgers_move_to_a_server_and_back() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let database = runtime.block_on(expense_store_postgres::testing::Database::empty());
    let bot = Bot::new();
    bot.chat(&["12.50 lunch #work", "/currency CHF", "3 tea"]);
    worked(&bot.run(&["backup", "file.gz"], ""));
    let list = bot.chat(&["/list", "/tags"]);

    let bot = bot.with("DATABASE_URL", &database.url());
    let said = bot.run(&["backup", "nothing.gz"], "");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("holds no ledgers"), "{}", said.err);
    worked(&bot.run(&["restore", "file.gz"], ""));
    assert_eq!(bot.chat(&["/list", "/tags"]), list);
    bot.chat(&["4 cake"]);
    let refused = bot.run(&["restore", "file.gz"], "");
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("say --replace"), "{}", refused.err);
    worked(&bot.run(&["backup", "server.gz"], ""));
    worked(&bot.run(&["restore", "--replace", "file.gz"], ""));
    assert_eq!(bot.chat(&["/list", "/tags"]), list);

    let file = format!("sqlite://{}", bot.home().join("other.sqlite").display());
    let bot = bot.with("DATABASE_URL", &file);
    worked(&bot.run(&["restore", "server.gz"], ""));
    let told = bot.chat(&["/list"]).join("\n");
    assert!(told.contains("cake") && told.contains("lunch"), "{told}");
}
