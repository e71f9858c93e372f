//! Every port, around itself.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::NaiveDate;

use super::Faulty;
use crate::conversation::event::Envelope;
use crate::conversation::question::{
    Census, ChangeQuery, DraftQuery, ExpenseFilter, Page, PageRequest, Total, TotalsQuery,
};
use crate::domain::access::Person;
use crate::domain::attachment::Attachment;
use crate::domain::change::Change;
use crate::domain::draft::Draft;
use crate::domain::exchange::{Pair, Rate};
use crate::domain::keys::{ChatKey, DraftId, LedgerId, MessageKey, UpdateKey};
use crate::domain::ledger::Ledger;
use crate::domain::text::Tag;
use crate::ports::attachments::Attachments;
use crate::ports::cache::Cache;
use crate::ports::categorizer::{Categorizer, Subject, Suggestion};
use crate::ports::error::Result;
use crate::ports::fx::FxRates;
use crate::ports::jobs::{Backlog, ClaimRequest, Job, Jobs, Parked, Release, Served};
use crate::ports::lease::{Fence, Lease};
use crate::ports::messenger::{Messenger, Outgoing};
use crate::ports::ocr::{Document, Read, ReceiptOcr};
use crate::ports::queue::{Buried, Delivery, DeliveryId, Settle, UpdateQueue};
use crate::ports::rate::{Quota, RateLimiter, Take, Verdict};
use crate::ports::replica::{Lag, Mark, Position, Primary, ReadReplica, Seen};
use crate::ports::speech::{Heard, Recording, SpeechReader};
use crate::ports::state::{Saved, StateStore, Version, Versioned};
use crate::ports::store::{Commit, Committed, ExpenseStore, Outcome, StoredSession};

#[async_trait]
impl<T: ExpenseStore + ?Sized> ExpenseStore for Faulty<T> {
    async fn commit(&self, commit: Arc<Commit>) -> Result<Committed> {
        let call = self.inner.commit(commit);
        self.around("store.commit", call).await
    }

    async fn recorded(&self, chat: &ChatKey, key: &UpdateKey) -> Result<Option<Outcome>> {
        let call = self.inner.recorded(chat, key);
        self.around("store.recorded", call).await
    }

    async fn ledger(&self, chat: &ChatKey) -> Result<Option<Ledger>> {
        let call = self.inner.ledger(chat);
        self.around("store.ledger", call).await
    }

    async fn ledgers(&self, chats: &[ChatKey]) -> Result<Vec<Ledger>> {
        let call = self.inner.ledgers(chats);
        self.around("store.ledgers", call).await
    }

    async fn session(&self, chat: &ChatKey) -> Result<StoredSession> {
        let call = self.inner.session(chat);
        self.around("store.session", call).await
    }

    async fn expenses(
        &self,
        ledger: LedgerId,
        filter: &ExpenseFilter,
        page: PageRequest,
    ) -> Result<Page> {
        let call = self.inner.expenses(ledger, filter, page);
        self.around("store.expenses", call).await
    }

    async fn totals(&self, ledger: LedgerId, query: &TotalsQuery) -> Result<Vec<Total>> {
        let call = self.inner.totals(ledger, query);
        self.around("store.totals", call).await
    }

    async fn tags(&self, ledger: LedgerId) -> Result<Vec<(Tag, u64)>> {
        let call = self.inner.tags(ledger);
        self.around("store.tags", call).await
    }

    async fn draft(&self, ledger: LedgerId, query: &DraftQuery) -> Result<Option<Draft>> {
        let call = self.inner.draft(ledger, query);
        self.around("store.draft", call).await
    }

    async fn change(&self, ledger: LedgerId, query: &ChangeQuery) -> Result<Option<Change>> {
        let call = self.inner.change(ledger, query);
        self.around("store.change", call).await
    }

    async fn people(&self) -> Result<Vec<Person>> {
        self.around("store.people", self.inner.people()).await
    }

    async fn census(&self) -> Result<Census> {
        self.around("store.census", self.inner.census()).await
    }
}

#[async_trait]
impl<T: Primary + ?Sized> Primary for Faulty<T> {
    async fn positions(&self, ledgers: &[LedgerId]) -> Result<Vec<Position>> {
        let call = self.inner.positions(ledgers);
        self.around("primary.positions", call).await
    }

    async fn mark(&self) -> Result<Mark> {
        self.around("primary.mark", self.inner.mark()).await
    }
}

#[async_trait]
impl<T: ReadReplica + ?Sized> ReadReplica for Faulty<T> {
    async fn expenses(
        &self,
        ledger: LedgerId,
        filter: &ExpenseFilter,
        page: PageRequest,
    ) -> Result<Seen<Page>> {
        let call = self.inner.expenses(ledger, filter, page);
        self.around("replica.expenses", call).await
    }

    async fn totals(&self, ledger: LedgerId, query: &TotalsQuery) -> Result<Seen<Vec<Total>>> {
        let call = self.inner.totals(ledger, query);
        self.around("replica.totals", call).await
    }

    async fn tags(&self, ledger: LedgerId) -> Result<Seen<Vec<(Tag, u64)>>> {
        let call = self.inner.tags(ledger);
        self.around("replica.tags", call).await
    }

    async fn census(&self) -> Result<Census> {
        self.around("replica.census", self.inner.census()).await
    }

    async fn lag(&self, mark: Mark) -> Result<Lag> {
        self.around("replica.lag", self.inner.lag(mark)).await
    }
}

#[async_trait]
impl<T: Jobs + ?Sized> Jobs for Faulty<T> {
    async fn claim(&self, wanted: ClaimRequest) -> Result<Vec<Job>> {
        let call = self.inner.claim(wanted);
        self.around("jobs.claim", call).await
    }

