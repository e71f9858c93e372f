//! A platform between the bot and its people, which repeats, refuses and fails.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::{FrontendBench, answer, text, with_buttons};
use crate::conversation::event::{Envelope, Event};
use crate::conversation::reply::Reply;
use crate::domain::keys::MessageKey;
use crate::ports::error::Fault;

/// What such a platform does to the bot.
#[async_trait]
pub trait Platform: Send + Sync {
    /// Tells every update twice from now on.
    async fn stutter(&self);
    /// Refuses the bot's next message: too much at once, it may be tried after this time.
    async fn flood(&self, wait: Duration);
    /// Fails to take the bot's next message, by some trouble of its own, and shows nothing.
    async fn stumble(&self);
    /// Takes no edit of what the bot said until now: it is too old.
    async fn seal(&self);
    /// The person lets the bot speak again, after they had turned it away.
    async fn make_up(&self);
}

/// What the suite is given: a frontend with its platform.
pub struct PlatformBench {
    frontend: FrontendBench,
    platform: Arc<dyn Platform>,
}

impl PlatformBench {
    /// This frontend, behind that platform.
    pub fn new(frontend: FrontendBench, platform: Arc<dyn Platform>) -> Self {
        Self { frontend, platform }
    }
}

/// Proves a frontend behind a platform. It takes the name of an async function that makes a fresh
/// [`PlatformBench`](crate::testing::conformance::frontend::PlatformBench).
#[macro_export]
macro_rules! frontend_platform_conformance {
    ($fresh:path) => {
        $crate::__conformance! { $fresh; frontend {
            what_is_told_twice_has_one_key,
            a_flood_is_busy_with_its_time,
            what_a_flood_held_up_is_said_once,
            what_trouble_held_up_is_said_once,
            an_edit_that_is_refused_becomes_a_new_message,
            who_turns_the_bot_away_is_left_alone,
        } }
    };
}

/// An acknowledgement may get lost: by the key it is found that it is the same.
pub async fn what_is_told_twice_has_one_key(bench: PlatformBench) {
    bench.platform.stutter().await;
    let said = ["12.50 lunch", "3 tea", "3 tea"];
    for words in said {
        bench.frontend.person.say(words).await;
    }
    let mut came: HashMap<_, Vec<Envelope>> = HashMap::new();
    for _ in 0..2 * said.len() {
        let envelope = bench.frontend.next().await;
        came.entry(envelope.key.clone()).or_default().push(envelope);
    }
    assert_eq!(came.len(), said.len());
    assert!(
        came.values()
            .all(|told| told.len() == 2 && told[0] == told[1])
    );
}

/// Whoever sends goes on with other chats meanwhile, and asks no sooner.
pub async fn a_flood_is_busy_with_its_time(bench: PlatformBench) {
    let frontend = &bench.frontend;
    let said = frontend.greet().await;
    let asked = Duration::from_secs(600);
    bench.platform.flood(asked).await;
    // Also where it is asked again: that alone does not make it shorter.
    for _ in 0..2 {
        let sent = frontend.send(&answer(&said, Reply::plain("Hello."))).await;
        let fault = sent.expect_err("it is refused").fault;
        let Fault::Busy {
            retry_after: Some(wait),
        } = fault
        else {
            panic!("{fault:?}");
        };
        assert!(wait <= asked && wait > asked / 2, "{wait:?}");
    }
}

/// By whoever waits for as long as was asked.
pub async fn what_a_flood_held_up_is_said_once(bench: PlatformBench) {
    let frontend = &bench.frontend;
    let said = frontend.greet().await;
    bench.platform.flood(Duration::from_secs(1)).await;
    let hello = answer(&said, Reply::plain("Hello."));
    let refused = frontend.send(&hello).await.expect_err("it is refused");
    let mut fault = Some(refused.fault);
    while let Some(held_up) = fault {
        let Fault::Busy {
            retry_after: Some(wait),
        } = held_up
        else {
            panic!("{held_up:?}");
        };
        tokio::time::sleep(wait).await;
        fault = frontend.send(&hello).await.err().map(|error| error.fault);
    }
    see_once(frontend, &said).await;
}

/// It is tried again, as what comes after it is.
pub async fn what_trouble_held_up_is_said_once(bench: PlatformBench) {
    let frontend = &bench.frontend;
    let said = frontend.greet().await;
    bench.platform.stumble().await;
    let hello = answer(&said, Reply::plain("Hello."));
    let error = frontend.send(&hello).await.expect_err("it failed");
    assert!(error.is_transient(), "{:?}", error.fault);
    frontend.send(&hello).await.expect("it is said");
    see_once(frontend, &said).await;
}

/// The answer to a button does not get lost with the message that the button hung on.
pub async fn an_edit_that_is_refused_becomes_a_new_message(bench: PlatformBench) {
    let frontend = &bench.frontend;
    let said = frontend.greet().await;
    let first: MessageKey = frontend.tell(&said, with_buttons()).await;
    frontend.person.sees().await;
    bench.platform.seal().await;
    let done = Reply::plain("It is done.");
    let edit = frontend.edit(&said, &first, done).await;
    assert_ne!(edit, first);
    let seen = frontend.person.sees().await;
    assert_eq!((seen.words.as_str(), seen.edited), ("It is done.", false));
}

/// Their coming back is told as their going was.
pub async fn who_turns_the_bot_away_is_left_alone(bench: PlatformBench) {
    let frontend = &bench.frontend;
    let said = frontend.greet().await;
    let hello = answer(&said, Reply::plain("Hello."));
    frontend.person.turn_away().await;
    let left = frontend.next().await;
    assert_eq!(left.event, Event::Departed);
    assert_eq!((&left.chat, &left.who), (&said.chat, &said.who));
    let error = frontend.send(&hello).await.expect_err("nobody takes it");
    assert_eq!(error.fault, Fault::Denied);
    bench.platform.make_up().await;
    assert_eq!(frontend.next().await.event, Event::Arrived);
    frontend.send(&hello).await.expect("it is said");
    see_once(frontend, &said).await;
    frontend.person.say("12.50 lunch").await;
    assert_eq!(frontend.next().await.event, text("12.50 lunch"));
}

/// The greeting is seen, and the next thing is not it again.
async fn see_once(frontend: &FrontendBench, said: &Envelope) {
    assert_eq!(frontend.person.sees().await.words, "Hello.");
    frontend.tell(said, Reply::plain("That is all.")).await;
    assert_eq!(frontend.person.sees().await.words, "That is all.");
}
