//! Recorded once.

use super::{Diary, StoreBench, added};
use crate::conversation::question::Group;
use crate::conversation::reply::Reply;
use crate::domain::ledger::Revision;
use crate::ports::store::Committed;
use crate::testing::fixtures::{self, details};

/// The same key twice is recorded once and the second caller gets the first outcome.
pub async fn the_same_key_is_recorded_once(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let expense = diary
        .new_expenses([details("12.50", "EUR", "lunch")])
        .remove(0);
    let mut commit = diary.commit(vec![added(expense)]).await;
    commit.replies = vec![Reply::plain("Recorded.")];
    let outcome = diary.record(&commit).await;
    assert_eq!(outcome.replies, commit.replies);
    assert_eq!(diary.send(&commit).await, Committed::Already(outcome));
    assert_eq!(diary.all().await.len(), 1);
}

/// The key decides before anything else is looked at: other writes, a stale session, a stale
/// ledger.
pub async fn a_known_key_answers_first_whatever_else_its_commit_holds(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let mut first = diary.commit(Vec::new()).await;
    first.replies = vec![Reply::plain("The first.")];
    let outcome = diary.record(&first).await;

    let expense = diary.new_expenses([details("1", "EUR", "other")]).remove(0);
    let mut second = diary.commit(vec![added(expense)]).await;
    second.key = first.key.clone();
    second.replies = vec![Reply::plain("The second.")];
    second.session_seen.0 += 7;
    let mut stale = fixtures::ledger(&diary.chat);
    stale.revision = Revision(99);
    second.ledger = stale.into();
    assert_eq!(diary.send(&second).await, Committed::Already(outcome));
    assert_eq!(diary.all().await, []);
    assert_eq!(diary.totals(Group::None).await, []);
}

/// Two chats may name an update alike.
pub async fn a_key_belongs_to_its_chat(bench: StoreBench) {
    let anna = Diary::open(bench.port(), "anna");
    let bert = Diary::open(bench.port(), "bert");
    let first = anna.commit(Vec::new()).await;
    anna.record(&first).await;
    let mut second = bert.commit(Vec::new()).await;
    second.key = first.key.clone();
    bert.record(&second).await;
}

/// `recorded` knows what a key did as soon as it did it, and nothing before.
pub async fn what_a_key_did_can_be_asked(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let mut commit = diary.commit(Vec::new()).await;
    commit.replies = vec![Reply::plain("Grüße, 世界, שלום 👋")];
    let recorded = async || {
        let recorded = diary.store.recorded(&diary.chat, &commit.key).await;
        recorded.expect("an outcome")
    };
    assert_eq!(recorded().await, None);
    let outcome = diary.record(&commit).await;
    assert_eq!(recorded().await, Some(outcome));
}

/// What one instance recorded is there for every other as soon as `commit` returns.
pub async fn another_instance_sees_all_of_it(bench: StoreBench) {
    let here = Diary::open(bench.port(), "anna");
    let there = Diary::open(bench.other(), "anna");
    for n in 1..=5 {
        let added = here.add([details("1", "EUR", "n")]).await;
        assert_eq!(there.all().await.len(), n);
        assert_eq!(there.all().await.first(), added.first());
    }
    assert_eq!(there.ledger().await, here.ledger().await);
    assert_eq!(
        there.totals(Group::None).await,
        here.totals(Group::None).await
    );
}