    async fn waiting(&self, limit: usize) -> Result<Vec<DraftId>> {
        let call = self.inner.waiting(limit);
        self.around("jobs.waiting", call).await
    }

    async fn parked(&self, limit: usize, served: Served, dying: Duration) -> Result<Vec<ChatKey>> {
        let call = self.inner.parked(limit, served, dying);
        self.around("jobs.parked", call).await
    }

    async fn backlog(&self) -> Result<Backlog> {
        let call = self.inner.backlog();
        self.around("jobs.backlog", call).await
    }

    async fn release(&self, job: &Job, release: Release) -> Result<()> {
        let call = self.inner.release(job, release);
        self.around("jobs.release", call).await
    }

    async fn park(&self, parked: &Parked, wait: Duration) -> Result<()> {
        let call = self.inner.park(parked, wait);
        self.around("jobs.park", call).await
    }
}

#[async_trait]
impl<T: StateStore + ?Sized> StateStore for Faulty<T> {
    async fn load(&self, key: &str) -> Result<Option<Versioned>> {
        let call = self.inner.load(key);
        self.around("states.load", call).await
    }

    async fn save(
        &self,
        key: &str,
        seen: Option<Version>,
        value: &[u8],
        ttl: Duration,
    ) -> Result<Saved> {
        let call = self.inner.save(key, seen, value, ttl);
        self.around("states.save", call).await
    }

    async fn clear(&self, key: &str, seen: Version) -> Result<Saved> {
        let call = self.inner.clear(key, seen);
        self.around("states.clear", call).await
    }
}

#[async_trait]
impl<T: Cache + ?Sized> Cache for Faulty<T> {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let call = self.inner.get(key);
        self.around("cache.get", call).await
    }

    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<()> {
        let call = self.inner.put(key, value, ttl);
        self.around("cache.put", call).await
    }

    async fn forget(&self, key: &str) -> Result<()> {
        let call = self.inner.forget(key);
        self.around("cache.forget", call).await
    }
}

#[async_trait]
impl<T: UpdateQueue + ?Sized> UpdateQueue for Faulty<T> {
    async fn publish(&self, envelope: Envelope) -> Result<()> {
        let call = self.inner.publish(envelope);
        self.around("queue.publish", call).await
    }

    async fn claim(&self, limit: usize, wait: Duration) -> Result<Vec<Delivery>> {
        let call = self.inner.claim(limit, wait);
        self.around("queue.claim", call).await
    }

    async fn settle(&self, id: DeliveryId, settle: Settle) -> Result<()> {
        let call = self.inner.settle(id, settle);
        self.around("queue.settle", call).await
    }

    async fn buried(&self, limit: usize) -> Result<Vec<Buried>> {
        let call = self.inner.buried(limit);
        self.around("queue.buried", call).await
    }

    async fn revive(&self, key: &UpdateKey) -> Result<bool> {
        let call = self.inner.revive(key);
        self.around("queue.revive", call).await
    }
}

#[async_trait]
impl<T: RateLimiter + ?Sized> RateLimiter for Faulty<T> {
    async fn take(&self, take: &Take, quota: Quota) -> Result<Verdict> {
        let call = self.inner.take(take, quota);
        self.around("limiter.take", call).await
    }

    async fn restamp(&self, take: &Take, quota: Quota) -> Result<()> {
        let call = self.inner.restamp(take, quota);
        self.around("limiter.restamp", call).await
    }
}

#[async_trait]
impl<T: Lease + ?Sized> Lease for Faulty<T> {
    async fn take(&self, name: &str, holder: &str, ttl: Duration) -> Result<Option<Fence>> {
        let call = self.inner.take(name, holder, ttl);
        self.around("lease.take", call).await
    }

    async fn release(&self, name: &str, holder: &str) -> Result<()> {
        let call = self.inner.release(name, holder);
        self.around("lease.release", call).await
    }
}

#[async_trait]
impl<T: Attachments + ?Sized> Attachments for Faulty<T> {
    async fn fetch(&self, attachment: &Attachment) -> Result<Bytes> {
        let call = self.inner.fetch(attachment);
        self.around("attachments.fetch", call).await
    }
}

#[async_trait]
impl<T: ReceiptOcr + ?Sized> ReceiptOcr for Faulty<T> {
    async fn read(&self, document: &Document) -> Result<Read> {
        let call = self.inner.read(document);
        self.around("ocr.read", call).await
    }
}

#[async_trait]
impl<T: SpeechReader + ?Sized> SpeechReader for Faulty<T> {
    async fn read(&self, recording: &Recording) -> Result<Heard> {
        let call = self.inner.read(recording);
        self.around("speech.read", call).await
    }
}

#[async_trait]
impl<T: Categorizer + ?Sized> Categorizer for Faulty<T> {
    async fn suggest(&self, subject: &Subject) -> Result<Option<Suggestion>> {
        let call = self.inner.suggest(subject);
        self.around("categorizer.suggest", call).await
    }
}

#[async_trait]
impl<T: FxRates + ?Sized> FxRates for Faulty<T> {
    async fn rate(&self, pair: Pair, on: NaiveDate) -> Result<Option<Rate>> {
        let call = self.inner.rate(pair, on);
        self.around("fx.rate", call).await
    }
}

#[async_trait]
impl<T: Messenger + ?Sized> Messenger for Faulty<T> {
    async fn send(&self, outgoing: &Outgoing) -> Result<MessageKey> {
        let call = self.inner.send(outgoing);
        self.around("messenger.send", call).await
    }
}
