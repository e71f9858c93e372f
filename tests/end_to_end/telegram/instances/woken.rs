//! What one instance could not say yet, another knows of at once: by Redis, long before it would
//! have asked the database.

use std::time::Duration;

use telegram_fake::{Chat, Person};
use tokio::time::{Instant, sleep, timeout};

use super::{HANG, Town};
use crate::telegram::bot::By;
use crate::telegram::door::plainly;

const TERM: Duration = Duration::from_secs(15);
/// What one instance can't say before.
const LATE: Duration = Duration::from_secs(4);

impl Town {
    /// Until so many instances wait for what the others ring for.
    async fn listening(&self, instances: usize) {
        let begun = Instant::now();
        loop {
            let clients = self.redis.command("CLIENT LIST").expect("it answers");
            if clients.matches("cmd=xread").count() == instances {
                return;
            }
            assert!(begun.elapsed() < HANG, "not everybody listens: {clients}");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// From now on Telegram brings updates to this address.
    fn bring_to(&self, address: &str) {
        let body = format!(r#"{{"url":"{address}","secret_token":"known_to_all_instances"}}"#);
        let (url, token) = (self.fake.url(), self.fake.token());
        let host = url.trim_start_matches("http://");
        let port = host.rsplit(':').next().and_then(|port| port.parse().ok());
        let request = format!(
            "POST /bot{token}/setWebhook HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = plainly(port.expect("a port"), request.as_bytes());
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.contains(r#""ok":true"#), "{answer}");
    }
}

/// The next expense is recorded, and its answer comes.
async fn is_answered(person: &Person, chat: &Chat, words: &str) {
    person.say(words);
    let answer = timeout(HANG, chat.next_reply()).await;
    answer.expect("an answer comes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_could_not_say_is_not_overtaken_by_another() {
    let town = Town::fresh().await;
    let mut addresses = Vec::new();
    let mut lives = Vec::new();
    for _ in 0..2 {
        let before = town.fake.webhook();
        lives.push(town.program(By::Webhook, TERM).start());
        let begun = Instant::now();
        while town.fake.webhook() == before {
            assert!(begun.elapsed() < HANG, "it does not start");
            sleep(Duration::from_millis(20)).await;
        }
        addresses.extend(town.fake.webhook());
    }
    town.listening(lives.len()).await;
    let anna = &town.people[0];
    let chat = town.fake.chat(anna.id());
    is_answered(anna, &chat, "1 tea").await;

    let flood = format!("sendMessage#1: flood {}", LATE.as_secs());
    town.fake.fault(flood.parse().expect("a rule"));
    let refused = Instant::now();
    anna.say("2 milk");
    // It is over for this instance once it has kept the answer for later.
    let settled = timeout(HANG, town.fake.settled()).await;
    settled.expect("it is recorded");
    assert_eq!(chat.replies().len(), 1, "{}", chat.transcript());
    // A moment for what is rung.
    sleep(Duration::from_millis(1_500)).await;
    town.bring_to(&addresses[0]);
    lives[1].pause();
    anna.say("3 bread");
    let settled = timeout(HANG, town.fake.settled()).await;
    settled.expect("the other one records it");
    lives[1].go_on();
    let begun = Instant::now();
    while chat.replies().len() < 3 {
        assert!(begun.elapsed() < HANG, "{}", chat.transcript());
        sleep(Duration::from_millis(20)).await;
    }
    let said: Vec<_> = chat
        .replies()
        .iter()
        .map(|reply| reply.words().to_owned())
        .collect();
    for (words, begins) in said.iter().zip(["#1 · tea", "#2 · milk", "#3 · bread"]) {
        assert!(words.starts_with(begins), "{said:#?}");
    }
    assert!(refused.elapsed() >= LATE, "it waited for the chat's turn");
    for life in lives {
        life.end();
    }
}
