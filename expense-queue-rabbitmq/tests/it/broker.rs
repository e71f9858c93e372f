//! What a broker does to its clients: it dies, is cut off, falls silent, has no room. Each test has
//! a broker of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use expense_core::ports::error::Fault;
use expense_core::ports::queue::{Settle, UpdateQueue};
use expense_core::testing::fixtures::{chat, envelope, key};
use expense_queue_rabbitmq::testing::of;
use expense_queue_rabbitmq::{Config, OpenError};
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties};
use rstest::rstest;
use test_servers::rabbitmq::Server;

use crate::town::{Diary, open, send, work};
use crate::wire::Wire;

const CHATS: usize = 12;
const UPDATES: usize = 40;
const ALL: usize = CHATS * UPDATES;

/// A broker that dies in mid-traffic costs time: nothing is lost, every chat stays in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_dies_comes_back_with_everything() {
    let mut server = Server::start().unwrap();
    let mut config = of(&server.url());
    config.patience = Duration::from_secs(3);
    let (door, worker) = (open(&config), open(&config));
    let diary = Arc::new(Diary::default());
    let mut sending = send(&door, CHATS, 0..UPDATES);
    let _working = work(0, &worker, &diary);
    for count in [ALL / 4, ALL / 2] {
        diary.wait_for(count).await;
        server = tokio::task::spawn_blocking(move || {
            server.crash().unwrap();
            server.start_again().unwrap();
            server
        })
        .await
        .unwrap();
    }
    while let Some(sent) = sending.join_next().await {
        sent.unwrap();
    }
    diary.wait_for(ALL).await;
    diary.check(CHATS, UPDATES);
}

/// The same for a network that is cut in mid-traffic, again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_is_cut_loses_nothing() {
    let server = Server::start().unwrap();
    let wire = Wire::to(server.port()).await;
    let mut config = of(&wire.url());
    config.patience = Duration::from_secs(3);
    let (door, worker) = (open(&config), open(&config));
    let diary = Arc::new(Diary::default());
    let mut sending = send(&door, CHATS, 0..UPDATES);
    let _working = work(0, &worker, &diary);
    for part in 1..=4 {
        diary.wait_for(part * ALL / 6).await;
        wire.cut();
        // Whoever publishes now learns that it is not safe.
        let lost = envelope(&chat("nobody"), key("lost"), "12.50 lunch");
        assert_eq!(
            door.publish(lost).await.unwrap_err().fault,
            Fault::Unavailable
        );
        wire.mend();
    }
    while let Some(sent) = sending.join_next().await {
        sent.unwrap();
    }
    diary.wait_for(ALL).await;
    diary.check(CHATS, UPDATES);
}

/// Of three nodes one after another dies in mid-traffic and comes back: the queues go on by the other
/// two, with the door and the worker that were connected to it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_of_a_cluster_dies_and_the_others_go_on() {
    let started = tokio::task::spawn_blocking(|| Server::start_cluster(3)).await;
    let mut nodes = started.unwrap().unwrap();
    let urls: Vec<String> = nodes.iter().map(Server::url).collect();
    let mut config = of(&urls.join(","));
    config.patience = Duration::from_secs(6);
    let (door, worker) = (open(&config), open(&config));
    let diary = Arc::new(Diary::default());
    let _working = work(0, &worker, &diary);
    let mut written = 0;
    for dies in 0..nodes.len() {
        let mut sending = send(&door, CHATS, written..written + UPDATES);
        written += UPDATES;
        diary.wait_for(CHATS * written - ALL / 2).await;
        nodes[dies].crash().unwrap();
        let died = Instant::now();
        diary.wait_for(CHATS * written).await;
        eprintln!("a node died: {:.1?} until all were served", died.elapsed());
        while let Some(sent) = sending.join_next().await {
            sent.unwrap();
        }
        nodes = tokio::task::spawn_blocking(move || {
            nodes[dies].start_again().unwrap();
            nodes
        })
        .await
        .unwrap();
    }
    diary.check(CHATS, written);
}

/// While the disk is full nobody can publish and is told so; what is there is handled all the same,
/// also what asks for another try.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_the_door_and_not_the_workers() {
    let server = Server::start().unwrap();
    let mut config = of(&server.url());
    config.patience = Duration::from_secs(2);
    let (door, worker) = (open(&config), open(&config));
    let mut sending = send(&door, 4, 0..5);
    while let Some(sent) = sending.join_next().await {
        sent.unwrap();
    }
    server.disk_is_full(true).unwrap();
    for name in ["a", "b", "c"] {
        let update = envelope(&chat("anna"), key(name), "12.50 lunch");
        let refused = door.publish(update).await.unwrap_err();
        assert!(refused.is_transient(), "{refused:?}");
    }
    let diary = Arc::new(Diary::default());
    let mut working = work(0, &worker, &diary);
    // Somebody who takes a partition over leaves a mark there, for which there is no room now.
    server.disk_is_full(false).unwrap();
    diary.wait_for(20).await;
    server.disk_is_full(true).unwrap();
    let refused = door
        .publish(envelope(&chat("anna"), key("d"), "12.50 lunch"))
        .await;
    assert!(refused.unwrap_err().is_transient());
    working.shutdown().await;
    server.disk_is_full(false).unwrap();
    let mut sending = send(&door, 4, 0..10);
    while let Some(sent) = sending.join_next().await {
        sent.unwrap();
    }
    let _working = work(0, &worker, &diary);
    diary.wait_for(40).await;
}

