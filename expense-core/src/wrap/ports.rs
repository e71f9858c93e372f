//! Every port that can be wrapped, method by method.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::NaiveDate;

use super::{Call, Policy, Wrapped};
use crate::conversation::question::{
    Census, ChangeQuery, DraftQuery, ExpenseFilter, Page, PageRequest, Total, TotalsQuery,
};
use crate::domain::access::Person;
use crate::domain::attachment::Attachment;
use crate::domain::change::Change;
use crate::domain::draft::Draft;
use crate::domain::exchange::{Pair, Rate};
use crate::domain::keys::{ChatKey, LedgerId, MessageKey, UpdateKey};
use crate::domain::ledger::Ledger;
use crate::domain::text::Tag;
use crate::ports::attachments::Attachments;
use crate::ports::cache::Cache;
use crate::ports::categorizer::{Categorizer, Subject, Suggestion};
use crate::ports::error::Result;
use crate::ports::fx::FxRates;
use crate::ports::lease::{Fence, Lease};
use crate::ports::messenger::{Messenger, Outgoing};
use crate::ports::ocr::{Document, Read, ReceiptOcr};
use crate::ports::rate::{Quota, RateLimiter, Take, Verdict};
use crate::ports::speech::{Heard, Recording, SpeechReader};
use crate::ports::state::{Saved, StateStore, Version, Versioned};
use crate::ports::store::{Commit, Committed, ExpenseStore, Outcome, StoredSession};

macro_rules! constructor {
    ($name:ident, $port:ident, $what:literal) => {
        impl<W: Policy> Wrapped<dyn $port, W> {
            #[doc = concat!("This ", $what, " by this policy.")]
            #[must_use]
            pub fn $name(inner: Arc<dyn $port>, policy: W) -> Self {
                Self { inner, policy }
            }
        }
    };
}

constructor!(store, ExpenseStore, "store");
constructor!(state, StateStore, "state store");
constructor!(cache, Cache, "cache");
constructor!(lease, Lease, "lease");
constructor!(limiter, RateLimiter, "rate limiter");
constructor!(messenger, Messenger, "messenger");
constructor!(attachments, Attachments, "source of attachments");
constructor!(ocr, ReceiptOcr, "reader");
constructor!(fx, FxRates, "source of exchange rates");
constructor!(speech, SpeechReader, "reader of voice notes");
constructor!(categorizer, Categorizer, "categorizer");

