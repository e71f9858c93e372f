//! Some fields with their new values: what a correction changes of an expense or a draft.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::wording;
use crate::domain::category::CategoryId;
use crate::domain::currency::Currency;
use crate::domain::draft::{DraftField, ReceiptDraft};
use crate::domain::expense::Details;
use crate::domain::keys::UserKey;
use crate::domain::limits;
use crate::domain::money::{Money, MoneyError};
use crate::domain::text::{Description, Tag};

mod read;

pub(crate) use read::{read_category, read_currency, read_tags, why_refused};

/// The new values; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Patch {
    pub(crate) amount: Option<Decimal>,
    pub(crate) currency: Option<Currency>,
    pub(crate) date: Option<NaiveDate>,
    pub(crate) category: Option<CategoryId>,
    /// `Some(None)`: nobody is named any more.
    pub(crate) merchant: Option<Option<Description>>,
    pub(crate) description: Option<Description>,
    pub(crate) tags: Tags,
    /// Of an expense or a draft itself, not of its details.
    pub(crate) paid_by: Option<UserKey>,
}

/// What happens to the tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Tags {
    /// They stay.
    #[default]
    Stay,
    /// These come to them.
    Add(Vec<Tag>),
    /// These go.
    Remove(Vec<Tag>),
    /// These are all.
    All(Vec<Tag>),
}

/// Why a patch does not fit.
pub(crate) enum Misfit {
    /// The amount and its currency are no money.
    Money(MoneyError),
    /// More tags than are kept.
    TooManyTags,
}

impl Misfit {
    /// It in words.
    pub(crate) fn say(self) -> String {
        match self {
            Self::Money(error) => wording::entry::money(error),
            Self::TooManyTags => wording::change::too_many_tags(),
        }
    }
}

impl Tags {
    fn apply(&self, old: &[Tag]) -> Result<Vec<Tag>, Misfit> {
        let mut tags = match self {
            Self::Stay => old.to_vec(),
            Self::Add(more) => [old, more].concat(),
            Self::Remove(less) => old.iter().filter(|t| !less.contains(t)).cloned().collect(),
            Self::All(all) => all.clone(),
        };
        tags.sort();
        tags.dedup();
        if tags.len() > limits::TAGS_PER_EXPENSE {
            return Err(Misfit::TooManyTags);
        }
        Ok(tags)
    }
}

impl Patch {
    /// `details` with the new values.
    pub(crate) fn apply(&self, details: &Details) -> Result<Details, Misfit> {
        let old = details.money;
        let money = Money::new(
            self.amount.unwrap_or(old.amount()),
            self.currency.unwrap_or(old.currency()),
        );
        Ok(Details {
            money: money.map_err(Misfit::Money)?,
            description: self
                .description
                .clone()
                .unwrap_or_else(|| details.description.clone()),
            merchant: self
                .merchant
                .clone()
                .unwrap_or_else(|| details.merchant.clone()),
            category: self.category.unwrap_or(details.category),
            tags: self.tags.apply(&details.tags)?,
            date: self.date.unwrap_or(details.date),
        })
    }

    /// Puts the new values into a draft, as a person's own.
    pub(crate) fn apply_to(&self, draft: &mut ReceiptDraft) -> Result<(), Misfit> {
        let fields = &mut draft.fields;
        let mut set = Vec::new();
        if self.amount.is_some() {
            fields.amount = self.amount;
            set.push(DraftField::Amount);
        }
        if self.currency.is_some() {
            fields.currency = self.currency;
            set.push(DraftField::Currency);
        }
        if self.date.is_some() {
            fields.date = self.date;
            set.push(DraftField::Date);
        }
        if self.category.is_some() {
            fields.category = self.category;
            set.push(DraftField::Category);
        }
        if let Some(merchant) = &self.merchant {
            fields.merchant.clone_from(merchant);
            set.push(DraftField::Merchant);
        }
        if self.description.is_some() {
            fields.description.clone_from(&self.description);
            set.push(DraftField::Description);
        }
        if self.tags != Tags::Stay {
            fields.tags = self.tags.apply(&fields.tags)?;
            set.push(DraftField::Tags);
        }
        set.retain(|field| !draft.by_person.contains(field));
        draft.by_person.extend(set);
        Ok(())
    }
}
