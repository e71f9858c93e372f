//! A refused commit is as if it had never been.

use super::{Diary, StoreBench, added};
use crate::conversation::question::{ChangeQuery, DraftQuery, ExpenseFilter, Group};
use crate::conversation::session::{Session, SessionVersion};
use crate::conversation::write::Write;
use crate::domain::draft::DraftState;
use crate::domain::keys::Number;
use crate::domain::ledger::Revision;
use crate::ports::store::{Committed, Refusal};
use crate::testing::fixtures::{amend, category, change, details, draft, photo, settings};

/// Another session by now: refused.
pub async fn a_stale_session_is_refused(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let mut early = diary.commit(Vec::new()).await;
    let mut first = diary.commit(Vec::new()).await;
    first.session = Some(Session::default());
    diary.record(&first).await;
    early.ledger = diary.ledger().await.into();
    let refused = Committed::Refused(Refusal::StaleSession);
    assert_eq!(diary.send(&early).await, refused);
    let now = diary.session().await.version;
    early.session_seen = SessionVersion(now.0 + 1);
    assert_eq!(diary.send(&early).await, refused);
    early.session_seen = now;
    diary.record(&early).await;
}

/// Other settings by now, a ledger that is there already, or one that is gone: refused.
pub async fn a_stale_ledger_is_refused(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let refused = Committed::Refused(Refusal::StaleLedger);
    let mut gone = diary.commit(Vec::new()).await;
    let mut ledger = diary.ledger().await;
    ledger.revision = Revision(1);
    gone.ledger = ledger.into();
    assert_eq!(diary.send(&gone).await, refused);

    let fresh = diary.commit(Vec::new()).await;
    diary.write(Vec::new()).await;
    assert_eq!(diary.send(&fresh).await, refused);

    let early = diary.commit(Vec::new()).await;
    diary
        .write(vec![Write::PutSettings(Box::new(settings("JPY")))])
        .await;
    assert_eq!(diary.send(&early).await, refused);
}

/// Only the revision that was seen can be amended, and only what is there.
pub async fn a_stale_expense_is_refused(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let stored = diary.add([details("5", "EUR", "tea")]).await.remove(0);
    let refused = Committed::Refused(Refusal::StaleRevision);
    let rename = |e: &mut crate::domain::expense::Expense| e.details = details("6", "EUR", "cake");
    diary.write(vec![amend(&stored, rename)]).await;
    let again = diary.commit(vec![amend(&stored, rename)]).await;
    assert_eq!(diary.send(&again).await, refused);

    let unknown = diary
        .new_expenses([details("1", "EUR", "nothing")])
        .remove(0);
    let nothing = diary.commit(vec![amend(&unknown, rename)]).await;
    assert_eq!(diary.send(&nothing).await, refused);
}

/// A draft opens with revision 1 and goes on one by one.
pub async fn a_stale_draft_is_refused(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let mut opened = draft(diary.id(), &diary.new_key(), photo("a"));
    let put = |draft: &crate::domain::draft::Draft| vec![Write::PutDraft(Box::new(draft.clone()))];
    let refused = Committed::Refused(Refusal::StaleRevision);
    for (revision, fits) in [(2, false), (1, true), (1, false), (3, false), (2, true)] {
        opened.revision = revision;
        let commit = diary.commit(put(&opened)).await;
        let sent = diary.send(&commit).await;
        assert_eq!(sent != refused, fits, "revision {revision}: {sent:?}");
    }
}

/// Two keys of one intent: the id of the expense decides.
pub async fn an_existing_expense_is_never_overwritten(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let stored = diary.add([details("5", "EUR", "tea")]).await.remove(0);
    let mut twin = stored.clone();
    twin.details = details("999", "USD", "another");
    let refused = Committed::Refused(Refusal::ExpenseExists(stored.id));
    let commit = diary.commit(vec![added(twin.clone())]).await;
    assert_eq!(diary.send(&commit).await, refused);
    assert_eq!(diary.all().await, std::slice::from_ref(&stored));

    diary
        .write(vec![amend(&stored, |e| e.removed = true)])
        .await;
    let commit = diary.commit(vec![added(twin)]).await;
    assert_eq!(diary.send(&commit).await, refused);
}

