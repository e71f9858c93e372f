//! Ledgers whose chat goes on under another key.

use super::{Diary, StoreBench, added};
use crate::conversation::question::{ChangeQuery, DraftQuery, ExpenseFilter, Group};
use crate::conversation::reply::Reply;
use crate::conversation::session::Session;
use crate::conversation::write::Write;
use crate::domain::category::{CategoryId, OTHERS};
use crate::domain::keys::{ChatKey, LedgerId, Number};
use crate::domain::ledger::Revision;
use crate::ports::store::{Committed, Outcome, Refusal};
use crate::testing::fixtures::{
    amend, category, change, chat, details, draft, ledger, member, photo, settings, tag, user,
};

fn to(chat: &ChatKey) -> Write {
    Write::Move { to: chat.clone() }
}

/// One with a session, settings, a member and two expenses.
async fn lived_in(bench: &StoreBench, name: &str) -> Diary {
    let diary = Diary::open(bench.port(), name);
    diary
        .add([details("5", "EUR", "tea"), details("7", "EUR", "cake")])
        .await;
    let writes = vec![
        Write::PutSettings(Box::new(settings("CHF"))),
        Write::PutCategory(category(17, "Pets")),
        Write::PutMember(member(1, "anna", "Anna")),
    ];
    let mut commit = diary.commit(writes).await;
    commit.session = Some(Session::default());
    commit.replies = vec![Reply::plain("done")];
    diary.record(&commit).await;
    diary
}

/// The id, every row and the session stay; both chats lead to it, and the new one is its own.
pub async fn a_ledger_moves_with_everything(bench: StoreBench) {
    let old = lived_in(&bench, "old").await;
    let (before, session) = (old.ledger().await, old.session().await);
    let expenses = old.all().await;
    old.write(vec![to(&chat("new"))]).await;

    let mut after = before.clone();
    after.chat = chat("new");
    after.revision = Revision(before.revision.0 + 1);
    for name in ["old", "new"] {
        let here = Diary::open(bench.other(), name);
        assert_eq!(here.ledger().await, after, "{name}");
        assert_eq!(here.session().await, session, "{name}");
    }
    assert_eq!(old.all().await, expenses);
    // It goes on from both, and moves again.
    let new = Diary::open(bench.port(), "new");
    let next = old.new_expenses([details("1", "EUR", "late")]).remove(0);
    new.write(vec![added(next)]).await;
    new.write(vec![to(&chat("newer"))]).await;
    for name in ["old", "new", "newer"] {
        let here = Diary::open(bench.other(), name);
        assert_eq!(here.ledger().await.chat, chat("newer"), "{name}");
        assert_eq!(here.ledger().await.id, before.id, "{name}");
    }
    assert_eq!(old.all().await.len(), 3);
}

/// What a key did under the old chat is done, wherever it comes again.
pub async fn keys_stay_done_after_a_move(bench: StoreBench) {
    let old = lived_in(&bench, "old").await;
    let mut early = old.commit(Vec::new()).await;
    early.replies = vec![Reply::plain("said before")];
    old.record(&early).await;
    let moving = old.commit(vec![to(&chat("new"))]).await;
    old.record(&moving).await;
    let said = Outcome {
        replies: early.replies.clone(),
    };
    let found = bench.other().recorded(&old.chat, &early.key).await;
    assert_eq!(found.expect("an answer"), Some(said.clone()));
    assert_eq!(old.send(&early).await, Committed::Already(said));
    let again = Committed::Already(Outcome::default());
    assert_eq!(old.send(&moving).await, again);
}

