//! Answers to what a step asks, out of the store.

use super::Inner;
use crate::conversation::question::{Answer, Question};
use crate::domain::keys::LedgerId;
use crate::domain::limits;
use crate::ports::error::Result;

impl Inner {
    /// The answer to the question, within the ledger.
    pub(super) async fn answer(&self, ledger: LedgerId, question: &Question) -> Result<Answer> {
        let store = &self.ports.store;
        Ok(match question {
            Question::Expenses(filter, page) => {
                let mut page = *page;
                page.limit = page.limit.min(limits::MAX_PAGE);
                Answer::Expenses(store.expenses(ledger, filter, page).await?)
            }
            Question::Totals(query) => Answer::Totals(store.totals(ledger, query).await?),
            Question::Tags => {
                let mut tags = store.tags(ledger).await?;
                tags.truncate(limits::MAX_PAGE);
                Answer::Tags(tags)
            }
            Question::Draft(query) => {
                Answer::Draft(store.draft(ledger, query).await?.map(Box::new))
            }
            Question::Change(query) => {
                Answer::Change(store.change(ledger, query).await?.map(Box::new))
            }
            Question::People => Answer::People(store.people().await?),
            Question::Stranger(who) => Answer::Stranger(self.stranger(who).await),
            Question::Census => Answer::Census(store.census().await?),
        })
    }
}
