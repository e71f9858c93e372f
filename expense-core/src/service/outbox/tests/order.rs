//! Nothing of a chat overtakes what waits of it, whoever parked that.

use super::*;
use crate::testing::mocks::{MockJobs, MockWake};

/// Whether the instance that parked it is another one or an earlier one.
#[tokio::test]
async fn what_another_instance_parked_is_not_overtaken() {
    let (clock, screen, here) = app();
    let wait = Duration::from_secs(20);
    here.inner.park(&hello(), wait).await.unwrap();
    let options = Options {
        others_send: true,
        ..Options::default()
    };
    let other = Service::new(here.inner.ports.clone(), options);
    assert!(other.inner.claim_parked(8).await.is_empty());
    let (chat, key) = (hello().chat, fixtures::key("2"));
    let next = vec![Reply::plain("next")];
    other.inner.say(&chat, &key, next).await.unwrap();
    assert!(screen.all().is_empty(), "{:?}", screen.all());
    clock.advance(wait);
    for _ in 0..2 {
        for job in other.inner.claim_parked(8).await {
            other.inner.send_parked(job).await;
        }
    }
    let said = screen.all().into_iter().map(|shown| shown.outgoing.reply);
    let expected = [Reply::plain("hello"), Reply::plain("next")];
    assert_eq!(said.collect::<Vec<_>>(), expected);
    clock.advance(limits::BEHIND_LOOK);
    assert!(other.inner.claim_parked(8).await.is_empty());
    assert!(!other.inner.behind.contains(&chat));
}

/// Where nobody else sends, too: it is another process's, or was put off before the last one here.
#[tokio::test]
async fn what_an_earlier_process_put_off_is_not_overtaken() {
    let (clock, screen, earlier) = app();
    let wait = Duration::from_secs(20);
    earlier.inner.park(&hello(), wait).await.unwrap();
    let now = Service::new(earlier.inner.ports.clone(), Options::default());
    let inner = &now.inner;
    let (chat, says) = (hello().chat, |words| vec![Reply::plain(words)]);
    for (key, words) in [("2", "next"), ("3", "last")] {
        assert!(inner.claim_parked(8).await.is_empty());
        inner
            .say(&chat, &fixtures::key(key), says(words))
            .await
            .unwrap();
        clock.advance(Duration::from_secs(2));
    }
    assert_eq!(screen.all(), []);
    clock.advance(wait);
    for _ in 0..3 {
        for job in inner.claim_parked(8).await {
            inner.send_parked(job).await;
        }
    }
    let said = screen.all().into_iter().map(|shown| shown.outgoing.reply);
    let expected = ["hello", "next", "last"].map(Reply::plain);
    assert_eq!(said.collect::<Vec<_>>(), expected);
    clock.advance(limits::BEHIND_LOOK);
    assert!(inner.claim_parked(8).await.is_empty());
    assert!(!inner.behind.contains(&chat));
}

/// Its own one, too, where what stands before it was put off by another process: nothing of the chat
/// can be claimed then.
#[tokio::test]
async fn what_waits_behind_anothers_is_not_overtaken() {
    let (clock, screen, here) = app();
    let inner = &here.inner;
    assert!(inner.claim_parked(8).await.is_empty());
    let (chat, jobs) = (hello().chat, &inner.ports.jobs);
    let wait = Duration::from_secs(20);
    jobs.park(&hello(), wait).await.unwrap();
    let own = Parked {
        key: fixtures::key("2"),
        ..hello()
    };
    inner.park(&own, Duration::ZERO).await.unwrap();
    clock.advance(Duration::from_secs(1));
    assert!(inner.claim_parked(8).await.is_empty());
    let next = vec![Reply::plain("next")];
    inner.say(&chat, &fixtures::key("3"), next).await.unwrap();
    assert_eq!(screen.all(), []);
}