/// The session, then the ledger, then the writes in turn.
pub async fn refusals_are_looked_for_in_order(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let stored = diary.add([details("5", "EUR", "tea")]).await.remove(0);
    let mut ghost = stored.clone();
    ghost.revision = 9;
    let stale = amend(&ghost, |_| {});
    let mut commit = diary
        .commit(vec![stale.clone(), added(stored.clone())])
        .await;
    let current = commit.ledger.clone();
    commit.session_seen = SessionVersion(9);
    let mut other = (*current).clone();
    other.revision = Revision(9);
    commit.ledger = other.into();
    assert_eq!(
        diary.send(&commit).await,
        Committed::Refused(Refusal::StaleSession)
    );
    commit.session_seen = SessionVersion(0);
    assert_eq!(
        diary.send(&commit).await,
        Committed::Refused(Refusal::StaleLedger)
    );
    commit.ledger = current;
    assert_eq!(
        diary.send(&commit).await,
        Committed::Refused(Refusal::StaleRevision)
    );
    commit.writes = vec![added(stored.clone()), stale];
    let exists = Committed::Refused(Refusal::ExpenseExists(stored.id));
    assert_eq!(diary.send(&commit).await, exists);
}

/// It writes nothing, of no kind, takes no number and does not use up its key.
pub async fn a_refused_commit_writes_nothing(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let stored = diary.add([details("5", "EUR", "tea")]).await.remove(0);
    let key = diary.new_key();
    let (opened, done) = (
        draft(diary.id(), &key, photo("a")),
        change(diary.id(), &key),
    );
    let fresh = diary.new_expenses([details("1", "EUR", "new")]).remove(0);
    let good = vec![
        added(fresh.clone()),
        amend(&stored, |e| e.details = details("6", "EUR", "cake")),
        Write::PutDraft(Box::new(opened.clone())),
        Write::PutCategory(category(17, "Pets")),
        Write::PutChange(Box::new(done.clone())),
    ];
    let mut commit = diary.commit(good.clone()).await;
    commit.writes.push(added(stored.clone()));
    commit.session = Some(Session::default());
    let before = (
        diary.ledger().await,
        diary.session().await,
        diary.totals(Group::Day).await,
    );
    let exists = Committed::Refused(Refusal::ExpenseExists(stored.id));
    assert_eq!(diary.send(&commit).await, exists);

    let after = (
        diary.ledger().await,
        diary.session().await,
        diary.totals(Group::Day).await,
    );
    assert_eq!(before, after);
    assert_eq!(diary.all().await, [stored]);
    let (store, id) = (&diary.store, diary.id());
    assert_eq!(
        store
            .draft(id, &DraftQuery::Id(opened.id))
            .await
            .expect("a draft"),
        None
    );
    assert_eq!(
        store
            .change(id, &ChangeQuery::Id(done.id))
            .await
            .expect("a change"),
        None
    );
    assert_eq!(
        store
            .recorded(&diary.chat, &commit.key)
            .await
            .expect("an outcome"),
        None
    );

    commit.writes = good;
    diary.record(&commit).await;
    let filter = ExpenseFilter {
        ids: Some(vec![fresh.id]),
        ..ExpenseFilter::default()
    };
    let number = diary.find(&filter).await.remove(0).number;
    assert_eq!(number, Some(Number(2)), "the refused commit took a number");
}

/// Each write meets what those before it in its commit left.
pub async fn writes_are_checked_against_those_before_them(bench: StoreBench) {
    let diary = Diary::open(bench.port(), "anna");
    let fresh = diary.new_expenses([details("5", "EUR", "tea")]).remove(0);
    let twice = diary
        .commit(vec![added(fresh.clone()), added(fresh.clone())])
        .await;
    let exists = Committed::Refused(Refusal::ExpenseExists(fresh.id));
    assert_eq!(diary.send(&twice).await, exists);

    let stored = diary.add([details("5", "EUR", "tea")]).await.remove(0);
    let mut second = stored.clone();
    second.revision = 2;
    second.details = details("6", "EUR", "cake");
    let mut opened = draft(diary.id(), &diary.new_key(), photo("a"));
    let open = Write::PutDraft(Box::new(opened.clone()));
    opened.revision = 2;
    opened.state = DraftState::Open;
    let on = Write::PutDraft(Box::new(opened.clone()));
    let (first_step, second_step) = (
        amend(&stored, |e| e.details = second.details.clone()),
        amend(&second, |e| e.details = details("7", "EUR", "pie")),
    );
    diary.write(vec![first_step, open, second_step, on]).await;
    assert_eq!(
        diary.all().await.remove(0).details,
        details("7", "EUR", "pie")
    );
    let found = diary
        .store
        .draft(diary.id(), &DraftQuery::Id(opened.id))
        .await;
    assert_eq!(found.expect("a draft"), Some(opened));
    assert_eq!(diary.totals(Group::None).await.remove(0).minor, 700);
}
