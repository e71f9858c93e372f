//! Where what waits for an answer may be.

use test_servers::rabbitmq;

use super::super::database::Database;

/// The replies that are parked and who has claimed them, and what lies in which queue.
pub(super) async fn whereabouts(database: &Database, broker: Option<&rabbitmq::Server>) -> String {
    let parked = database.parked().await.join("\n");
    let words = [
        "list_queues",
        "name",
        "messages_ready",
        "messages_unacknowledged",
        "consumers",
    ];
    let queues = broker.map_or_else(String::new, |broker| match broker.control(&words) {
        Ok(queues) => queues,
        Err(error) => error.to_string(),
    });
    let mut queues = queues;
    if let Some(broker) = broker {
        for words in [
            &[
                "list_consumers",
                "queue_name",
                "channel_pid",
                "consumer_tag",
                "active",
            ][..],
            &[
                "list_channels",
                "pid",
                "connection",
                "number",
                "consumer_count",
                "messages_unacknowledged",
            ][..],
            &["list_connections", "pid", "peer_port", "state", "channels"][..],
        ] {
            queues += &broker.control(words).unwrap_or_else(|e| e.to_string());
            queues += "\n";
        }
    }
    format!("parked replies:\n{parked}\nqueues:\n{queues}")
}
