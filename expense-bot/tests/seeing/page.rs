//! `/metrics` of the program, after people have used it.

use std::collections::BTreeSet;

use crate::program::{Program, explained, value};

#[tokio::test]
async fn what_people_do_is_counted() {
    let program = Program::start(&[]).await;
    let (anna, bert) = (program.fake.user(1), program.fake.user(2));
    let (here, there) = (program.fake.chat(1), program.fake.chat(2));
    for (person, chat, text) in [
        (&anna, &here, "12.50 lunch"),
        (&anna, &here, "/list"),
        (&bert, &there, "3 tea"),
    ] {
        person.say(text);
        chat.next_reply().await;
    }
    program.becomes("/metrics", "bot_active_users 2\n").await;
    let page = program.metrics();
    for (series, expected) in [
        (r#"bot_requests_total{command="text",outcome="done"}"#, "2"),
        (r#"bot_requests_total{command="list",outcome="done"}"#, "1"),
        (
            r#"bot_requests_total{command="list",outcome="buried"}"#,
            "0",
        ),
        (r#"bot_request_duration_seconds_count{command="text"}"#, "2"),
        (r#"bot_replies_total{result="sent"}"#, "3"),
        (r#"bot_replies_total{result="parked"}"#, "0"),
        (r#"jobs_waiting{kind="reply"}"#, "0"),
        (
            r#"cache_requests_total{cache="ledgers",outcome="hit"}"#,
            "1",
        ),
        ("queue_lag_seconds_count", "3"),
        ("queue_depth", "0"),
    ] {
        assert_eq!(value(&page, series), Some(expected), "{series}\n{page}");
    }
    for name in explained(&page) {
        assert!(
            page.contains(&format!("# HELP {name} ")),
            "{name} is not explained"
        );
    }
}

/// Whatever a stranger writes, there are no more series than after the first of it.
#[tokio::test]
async fn strangers_make_no_series() {
    let program = Program::start(&[("RATE_LIMIT_PER_MINUTE", "0")]).await;
    let hostile = |round: usize| {
        [
            format!("/nonsense{round}"),
            format!("/list{{command=\"{round}\"}}"),
            format!("/add{round} \"}} 1\nbot_requests_total{{command=\"x{round}\"}} 7"),
            format!("\u{202e}{round}\\\"\n# TYPE x{round} counter"),
            format!("{round} tea"),
            format!("/list{}", "\u{7f}".repeat(round)),
        ]
    };
    let mut series = Vec::new();
    for round in 1..=5 {
        let person = i64::try_from(round).unwrap();
        let stranger = program.fake.user(person);
        for text in hostile(round) {
            stranger.say(&text);
        }
        program.fake.settled().await;
        let page = program.metrics();
        let names = page.lines().filter(|line| !line.starts_with('#'));
        let names: BTreeSet<String> = names
            .filter_map(|line| Some(line.rsplit_once(' ')?.0.to_owned()))
            .collect();
        series.push(names);
    }
    let (first, last) = (series.first().unwrap(), series.last().unwrap());
    let more: Vec<_> = last.difference(first).collect();
    assert!(more.is_empty(), "{more:#?}");
    assert!(last.len() < 1_000, "{}", last.len());
}

#[tokio::test]
async fn nothing_is_served_where_nobody_listens() {
    let program = Program::start(&[]).await;
    assert_eq!(program.get("/nothing").unwrap().0, 404);
    assert_eq!(program.get("/livez").unwrap(), (200, "ok".to_owned()));
}
