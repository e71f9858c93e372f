//! What a message costs this process by way of the queue, without what is done with it: the
//! processor time of publishing, and of claiming and settling. The broker's own is not counted.
//!
//! ```sh
//! cargo run --release -p expense-queue-rabbitmq --features testing --example overhead
//! ```

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use expense_core::conversation::event::{Envelope, Event, Scene};
use expense_core::domain::keys::{ChatKey, UpdateKey, UserKey};
use expense_core::memory::clock::SystemClock;
use expense_core::ports::clock::Clock;
use expense_core::ports::queue::{Settle, UpdateQueue};
use expense_queue_rabbitmq::{RabbitQueue, testing};
use test_servers::processor_time;
use tokio::task::JoinSet;

const MESSAGES: usize = 20_000;
const CHATS: usize = 500;
const PUBLISHERS: usize = 64;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut config = testing::fresh();
    config.partitions = 16;
    let queue = Arc::new(RabbitQueue::open(&config, Arc::new(SystemClock))?);
    queue.check().await?;

    let (begun, before) = (Instant::now(), processor_time()?);
    let mut publishing = JoinSet::new();
    for publisher in 0..PUBLISHERS {
        let queue = Arc::clone(&queue);
        publishing.spawn(async move {
            for number in (publisher..MESSAGES).step_by(PUBLISHERS) {
                if let Some(update) = update(number) {
                    queue.publish(update).await?;
                }
            }
            Ok::<(), expense_core::ports::error::PortError>(())
        });
    }
    while let Some(published) = publishing.join_next().await {
        published??;
    }
    report(
        "published",
        begun.elapsed(),
        processor_time()?.saturating_sub(before),
    );

    let (begun, before) = (Instant::now(), processor_time()?);
    let mut done = 0;
    while done < MESSAGES {
        for delivery in queue.claim(256, Duration::from_secs(5)).await? {
            queue.settle(delivery.id, Settle::Done).await?;
            done += 1;
        }
    }
    report(
        "claimed and settled",
        begun.elapsed(),
        processor_time()?.saturating_sub(before),
    );
    queue.close().await;
    Ok(())
}

fn report(what: &str, took: Duration, used: Duration) {
    let count = u32::try_from(MESSAGES).unwrap_or(u32::MAX);
    println!(
        "{what}: {} a second, {:.1} µs of this process a message",
        u128::from(count) * 1_000 / took.as_millis().max(1),
        (used / count).as_secs_f64() * 1e6
    );
}

fn update(number: usize) -> Option<Envelope> {
    let chat = number % CHATS;
    Some(Envelope {
        key: UpdateKey::new(format!("telegram:1:{number}")).ok()?,
        chat: ChatKey::new(format!("telegram:{chat}")).ok()?,
        who: UserKey::new(format!("telegram:{chat}")).ok()?,
        sent_at: SystemClock.now(),
        message: None,
        language: Some("en".to_owned()),
        name: None,
        scene: Scene::Private,
        trace: None,
        event: Event::Text {
            text: "12.50 lunch with the team".to_owned(),
            reply_to: None,
        },
    })
}
