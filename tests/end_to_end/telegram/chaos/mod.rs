//! All of the scaled set-up as real processes: doors behind a proxy, workers, a broker, Redis, a
//! database with a standby. One part after another is killed or paused while people write, every
//! update comes up to three times and chats overtake one another. Beside those who write on, some
//! send photos and voice notes, edit, correct and undo.
//!
//! `CHAOS_ROUNDS` says how often each part is hit (1), `SEED` what is drawn. In one round every other
//! part is killed, and the others are paused; in the next it is the other way round.

mod blow;
mod crowd;
mod town;
mod whereabouts;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use super::books::complaints;
use blow::{Blow, Part};
use town::Town;

/// How often each part is hit where nothing is said.
const ROUNDS: u64 = 1;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_whichever_part_fails() {
    let (rounds, seed) = (
        super::number("CHAOS_ROUNDS", ROUNDS),
        super::number("SEED", 4_711),
    );
    eprintln!("SEED={seed} CHAOS_ROUNDS={rounds}");
    let mut town = Town::build(seed).await;
    let mut recovered: BTreeMap<(Part, Blow), Vec<Duration>> = BTreeMap::new();
    for round in 0..rounds {
        for (place, part) in (0..).zip(Part::ALL) {
            let blow = Blow::of(round + place);
            let took = town.strike(part, blow).await;
            eprintln!("round {round}: {part:?}, {blow:?}: recovered after {took:.1?}");
            recovered.entry((part, blow)).or_default().push(took);
        }
    }
    let (meant, kept) = town.comes_to_rest().await;
    let written: Vec<_> = kept
        .iter()
        .filter(|one| one.owner <= crowd::PEOPLE)
        .collect();
    let wrong = [complaints(&meant, &kept), crowd::overtaken(&written)].concat();
    assert!(wrong.is_empty(), "SEED={seed}\n{}", wrong.join("\n"));
    let parts: BTreeMap<String, serde_json::Value> = recovered
        .into_iter()
        .map(|((part, blow), took)| (format!("{part:?}, {blow:?}"), figures(took)))
        .collect();
    let told = json!({
        "messages": meant.len(), "lost": 0, "doubled": 0, "rounds": rounds,
        "recovered_after_seconds": parts,
    });
    println!("chaos {told}");
}

/// The middle and the longest of these times.
fn figures(mut times: Vec<Duration>) -> serde_json::Value {
    times.sort();
    let middle = times.get(times.len() / 2).map(Duration::as_secs_f64);
    let longest = times.last().map(Duration::as_secs_f64);
    json!({ "times": times.len(), "middle": middle, "longest": longest })
}
