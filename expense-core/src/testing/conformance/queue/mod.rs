//! The suite of [`UpdateQueue`].

mod racing;

pub use self::racing::*;

use std::time::Duration;

use tokio::task::JoinSet;

use super::Bench;
use crate::conversation::event::Envelope;
use crate::domain::limits;
use crate::ports::queue::{Buried, Delivery, DeliveryId, Settle, UpdateQueue};
use crate::testing::fixtures::{chat, envelope, key};

/// What the suite is given.
pub type QueueBench = Bench<dyn UpdateQueue>;

/// Proves an [`UpdateQueue`](crate::ports::queue::UpdateQueue).
#[macro_export]
macro_rules! update_queue_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; queue {
            what_is_published_is_delivered_whole,
            a_claim_waits_for_an_update,
            a_claim_keeps_to_its_limit_and_its_wait,
            one_chat_goes_in_order_one_at_a_time,
            different_chats_go_in_parallel,
            a_retry_comes_back_after_its_time_before_later_ones,
            only_its_own_chat_waits_for_a_retry,
            an_unsettled_delivery_comes_back,
            an_outdated_settling_changes_nothing,
            a_dead_update_is_buried_with_its_reason,
            a_poisonous_update_is_buried_after_bounded_attempts,
            losing_its_workers_is_no_fault_of_an_update,
            what_is_lost_for_ever_is_buried_in_the_end,
            a_revived_update_begins_anew,
            reviving_what_is_not_buried_changes_nothing,
            racing_workers_keep_the_order_of_every_chat,
        } }
    };
}

const WAIT: Duration = Duration::from_secs(10);
const NO_WAIT: Duration = Duration::from_millis(50);
/// The first steps of publishing, after which its place is taken.
const STEPS: Duration = Duration::from_millis(5);
const AGAIN: Settle = Settle::Retry {
    after: Duration::ZERO,
};

/// A queue and those who wait for it to take charge of what they publish.
struct Line {
    bench: QueueBench,
    publishing: JoinSet<()>,
}

impl Line {
    fn new(bench: QueueBench) -> Self {
        Self {
            bench,
            publishing: JoinSet::new(),
        }
    }

    /// Publishes in this order. In one process `publish` returns only when the update is settled,
    /// so that nobody waits for it here beyond its first steps; with a broker it returns soon.
    async fn publish(&mut self, chat_name: &str, names: &[&str]) {
        for name in names {
            let envelope = envelope(&chat(chat_name), key(name), name);
            let port = self.bench.port();
            self.publishing.spawn(async move {
                // What is buried is an error to whoever waited for it.
                let _ = port.publish(envelope).await;
            });
            tokio::time::sleep(STEPS).await;
        }
    }

    async fn claim(&self, limit: usize, wait: Duration) -> Vec<Delivery> {
        self.bench
            .port()
            .claim(limit, wait)
            .await
            .expect("deliveries")
    }

    async fn claim_one(&self) -> Delivery {
        let mut deliveries = self.claim(1, WAIT).await;
        assert_eq!(deliveries.len(), 1, "nothing was delivered");
        deliveries.remove(0)
    }

    /// Waits until all that was published and settled has ended for whoever published it.
    async fn all_is_published(&mut self) {
        let ended = async { while self.publishing.join_next().await.is_some() {} };
        let ended = tokio::time::timeout(WAIT, ended).await;
        assert!(ended.is_ok(), "publish never returned");
    }

    async fn bury(&self, reason: &str) {
        let reason = reason.to_owned();
        self.settle(&self.claim_one().await, Settle::Dead { reason })
            .await;
    }

    async fn one_is_buried(&self, expected: &str) {
        let buried = self.bench.port().buried(10).await.expect("the buried");
        let buried: Vec<_> = buried
            .iter()
            .map(|b| (name(&b.envelope), b.reason.is_empty()))
            .collect();
        assert_eq!(buried, [(expected, false)]);
    }

    async fn nothing_is_ready(&self) {
        assert_eq!(names(&self.claim(10, NO_WAIT).await), Vec::<&str>::new());
    }

    async fn settle(&self, delivery: &Delivery, settle: Settle) {
        self.bench
            .port()
            .settle(delivery.id, settle)
            .await
            .expect("an answer");
    }
}

fn name(envelope: &Envelope) -> &str {
    envelope.key.as_str().trim_start_matches("test:")
}

fn names(deliveries: &[Delivery]) -> Vec<&str> {
    let mut names: Vec<_> = deliveries
        .iter()
        .map(|delivery| name(&delivery.envelope))
        .collect();
    names.sort_unstable();
    names
}

