//! Whose receipt is read next, and by which reader.

use std::sync::Arc;

use expense_core::conversation::event::Event;
use expense_core::memory::rate::MemoryRateLimiter;
use expense_core::ports::clock::Clock;
use expense_core::ports::rate::Quota;
use expense_core::service::Options;
use expense_core::testing::fixtures::chat;
use expense_core::wrap::Wrapped;
use expense_core::wrap::fallback::FallbackOcr;
use expense_core::wrap::queue::{Pace, RequestQueue};

use crate::app::{App, Slow};
use crate::{HOUR, SECOND};

#[tokio::test(start_paused = true)]
async fn ten_photos_of_one_do_not_hold_up_another_who_is_told_their_place() {
    let reader = Slow::new(10 * SECOND, "here");
    let app = App::start(Options::default(), |ports| ports.ocr = Some(reader.clone()));
    for n in 0..10 {
        app.photo("anna", &format!("a{n}")).await;
    }
    tokio::time::sleep(SECOND).await;
    app.photo("bert", "b").await;
    assert_eq!(app.last("bert"), "Reading your receipt…", "at once");
    tokio::time::sleep(8 * SECOND).await;
    let told = app.last("bert");
    assert!(told.contains("You are number 2"), "{told}");
    app.service.idle().await;
    let order = reader.asked();
    assert_eq!(order.len(), 11);
    let place = order.iter().position(|name| name == "b");
    assert!(place <= Some(2), "{order:?}");
    assert!(
        app.shown("anna").iter().all(|shown| shown.starts_with('a')),
        "{:?}",
        app.shown("anna")
    );
    assert!(
        app.last("bert").starts_with("b · €5.00"),
        "{}",
        app.last("bert")
    );
    assert_eq!(
        app.shown("bert").len(),
        1,
        "every word took the same message"
    );
}

#[tokio::test(start_paused = true)]
async fn who_sends_more_than_a_model_may_be_asked_waits_and_is_told() {
    let reader = Slow::new(SECOND, "by a model");
    let quota = Quota {
        burst: 2,
        period: 60 * SECOND,
    };
    let options = Options {
        model_quota: Some(quota),
        readers: 4,
        ..Options::default()
    };
    let app = App::start(options, |ports| {
        *reader.clock.lock().expect("no test panics with it") = Some(ports.clock.clone());
        ports.ocr = Some(reader.clone());
    });
    for n in 0..12 {
        app.photo("anna", &format!("a{n}")).await;
    }
    app.photo("bert", "b").await;
    tokio::time::sleep(5 * SECOND).await;
    let waiting = app
        .shown("anna")
        .iter()
        .filter(|shown| shown.contains("You sent many"))
        .count();
    assert_eq!(waiting, 10, "{:?}", app.shown("anna"));
    assert!(app.last("bert").starts_with('b'), "{}", app.last("bert"));
    app.service.idle().await;
    assert!(
        app.shown("anna").iter().all(|shown| shown.starts_with('a')),
        "{:?}",
        app.shown("anna")
    );
    let asked = reader.asked.lock().expect("no test panics with it");
    let hers: Vec<_> = asked
        .iter()
        .filter(|(name, _)| name != "b")
        .map(|(_, at)| *at)
        .collect();
    assert_eq!(hers.len(), 12, "each is read once");
    assert!(
        hers.windows(3)
            .all(|three| three[2] - three[0] >= chrono::TimeDelta::seconds(60))
    );
}

/// When the day of the model is used up the next reader reads, and the reply names it.
#[tokio::test(start_paused = true)]
async fn the_local_reader_reads_when_the_models_day_is_over() {
    let (model, local) = (
        Slow::new(SECOND, "by a model"),
        Slow::new(SECOND, "on this server"),
    );
    let app = App::start(Options::default(), |ports| {
        let pace = Pace {
            at_once: 4,
            depth: 10,
            per_minute: 50,
            per_day: Some(2),
        };
        let limiter = Arc::new(MemoryRateLimiter::new(ports.clock.clone()));
        let queue = RequestQueue::new("model", pace, limiter, ports.clock.clone());
        let model = Arc::new(Wrapped::ocr(model.clone(), queue));
        ports.ocr = Some(Arc::new(FallbackOcr::new(model, vec![local.clone()])));
    });
    for n in 0..3 {
        app.photo("anna", &format!("a{n}")).await;
    }
    app.service.idle().await;
    let read_at = |place: &str| {
        app.shown("anna")
            .iter()
            .filter(|shown| shown.contains(place))
            .count()
    };
    assert_eq!((read_at("by a model"), read_at("on this server")), (2, 1));
}

/// Where nobody else reads it is said at once, and the photo can be read when the day is over.
#[tokio::test(start_paused = true)]
async fn nobody_waits_for_the_only_model_until_tomorrow() {
    let model = Slow::new(SECOND, "by a model");
    let app = App::start(Options::default(), |ports| {
        let pace = Pace {
            at_once: 4,
            depth: 10,
            per_minute: 50,
            per_day: Some(1),
        };
        let limiter = Arc::new(MemoryRateLimiter::new(ports.clock.clone()));
        let queue = RequestQueue::new("model", pace, limiter, ports.clock.clone());
        ports.ocr = Some(Arc::new(Wrapped::ocr(model.clone(), queue)));
    });
    app.photo("anna", "a").await;
    app.service.idle().await;
    let sent = app.clock.now();
    app.photo("anna", "b").await;
    app.service.idle().await;
    assert!(app.clock.now() - sent < chrono::TimeDelta::seconds(10));
    let said = app.last("anna");
    assert!(
        said.contains("again only in about 24 hours; the photo is kept. What was the amount?"),
        "{said}"
    );
    let chat = app.screen.chat(&chat("anna"));
    let asked = chat.last().map(|shown| shown.outgoing.reply.clone());
    let again = asked.into_iter().flat_map(|reply| reply.buttons).flatten();
    let again = again.map(|button| button.action).next();
    tokio::time::sleep(25 * HOUR).await;
    app.send("anna", Event::Press(again.expect("a button")))
        .await;
    app.service.idle().await;
    assert!(
        app.last("anna").starts_with("b · €5.00"),
        "{}",
        app.last("anna")
    );
}
