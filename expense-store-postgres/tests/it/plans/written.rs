//! All that a commit can write, into a large ledger where that is no matter of its size.

use std::sync::Arc;

use expense_core::conversation::question::{ExpenseFilter, PageRequest};
use expense_core::conversation::session::Session;
use expense_core::conversation::write::Write;
use expense_core::domain::access::Role;
use expense_core::domain::category::CategoryId;
use expense_core::domain::draft::{Draft, DraftContent, DraftState};
use expense_core::domain::keys::{LedgerId, UpdateKey};
use expense_core::domain::ledger::Lesson;
use expense_core::ports::store::{Committed, ExpenseStore};
use expense_core::testing::diary::{expenses, record};
use expense_core::testing::fixtures::{
    amend, category, change, chat, commit, details, draft, expense, key, ledger, member, message,
    noon, person, photo, settings, tag,
};
use expense_store_postgres::PostgresStore;

/// Has all that these writes say recorded.
async fn write(store: &PostgresStore, name: &str, update: UpdateKey, writes: Vec<Write>) {
    let chat = chat(name);
    let stored = store.ledger(&chat).await.unwrap();
    let stored = stored.unwrap_or_else(|| ledger(&chat));
    let session = store.session(&chat).await.unwrap();
    let mut commit = commit(update, &stored, &session, writes);
    commit.session = Some(Session::default());
    let committed = store.commit(Arc::new(commit)).await.unwrap();
    assert!(
        matches!(committed, Committed::Recorded { .. }),
        "{committed:?}"
    );
}

/// A draft of an album, in this state.
fn drafted(ledger: LedgerId, update: &UpdateKey, state: DraftState) -> Write {
    let mut draft: Draft = draft(ledger, update, photo("a photo"));
    if let DraftContent::Receipt(receipt) = &mut draft.content {
        receipt.album = Some(message("album"));
    }
    draft.state = state;
    Write::PutDraft(Box::new(draft))
}

/// Everything that adds to a ledger or changes a part of it.
async fn everyday(store: &PostgresStore, name: &str) {
    let id = LedgerId::of(&chat(name));
    let update = |what: &str| key(&format!("{what}:{name}"));
    let mut details = details("12.50", "USD", "Lunch");
    details.tags = vec![tag("work")];
    let added = expense(id, &update("add"), 0, details);
    let lesson = |words: &str| Lesson {
        words: words.to_owned(),
        category: CategoryId(3),
    };
    let adding = vec![
        Write::AddExpense(Box::new(added.clone())),
        Write::WantCategory {
            expense: added.id,
            from: noon(),
        },
        Write::PutChange(Box::new(change(id, &update("add")))),
        Write::PutCategory(category(17, "Pets")),
        Write::PutMember(member(1, "anna", "Anna")),
    ];
    write(store, name, update("add"), adding).await;
    let this = ExpenseFilter::of(added.id);
    let newest = store.expenses(id, &this, PageRequest::FIRST);
    let newest = newest.await.unwrap().expenses.remove(0);
    let changing = vec![
        amend(&newest, |after| after.details.tags = vec![tag("rare")]),
        Write::PutLesson(lesson("bistro")),
        Write::PutPerson(person("eve", Role::Admitted)),
    ];
    write(store, name, update("change"), changing).await;
    let forget = vec![Write::DropLesson("bistro".to_owned())];
    write(store, name, update("forget"), forget).await;
    // For the queue.
    let waiting = DraftState::Waiting { from: noon() };
    for n in 0..8 {
        let update = update(&format!("draft-{n}"));
        write(
            store,
            name,
            update.clone(),
            vec![drafted(id, &update, waiting)],
        )
        .await;
    }
}

/// What is found by the questions of `asked.rs`, as the newest of Anna's.
async fn known(store: &PostgresStore) {
    let id = LedgerId::of(&chat("anna"));
    let draft = drafted(id, &key("draft"), DraftState::Open);
    write(store, "anna", key("draft"), vec![draft]).await;
    let kept = change(id, &key("change"));
    write(
        store,
        "anna",
        key("change"),
        vec![Write::PutChange(Box::new(kept))],
    )
    .await;
    let undone = change(id, &key("undone"));
    let undone = vec![
        Write::PutChange(Box::new(undone.clone())),
        Write::MarkUndone(undone.id),
    ];
    write(store, "anna", key("undone"), undone).await;
}

/// What reads or rewrites all of a ledger, by its nature: in ledgers that are small, so that it
/// shows when one goes beyond its own.
async fn of_whole_ledgers(store: &PostgresStore) {
    everyday(store, "bob").await;
    let other = Write::PutSettings(Box::new(settings("CHF")));
    write(store, "bob", key("other-currency"), vec![other]).await;
    let sweep = Write::Sweep {
        drafts: noon(),
        outcomes: noon(),
    };
    write(store, "bob", key("sweep"), vec![sweep]).await;
    write(store, "bob", key("erase"), vec![Write::Erase]).await;

    for name in ["carl", "dora"] {
        everyday(store, name).await;
        let to = chat(&format!("{name}-moved"));
        if name == "dora" {
            record(store, "dora-moved", "begun").await.unwrap();
        }
        write(
            store,
            name,
            key(&format!("move-{name}")),
            vec![Write::Move { to }],
        )
        .await;
    }
    // The chat that it has now is not the one that its id comes from.
    write(store, "dora-moved", key("erase-moved"), vec![Write::Erase]).await;
    assert_eq!(expenses(store, "dora").await.unwrap().len(), 0);
}

/// Writes everything.
pub(super) async fn write_all(store: &PostgresStore) {
    everyday(store, "anna").await;
    known(store).await;
    of_whole_ledgers(store).await;
}
