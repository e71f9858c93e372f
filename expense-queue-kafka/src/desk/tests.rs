//! Lanes without a broker.

use expense_core::testing::fixtures::{chat, envelope, key, noon};
use rstest::rstest;

use super::*;
use std::time::Duration;

fn update(name: &str) -> Envelope {
    let (chat_name, _) = name.split_once('/').unwrap_or((name, ""));
    envelope(&chat(chat_name), key(name), "12.50 lunch")
}

/// A desk with one partition, in which these have arrived from offset 0 on.
fn desk(names: &[&str]) -> Desk {
    let mut desk = Desk::new(4, 3);
    desk.open(0, Vec::new(), noon());
    for (offset, name) in names.iter().enumerate() {
        let offset = i64::try_from(offset).unwrap();
        desk.arrive(0, offset, update(name), noon());
    }
    desk
}

fn claim(desk: &mut Desk, now: DateTime<Utc>) -> Vec<(DeliveryId, String, u32)> {
    let (deliveries, lost) = desk.claim(10, now);
    assert_eq!(lost, []);
    let of = |one: Delivery| {
        let name = one.envelope.key.as_str().trim_start_matches("test:");
        (one.id, name.to_owned(), one.attempt)
    };
    deliveries.into_iter().map(of).collect()
}

fn names(desk: &mut Desk, now: DateTime<Utc>) -> Vec<(String, u32)> {
    let claimed = claim(desk, now).into_iter();
    claimed.map(|(_, name, attempt)| (name, attempt)).collect()
}

fn pair(name: &str, attempt: u32) -> (String, u32) {
    (name.to_owned(), attempt)
}

#[test]
fn what_is_settled_late_holds_the_commit_and_what_rests_does_not() {
    let mut desk = desk(&["anna/1", "bert/1", "anna/2"]);
    let out = claim(&mut desk, noon());
    desk.finish(out[1].0, noon());
    assert_eq!(desk.take_commits(None), [(0, 0)]);
    let due = later(noon(), Duration::from_secs(60));
    desk.rest(out[0].0, due, noon());
    assert_eq!(desk.take_commits(None), [(0, 2)]);
    let moves = desk.take_moves(noon());
    assert_eq!(moves.len(), 1);
    assert_eq!((moves[0].offset, moves[0].notes.due), (2, None));
    assert!(!desk.is_drained(0));
    desk.moved(&moves[0], true, noon());
    assert!(desk.is_drained(0));
    assert_eq!(desk.take_commits(None), [(0, 3)]);
    assert_eq!(names(&mut desk, noon()), []);
    assert_eq!(names(&mut desk, due), [pair("anna/1", 2)]);
}

#[test]
fn a_move_that_failed_is_tried_again_and_holds_the_commit() {
    let mut desk = desk(&["anna/1", "anna/2"]);
    let out = claim(&mut desk, noon());
    let due = later(noon(), Duration::from_secs(60));
    desk.rest(out[0].0, due, noon());
    let moves = desk.take_moves(noon());
    desk.moved(&moves[0], false, noon());
    assert_eq!(desk.take_commits(None), [(0, 1)]);
    let again = desk.take_moves(noon());
    assert_eq!(again.len(), 1);
    // There may be a copy, which has to go with it.
    assert!(again[0].has_copy);
}

#[test]
fn what_was_out_when_its_partition_went_is_settled_by_nobody() {
    let mut desk = desk(&["anna/1"]);
    let out = claim(&mut desk, noon());
    desk.lose(0);
    assert_eq!(desk.held(out[0].0), None);
    // It comes back here, while somebody still has it in hand.
    desk.open(0, Vec::new(), noon());
    desk.arrive(0, 0, update("anna/1"), noon());
    assert_eq!(names(&mut desk, noon()), []);
    assert_eq!(desk.held(out[0].0), None);
    desk.finish(out[0].0, noon());
    assert_eq!(desk.take_commits(None), [(0, 0)]);
    assert_eq!(names(&mut desk, noon()), [pair("anna/1", 1)]);
}

/// Whatever was committed of it before its worker died.
#[rstest]
#[case::nothing(&[0, 1, 2, 3])]
#[case::what_stands_aside(&[2, 3])]
#[case::a_part(&[1, 2, 3])]
fn who_takes_over_knows_who_waits(#[case] arriving: &[i64]) {
    let all = ["anna/0", "anna/1", "anna/2", "bert/0"];
    let due = later(noon(), Duration::from_secs(60));
    let parked = |offset: i64, attempt, due| Parked {
        offset,
        envelope: update(all[usize::try_from(offset).unwrap()]),
        notes: Notes {
            attempt,
            due,
            ..Notes::default()
        },
    };
    let mut desk = Desk::new(4, 3);
    desk.open(0, vec![parked(1, 1, None), parked(0, 2, Some(due))], noon());
    for offset in arriving {
        let name = all[usize::try_from(*offset).unwrap()];
        desk.arrive(0, *offset, update(name), noon());
    }
    assert_eq!(names(&mut desk, noon()), [pair("bert/0", 1)]);
    for expected in [pair("anna/0", 2), pair("anna/1", 1), pair("anna/2", 1)] {
        let out = claim(&mut desk, due);
        assert_eq!([(out[0].1.clone(), out[0].2)], [expected]);
        desk.finish(out[0].0, due);
    }
}

#[test]
fn a_partition_is_full_by_what_is_held_and_by_what_waits_aside() {
    let mut held = desk(&["anna/1", "bert/1", "carl/1", "dora/1"]);
    assert!(held.is_full(0, false));
    let out = claim(&mut held, noon());
    held.finish(out[0].0, noon());
    assert!(!held.is_full(0, false));
    assert!(held.is_full(0, true), "it waits until half is gone");
    let due = later(noon(), Duration::from_secs(60));
    for (id, _, _) in &out[1..] {
        held.rest(*id, due, noon());
    }
    assert!(held.is_full(0, false), "three wait aside");
    held.close(0);
    assert_eq!(names(&mut held, due), []);
}
