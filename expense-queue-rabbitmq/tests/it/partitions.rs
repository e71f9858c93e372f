//! What lies in a partition and is in the way of others. Each test has a broker of its own.

use std::sync::Arc;
use std::time::Duration;

use expense_core::ports::error::Fault;
use expense_core::ports::queue::UpdateQueue;
use expense_core::testing::fixtures::{chat, envelope, key};
use expense_queue_rabbitmq::Config;
use expense_queue_rabbitmq::testing::of;
use futures::StreamExt;
use lapin::options::{
    BasicConsumeOptions, BasicPublishOptions, ConfirmSelectOptions, QueuePurgeOptions,
};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use test_servers::rabbitmq::Server;

use crate::town::{Diary, open, publish, work};

/// How long a test waits for the broker.
const PATIENCE: Duration = Duration::from_secs(60);

/// Straight into a partition, past the door.
async fn put(server: &Server, config: &Config, bodies: &[&[u8]]) -> Channel {
    let url = server.url();
    let connection = Connection::connect(&url, ConnectionProperties::default());
    let channel = connection.await.unwrap().create_channel().await.unwrap();
    let confirms = ConfirmSelectOptions::default();
    channel.confirm_select(confirms).await.unwrap();
    let mut confirming = Vec::new();
    for body in bodies {
        let partition = partition(config).into();
        let (options, none) = (BasicPublishOptions::default(), BasicProperties::default());
        let published = channel.basic_publish("".into(), partition, options, body, none);
        confirming.push(published.await.unwrap());
    }
    for confirm in confirming {
        confirm.await.unwrap();
    }
    channel
}

/// The first of them.
fn partition(config: &Config) -> String {
    format!("{}.updates.0", config.prefix)
}

/// Only its own chats are refused, and no longer than there is no room.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_partition_refuses_its_chats_alone() {
    let server = Server::start().unwrap();
    let config = of(&server.url());
    let door = open(&config);
    door.check().await.unwrap();
    let channel = put(&server, &config, &vec![b"{}".as_slice(); 10_100]).await;
    let say = |number: usize| {
        let update = envelope(
            &chat(&format!("c{number}")),
            key(&number.to_string()),
            "3 tea",
        );
        door.publish(update)
    };
    let mut refused = Vec::new();
    for number in 0..20 {
        if let Err(error) = say(number).await {
            assert!(matches!(error.fault, Fault::Busy { .. }), "{error:?}");
            refused.push(number);
        }
    }
    assert!((1..20).contains(&refused.len()), "{refused:?}");
    let purge = channel.queue_purge(partition(&config).into(), QueuePurgeOptions::default());
    purge.await.unwrap();
    for number in refused {
        say(number).await.unwrap();
    }
}

/// Whoever can read it replays it; until then it is in nobody's way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_of_a_newer_version_is_buried_as_it_is() {
    let server = Server::start().unwrap();
    let config = of(&server.url());
    let queue = open(&config);
    queue.check().await.unwrap();
    let newer = br#"{"key":"test:a","event":{"Dreamt":{}}}"#;
    let channel = put(&server, &config, &[newer]).await;
    for number in 0..8 {
        publish(&*queue, number, 0).await;
    }
    let diary = Arc::new(Diary::default());
    let mut working = work(0, &queue, &diary);
    diary.wait_for(8).await;
    let dead = format!("{}.dead", config.prefix);
    let (options, none) = (BasicConsumeOptions::default(), FieldTable::default());
    let reading = channel.basic_consume(dead.into(), "".into(), options, none);
    let mut graves = reading.await.unwrap();
    let buried = tokio::time::timeout(PATIENCE, graves.next()).await;
    let buried = buried.unwrap().expect("it is buried").unwrap();
    assert_eq!(buried.data, newer);
    working.shutdown().await;
}
