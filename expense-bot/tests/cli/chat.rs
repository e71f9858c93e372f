use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use crate::bot::Bot;

#[test]
fn records_lists_and_undoes() {
    let bot = Bot::new();
    let said = bot.chat(&["12.50 lunch"]);
    assert!(said[0].starts_with("#1 · lunch · €12.50"), "{said:?}");
    assert!(said[1].starts_with("[1 Edit] [2 Undo]"), "{said:?}");
    assert!(bot.chat(&["/list"]).join("\n").contains("lunch"));
    bot.chat(&["/undo"]);
    assert!(!bot.chat(&["/list"]).join("\n").contains("lunch"));
}

#[test]
fn buttons_work_after_a_restart() {
    let bot = Bot::new();
    bot.chat(&["12.50 lunch"]);
    bot.chat(&["press Undo"]);
    assert!(!bot.chat(&["/list"]).join("\n").contains("lunch"));
}

#[test]
fn replies_and_rewrites_correct() {
    let bot = Bot::new();
    bot.chat(&["12.50 lunch", "reply 250", "8 tea", "rewrite 9 tea"]);
    let list = bot.chat(&["/list"]).join("\n");
    assert!(list.contains("250.00") && list.contains("9.00"), "{list}");
    assert!(!list.contains("12.50") && !list.contains("8.00"), "{list}");
}

#[test]
fn a_message_is_named_by_its_number() {
    let bot = Bot::new();
    bot.chat(&["8 tea", "3 bread"]);
    bot.chat(&["rewrite @1 10 tea"]);
    let list = bot.chat(&["/list"]).join("\n");
    assert!(list.contains("10.00") && list.contains("3.00"), "{list}");
}

#[test]
fn a_backslash_goes_on_in_the_next_line() {
    let bot = Bot::new();
    bot.chat(&["1 tea\\", "2 bread", "\\photo frame 3"]);
    let list = bot.chat(&["/list"]).join("\n");
    for words in ["tea", "bread", "photo frame"] {
        assert!(list.contains(words), "{words} in {list}");
    }
}

#[test]
fn complains_in_sentences_and_goes_on() {
    let bot = Bot::new();
    let mut input = b"photo no such.jpg\nphoto\npress Save\npress Undo @99\n\xff\xfe\n".to_vec();
    input.extend(vec![b'x'; 200_000]);
    input.extend(b"\r\n\r\n  \r\n7.70 tea\r\n");
    let said = bot.run(&["console"], input);
    assert_eq!(said.code, Some(0), "{said:?}");
    for words in [
        "There is no file ",
        "Write photo FILE",
        "No message with buttons is here yet.",
        "There is no message @99 any more.",
        "no UTF-8 text",
        "too long",
        "€7.70",
    ] {
        assert!(said.out.contains(words), "{words} in {}", said.out);
    }
}

#[test]
fn answers_at_once_to_whoever_waits() {
    let bot = Bot::new();
    let mut child = bot.start(&["console"]);
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    stdin.write_all(b"12.50 lunch\n").unwrap();
    assert!(lines.next().unwrap().unwrap().contains("€12.50"));
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn nobody_listening_ends_it_quietly() {
    let bot = Bot::new();
    let mut child = bot.start(&["console"]);
    let mut stdin = child.stdin.take().unwrap();
    drop(child.stdout.take());
    // The input stays open: what ends it is the answer that nobody takes.
    stdin.write_all(b"12.50 lunch\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(
        !String::from_utf8_lossy(&output.stderr).contains("panicked"),
        "{output:?}"
    );
    assert!(bot.chat(&["/list"]).join("\n").contains("12.50"));
}

#[test]
fn answers_that_cannot_be_written_end_it_with_a_word_and_lose_nothing() {
    let bot = Bot::new();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut command = bot.command(&["console"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(full)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"12.50 lunch\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the answers can't be written"), "{said}");
    assert!(said.contains("what was recorded is kept"), "{said}");
    assert!(bot.chat(&["/list"]).join("\n").contains("12.50"));
}

#[test]
fn a_report_that_nobody_reads_ends_quietly() {
    let bot = Bot::new();
    let mut child = bot.start(&["doctor"]);
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn a_signal_ends_it_after_its_answer() {
    let bot = Bot::new();
    let mut child = bot.start(&["console"]);
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    stdin.write_all(b"12.50 lunch\n").unwrap();
    lines.next().unwrap().unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(bot.chat(&["/list"]).join("\n").contains("12.50"));
}

#[test]
fn quit_leaves() {
    let said = Bot::new().chat(&["help", "quit", "12.50 lunch"]);
    assert!(said.join("\n").contains("press BUTTON"), "{said:?}");
    assert!(!said.join("\n").contains("12.50 lunch ·"), "{said:?}");
}

#[test]
fn a_limit_of_ones_own_is_kept() {
    let bot = Bot::new().with("RATE_LIMIT_PER_MINUTE", "2");
    let said = bot.chat(&["1 a", "2 b", "3 c"]).join("\n");
    assert!(said.contains("€2.00") && !said.contains("€3.00"), "{said}");
}
