//! All that a store can be asked about a large ledger.

use std::time::Duration;

use expense_core::conversation::question::{
    ChangeQuery, Cursor, DraftQuery, ExpenseFilter, Group, PageRequest, TotalsQuery,
};
use expense_core::domain::attachment::Fingerprint;
use expense_core::domain::calendar::Period;
use expense_core::domain::category::CategoryId;
use expense_core::domain::currency::Currency;
use expense_core::domain::keys::{ChangeId, DraftId, Number};
use expense_core::ports::jobs::{ClaimRequest, JobKind, Jobs, Parked, Release, Served};
use expense_core::ports::replica::{Mark, Primary, ReadReplica};
use expense_core::ports::state::{Saved, StateStore};
use expense_core::ports::store::ExpenseStore;
use expense_core::testing::fixtures::{chat, day, key, message, tag, user};
use expense_store_postgres::{PostgresReplica, PostgresStore};

use super::large::annas;

/// Each way to ask for a list.
fn filters() -> Vec<ExpenseFilter> {
    let all = ExpenseFilter::default;
    let march = Period::month(day("2026-03-03"));
    let words = |words: &[&str]| ExpenseFilter {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        ..all()
    };
    let of = |ids: &[u32]| ExpenseFilter {
        categories: Some(ids.iter().map(|id| CategoryId(*id)).collect()),
        ..all()
    };
    let tagged = |text: &str| ExpenseFilter {
        tag: Some(tag(text)),
        ..all()
    };
    let mut filters = vec![
        all(),
        words(&["lunch"]),
        words(&["zebra"]),
        words(&["unch", "zeb"]),
    ];
    filters.extend([words(&["nowhere"]), of(&[3]), of(&[16]), of(&[3, 16, 17])]);
    filters.extend([tagged("work"), tagged("rare"), tagged("nowhere")]);
    for filter in filters.clone() {
        let period = Some(march);
        filters.push(ExpenseFilter { period, ..filter });
    }
    filters.push(ExpenseFilter {
        number: Some(Number(5)),
        ..all()
    });
    filters.push(ExpenseFilter {
        number: Some(Number(5)),
        ..tagged("work")
    });
    filters.push(ExpenseFilter {
        message: Some(message("m12345")),
        removed: true,
        ..all()
    });
    filters
}

async fn lists(store: &PostgresStore) {
    let (limit, none) = (11, None);
    for filter in filters() {
        let middle = Cursor {
            date: day("2026-03-20"),
            number: Number(9),
        };
        for after in [none, Some(middle)] {
            let page = store.expenses(annas(), &filter, PageRequest { after, limit });
            let page = page.await.unwrap();
            let ids = page.expenses.iter().map(|expense| expense.id).collect();
            let ids = Some(ids);
            let filter = ExpenseFilter {
                ids,
                ..filter.clone()
            };
            let again = store.expenses(annas(), &filter, PageRequest { after, limit });
            assert_eq!(again.await.unwrap().expenses, page.expenses);
        }
    }
}

async fn sums(store: &PostgresStore) {
    for group in [Group::None, Group::Category, Group::Day] {
        for categories in [None, Some(vec![CategoryId(3)])] {
            let query = TotalsQuery {
                period: Some(Period::month(day("2026-03-03"))),
                categories,
                group,
                into: Currency::EUR,
            };
            assert!(!store.totals(annas(), &query).await.unwrap().is_empty());
        }
    }
    assert_eq!(store.tags(annas()).await.unwrap().len(), 2);
}

/// What is read with a message, of a ledger under its own chat, of one that moved, and of none.
async fn with_a_message(store: &PostgresStore) {
    for name in ["anna", "carl-moved", "nobody"] {
        let chat = chat(name);
        store.ledger(&chat).await.unwrap();
        store.session(&chat).await.unwrap();
        store.recorded(&chat, &key("1")).await.unwrap();
    }
    let chats = [chat("anna"), chat("-7"), chat("nobody")];
    assert_eq!(store.ledgers(&chats).await.unwrap().len(), 2);
    store.positions(&[annas()]).await.unwrap();
    store.mark().await.unwrap();
    store.people().await.unwrap();
    store.census().await.unwrap();
}

async fn drafts_and_changes(store: &PostgresStore) {
    let (anna, update) = (annas(), key("draft"));
    for query in [
        DraftQuery::Id(DraftId::derive(anna, &update, 0)),
        DraftQuery::Album(message("album")),
        DraftQuery::NewestOpen(user("anna")),
        DraftQuery::Image(vec![Fingerprint("a photo".to_owned())]),
    ] {
        let found = store.draft(anna, &query).await.unwrap();
        assert!(found.is_some(), "{query:?}");
    }
    for query in [
        ChangeQuery::Id(ChangeId::derive(anna, &key("change"), 0)),
        ChangeQuery::NewestBy(user("anna")),
    ] {
        let found = store.change(anna, &query).await.unwrap();
        assert!(found.is_some(), "{query:?}");
    }
}

/// Everything that is claimed, and each way in which a claim ends.
async fn work(store: &PostgresStore) {
    let short = Duration::from_secs(1);
    let waits = [Duration::ZERO; 6].into_iter().chain([short]);
    for (n, wait) in (1..).zip(waits) {
        let parked = Parked {
            key: key("parked"),
            chat: chat(&format!("-{n}")),
            first: 0,
            replies: Vec::new(),
        };
        store.park(&parked, wait).await.unwrap();
    }
    store.waiting(5).await.unwrap();
    store.backlog().await.unwrap();
    store
        .parked(5, Served::default(), Duration::ZERO)
        .await
        .unwrap();
    let (ttl, after) = (Duration::from_secs(60), Duration::from_secs(5));
    let ends = [
        Release::Done,
        Release::Again { after },
        Release::NotBegun { after },
    ];
    for kind in [
        JobKind::Reading,
        JobKind::Reply,
        JobKind::Suggestion,
        JobKind::Sweep,
        JobKind::Rate,
    ] {
        for end in ends {
            let jobs = store.claim(ClaimRequest::new(kind, 2, ttl)).await.unwrap();
            if kind != JobKind::Sweep {
                assert!(!jobs.is_empty(), "nothing of {kind:?} is there to be done");
            }
            for job in jobs {
                store.release(&job, end).await.unwrap();
            }
        }
    }
}

/// What instances tell each other, beside what of that has run out.
async fn state(store: &PostgresStore) {
    let long = Duration::from_secs(60);
    let Saved::Done(first) = store.save("a key", None, b"1", long).await.unwrap() else {
        panic!("somebody else saves");
    };
    let Saved::Done(second) = store.save("a key", Some(first), b"2", long).await.unwrap() else {
        panic!("somebody else saves");
    };
    assert!(store.load("a key").await.unwrap().is_some());
    let cleared = store.clear("a key", second).await.unwrap();
    assert_eq!(cleared, Saved::Done(second));
}

/// Asks a replica everything, by the same statements. This one is none, and says so.
pub(super) async fn ask_replica(replica: &PostgresReplica) {
    replica.tags(annas()).await.unwrap();
    replica.lag(Mark(0)).await.unwrap_err();
}

/// Asks everything.
pub(super) async fn ask(store: &PostgresStore) {
    with_a_message(store).await;
    lists(store).await;
    sums(store).await;
    drafts_and_changes(store).await;
    work(store).await;
    state(store).await;
}
