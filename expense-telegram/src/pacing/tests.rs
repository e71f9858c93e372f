use expense_core::testing::fixtures::noon;
use expense_core::testing::simulation::SimulatedClock;

use super::*;

fn pacing(per_second: u32) -> Pacing {
    Pacing::new(per_second, Arc::new(SimulatedClock::beginning(noon())))
}

/// When messages go out that are all due now, in each of these chats.
async fn sent(pacing: &Pacing, chats: impl IntoIterator<Item = i64>) -> Vec<Instant> {
    let mut sent = Vec::new();
    for chat in chats {
        let ticket = loop {
            match pacing.turn(chat, Said::Anew).await {
                Ok(ticket) => break ticket,
                Err(wait) => tokio::time::sleep(wait).await,
            }
        };
        sent.push(Instant::now());
        ticket.arrived().await;
    }
    sent
}

/// The most of them within any time of this length.
fn most_within(sent: &[Instant], period: Duration) -> usize {
    let within = |from: &Instant| {
        let later = sent.iter().filter(|at| *at >= from);
        later.filter(|at| **at < *from + period).count()
    };
    sent.iter().map(within).max().unwrap_or(0)
}

#[tokio::test(start_paused = true)]
async fn all_chats_together_keep_to_the_second() {
    let began = Instant::now();
    let sent = sent(&pacing(30), 1..=300).await;
    assert_eq!(most_within(&sent, Duration::from_secs(1)), 30);
    assert!(began.elapsed() < Duration::from_secs(11));
}

#[tokio::test(start_paused = true)]
async fn a_group_keeps_to_the_minute_and_a_person_to_the_second() {
    let pacing = pacing(30);
    let group = sent(&pacing, [-7; 60]).await;
    assert_eq!(most_within(&group, Duration::from_secs(60)), 20);
    assert_eq!(most_within(&group, Duration::from_secs(1)), 1);
    let person = sent(&pacing, [7; 60]).await;
    assert_eq!(most_within(&person, Duration::from_secs(1)), 1);
    assert!((9..=10).contains(&most_within(&person, Duration::from_secs(10))));
}

/// The platform counts when a message arrives: the next one is not on its way before.
#[tokio::test(start_paused = true)]
async fn a_message_that_is_long_on_its_way_counts_from_its_answer() {
    let pacing = pacing(30);
    let ticket = pacing.turn(7, Said::Anew).await.expect("a turn");
    tokio::time::advance(Duration::from_secs(3)).await;
    ticket.arrived().await;
    let arrived = Instant::now();
    pacing.turn(7, Said::Anew).await.expect("a turn");
    assert!(arrived.elapsed() >= Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn what_is_changed_in_a_private_chat_waits_for_nothing_there() {
    let pacing = pacing(30);
    for (chat, waits) in [(7, false), (-7, true)] {
        sent(&pacing, [chat]).await;
        let before = Instant::now();
        pacing.turn(chat, Said::InPlace).await.expect("a turn");
        assert_eq!(Instant::now() > before, waits, "{chat}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_is_asked_to_wait_holds_up_no_other() {
    for per_second in [30, 0] {
        let pacing = pacing(per_second);
        pacing.hold(7, Duration::from_secs(30));
        let refused = pacing.turn(7, Said::Anew).await;
        assert_eq!(refused.err(), Some(Duration::from_secs(30)));
        let before = Instant::now();
        assert!(pacing.turn(8, Said::Anew).await.is_ok());
        assert_eq!(Instant::now(), before);
        tokio::time::advance(Duration::from_secs(30)).await;
        assert!(pacing.turn(7, Said::Anew).await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn zero_lifts_every_pace() {
    let sent = sent(&pacing(0), [-7; 1_000]).await;
    assert_eq!(sent.first(), sent.last());
}

#[tokio::test(start_paused = true)]
async fn chats_that_may_go_on_are_forgotten() {
    let pacing = pacing(30);
    for chat in 1..=100_000 {
        pacing.hold(chat, Duration::from_millis(500));
        tokio::time::advance(Duration::from_micros(500)).await;
    }
    let known = pacing.held().until.len();
    assert!(known < 3 * CHATS, "{known}");
}