/// Nor does a second reply wait longer than the first: it would be put off when that is sent.
#[tokio::test]
async fn only_the_first_reply_of_an_update_is_put_off() {
    let (_, _, service) = app();
    let mut ports = service.inner.ports.clone();
    let after = Duration::from_secs(60);
    let mut messenger = MockMessenger::new();
    messenger.expect_send().return_once(move |_| {
        let retry_after = Some(after);
        Err(PortError::new(
            "messenger",
            "send",
            Fault::Busy { retry_after },
        ))
    });
    let mut jobs = MockJobs::new();
    for (first, wait) in [(0, after), (1, Duration::ZERO)] {
        jobs.expect_park()
            .withf(move |parked, given| (parked.first, *given) == (first, wait))
            .once()
            .returning(|_, _| Ok(()));
    }
    (ports.messenger, ports.jobs) = (Arc::new(messenger), Arc::new(jobs));
    let service = Service::new(ports, Options::default());
    let said = ["one", "two"].map(Reply::plain).to_vec();
    let Parked { chat, key, .. } = hello();
    service.inner.say(&chat, &key, said).await.unwrap();
}

/// Others take whoever sends for so long for dead, and do not count the chat any more.
#[rstest]
#[case::soon(limits::REPLY_SENT / 2, 0)]
#[case::late(limits::REPLY_SENT, 1)]
#[tokio::test]
async fn a_try_that_failed_late_is_told(#[case] takes: Duration, #[case] rings: usize) {
    let (clock, _, service) = app();
    let mut ports = service.inner.ports.clone();
    let mut messenger = MockMessenger::new();
    let time = clock.clone();
    messenger.expect_send().returning(move |_| {
        time.advance(takes);
        Err(PortError::new("messenger", "send", Fault::Unavailable))
    });
    let mut wake = MockWake::new();
    wake.expect_ring().times(rings).return_const(());
    ports.jobs.park(&hello(), Duration::ZERO).await.unwrap();
    ports.messenger = Arc::new(messenger);
    ports.wake = Some(Arc::new(wake));
    let service = Service::new(ports, Options::default());
    let found = service.inner.claim_parked(8).await;
    assert_eq!(found.len(), 1);
    for job in found {
        service.inner.send_parked(job).await;
    }
}

/// Else nobody would be known for half a minute.
#[tokio::test]
async fn a_question_without_an_answer_is_asked_again() {
    let (_, _, service) = app();
    let mut ports = service.inner.ports.clone();
    let mut jobs = MockJobs::new();
    jobs.expect_claim().returning(|_| Ok(Vec::new()));
    let mut refused = [PortError::new("jobs", "parked", Fault::Unavailable)].into_iter();
    jobs.expect_parked()
        .times(2)
        .returning(move |_, _, _| match refused.next() {
            Some(error) => Err(error),
            None => Ok(vec![hello().chat]),
        });
    ports.jobs = Arc::new(jobs);
    let service = Service::new(ports, Options::default());
    for known in [false, true] {
        service.inner.claim_parked(8).await;
        assert_eq!(service.inner.behind.contains(&hello().chat), known);
    }
}

/// For a while: whoever is about to send it may have died.
#[tokio::test]
async fn what_another_instance_is_sending_is_not_overtaken() {
    let (clock, screen, here) = app();
    here.inner.park(&hello(), Duration::ZERO).await.unwrap();
    let sending = here.inner.claim_parked(8).await;
    assert_eq!(sending.len(), 1);
    let other = Service::new(here.inner.ports.clone(), Options::default());
    let (chat, key) = (hello().chat, fixtures::key("2"));
    other.inner.ask_who_is_behind().await;
    let next = vec![Reply::plain("next")];
    other.inner.say(&chat, &key, next).await.unwrap();
    assert_eq!(screen.all(), []);
    clock.advance(limits::REPLY_SENT);
    let late = Service::new(here.inner.ports.clone(), Options::default());
    late.inner.ask_who_is_behind().await;
    assert!(!late.inner.behind.contains(&chat));
}
