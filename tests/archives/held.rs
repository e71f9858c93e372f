//! All that a store answers about some chats.

use expense_core::conversation::event::Envelope;
use expense_core::conversation::question::{
    ChangeQuery, DraftQuery, ExpenseFilter, Group, PageRequest, TotalsQuery,
};
use expense_core::domain::currency::Currency;
use expense_core::domain::expense::Expense;
use expense_core::domain::keys::{ChatKey, LedgerId};
use expense_core::domain::limits;
use expense_core::ports::store::ExpenseStore;
use expense_core::testing::fixtures::user;

/// What the store answers, in words that are the same where the answers are.
pub(crate) async fn answers(
    store: &dyn ExpenseStore,
    chats: &[ChatKey],
    updates: &[Envelope],
) -> Vec<String> {
    let mut answers = Vec::new();
    let mut keep = |answer: &dyn std::fmt::Debug| answers.push(format!("{answer:?}"));
    keep(&store.people().await.unwrap());
    keep(&store.census().await.unwrap());
    for chat in chats {
        let kept = store.ledger(chat).await.unwrap();
        let id = kept.as_ref().map_or(LedgerId::of(chat), |kept| kept.id);
        keep(&kept);
        keep(&store.session(chat).await.unwrap());
        keep(&expenses(store, id).await);
        for group in [Group::None, Group::Category, Group::Day] {
            for into in [Currency::EUR, Currency::USD] {
                let query = TotalsQuery {
                    period: None,
                    categories: None,
                    group,
                    into,
                };
                keep(&store.totals(id, &query).await.unwrap());
            }
        }
        keep(&store.tags(id).await.unwrap());
        let open = DraftQuery::NewestOpen(user("anna"));
        keep(&store.draft(id, &open).await.unwrap());
        let newest = ChangeQuery::NewestBy(user("anna"));
        keep(&store.change(id, &newest).await.unwrap());
    }
    for update in updates {
        let outcome = store.recorded(&update.chat, &update.key).await.unwrap();
        keep(&outcome);
    }
    answers
}

/// Every expense of a ledger, also those that are removed.
pub(crate) async fn expenses(store: &dyn ExpenseStore, ledger: LedgerId) -> Vec<Expense> {
    let filter = ExpenseFilter {
        removed: true,
        ..ExpenseFilter::default()
    };
    let mut page = PageRequest {
        after: None,
        limit: limits::MAX_PAGE,
    };
    let mut expenses = Vec::new();
    loop {
        let found = store.expenses(ledger, &filter, page).await.unwrap();
        expenses.extend(found.expenses);
        page.after = found.next;
        if page.after.is_none() {
            return expenses;
        }
    }
}
