//! Sweeping and erasing.

use std::time::Duration;

use super::{Diary, StoreBench, first_count};
use crate::conversation::question::{ChangeQuery, DraftQuery, ExpenseFilter, Group};
use crate::conversation::reply::Reply;
use crate::conversation::session::Session;
use crate::conversation::write::Write;
use crate::domain::draft::DraftState;
use crate::domain::keys::Number;
use crate::domain::ledger::Revision;
use crate::ports::store::{Committed, Outcome, Refusal, StoredSession};
use crate::testing::fixtures::{
    category, change, details, draft, ledger, noon, photo, settings, user,
};

/// Both bounds are included: what ends at the instant has ended.
pub async fn sweeping_expires_drafts_and_drops_outcomes(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let second = Duration::from_secs(1);
    let mut drafts = Vec::new();
    for (state, after) in [
        (DraftState::Waiting { from: noon() }, 0),
        (DraftState::Open, 0),
        (DraftState::Saved, 0),
        (DraftState::Discarded, 0),
        (DraftState::Open, 1),
    ] {
        let mut draft = draft(diary.id(), &diary.new_key(), photo("a"));
        (draft.state, draft.expires_at) = (state, noon() + second * after);
        diary
            .write(vec![Write::PutDraft(Box::new(draft.clone()))])
            .await;
        drafts.push(draft);
    }
    let mut old = diary.commit(Vec::new()).await;
    old.at = noon() - second;
    diary.record(&old).await;
    let mut young = diary.commit(Vec::new()).await;
    young.at = noon() + second;
    diary.record(&young).await;

    let mut sweep = diary.commit(Vec::new()).await;
    sweep.at = noon() + second;
    sweep.writes = vec![Write::Sweep {
        drafts: noon(),
        outcomes: noon() - second,
    }];
    diary.record(&sweep).await;
    for draft in drafts.iter_mut().take(2) {
        draft.state = DraftState::Expired;
        draft.revision = 2;
    }
    for draft in drafts {
        let found = diary
            .store
            .draft(diary.id(), &DraftQuery::Id(draft.id))
            .await;
        assert_eq!(found.expect("an answer"), Some(draft));
    }
    let recorded = async |key| {
        diary
            .store
            .recorded(&diary.chat, key)
            .await
            .expect("an answer")
    };
    assert_eq!(recorded(&old.key).await, None);
    assert_eq!(recorded(&young.key).await, Some(Outcome::default()));
    assert_eq!(recorded(&sweep.key).await, Some(Outcome::default()));
}

/// A diary with one of everything.
async fn full(bench: &StoreBench, name: &str) -> Diary {
    let diary = Diary::open(bench.port(), name);
    diary.add([details("5", "EUR", "secret")]).await;
    let key = diary.new_key();
    let writes = vec![
        Write::PutSettings(Box::new(settings("JPY"))),
        Write::PutCategory(category(17, "Secrets")),
        Write::PutDraft(Box::new(draft(diary.id(), &key, photo("a")))),
        Write::PutChange(Box::new(change(diary.id(), &key))),
    ];
    let mut commit = diary.commit(writes).await;
    commit.session = Some(Session::default());
    commit.replies = vec![Reply::plain("secret")];
    diary.record(&commit).await;
    diary
}

async fn erase(diary: &Diary) {
    diary.write(vec![Write::Erase]).await;
}

/// No ledger, no session, no row of any kind, and the neighbors keep theirs.
pub async fn erasing_leaves_nothing(bench: StoreBench) {
    let anna = full(&bench, "anna").await;
    let bert = full(&bench, "bert").await;
    erase(&anna).await;
    let there = Diary::open(bench.other(), "anna");
    for diary in [anna, there] {
        let (store, id) = (&diary.store, diary.id());
        assert_eq!(store.ledger(&diary.chat).await.expect("an answer"), None);
        assert_eq!(diary.session().await, StoredSession::default());
        let everything = ExpenseFilter {
            removed: true,
            ..ExpenseFilter::default()
        };
        assert_eq!(diary.find(&everything).await, []);
        assert_eq!(diary.totals(Group::None).await, []);
        let newest = store.change(id, &ChangeQuery::NewestBy(user("anna"))).await;
        assert_eq!(newest.expect("an answer"), None);
    }
    assert_eq!(bert.all().await.len(), 1);
    assert_eq!(bert.session().await.version.0, first_count());
    assert_eq!(bert.totals(Group::None).await.len(), 1);
    assert!(bert.ledger().await.category_named("Secrets").is_some());
}