fn store(operation: &'static str) -> Call {
    Call {
        port: "store",
        operation,
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<W: Policy> ExpenseStore for Wrapped<dyn ExpenseStore, W> {
    async fn commit(&self, commit: Arc<Commit>) -> Result<Committed> {
        let call = store("commit");
        self.policy
            .run(call, || self.inner.commit(Arc::clone(&commit)))
            .await
    }

    async fn recorded(&self, chat: &ChatKey, key: &UpdateKey) -> Result<Option<Outcome>> {
        let call = store("recorded");
        self.policy
            .run(call, || self.inner.recorded(chat, key))
            .await
    }

    async fn ledger(&self, chat: &ChatKey) -> Result<Option<Ledger>> {
        let call = store("ledger");
        self.policy.run(call, || self.inner.ledger(chat)).await
    }

    async fn ledgers(&self, chats: &[ChatKey]) -> Result<Vec<Ledger>> {
        let call = store("ledgers");
        self.policy.run(call, || self.inner.ledgers(chats)).await
    }

    async fn session(&self, chat: &ChatKey) -> Result<StoredSession> {
        let call = store("session");
        self.policy.run(call, || self.inner.session(chat)).await
    }

    async fn expenses(
        &self,
        ledger: LedgerId,
        filter: &ExpenseFilter,
        page: PageRequest,
    ) -> Result<Page> {
        let call = store("expenses");
        self.policy
            .run(call, || self.inner.expenses(ledger, filter, page))
            .await
    }

    async fn totals(&self, ledger: LedgerId, query: &TotalsQuery) -> Result<Vec<Total>> {
        let call = store("totals");
        self.policy
            .run(call, || self.inner.totals(ledger, query))
            .await
    }

    async fn tags(&self, ledger: LedgerId) -> Result<Vec<(Tag, u64)>> {
        let call = store("tags");
        self.policy.run(call, || self.inner.tags(ledger)).await
    }

    async fn draft(&self, ledger: LedgerId, query: &DraftQuery) -> Result<Option<Draft>> {
        let call = store("draft");
        self.policy
            .run(call, || self.inner.draft(ledger, query))
            .await
    }

    async fn change(&self, ledger: LedgerId, query: &ChangeQuery) -> Result<Option<Change>> {
        let call = store("change");
        self.policy
            .run(call, || self.inner.change(ledger, query))
            .await
    }

    async fn people(&self) -> Result<Vec<Person>> {
        let call = store("people");
        self.policy.run(call, || self.inner.people()).await
    }

    async fn census(&self) -> Result<Census> {
        let call = store("census");
        self.policy.run(call, || self.inner.census()).await
    }
}

fn state(operation: &'static str) -> Call {
    Call {
        port: "state",
        operation,
    }
}

/// A save that is tried again may find its own first try and call it `Lost`: its caller loads
/// again, as after any lost race.
#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<W: Policy> StateStore for Wrapped<dyn StateStore, W> {
    async fn load(&self, key: &str) -> Result<Option<Versioned>> {
        self.policy
            .run(state("load"), || self.inner.load(key))
            .await
    }

    async fn save(
        &self,
        key: &str,
        seen: Option<Version>,
        value: &[u8],
        ttl: Duration,
    ) -> Result<Saved> {
        let save = || self.inner.save(key, seen, value, ttl);
        self.policy.run(state("save"), save).await
    }

    async fn clear(&self, key: &str, seen: Version) -> Result<Saved> {
        self.policy
            .run(state("clear"), || self.inner.clear(key, seen))
            .await
    }
}

fn cache(operation: &'static str) -> Call {
    Call {
        port: "cache",
        operation,
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<W: Policy> Cache for Wrapped<dyn Cache, W> {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.policy.run(cache("get"), || self.inner.get(key)).await
    }

    async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<()> {
        let put = || self.inner.put(key, value, ttl);
        self.policy.run(cache("put"), put).await
    }

    async fn forget(&self, key: &str) -> Result<()> {
        self.policy
            .run(cache("forget"), || self.inner.forget(key))
            .await
    }
}

/// A message that is sent again after a time-out may stand there twice: no `Retry` here.
#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<W: Policy> Messenger for Wrapped<dyn Messenger, W> {
    async fn send(&self, outgoing: &Outgoing) -> Result<MessageKey> {
        let call = Call {
            port: "messenger",
            operation: "send",
        };
        self.policy.run(call, || self.inner.send(outgoing)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<W: Policy> Attachments for Wrapped<dyn Attachments, W> {
    async fn fetch(&self, attachment: &Attachment) -> Result<Bytes> {
        let call = Call {
            port: "attachments",
            operation: "fetch",
        };
        self.policy.run(call, || self.inner.fetch(attachment)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<W: Policy> ReceiptOcr for Wrapped<dyn ReceiptOcr, W> {
    async fn read(&self, document: &Document) -> Result<Read> {
        let call = Call {
            port: "ocr",
            operation: "read",
        };
        self.policy.run(call, || self.inner.read(document)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<W: Policy> FxRates for Wrapped<dyn FxRates, W> {
    async fn rate(&self, pair: Pair, on: NaiveDate) -> Result<Option<Rate>> {
        let call = Call {
            port: "fx",
            operation: "rate",
        };
        self.policy.run(call, || self.inner.rate(pair, on)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<W: Policy> SpeechReader for Wrapped<dyn SpeechReader, W> {
    async fn read(&self, recording: &Recording) -> Result<Heard> {
        let call = Call {
            port: "speech",
            operation: "read",
        };
        self.policy.run(call, || self.inner.read(recording)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<W: Policy> Categorizer for Wrapped<dyn Categorizer, W> {
    async fn suggest(&self, subject: &Subject) -> Result<Option<Suggestion>> {
        let call = Call {
            port: "categorizer",
            operation: "suggest",
        };
        self.policy.run(call, || self.inner.suggest(subject)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<W: Policy> Lease for Wrapped<dyn Lease, W> {
    async fn take(&self, name: &str, holder: &str, ttl: Duration) -> Result<Option<Fence>> {
        let call = Call {
            port: "lease",
            operation: "take",
        };
        let take = || self.inner.take(name, holder, ttl);
        self.policy.run(call, take).await
    }

    async fn release(&self, name: &str, holder: &str) -> Result<()> {
        let call = Call {
            port: "lease",
            operation: "release",
        };
        let release = || self.inner.release(name, holder);
        self.policy.run(call, release).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<W: Policy> RateLimiter for Wrapped<dyn RateLimiter, W> {
    async fn take(&self, take: &Take, quota: Quota) -> Result<Verdict> {
        let call = Call {
            port: "rate",
            operation: "take",
        };
        self.policy.run(call, || self.inner.take(take, quota)).await
    }

    async fn restamp(&self, take: &Take, quota: Quota) -> Result<()> {
        let call = Call {
            port: "rate",
            operation: "restamp",
        };
        let restamp = || self.inner.restamp(take, quota);
        self.policy.run(call, restamp).await
    }
}
