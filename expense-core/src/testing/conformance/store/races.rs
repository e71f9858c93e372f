//! Racing commits have one winner; the others are refused or find its outcome.

use std::sync::Arc;
use std::time::Duration;

use super::{Diary, StoreBench, added, first_count};
use crate::conversation::question::Group;
use crate::conversation::session::Session;
use crate::conversation::write::Write;
use crate::domain::keys::Number;
use crate::ports::store::{Commit, Committed, Refusal};
use crate::testing::conformance::race;
use crate::testing::fixtures::{amend, details, settings};

const RUNNERS: usize = 16;

/// All commits at once, by turns through both instances; how many were recorded, and the rest.
async fn run(bench: &StoreBench, commits: Vec<Commit>) -> (usize, Vec<Committed>) {
    let runners = commits.into_iter().enumerate().map(|(n, commit)| {
        let store = bench.nth(n);
        async move { store.commit(Arc::new(commit)).await.expect("a commit") }
    });
    let (won, lost): (Vec<_>, Vec<_>) = race(runners)
        .await
        .into_iter()
        .partition(|committed| matches!(committed, Committed::Recorded { .. }));
    (won.len(), lost)
}

/// One of them is recorded, and all others are refused for this reason.
async fn one_wins(bench: &StoreBench, commits: Vec<Commit>, refusal: Refusal) {
    let (won, lost) = run(bench, commits).await;
    assert_eq!(won, 1);
    let refused = Committed::Refused(refusal);
    assert!(
        lost.iter().all(|committed| *committed == refused),
        "{lost:?}"
    );
}

fn copies(diary: &Diary, commit: &Commit) -> Vec<Commit> {
    let copy = |_| Commit {
        key: diary.new_key(),
        ..commit.clone()
    };
    (0..RUNNERS).map(copy).collect()
}

/// One update delivered many times at once.
pub async fn racing_redeliveries_record_once(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let fresh = diary.new_expenses([details("5", "EUR", "tea")]).remove(0);
    let mut commit = diary.commit(vec![added(fresh)]).await;
    commit.session = Some(Session::default());
    let (won, lost) = run(&bench, vec![commit.clone(); RUNNERS]).await;
    assert_eq!(won, 1);
    let outcome = diary.store.recorded(&diary.chat, &commit.key).await;
    let already = Committed::Already(outcome.expect("an answer").expect("an outcome"));
    assert!(
        lost.iter().all(|committed| *committed == already),
        "{lost:?}"
    );
    assert_eq!(diary.all().await.len(), 1);
    assert_eq!(diary.totals(Group::None).await.remove(0).count, 1);
}

/// A double tap: other keys, the same expense.
pub async fn racing_keys_of_one_intent_record_once(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    diary.write(Vec::new()).await;
    let fresh = diary.new_expenses([details("5", "EUR", "tea")]).remove(0);
    let commit = diary.commit(vec![added(fresh.clone())]).await;
    one_wins(
        &bench,
        copies(&diary, &commit),
        Refusal::ExpenseExists(fresh.id),
    )
    .await;
    assert_eq!(diary.totals(Group::None).await.remove(0).count, 1);
}

/// One session, many next ones.
pub async fn racing_sessions_have_one_winner(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    diary.write(Vec::new()).await;
    let mut commit = diary.commit(Vec::new()).await;
    commit.session = Some(Session::default());
    one_wins(&bench, copies(&diary, &commit), Refusal::StaleSession).await;
    assert_eq!(diary.session().await.version.0, first_count());
}

/// One revision of an expense, many next ones.
pub async fn racing_amendments_have_one_winner(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let stored = diary.add([details("5", "EUR", "tea")]).await.remove(0);
    let amendment = amend(&stored, |e| e.details = details("8", "EUR", "tea and cake"));
    let commit = diary.commit(vec![amendment]).await;
    one_wins(&bench, copies(&diary, &commit), Refusal::StaleRevision).await;
    assert_eq!(diary.totals(Group::None).await.remove(0).minor, 800);
}

