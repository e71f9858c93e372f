//! An expense: what was spent, on what, when, by whom.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::category::CategoryId;
use super::currency::Currency;
use super::exchange::Conversion;
use super::keys::{ChangeId, DraftId, ExpenseId, MessageKey, Number, UserKey};
use super::money::Money;
use super::text::{Description, Tag, fold};

/// An expense as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expense {
    /// Fixed before it is recorded, so that recording it twice is impossible.
    pub id: ExpenseId,
    /// Allotted by the commit that records it; `None` only before.
    pub number: Option<Number>,
    /// 1 when it is recorded, one more with every change: a change names the revision it saw.
    pub revision: u32,
    /// Deleted or undone: shown nowhere and counted nowhere, but its number stays taken and it
    /// can be restored.
    pub removed: bool,
    /// The change that made it what it is. Taking a change back brings the earlier one back, so
    /// that another change here than expected means: something touched it since.
    pub change: ChangeId,
    /// What people see and change.
    pub details: Details,
    /// What it is worth in its ledger's currency, or in the one that its ledger had when a rate
    /// was found; `None` where no rate is known or none is needed.
    #[serde(default)]
    pub conversion: Option<Conversion>,
    /// The line of the person's own message that it came from.
    pub origin: Option<Origin>,
    /// The draft of the photo that it came from.
    pub draft: Option<DraftId>,
    /// Who paid.
    pub paid_by: UserKey,
    /// Who told it.
    pub entered_by: UserKey,
    /// When it was recorded, in whole microseconds.
    pub recorded_at: DateTime<Utc>,
}

/// What people see and change of an expense.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// How much; negative for a refund, never zero.
    pub money: Money,
    /// What for; may be empty.
    pub description: Description,
    /// Who sold, where a receipt or the person said it.
    pub merchant: Option<Description>,
    /// Its category. After that was deleted this stays: the ledger resolves it.
    pub category: CategoryId,
    /// Its tags, sorted, without repeats.
    pub tags: Vec<Tag>,
    /// The civil date of the purchase, where it was made.
    pub date: NaiveDate,
}

/// A line of a person's message, by which an edit of the message finds its expenses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The message.
    pub message: MessageKey,
    /// The line within it, from 0, blank lines not counted.
    pub line: u16,
    /// What the line said, as a fingerprint: an edit of the message leaves alone what it did not
    /// change. Its version is 8 where the line named who paid and 5 where it did not.
    pub said: Uuid,
    /// The sender's day when the message was sent: what "yesterday" goes by in an edit of it,
    /// however late either is handled.
    pub sent_on: NaiveDate,
}

impl Origin {
    /// The `line`-th line of `message`, which was sent on this day and says `text`.
    #[must_use]
    pub fn new(message: MessageKey, line: u16, text: &str, sent_on: NaiveDate) -> Self {
        let said = Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes());
        Self {
            message,
            line,
            said,
            sent_on,
        }
    }

    /// The same, of a line that named who paid: once it does no more, whoever wrote it paid.
    #[must_use]
    pub fn naming_payer(self) -> Self {
        let said = uuid::Builder::from_custom_bytes(self.said.into_bytes()).into_uuid();
        Self { said, ..self }
    }

    /// The same where somebody said otherwise who paid: the line does not decide about it any more.
    #[must_use]
    pub fn not_naming_payer(self) -> Self {
        let said = uuid::Builder::from_sha1_bytes(self.said.into_bytes()).into_uuid();
        Self { said, ..self }
    }

    /// Whether it is the line that told who paid.
    #[must_use]
    pub fn names_payer(&self) -> bool {
        self.said.get_version() == Some(uuid::Version::Custom)
    }

    /// Whether both lines say the same.
    #[must_use]
    pub fn says_what(&self, other: &Self) -> bool {
        self.clone().not_naming_payer().said == other.clone().not_naming_payer().said
    }
}

impl Expense {
    /// What a query sees of it: `None` while it is removed.
    #[must_use]
    pub fn visible(&self) -> Option<&Details> {
        (!self.removed).then_some(&self.details)
    }

    /// What it is worth in this currency: what was spent, or what that was converted to.
    #[must_use]
    pub fn worth_in(&self, currency: Currency) -> Option<Money> {
        let spent = self.details.money;
        let spent = (spent.currency() == currency).then_some(spent);
        spent.or_else(|| Some(self.converted_into(currency)?.money))
    }

    /// What was spent in another currency and converted into this one.
    #[must_use]
    pub fn converted_into(&self, currency: Currency) -> Option<&Conversion> {
        let known = self.conversion.as_ref();
        let known = known.filter(|known| known.money.currency() == currency);
        known.filter(|_| self.details.money.currency() != currency)
    }

    /// Whether a ledger that counts in `home` lacks a rate for it.
    #[must_use]
    pub fn lacks_rate(&self, home: Currency) -> bool {
        !self.removed && self.worth_in(home).is_none()
    }

    /// Brings the conversion in line with details that were changed since `before`: the same rate
    /// for another amount, none for another currency. One of a service holds for its day, one
    /// that a person set for whatever day.
    pub(crate) fn convert_as(&mut self, before: &Self) {
        let (old, new) = (&before.details, &self.details);
        let known = before.conversion.as_ref().filter(|known| {
            let holds = old.date == new.date || known.is_by_hand();
            holds && old.money.currency() == new.money.currency()
        });
        self.conversion = known.and_then(|known| {
            Conversion::new(new.money, known.money.currency(), known.rate.clone()).ok()
        });
    }

    /// Takes over a rate that a service told meanwhile, where nothing else is known and nothing
    /// that matters to it differs.
    pub(crate) fn keep_rate_of(&mut self, now: &Self) {
        let same = |details: &Details| (details.money, details.date);
        if self.conversion.is_none() && same(&self.details) == same(&now.details) {
            let told = now.conversion.clone();
            self.conversion = told.filter(|known| !known.is_by_hand());
        }
    }
}

impl Details {
    /// What a search for words looks through, folded: description, merchant and tags, a line
    /// each. A word is found where this contains the folded word.
    #[must_use]
    pub fn search_text(&self) -> String {
        let merchant = self.merchant.as_ref().map(Description::as_str);
        std::iter::once(self.description.as_str())
            .chain(merchant)
            .chain(self.tags.iter().map(Tag::as_str))
            .map(fold)
            .collect::<Vec<_>>()
            .join("\n")
    }
}