/// The new chat spoke before the move was heard of: its rows come behind the others.
pub async fn a_move_takes_in_what_the_new_chat_began(bench: StoreBench) {
    let old = lived_in(&bench, "old").await;
    let new = Diary::open(bench.port(), "new");
    let bystander = lived_in(&bench, "bystander").await;
    let mut own = details("2", "EUR", "milk");
    (own.category, own.tags) = (CategoryId(17), vec![tag("home")]);
    let mut shared = details("3", "EUR", "bus");
    shared.category = CategoryId(3);
    new.write(vec![Write::PutCategory(category(17, "Dairy"))])
        .await;
    let begun = new.add([own, shared, details("9", "EUR", "gone")]).await;
    new.write(vec![amend(&begun[2], |e| e.removed = true)])
        .await;
    let key = new.new_key();
    let (open, made) = (draft(new.id(), &key, photo("a")), change(new.id(), &key));
    let mut commit = new
        .commit(vec![
            Write::PutDraft(Box::new(open.clone())),
            Write::PutChange(Box::new(made.clone())),
        ])
        .await;
    commit.replies = vec![Reply::plain("read")];
    commit.session = Some(Session::default());
    new.record(&commit).await;
    old.write(vec![to(&chat("new"))]).await;

    let id = LedgerId::of(&chat("old"));
    let everything = ExpenseFilter {
        removed: true,
        ..ExpenseFilter::default()
    };
    let mut found = old.find(&everything).await;
    found.sort_by_key(|expense| expense.number);
    let numbers: Vec<_> = found.iter().filter_map(|expense| expense.number).collect();
    assert_eq!(numbers, (1..=5).map(Number).collect::<Vec<_>>());
    assert_eq!(
        [found[2].id, found[3].id, found[4].id],
        [begun[0].id, begun[1].id, begun[2].id]
    );
    assert_eq!(found[2].details.category, OTHERS);
    assert_eq!(found[2].details.tags, [tag("home")]);
    assert_eq!(found[3].details.category, CategoryId(3));
    let total = old.totals(Group::None).await.remove(0);
    assert_eq!((total.minor, total.count), (1_700, 4));
    let store = bench.other();
    assert_eq!(store.tags(id).await.expect("tags"), [(tag("home"), 1)]);
    let there = store.draft(id, &DraftQuery::Id(open.id)).await;
    assert_eq!(there.expect("an answer"), Some(open));
    let newest = store.change(id, &ChangeQuery::NewestBy(user("anna"))).await;
    assert_eq!(newest.expect("an answer"), Some(made));
    let read = store.recorded(&new.chat, &commit.key).await;
    assert_eq!(
        read.expect("an answer").map(|o| o.replies),
        Some(commit.replies.clone())
    );

    // Nothing of its own is left, and the numbers go on.
    let everything = store.census().await.expect("a census");
    assert_eq!((everything.ledgers, everything.expenses), (2, 7));
    let next = old.add([details("1", "EUR", "next")]).await.remove(0);
    assert_eq!(next.number, Some(Number(6)));
    assert_eq!(new.ledger().await.settings, settings("CHF"));
    assert_eq!(bystander.all().await.len(), 2);
}

/// Copies of either ledger, and of the one that the new chat would have begun, are refused.
pub async fn nothing_from_before_a_move_passes_after_it(bench: StoreBench) {
    for spoke in [false, true] {
        let old = lived_in(&bench, &format!("old{spoke}")).await;
        let new = Diary::open(bench.port(), &format!("new{spoke}"));
        if spoke {
            new.add([details("2", "EUR", "milk")]).await;
        }
        let by_old = old.commit(Vec::new()).await;
        let by_new = new.commit(Vec::new()).await;
        old.write(vec![to(&new.chat)]).await;
        let stale = Committed::Refused(Refusal::StaleLedger);
        assert_eq!(old.send(&by_old).await, stale);
        let refused = new.send(&by_new).await;
        assert!(matches!(refused, Committed::Refused(_)), "{refused:?}");
        assert_eq!(new.ledger().await.id, LedgerId::of(&old.chat));
        new.write(Vec::new()).await;
    }
}

/// No chat leads to it any more, and its keys are done where it was last.
pub async fn erasing_a_moved_ledger_leaves_nothing(bench: StoreBench) {
    let old = lived_in(&bench, "old").await;
    old.write(vec![to(&chat("new"))]).await;
    let new = Diary::open(bench.port(), "new");
    let late = new.commit(Vec::new()).await;
    new.record(&late).await;
    new.write(vec![Write::Erase]).await;
    for name in ["old", "new"] {
        let there = bench.other().ledger(&chat(name)).await;
        assert_eq!(there.expect("an answer"), None, "{name}");
    }
    let found = bench.other().recorded(&new.chat, &late.key).await;
    assert_eq!(found.expect("an answer"), Some(Outcome::default()));
    assert_eq!(old.all().await, []);
    new.write(Vec::new()).await;
    assert_eq!(new.ledger().await.id, ledger(&chat("new")).id);
    old.write(Vec::new()).await;
    assert_eq!(old.ledger().await.chat, chat("old"));
}