/// One revision of a ledger, many next ones.
pub async fn racing_settings_have_one_winner(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    diary.write(Vec::new()).await;
    let commit = diary
        .commit(vec![Write::PutSettings(Box::new(settings("JPY")))])
        .await;
    one_wins(&bench, copies(&diary, &commit), Refusal::StaleLedger).await;
    assert_eq!(diary.ledger().await.revision.0, first_count() + 1);
}

/// Commits that do not touch the same are all recorded, each with numbers of its own.
pub async fn racing_additions_get_a_number_each(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    diary.write(Vec::new()).await;
    let mut commits = Vec::new();
    for _ in 0..RUNNERS {
        let fresh = diary.new_expenses([details("5", "EUR", "tea")]).remove(0);
        commits.push(diary.commit(vec![added(fresh)]).await);
    }
    let (won, lost) = run(&bench, commits).await;
    assert_eq!((won, lost), (RUNNERS, Vec::new()));
    let mut numbers: Vec<_> = diary.all().await.iter().filter_map(|e| e.number).collect();
    numbers.sort();
    let expected: Vec<_> = (1..).take(RUNNERS).map(Number).collect();
    assert_eq!(numbers, expected);
    assert_eq!(diary.totals(Group::None).await.remove(0).minor, 500 * 16);
}

/// Many first messages of a new chat: one ledger, and everybody else looks again.
pub async fn racing_first_commits_make_one_ledger(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let commit = diary.commit(Vec::new()).await;
    one_wins(&bench, copies(&diary, &commit), Refusal::StaleLedger).await;
    assert_eq!(diary.ledger().await.revision.0, first_count());
}

/// Neighbors in one transaction keep their own outcomes: every other one here is refused.
pub async fn racing_chats_do_not_hinder_each_other(bench: StoreBench) {
    let mut commits = Vec::new();
    let mut diaries = Vec::new();
    for n in 0..RUNNERS {
        let diary = Diary::open(bench.port(), &format!("chat-{n}"));
        let stored = diary.add([details("5", "EUR", "tea")]).await.remove(0);
        let good = diary.new_expenses([details("6", "EUR", "cake")]).remove(0);
        let good = diary.commit(vec![added(good)]).await;
        let bad = diary.commit(vec![added(stored)]).await;
        commits.extend([good, bad]);
        diaries.push(diary);
    }
    let (won, lost) = run(&bench, commits).await;
    assert_eq!((won, lost.len()), (RUNNERS, RUNNERS));
    for diary in diaries {
        let sum = diary.totals(Group::None).await.remove(0);
        assert_eq!((sum.minor, sum.count), (1_100, 2));
    }
}

/// Whoever stops waiting for the answer stops nothing else: what was given up was recorded or not,
/// and sending it again tells which.
pub async fn callers_that_give_up_harm_nobody(bench: StoreBench) {
    let (anna, bob) = (
        Diary::open(bench.port(), "anna"),
        Diary::open(bench.other(), "bob"),
    );
    for _ in 0..RUNNERS {
        let tea = anna.new_expenses([details("5", "EUR", "tea")]).remove(0);
        let given_up = anna.commit(vec![added(tea)]).await;
        let cake = bob.new_expenses([details("6", "EUR", "cake")]).remove(0);
        let kept = bob.commit(vec![added(cake)]).await;
        let (_, _) = tokio::join!(
            tokio::time::timeout(Duration::ZERO, anna.send(&given_up)),
            bob.record(&kept)
        );
        let again = anna.send(&given_up).await;
        assert!(
            matches!(again, Committed::Already(_) | Committed::Recorded { .. }),
            "{again:?}"
        );
    }
    assert_eq!(anna.all().await.len(), RUNNERS);
    assert_eq!(bob.all().await.len(), RUNNERS);
}
