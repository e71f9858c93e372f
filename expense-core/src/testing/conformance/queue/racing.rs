//! Many workers at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{AGAIN, Line, QueueBench, name};
use crate::ports::queue::{Delivery, Settle, UpdateQueue};
use crate::testing::conformance::race;

const CHATS: usize = 6;
const UPDATES: usize = 12;
/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Many chats, many workers, every third delivery asked for again: each chat's updates are done
/// in order, and never two of them at the same time.
pub async fn racing_workers_keep_the_order_of_every_chat(bench: QueueBench) {
    let mut line = Line::new(bench);
    for n in 0..UPDATES {
        for chat in 0..CHATS {
            line.publish(&format!("chat{chat}"), &[&format!("{chat}/{n:02}")])
                .await;
        }
    }
    let seen: Arc<Mutex<BTreeMap<String, Chat>>> = Arc::default();
    let workers = (0..4).map(|n| work(line.bench.nth(n), Arc::clone(&seen)));
    let worked = tokio::time::timeout(PATIENCE, race(workers)).await;
    assert!(worked.is_ok(), "updates were lost");
    let seen = std::mem::take(&mut *seen.lock().expect("no panic"));
    assert_eq!(seen.len(), CHATS);
    for (chat, Chat { done, .. }) in seen {
        let mut expected = done.clone();
        expected.sort();
        expected.dedup();
        assert_eq!((&done, done.len()), (&expected, UPDATES), "{chat}");
    }
}

#[derive(Default)]
struct Chat {
    out: bool,
    done: Vec<String>,
}

/// Works until everything is done: which of two processes gets a chat, and how soon after it
/// begins, is theirs to arrange.
async fn work(port: Arc<dyn UpdateQueue>, seen: Arc<Mutex<BTreeMap<String, Chat>>>) {
    while done(&seen) < CHATS * UPDATES {
        let claimed = port
            .claim(3, Duration::from_millis(100))
            .await
            .expect("deliveries");
        for Delivery { envelope, .. } in &claimed {
            let mut seen = seen.lock().expect("no panic");
            let chat = seen.entry(envelope.chat.as_str().to_owned()).or_default();
            assert!(
                !std::mem::replace(&mut chat.out, true),
                "two of one chat were out"
            );
        }
        for Delivery {
            id,
            attempt,
            envelope,
        } in claimed
        {
            tokio::task::yield_now().await;
            let again = attempt == 1 && id.0.is_multiple_of(3);
            {
                let mut seen = seen.lock().expect("no panic");
                let chat = seen.entry(envelope.chat.as_str().to_owned()).or_default();
                chat.out = false;
                if !again {
                    chat.done.push(name(&envelope).to_owned());
                }
            }
            let settle = if again { AGAIN } else { Settle::Done };
            port.settle(id, settle).await.expect("an answer");
        }
    }
}

fn done(seen: &Mutex<BTreeMap<String, Chat>>) -> usize {
    let seen = seen.lock().expect("no panic");
    seen.values().map(|chat| chat.done.len()).sum()
}