/// The first delivery is attempt 1, and publishing ends once it is settled at the latest.
pub async fn what_is_published_is_delivered_whole(bench: QueueBench) {
    let mut line = Line::new(bench);
    line.publish("anna", &["a"]).await;
    let delivery = line.claim_one().await;
    assert_eq!(delivery.attempt, 1);
    assert_eq!(delivery.envelope, envelope(&chat("anna"), key("a"), "a"));
    line.settle(&delivery, Settle::Done).await;
    let published = tokio::time::timeout(WAIT, line.publishing.join_next()).await;
    assert!(
        matches!(published, Ok(Some(Ok(())))),
        "publish never returned"
    );
    line.nothing_is_ready().await;
}

/// Nobody has to ask again and again.
pub async fn a_claim_waits_for_an_update(bench: QueueBench) {
    let mut line = Line::new(bench);
    let port = line.bench.other();
    let mut waiting = JoinSet::new();
    waiting.spawn(async move { port.claim(1, WAIT).await.expect("deliveries") });
    tokio::time::sleep(NO_WAIT).await;
    line.publish("anna", &["a"]).await;
    let claimed = waiting
        .join_next()
        .await
        .expect("a claim")
        .expect("no panic");
    assert_eq!(names(&claimed), ["a"]);
}

/// An empty queue answers with nothing when the wait is over.
pub async fn a_claim_keeps_to_its_limit_and_its_wait(bench: QueueBench) {
    let mut line = Line::new(bench);
    line.nothing_is_ready().await;
    for chat in ["anna", "bert", "carl"] {
        line.publish(chat, &[chat]).await;
    }
    assert_eq!(line.claim(0, NO_WAIT).await, []);
    let mut out = Vec::new();
    while out.len() < 3 {
        let claimed = line.claim(2, WAIT).await;
        assert!((1..=2).contains(&claimed.len()), "{}", claimed.len());
        out.extend(claimed);
    }
    assert_eq!(names(&out), ["anna", "bert", "carl"]);
}

/// The next one comes when the one before it is settled.
pub async fn one_chat_goes_in_order_one_at_a_time(bench: QueueBench) {
    let mut line = Line::new(bench);
    line.publish("anna", &["a", "b", "c"]).await;
    for expected in ["a", "b", "c"] {
        let delivery = line.claim_one().await;
        assert_eq!(name(&delivery.envelope), expected);
        line.nothing_is_ready().await;
        line.settle(&delivery, Settle::Done).await;
    }
    line.nothing_is_ready().await;
}

/// Nobody waits for another chat.
pub async fn different_chats_go_in_parallel(bench: QueueBench) {
    let mut line = Line::new(bench);
    for chat in ["anna", "bert", "carl"] {
        line.publish(chat, &[chat]).await;
    }
    let mut out = Vec::new();
    for _ in 0..3 {
        out.push(line.claim_one().await);
    }
    assert_eq!(names(&out), ["anna", "bert", "carl"]);
}

/// With one more attempt.
pub async fn a_retry_comes_back_after_its_time_before_later_ones(bench: QueueBench) {
    let mut line = Line::new(bench);
    line.publish("anna", &["a", "b"]).await;
    let first = line.claim_one().await;
    let after = Duration::from_secs(1);
    line.settle(&first, Settle::Retry { after }).await;
    line.nothing_is_ready().await;
    line.bench.elapse(after + NO_WAIT).await;
    let second = line.claim_one().await;
    assert_eq!((name(&second.envelope), second.attempt), ("a", 2));
    assert_ne!(second.id, first.id);
    line.settle(&second, AGAIN).await;
    let third = line.claim_one().await;
    assert_eq!((name(&third.envelope), third.attempt), ("a", 3));
    line.settle(&third, Settle::Done).await;
    assert_eq!(name(&line.claim_one().await.envelope), "b");
}

/// However long it waits.
pub async fn only_its_own_chat_waits_for_a_retry(bench: QueueBench) {
    let mut line = Line::new(bench);
    line.publish("anna", &["a"]).await;
    let after = Duration::from_secs(3_600);
    line.settle(&line.claim_one().await, Settle::Retry { after })
        .await;
    line.publish("bert", &["b", "c"]).await;
    for expected in ["b", "c"] {
        let delivery = line.claim_one().await;
        assert_eq!(name(&delivery.envelope), expected);
        line.settle(&delivery, Settle::Done).await;
    }
}

/// Its worker died; the chat goes on where it was.
pub async fn an_unsettled_delivery_comes_back(bench: QueueBench) {
    let mut line = Line::new(bench);
    line.publish("anna", &["a", "b"]).await;
    let lost = line.claim_one().await;
    line.bench.elapse(limits::DELIVERY + NO_WAIT).await;
    let again = line.claim_one().await;
    assert_eq!((name(&again.envelope), again.attempt), ("a", 1));
    assert_ne!(again.id, lost.id);
    line.settle(&lost, Settle::Done).await;
    line.nothing_is_ready().await;
    line.settle(&again, Settle::Done).await;
    assert_eq!(name(&line.claim_one().await.envelope), "b");
}

