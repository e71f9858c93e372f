//! Drafts: what may become an expense once a person says so.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::attachment::{Attachment, Fingerprint};
use super::category::CategoryId;
use super::currency::Currency;
use super::expense::{Details, Origin};
use super::keys::{DraftId, ExpenseId, MessageKey, UserKey};
use super::receipt::Receipt;
use super::speech::Transcript;
use super::text::{Description, Tag};

/// Something that a person is asked about: a doubtful entry, or a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Fixed when it is opened.
    pub id: DraftId,
    /// The id of the expense that it becomes: saving twice records once.
    pub expense: ExpenseId,
    /// 1 when it is opened, one more with every change: a change names the revision it saw.
    pub revision: u32,
    /// Who opened it.
    pub opened_by: UserKey,
    /// Who paid, as far as is known.
    pub paid_by: UserKey,
    /// The line of the message that opened it.
    pub origin: Option<Origin>,
    /// When it can no longer be saved.
    pub expires_at: DateTime<Utc>,
    /// Where it stands.
    pub state: DraftState,
    /// What it is about.
    pub content: DraftContent,
}

impl Draft {
    /// What is read, where it is not a line of text.
    #[must_use]
    pub fn receipt(&self) -> Option<&ReceiptDraft> {
        match &self.content {
            DraftContent::Receipt(receipt) => Some(receipt),
            DraftContent::Entry(_) => None,
        }
    }
}

/// Where a draft stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DraftState {
    /// It waits for its reading, not before this instant.
    Waiting {
        /// When reading may start: an album's last part may still be on its way.
        from: DateTime<Utc>,
    },
    /// It waits for the person.
    Open,
    /// It became its expense.
    Saved,
    /// The person did not want it.
    Discarded,
    /// Nobody answered in time.
    Expired,
}

/// What a draft is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DraftContent {
    /// The readings of one line of text, each a button.
    Entry(Vec<Details>),
    /// A photographed receipt, or an expense that was said aloud.
    Receipt(Box<ReceiptDraft>),
}

/// A receipt or a voice note on its way to becoming an expense.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptDraft {
    /// Its photos, in order; or its one recording.
    pub parts: Vec<Attachment>,
    /// The album that later parts name.
    pub album: Option<MessageKey>,
    /// The fingerprints of its content, as fetched.
    pub content: Vec<Fingerprint>,
    /// How often reading was asked for, from 1; a reading names its round.
    pub round: u32,
    /// Where it was read, in words, once it was.
    pub read_at: Option<String>,
    /// What the reader found, as it found it.
    pub receipt: Option<Receipt>,
    /// What was said, where it is a voice note.
    #[serde(default)]
    pub voice: Option<VoiceNote>,
    /// What would be saved now: the person's words over the reader's.
    pub fields: DraftFields,
    /// Which fields a person set: no late reading overwrites them.
    pub by_person: Vec<DraftField>,
    /// The topic of the chat that it was sent in, where what was read belongs, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<MessageKey>,
}

impl ReceiptDraft {
    /// The fingerprints by which the same photo or recording is known again: of what was attached,
    /// and of its content as fetched.
    pub fn prints(&self) -> impl Iterator<Item = &Fingerprint> {
        let attached = self.parts.iter().map(|part| &part.fingerprint);
        attached.chain(&self.content)
    }
}

/// A recording instead of photos.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct VoiceNote {
    /// What was said, once somebody listened.
    pub transcript: Option<Transcript>,
}

/// What would be saved of a receipt now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DraftFields {
    /// How much; without it a draft can't be saved.
    pub amount: Option<Decimal>,
    /// In what; the ledger's own where nobody said.
    pub currency: Option<Currency>,
    /// The day of the purchase; the day the photo was sent where nobody said.
    pub date: Option<NaiveDate>,
    /// Who sold.
    pub merchant: Option<Description>,
    /// What for.
    pub description: Option<Description>,
    /// Its category.
    pub category: Option<CategoryId>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// A field of a draft or an expense that a person can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DraftField {
    /// How much.
    Amount,
    /// In what currency.
    Currency,
    /// On which day.
    Date,
    /// From whom.
    Merchant,
    /// What for.
    Description,
    /// In which category.
    Category,
    /// With which tags.
    Tags,
    /// By whom it was paid, in a ledger that several people share.
    Payer,
}
