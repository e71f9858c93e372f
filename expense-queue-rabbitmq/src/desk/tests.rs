//! The lanes alone, without a broker: tokens are names.

use chrono::TimeDelta;
use expense_core::testing::fixtures::{chat, envelope, key, noon};

use super::*;

const MINUTE: TimeDelta = TimeDelta::minutes(1);

fn desk() -> Desk<&'static str> {
    let mut desk = Desk::new(2);
    desk.take_over(0);
    desk.open(0, noon());
    desk
}

fn arrive(
    desk: &mut Desk<&'static str>,
    chat_name: &str,
    name: &str,
    notes: Notes,
    token: &'static str,
) -> Option<&'static str> {
    let update = envelope(&chat(chat_name), key(name), name);
    desk.arrive(0, update, notes, token, noon())
}

fn fresh(desk: &mut Desk<&'static str>, chat_name: &str, name: &'static str) {
    let double = arrive(desk, chat_name, name, Notes::default(), name);
    assert_eq!(double, None);
}

fn aside(sequence: u64, attempt: u32, due: Option<DateTime<Utc>>) -> Notes {
    Notes {
        attempt,
        sequence: Some(sequence),
        due,
        ..Notes::default()
    }
}

fn names(deliveries: &[Delivery]) -> Vec<String> {
    let name = |delivery: &Delivery| delivery.envelope.key.as_str().replace("test:", "");
    deliveries.iter().map(name).collect()
}

fn claim(desk: &mut Desk<&'static str>, now: DateTime<Utc>) -> Vec<Delivery> {
    desk.claim(10, now).0
}

/// The chat's first update asks for another try in a minute.
fn rest(desk: &mut Desk<&'static str>) {
    let first = claim(desk, noon()).remove(0);
    assert_eq!(desk.rest(first.id, noon() + MINUTE, noon()), Settled::Rests);
}

#[test]
fn a_chat_that_waits_is_moved_aside_in_order_and_goes_on_when_its_copies_are_there() {
    let mut desk = desk();
    fresh(&mut desk, "anna", "a");
    fresh(&mut desk, "anna", "b");
    rest(&mut desk);
    for (sequence, name) in [(1, "a"), (2, "b")] {
        let moved = desk.next_move(0, noon()).expect("it waits");
        assert_eq!(moved.notes.sequence, Some(sequence));
        assert_eq!(moved.notes.due.is_some(), name == "a");
        assert!(
            desk.next_move(0, noon()).is_none(),
            "one of a chat at a time"
        );
        assert_eq!(desk.moved(moved, noon()), name);
    }
    let after = noon() + MINUTE;
    assert_eq!(names(&claim(&mut desk, after)), Vec::<String>::new());
    assert_eq!(
        arrive(&mut desk, "anna", "b", aside(2, 1, None), "b'"),
        None
    );
    assert_eq!(
        arrive(&mut desk, "anna", "a", aside(1, 2, None), "a'"),
        None
    );
    let again = claim(&mut desk, after);
    assert_eq!((names(&again), again[0].attempt), (vec!["a".to_owned()], 2));
    assert_eq!(desk.finish(again[0].id, after), Settled::Done("a'"));
    assert_eq!(names(&claim(&mut desk, after)), ["b"]);
}

#[test]
fn whoever_takes_over_knows_who_waits_and_in_what_order() {
    let mut desk = desk();
    let due = Some(noon() + MINUTE);
    // The first was written anew after the second.
    arrive(&mut desk, "anna", "b", aside(8, 1, None), "b");
    arrive(&mut desk, "anna", "a", aside(7, 3, due), "a");
    fresh(&mut desk, "anna", "c");
    fresh(&mut desk, "bert", "d");
    assert_eq!(names(&claim(&mut desk, noon())), ["d"]);
    let after = noon() + MINUTE;
    for (name, attempt) in [("a", 3), ("b", 1), ("c", 1)] {
        let next = claim(&mut desk, after);
        assert_eq!(
            (names(&next), next[0].attempt),
            (vec![name.to_owned()], attempt)
        );
        assert!(matches!(desk.finish(next[0].id, after), Settled::Done(_)));
    }
}

