//! One instance polls, the others stand by: real processes, of which one is killed, paused or ended.

use std::time::Duration;

use tokio::time::Instant;

use super::Town;
use crate::telegram::bot::By;

const TERM: Duration = Duration::from_secs(6);
/// That of a lease where nothing is set.
const USUAL: Duration = Duration::from_secs(15);
/// What a crowded machine may add.
const ROOM: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_poller_is_replaced_within_its_term() {
    let mut town = Town::fresh().await;
    let program = town.program(By::Polling, USUAL).without("LEASE_TTL");
    let mut polls = program.start();
    town.sign_of_life().await;
    for _ in 0..2 {
        let stands_by = program.start();
        town.go_on(USUAL / 2).await;
        polls.kill();
        let killed = Instant::now();
        let gap = town.sign_of_life().await - killed;
        eprintln!("replaced {gap:?} after it was killed, of {USUAL:?}");
        assert!(gap < USUAL + ROOM, "{gap:?}");
        polls = stands_by;
    }
    town.comes_out_even().await;
    polls.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_ends_gives_its_turn_back_at_once() {
    let term = 6 * TERM;
    let mut town = Town::fresh().await;
    let program = town.program(By::Polling, term);
    let polls = program.start();
    town.sign_of_life().await;
    let stands_by = program.start();
    town.go_on(TERM / 2).await;
    polls.end();
    let ended = Instant::now();
    let gap = town.sign_of_life().await - ended;
    eprintln!("replaced {gap:?} after it ended, of {term:?}");
    assert!(
        gap < term / 2,
        "it was waited until the lease ran out: {gap:?}"
    );
    town.comes_out_even().await;
    stands_by.end();
}

/// It wakes up with updates in its hands and an answer of Telegram in its ear, and another polls.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_poller_that_wakes_up_late_does_no_harm() {
    let mut town = Town::fresh().await;
    let program = town.program(By::Polling, TERM);
    let first = program.start();
    town.sign_of_life().await;
    let second = program.start();
    town.go_on(TERM / 2).await;
    for _ in 0..20 {
        town.write();
    }
    first.pause();
    town.sign_of_life().await;
    // Whatever was on its way: the second one is at work now.
    town.go_on(TERM).await;
    first.go_on();
    town.go_on(TERM / 2).await;
    second.kill();
    // It knows that it does not poll, and takes its turn.
    town.sign_of_life().await;
    town.comes_out_even().await;
    first.end();
}