/// A second time, of another's delivery, or of none at all.
pub async fn an_outdated_settling_changes_nothing(bench: QueueBench) {
    let mut line = Line::new(bench);
    line.publish("anna", &["a", "b"]).await;
    let first = line.claim_one().await;
    line.settle(&first, Settle::Done).await;
    let second = line.claim_one().await;
    line.settle(&first, Settle::Done).await;
    line.settle(&first, AGAIN).await;
    let port = line.bench.port();
    port.settle(DeliveryId(u64::MAX), Settle::Done)
        .await
        .expect("an answer");
    line.nothing_is_ready().await;
    line.settle(&second, AGAIN).await;
    assert_eq!(name(&line.claim_one().await.envelope), "b");
}

fn buried(name: &str, reason: &str) -> Buried {
    Buried {
        envelope: envelope(&chat("anna"), key(name), name),
        reason: reason.to_owned(),
    }
}

/// The oldest first; the chat goes on.
pub async fn a_dead_update_is_buried_with_its_reason(bench: QueueBench) {
    let mut line = Line::new(bench);
    line.publish("anna", &["a", "b", "c"]).await;
    line.bury("first").await;
    line.bury("second").await;
    assert_eq!(name(&line.claim_one().await.envelope), "c");
    let expected = [buried("a", "first"), buried("b", "second")];
    let port = line.bench.other();
    assert_eq!(port.buried(10).await.expect("the buried"), expected);
    assert_eq!(port.buried(1).await.expect("the buried"), expected[..1]);
}

/// The chat goes on.
pub async fn a_poisonous_update_is_buried_after_bounded_attempts(bench: QueueBench) {
    let mut line = Line::new(bench);
    line.publish("anna", &["poison", "fine"]).await;
    for attempt in 1..=limits::TRIES {
        let delivery = line.claim_one().await;
        assert_eq!(
            (name(&delivery.envelope), delivery.attempt),
            ("poison", attempt)
        );
        line.settle(&delivery, AGAIN).await;
    }
    assert_eq!(name(&line.claim_one().await.envelope), "fine");
    line.one_is_buried("poison").await;
}

/// However often, within reason.
pub async fn losing_its_workers_is_no_fault_of_an_update(bench: QueueBench) {
    let mut line = Line::new(bench);
    line.publish("anna", &["innocent"]).await;
    for _ in 0..4 * limits::ATTEMPTS {
        assert_eq!(line.claim_one().await.attempt, 1);
        line.bench.elapse(limits::DELIVERY + NO_WAIT).await;
    }
    let delivery = line.claim_one().await;
    assert_eq!(
        (name(&delivery.envelope), delivery.attempt),
        ("innocent", 1)
    );
    line.settle(&delivery, Settle::Done).await;
    line.nothing_is_ready().await;
    let buried = line.bench.port().buried(10).await;
    assert_eq!(buried.expect("the buried"), []);
}

/// Nothing comes for ever.
pub async fn what_is_lost_for_ever_is_buried_in_the_end(bench: QueueBench) {
    let mut line = Line::new(bench);
    line.publish("anna", &["killer", "fine"]).await;
    for _ in 0..limits::LOSSES {
        assert_eq!(name(&line.claim_one().await.envelope), "killer");
        line.bench.elapse(limits::DELIVERY + NO_WAIT).await;
    }
    assert_eq!(name(&line.claim_one().await.envelope), "fine");
    line.one_is_buried("killer").await;
}

/// Behind what its chat has sent since, and from attempt 1; the others stay in their graves.
pub async fn a_revived_update_begins_anew(bench: QueueBench) {
    let mut line = Line::new(bench);
    line.publish("anna", &["a", "b", "c"]).await;
    line.settle(&line.claim_one().await, AGAIN).await;
    line.bury("first").await;
    line.bury("second").await;
    let port = line.bench.other();
    assert!(port.revive(&key("a")).await.expect("an answer"));
    assert_eq!(
        port.buried(10).await.expect("the buried"),
        [buried("b", "second")]
    );
    let next = line.claim_one().await;
    assert_eq!(name(&next.envelope), "c");
    line.settle(&next, Settle::Done).await;
    let revived = line.claim_one().await;
    assert_eq!((name(&revived.envelope), revived.attempt), ("a", 1));
    line.settle(&revived, Settle::Done).await;
    line.nothing_is_ready().await;
    line.all_is_published().await;
}

/// It never died, or it was revived before.
pub async fn reviving_what_is_not_buried_changes_nothing(bench: QueueBench) {
    let mut line = Line::new(bench);
    line.publish("anna", &["a", "b"]).await;
    line.bury("it can't be done").await;
    let port = line.bench.port();
    for (name, revived) in [("b", false), ("c", false), ("a", true), ("a", false)] {
        let answer = port.revive(&key(name)).await.expect("an answer");
        assert_eq!(answer, revived, "{name}");
    }
    for expected in ["b", "a"] {
        let delivery = line.claim_one().await;
        assert_eq!(name(&delivery.envelope), expected);
        line.settle(&delivery, Settle::Done).await;
    }
    line.nothing_is_ready().await;
}
