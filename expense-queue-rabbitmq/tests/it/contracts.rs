//! Every case runs through two queues on one broker, as two processes would be.

use std::sync::Arc;

use expense_core::memory::clock::{ManualClock, SystemClock};
use expense_core::ports::queue::UpdateQueue;
use expense_core::ports::wake::Wake;
use expense_core::testing::conformance::Bench;
use expense_core::testing::conformance::queue::QueueBench;
use expense_core::testing::fixtures::noon;
use expense_queue_rabbitmq::RabbitQueue;

async fn fresh_queue() -> QueueBench {
    let config = expense_queue_rabbitmq::testing::fresh();
    let clock = Arc::new(ManualClock::at(noon()));
    let open = || RabbitQueue::open(&config, clock.clone()).unwrap();
    Bench::<dyn UpdateQueue>::new(Arc::new(open()))
        .with_other(Arc::new(open()))
        .with_clock(clock.clone())
}
expense_core::update_queue_conformance!(fresh_queue);

async fn fresh_wake() -> Bench<dyn Wake> {
    let config = expense_queue_rabbitmq::testing::fresh();
    let open = || RabbitQueue::open(&config, Arc::new(SystemClock)).unwrap();
    Bench::<dyn Wake>::new(Arc::new(open())).with_other(Arc::new(open()))
}
expense_core::wake_conformance!(fresh_wake);
