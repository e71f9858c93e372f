//! Every case runs through two queues on one broker, as two processes would be.

use std::sync::Arc;

use expense_core::memory::clock::ManualClock;
use expense_core::ports::queue::UpdateQueue;
use expense_core::testing::conformance::Bench;
use expense_core::testing::conformance::queue::QueueBench;
use expense_core::testing::fixtures::noon;
use expense_queue_kafka::KafkaQueue;

async fn fresh_queue() -> QueueBench {
    let config = expense_queue_kafka::testing::fresh();
    let clock = Arc::new(ManualClock::at(noon()));
    let open = || KafkaQueue::open(&config, clock.clone()).unwrap();
    Bench::<dyn UpdateQueue>::new(Arc::new(open()))
        .with_other(Arc::new(open()))
        .with_clock(clock.clone())
}
expense_core::update_queue_conformance!(fresh_queue);
