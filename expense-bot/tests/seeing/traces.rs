//! Traces of the program at a collector.

#[cfg(feature = "rabbitmq")]
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "rabbitmq")]
use telegram_fake::{Fake, Options};

use crate::collector::Collector;
use crate::program::Program;

const OFTEN: (&str, &str) = ("OTEL_BSP_SCHEDULE_DELAY", "100");

/// From the door to the reply, and nobody's data on the way.
#[tokio::test]
async fn one_update_is_one_trace() {
    let collector = Collector::start().await;
    let url = collector.url();
    let program = Program::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &url), OFTEN]).await;
    let person = program.fake.user(7_654_321_098).named("Zznamemarker");
    person.say("98761.23 zzlunchmarker");
    program.fake.chat(7_654_321_098).next_reply().await;
    let names = ["accept", "queue", "handle", "commit", "send"];
    let spans = collector.trace_with(&names).await;
    let find = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    let (accept, handle) = (find("accept"), find("handle"));
    assert!(accept.parent_span_id.is_empty());
    for (name, parent) in [
        ("queue", accept),
        ("handle", accept),
        ("commit", handle),
        ("send", handle),
    ] {
        assert_eq!(find(name).parent_span_id, parent.span_id, "{name}");
    }
    let told = format!("{:?}", collector.spans());
    for marker in ["zzlunchmarker", "98761", "Zzname", "7654321098"] {
        assert!(!told.contains(marker), "{marker}: {told}");
    }
}

/// What the door's process tells and what the worker's tells belong together.
#[cfg(feature = "rabbitmq")]
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_goes_through_a_queue_is_one_trace() {
    let starting = tokio::task::spawn_blocking(test_servers::rabbitmq::Server::start);
    let broker = starting.await.unwrap().unwrap();
    let collector = Collector::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.sqlite");
    let (url, amqp) = (collector.url(), broker.url());
    let database = format!("sqlite://{}", file.display());
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()),
        ("AMQP_URL", amqp.as_str()),
        ("DATABASE_URL", database.as_str()),
        OFTEN,
    ];
    let fake = Arc::new(Fake::start(Options::default()).await.unwrap());
    let _worker = Program::part("worker", Arc::clone(&fake), &variables).await;
    let _door = Program::part("webhook", Arc::clone(&fake), &variables).await;
    fake.user(6).say("3 tea");
    fake.chat(6).next_reply().await;
    // Only the door accepts, only the worker does the rest.
    let spans = collector
        .trace_with(&["accept", "queue", "handle", "commit", "send"])
        .await;
    let find = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    let (accept, handle) = (find("accept"), find("handle"));
    assert_eq!(handle.parent_span_id, accept.span_id);
    assert_eq!(find("send").parent_span_id, handle.span_id);
}

/// With a photo the reading belongs to the trace, and so does what came of it.
#[tokio::test]
async fn a_reading_belongs_to_the_trace_of_its_photo() {
    let collector = Collector::start().await;
    let url = collector.url();
    let program = Program::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &url), OFTEN]).await;
    program.fake.user(5).photo(b"no photo".to_vec(), "");
    let spans = collector.trace_with(&["accept", "handle", "reading"]).await;
    let reading = spans.iter().find(|span| span.name == "reading").unwrap();
    assert!(!reading.parent_span_id.is_empty());
}

/// So they do where one process takes the photo in and another reads it.
#[cfg(all(feature = "rabbitmq", feature = "redis"))]
#[tokio::test(flavor = "multi_thread")]
async fn a_reading_by_another_process_belongs_to_the_trace_of_its_photo() {
    let starting = tokio::task::spawn_blocking(|| {
        let broker = test_servers::rabbitmq::Server::start().unwrap();
        (broker, test_servers::redis::Server::start().unwrap())
    });
    let (broker, redis) = starting.await.unwrap();
    let collector = Collector::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.sqlite");
    let (url, amqp, redis) = (collector.url(), broker.url(), redis.url());
    let database = format!("sqlite://{}", file.display());
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()),
        ("AMQP_URL", amqp.as_str()),
        ("REDIS_URL", redis.as_str()),
        ("DATABASE_URL", database.as_str()),
        OFTEN,
    ];
    let fake = Arc::new(Fake::start(Options::default()).await.unwrap());
    let start = |words| Program::part(words, Arc::clone(&fake), &variables);
    let _reads = start("worker --only receipts").await;
    let _handles = start("worker --only text").await;
    let _door = start("webhook").await;
    fake.user(5).photo(b"no photo".to_vec(), "");
    let spans = collector.trace_with(&["accept", "handle", "reading"]).await;
    let find = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    assert_eq!(find("handle").parent_span_id, find("accept").span_id);
    assert!(!find("reading").parent_span_id.is_empty());
}

/// The bot answers as ever, and its end takes less than a second more than without traces.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_collector_slows_nothing() {
    // Whoever connects waits for ever.
    let deaf = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", deaf.local_addr().unwrap());
    let mut traced = Program::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &url), OFTEN]).await;
    let mut plain = Program::start(&[]).await;
    for program in [&traced, &plain] {
        let (person, chat) = (program.fake.user(1), program.fake.chat(1));
        for _ in 0..20 {
            person.say("3 tea");
            chat.next_reply().await;
        }
    }
    let end = |program: &mut Program| {
        let taken = tokio::task::block_in_place(|| program.stop());
        eprintln!("ended after {} ms", taken.as_millis());
        taken
    };
    let (plain, traced) = (end(&mut plain), end(&mut traced));
    assert!(
        traced < plain + Duration::from_secs(1),
        "{traced:?} against {plain:?}"
    );
}

/// A part of them is kept where one is asked for; none at all with nought.
#[tokio::test(flavor = "multi_thread")]
async fn traces_are_sampled() {
    let collector = Collector::start().await;
    let url = collector.url();
    let none = ("OTEL_TRACES_SAMPLER_ARG", "0");
    let mut program = Program::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &url), OFTEN, none]).await;
    program.fake.user(1).say("3 tea");
    program.fake.chat(1).next_reply().await;
    // The end sends what there is.
    program.stop();
    assert_eq!(collector.spans(), []);
}