/// A broker that falls silent is given up within the patience, and used again when it speaks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_broker_keeps_nobody_waiting() {
    let server = Server::start().unwrap();
    let mut config = of(&server.url());
    config.patience = Duration::from_secs(3);
    let queue = open(&config);
    let update = |name: &str| envelope(&chat("anna"), key(name), "12.50 lunch");
    queue.publish(update("a")).await.unwrap();
    server.pause().unwrap();
    let refused = queue.publish(update("b")).await.unwrap_err();
    assert_eq!(refused.fault, Fault::Unavailable);
    server.go_on().unwrap();
    let mut names = Vec::new();
    // It may have come all the same: nobody knew.
    queue.publish(update("c")).await.unwrap();
    while names.last().is_none_or(|last| last != "test:c") {
        for delivery in queue.claim(1, Duration::from_secs(30)).await.unwrap() {
            names.push(delivery.envelope.key.as_str().to_owned());
            queue.settle(delivery.id, Settle::Done).await.unwrap();
        }
    }
    names.retain(|name| name != "test:b");
    assert_eq!(names, ["test:a", "test:c"]);
}

/// A node that takes a queue's leader to be one that has died refuses what a channel publishes, or says
/// nothing, for as long as the channel lasts: another is used.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_confirms_nothing_is_given_up(#[values(true, false)] refuses: bool) {
    let server = Server::start().unwrap();
    let wire = Wire::to(server.port()).await;
    let mut config = of(&wire.url());
    config.patience = Duration::from_secs(2);
    let (door, worker) = (open(&config), open(&config));
    let update = |name: &str| envelope(&chat("anna"), key(name), "12.50 lunch");
    door.publish(update("a")).await.unwrap();
    worker.publish(update("a")).await.unwrap();
    wire.rob(refuses);
    let failed = door.publish(update("b")).await.unwrap_err();
    assert!(failed.is_transient(), "{failed:?}");
    let begun = Instant::now();
    while door.publish(update("b")).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(12));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // A worker whose channel is no better takes its partition all the same.
    let mut names = Vec::new();
    while names.last().is_none_or(|last| last != "test:b") {
        assert!(begun.elapsed() < Duration::from_secs(60), "{names:?}");
        for delivery in worker.claim(1, Duration::from_secs(1)).await.unwrap() {
            names.push(delivery.envelope.key.as_str().to_owned());
            worker.settle(delivery.id, Settle::Done).await.unwrap();
        }
    }
}

/// What it sent before and what it sends then wait in the same queue.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_keeps_its_order_where_a_broker_starts_again() {
    let mut server = Server::start().unwrap();
    let mut config = Config::new(server.url());
    config.partitions = 16;
    let door = open(&config);
    for part in [0..2, 2..4, 4..6] {
        let mut sending = send(&door, 40, part);
        while let Some(sent) = sending.join_next().await {
            sent.unwrap();
        }
        tokio::task::block_in_place(|| {
            server.crash().unwrap();
            server.start_again().unwrap();
        });
    }
    let diary = Arc::new(Diary::default());
    let _one = work(0, &open(&config), &diary);
    let _other = work(1, &open(&config), &diary);
    diary.wait_for(240).await;
    diary.check(40, 6);
}

/// What an operator forgot is told in words, and what somebody deleted is made anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_broker_is_told_or_mended() {
    let server = Server::start().unwrap();
    let at = |user: &str| {
        let mut config = Config::new(server.url().replace("//", &format!("//{user}@")));
        config.partitions = 2;
        config
    };
    assert_eq!(
        open(&at("guest:wrong")).check().await,
        Err(OpenError::Denied)
    );
    server.control(&["add_user", "eve", "hush"]).unwrap();
    assert_eq!(open(&at("eve:hush")).check().await, Err(OpenError::Denied));
    let queue = open(&at("guest:guest"));
    assert!(queue.check().await.is_ok());
    for number in 0..2 {
        server
            .control(&["delete_queue", &format!("expense.updates.{number}")])
            .unwrap();
    }
    let diary = Arc::new(Diary::default());
    let _working = work(0, &queue, &diary);
    let mut sending = send(&queue, 4, 0..4);
    while let Some(sent) = sending.join_next().await {
        sent.unwrap();
    }
    diary.wait_for(16).await;
    diary.check(4, 4);
}

/// While somebody who is far from the broker makes deleted partitions anew, others publish: each chat
/// goes to its own, as soon as that is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_made_broker_leads_nobody_astray() {
    let server = Server::start().unwrap();
    let wire = Wire::long(server.port(), Duration::from_millis(100)).await;
    let of_two = |url: &str| {
        let mut config = Config::new(url);
        config.partitions = 2;
        config
    };
    let door = open(&of_two(&server.url()));
    assert!(door.check().await.is_ok());
    let last = "expense.updates.1";
    for queue in ["expense.updates.0", last] {
        server.control(&["delete_queue", queue]).unwrap();
    }
    let diary = Arc::new(Diary::default());
    let _working = work(0, &open(&of_two(&wire.url())), &diary);
    wait_for_queue(&server.url(), last).await;
    let mut sending = send(&door, 8, 0..100);
    while let Some(sent) = sending.join_next().await {
        sent.unwrap();
    }
    diary.wait_for(800).await;
    diary.check(8, 100);
}

/// Looks without the queue's help: it would make what is missing.
async fn wait_for_queue(url: &str, name: &str) {
    let properties = ConnectionProperties::default();
    let connection = Connection::connect(url, properties).await.unwrap();
    loop {
        let channel = connection.create_channel().await.unwrap();
        let passive = QueueDeclareOptions::durable().passive();
        let looked = channel.queue_declare(name.into(), passive, FieldTable::default());
        if looked.await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
