//! Redis is killed, hangs and comes back in the middle of traffic: the bot goes on.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::{HANG, Town};
use crate::telegram::bot::By;

const TERM: Duration = Duration::from_secs(15);
/// Messages that are written one after the other.
const EACH: u32 = 25;
/// What a message may take longer on the average.
const DELAY: Duration = Duration::from_millis(500);

impl Town {
    /// So many messages, each written when the one before is answered: how long that took.
    async fn one_by_one(&mut self) -> Duration {
        let begun = Instant::now();
        for _ in 0..EACH {
            self.sign_of_life().await;
        }
        begun.elapsed()
    }

    /// Whether one more message gets an answer so soon.
    async fn is_answered_within(&mut self, time: Duration) -> bool {
        self.write();
        let answer = timeout(time, self.arrivals.recv()).await;
        answer.is_ok_and(|arrival| arrival.is_some_and(|arrival| self.note(&arrival)))
    }

    /// Whether the bot keeps something in Redis again.
    async fn is_used_again(&mut self) {
        let begun = Instant::now();
        while self
            .redis
            .command("DBSIZE")
            .expect("it answers")
            .starts_with(":0")
        {
            self.sign_of_life().await;
            sleep(Duration::from_millis(50)).await;
            assert!(begun.elapsed() < HANG, "it never comes back to it");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bot_goes_on_without_redis_and_comes_back_to_it() {
    let mut town = Town::fresh().await;
    let program = town.program(By::Webhook, TERM);
    let life = program.start();
    town.sign_of_life().await;
    let calm = town.one_by_one().await;

    town.redis.pause().expect("it runs");
    let paused = town.one_by_one().await;
    town.redis.go_on().expect("it is there");
    let back = town.one_by_one().await;
    town.redis.crash().expect("it runs");
    let dead = town.one_by_one().await;
    town.redis.start_again().expect("its port is free");
    town.is_used_again().await;

    eprintln!(
        "{EACH} messages: {calm:?}, {paused:?} while it hung, {back:?} after, {dead:?} without"
    );
    for slow in [paused, back, dead] {
        assert!(slow < calm + DELAY * EACH, "{slow:?}, and {calm:?} before");
    }
    town.comes_out_even().await;
    life.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bot_starts_without_redis() {
    let mut town = Town::fresh().await;
    town.redis.crash().expect("it runs");
    let life = town.program(By::Webhook, TERM).start();
    town.one_by_one().await;
    town.redis.start_again().expect("its port is free");
    town.is_used_again().await;
    town.comes_out_even().await;
    life.end();
}

/// Who polls can't be agreed on without it: what people write waits at Telegram and is not lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_polls_who_can_not_be_sure_to_be_the_only_one() {
    let mut town = Town::fresh().await;
    let program = town.program(By::Polling, TERM / 5);
    let lives = [program.start(), program.start()];
    town.go_on(Duration::from_secs(2)).await;
    town.redis.crash().expect("it runs");
    // Whoever polled goes on for as long as it surely may.
    let begun = Instant::now();
    let silence = 2 * TERM / 15;
    while town.is_answered_within(silence).await {
        assert!(begun.elapsed() < HANG, "somebody polls without a lease");
    }
    assert!(town.fake.pending() > 0, "it waits at Telegram");
    town.redis.start_again().expect("its port is free");
    town.sign_of_life().await;
    town.comes_out_even().await;
    for life in lives {
        life.end();
    }
}