/// A redelivery of an earlier update can't bring the ledger back, and tells nothing.
pub async fn erased_keys_are_still_done(bench: StoreBench) {
    let diary = full(&bench, "anna").await;
    let mut early = diary.commit(Vec::new()).await;
    early.replies = vec![Reply::plain("secret")];
    diary.record(&early).await;
    let stale = diary.commit(Vec::new()).await;
    erase(&diary).await;
    let nothing = Outcome::default();
    let recorded = diary.store.recorded(&diary.chat, &early.key).await;
    assert_eq!(recorded.expect("an answer"), Some(nothing.clone()));
    assert_eq!(diary.send(&early).await, Committed::Already(nothing));
    assert_eq!(
        diary.send(&stale).await,
        Committed::Refused(Refusal::StaleSession)
    );
    assert_eq!(
        diary.store.ledger(&diary.chat).await.expect("an answer"),
        None
    );
}

/// The erasing commit keeps its own replies and nothing else that it writes.
pub async fn a_farewell_can_be_sent_again(bench: StoreBench) {
    let diary = full(&bench, "anna").await;
    let fresh = diary.new_expenses([details("1", "EUR", "x")]).remove(0);
    let mut farewell = diary.commit(vec![Write::Erase, super::added(fresh)]).await;
    farewell.replies = vec![Reply::plain("All gone.")];
    farewell.session = Some(Session::default());
    let committed = diary.send(&farewell).await;
    let Committed::Recorded {
        outcome,
        session,
        revision,
    } = committed
    else {
        panic!("not recorded: {committed:?}");
    };
    assert_eq!(outcome.replies, farewell.replies);
    assert_eq!((session.0, revision), (0, Revision(0)));
    assert_eq!(diary.send(&farewell).await, Committed::Already(outcome));
    assert_eq!(
        diary.store.ledger(&diary.chat).await.expect("an answer"),
        None
    );
    assert_eq!(diary.session().await, StoredSession::default());
    assert_eq!(diary.all().await, []);
}

/// It begins anew: default categories, numbers from 1.
pub async fn a_chat_can_begin_again_after_erasing(bench: StoreBench) {
    let diary = full(&bench, "anna").await;
    erase(&diary).await;
    erase(&diary).await;
    let fresh = diary.new_expenses([details("1", "EUR", "x")]).remove(0);
    let mut again = diary.commit(vec![super::added(fresh)]).await;
    // Counts begin with the time: later than the first beginning, as in life.
    again.at += Duration::from_secs(1);
    diary.record(&again).await;
    let first = diary.all().await.remove(0);
    assert_eq!(first.number, Some(Number(1)));
    let mut begun = ledger(&diary.chat);
    begun.revision = Revision(first_count() + 1_000_000);
    assert_eq!(diary.ledger().await, begun);
    assert_eq!(diary.totals(Group::None).await.remove(0).minor, 100);
}

/// A process that did not hear of the erasing still holds its copies: they fit nothing that the
/// chat did since, not even as many changes as before.
pub async fn nothing_from_before_an_erasing_passes_after_it(bench: StoreBench) {
    let diary = full(&bench, "anna").await;
    let copies = diary.commit(Vec::new()).await;
    erase(&diary).await;
    let mut first = diary
        .commit(vec![Write::PutSettings(Box::new(settings("USD")))])
        .await;
    first.at = noon() + Duration::from_secs(1);
    first.session = Some(Session::default());
    diary.record(&first).await;
    let now = diary.commit(Vec::new()).await;

    let mut by_old_session = now.clone();
    by_old_session.session_seen = copies.session_seen;
    assert_eq!(
        diary.send(&by_old_session).await,
        Committed::Refused(Refusal::StaleSession)
    );
    let mut by_old_ledger = now.clone();
    by_old_ledger.ledger = copies.ledger;
    assert_eq!(
        diary.send(&by_old_ledger).await,
        Committed::Refused(Refusal::StaleLedger)
    );
    diary.record(&now).await;
}