#[test]
fn of_two_copies_one_goes() {
    let mut desk = desk();
    arrive(&mut desk, "anna", "a", aside(7, 1, None), "older");
    let newer = arrive(&mut desk, "anna", "a", aside(7, 2, None), "newer");
    assert_eq!(newer, Some("older"));
    let late = arrive(&mut desk, "anna", "a", aside(7, 1, None), "late");
    assert_eq!(late, Some("late"));
    let original = arrive(&mut desk, "anna", "a", Notes::default(), "original");
    assert_eq!(original, Some("original"));
}

#[test]
fn what_could_not_be_moved_stays_and_its_copy_is_known() {
    let mut desk = desk();
    fresh(&mut desk, "anna", "a");
    rest(&mut desk);
    let moved = desk.next_move(0, noon()).expect("it waits");
    desk.unmoved(0, moved, noon());
    let copy = arrive(&mut desk, "anna", "a", aside(1, 2, None), "copy");
    assert_eq!(copy, Some("a"), "the original may go");
    let again = claim(&mut desk, noon() + MINUTE);
    assert_eq!(desk.finish(again[0].id, noon()), Settled::Done("copy"));
}

#[test]
fn only_so_many_wait_aside() {
    let mut desk = desk();
    for name in ["a", "b", "c"] {
        fresh(&mut desk, "anna", name);
    }
    rest(&mut desk);
    for _ in 0..2 {
        let moved = desk.next_move(0, noon()).expect("there is room");
        desk.moved(moved, noon());
    }
    assert!(desk.next_move(0, noon()).is_none());
    // The first of another chat is moved all the same.
    fresh(&mut desk, "bert", "d");
    rest(&mut desk);
    assert!(desk.next_move(0, noon()).is_some());
}

#[test]
fn what_is_out_when_its_partition_is_lost_does_not_go_out_twice() {
    let mut desk = desk();
    fresh(&mut desk, "anna", "a");
    let out = claim(&mut desk, noon()).remove(0);
    desk.lose(0);
    desk.take_over(0);
    desk.open(0, noon());
    fresh(&mut desk, "anna", "a");
    fresh(&mut desk, "anna", "b");
    assert_eq!(names(&claim(&mut desk, noon())), Vec::<String>::new());
    assert_eq!(desk.finish(out.id, noon()), Settled::Done("a"));
    assert_eq!(names(&claim(&mut desk, noon())), ["b"]);
}

#[test]
fn a_partition_that_is_given_up_hands_out_nothing_more() {
    let mut desk = desk();
    fresh(&mut desk, "anna", "a");
    fresh(&mut desk, "bert", "b");
    let out = desk.claim(1, noon()).0.remove(0);
    desk.close(0);
    assert!(!desk.is_drained(0));
    assert_eq!(names(&claim(&mut desk, noon())), Vec::<String>::new());
    assert_eq!(desk.finish(out.id, noon()), Settled::Done("a"));
    assert!(desk.is_drained(0));
}

/// An update that was tried twice was written aside twice: its place is before what came after it,
/// although its last copy stands behind.
#[test]
fn what_waits_aside_is_handed_out_when_all_of_it_is_there() {
    let mut desk = Desk::new(2);
    desk.take_over(0);
    assert_eq!(arrive(&mut desk, "anna", "b", aside(2, 1, None), "b"), None);
    assert_eq!(names(&claim(&mut desk, noon())), Vec::<String>::new());
    assert_eq!(arrive(&mut desk, "anna", "a", aside(1, 2, None), "a"), None);
    desk.open(0, noon());
    assert_eq!(names(&claim(&mut desk, noon())), ["a"]);
}

/// Numbers begin anew with each holder: an update is known by its key alone.
#[test]
fn a_late_copy_with_a_number_that_was_given_anew_takes_nobodys_place() {
    let mut desk = desk();
    assert_eq!(arrive(&mut desk, "anna", "b", aside(1, 1, None), "b"), None);
    assert_eq!(arrive(&mut desk, "anna", "a", aside(1, 2, None), "a"), None);
    assert_eq!(claim(&mut desk, noon()).len(), 1);
    assert_eq!(
        desk.lanes
            .values()
            .map(|lane| lane.items.len())
            .sum::<usize>(),
        2
    );
}
