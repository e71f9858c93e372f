//! Actions as the text that a button carries: at most [`MAX_PAYLOAD_BYTES`] of ASCII.
//!
//! A letter names the action, its arguments follow, divided by colons: `u:9f86…` undoes a change.

use std::fmt::Write;
use std::str::FromStr;

use chrono::NaiveDate;
use uuid::Uuid;

use super::action::{Action, List, Listing, MAX_PAYLOAD_BYTES};
use crate::domain::category::CategoryId;
use crate::domain::draft::DraftField;
use crate::domain::keys::{ChangeId, DraftId, ExpenseId, UserKey};
use crate::domain::person::MemberId;

/// The text is no action: forged, or from a version that this one does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this button is not one of ours")]
pub struct UnknownAction;

const FIELDS: [(DraftField, &str); 8] = [
    (DraftField::Amount, "a"),
    (DraftField::Currency, "u"),
    (DraftField::Date, "d"),
    (DraftField::Merchant, "m"),
    (DraftField::Description, "t"),
    (DraftField::Category, "c"),
    (DraftField::Tags, "g"),
    (DraftField::Payer, "p"),
];

impl From<Action> for String {
    fn from(action: Action) -> Self {
        match action {
            Action::Undo(id) => format!("u:{}", id.as_uuid().simple()),
            Action::UndoAnyway(id) => format!("U:{}", id.as_uuid().simple()),
            Action::Edit(id) => format!("e:{}", id.as_uuid().simple()),
            Action::EditField(id, field) => {
                format!("f:{}:{}", id.as_uuid().simple(), field_code(field))
            }
            Action::SetCategory(id, category) => {
                format!("c:{}:{}", id.as_uuid().simple(), category.0)
            }
            Action::SetPayer(id, member) => format!("p:{}:{}", id.as_uuid().simple(), member.0),
            Action::SetDraftPayer(id, member) => {
                format!("P:{}:{}", id.as_uuid().simple(), member.0)
            }
            Action::Delete(id) => format!("d:{}", id.as_uuid().simple()),
            Action::Save(id, choice) => format!("s:{}:{choice}", id.as_uuid().simple()),
            Action::EditDraft(id) => format!("E:{}", id.as_uuid().simple()),
            Action::EditDraftField(id, field) => {
                format!("F:{}:{}", id.as_uuid().simple(), field_code(field))
            }
            Action::SetDraftCategory(id, category) => {
                format!("C:{}:{}", id.as_uuid().simple(), category.0)
            }
            Action::Discard(id) => format!("x:{}", id.as_uuid().simple()),
            Action::ReadAgain(id) => format!("r:{}", id.as_uuid().simple()),
            Action::More(listing) => listing_text(&listing),
            Action::DeleteCategory { from, to } => format!("k:{}:{}", from.0, to.0),
            Action::Show(id) => format!("v:{}", id.as_uuid().simple()),
            Action::ShowDraft(id) => format!("V:{}", id.as_uuid().simple()),
            Action::Erase => "z".to_owned(),
            Action::EraseForGood => "Z".to_owned(),
            Action::Approve(who) => format!("a:{}", who.as_str()),
            Action::Refuse(who) => format!("b:{}", who.as_str()),
            Action::Cancel => "n".to_owned(),
        }
    }
}

impl TryFrom<String> for Action {
    type Error = UnknownAction;

    fn try_from(text: String) -> Result<Self, UnknownAction> {
        text.parse()
    }
}

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        if text.len() > MAX_PAYLOAD_BYTES {
            return Err(UnknownAction);
        }
        // A person's key has colons of its own.
        match text.split_once(':') {
            Some(("a", who)) => return person(who).map(Self::Approve),
            Some(("b", who)) => return person(who).map(Self::Refuse),
            _ => {}
        }
        let mut parts = text.split(':');
        let action = match parts.next().ok_or(UnknownAction)? {
            "u" => Self::Undo(ChangeId::from_uuid(uuid(parts.next())?)),
            "U" => Self::UndoAnyway(ChangeId::from_uuid(uuid(parts.next())?)),
            "e" => Self::Edit(expense(parts.next())?),
            "f" => Self::EditField(expense(parts.next())?, field(parts.next())?),
            "c" => Self::SetCategory(expense(parts.next())?, category(parts.next())?),
            "p" => Self::SetPayer(expense(parts.next())?, member(parts.next())?),
            "P" => Self::SetDraftPayer(draft(parts.next())?, member(parts.next())?),
            "d" => Self::Delete(expense(parts.next())?),
            "s" => Self::Save(draft(parts.next())?, number(parts.next())?),
            "E" => Self::EditDraft(draft(parts.next())?),
            "F" => Self::EditDraftField(draft(parts.next())?, field(parts.next())?),
            "C" => Self::SetDraftCategory(draft(parts.next())?, category(parts.next())?),
            "x" => Self::Discard(draft(parts.next())?),
            "r" => Self::ReadAgain(draft(parts.next())?),
            "m" => Self::More(listing(&mut parts)?),
            "k" => Self::DeleteCategory {
                from: category(parts.next())?,
                to: category(parts.next())?,
            },
            "v" => Self::Show(expense(parts.next())?),
            "V" => Self::ShowDraft(draft(parts.next())?),
            "z" => Self::Erase,
            "Z" => Self::EraseForGood,
            "n" => Self::Cancel,
            _ => return Err(UnknownAction),
        };
        if parts.next().is_some() {
            Err(UnknownAction)
        } else {
            Ok(action)
        }
    }
}

fn listing_text(listing: &Listing) -> String {
    let mut text = format!("m:{}:{}", day_text(listing.date), listing.number);
    // Writing to a String can't fail.
    let _ = match &listing.list {
        List::Period(None) => write!(text, ":a"),
        List::Period(Some((from, until))) => {
            write!(text, ":p:{}:{}", day_text(*from), day_text(*until))
        }
        List::Category(id) => write!(text, ":c:{}", id.0),
        List::Remembered => write!(text, ":r"),
    };
    text
}

fn listing<'a>(parts: &mut impl Iterator<Item = &'a str>) -> Result<Listing, UnknownAction> {
    let date = day(parts.next())?;
    let number = number(parts.next())?;
    let list = match parts.next().ok_or(UnknownAction)? {
        "a" => List::Period(None),
        "p" => List::Period(Some((day(parts.next())?, day(parts.next())?))),
        "c" => List::Category(category(parts.next())?),
        "r" => List::Remembered,
        _ => return Err(UnknownAction),
    };
    Ok(Listing { list, date, number })
}

fn field_code(field: DraftField) -> &'static str {
    FIELDS
        .iter()
        .find(|(known, _)| *known == field)
        .map_or("a", |(_, code)| code)
}

fn field(text: Option<&str>) -> Result<DraftField, UnknownAction> {
    let text = text.ok_or(UnknownAction)?;
    FIELDS
        .iter()
        .find(|(_, code)| *code == text)
        .map(|(field, _)| *field)
        .ok_or(UnknownAction)
}

fn uuid(text: Option<&str>) -> Result<Uuid, UnknownAction> {
    text.and_then(|text| Uuid::try_parse(text).ok())
        .ok_or(UnknownAction)
}

fn expense(text: Option<&str>) -> Result<ExpenseId, UnknownAction> {
    uuid(text).map(ExpenseId::from_uuid)
}

fn draft(text: Option<&str>) -> Result<DraftId, UnknownAction> {
    uuid(text).map(DraftId::from_uuid)
}

fn category(text: Option<&str>) -> Result<CategoryId, UnknownAction> {
    number(text).map(CategoryId)
}

fn member(text: Option<&str>) -> Result<MemberId, UnknownAction> {
    number(text).map(MemberId)
}

fn person(text: &str) -> Result<UserKey, UnknownAction> {
    UserKey::new(text).map_err(|_| UnknownAction)
}

fn number<N: FromStr>(text: Option<&str>) -> Result<N, UnknownAction> {
    text.and_then(|text| text.parse().ok()).ok_or(UnknownAction)
}

fn day_text(day: NaiveDate) -> String {
    day.format("%Y%m%d").to_string()
}

fn day(text: Option<&str>) -> Result<NaiveDate, UnknownAction> {
    text.and_then(|text| NaiveDate::parse_from_str(text, "%Y%m%d").ok())
        .ok_or(UnknownAction)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const ID: Uuid = Uuid::from_u128(u128::MAX);

    #[rstest]
    #[case(Action::Undo(ChangeId::from_uuid(ID)))]
    #[case(Action::UndoAnyway(ChangeId::from_uuid(ID)))]
    #[case(Action::Edit(ExpenseId::from_uuid(ID)))]
    #[case(Action::EditField(ExpenseId::from_uuid(ID), DraftField::Merchant))]
    #[case(Action::SetCategory(ExpenseId::from_uuid(ID), CategoryId(u32::MAX)))]
    #[case(Action::Delete(ExpenseId::from_uuid(ID)))]
    #[case(Action::Save(DraftId::from_uuid(ID), u8::MAX))]
    #[case(Action::EditDraft(DraftId::from_uuid(ID)))]
    #[case(Action::EditDraftField(DraftId::from_uuid(ID), DraftField::Tags))]
    #[case(Action::SetDraftCategory(DraftId::from_uuid(ID), CategoryId(0)))]
    #[case(Action::SetPayer(ExpenseId::from_uuid(ID), MemberId(u32::MAX)))]
    #[case(Action::SetDraftPayer(DraftId::from_uuid(ID), MemberId(u32::MAX)))]
    #[case(Action::EditField(ExpenseId::from_uuid(ID), DraftField::Payer))]
    #[case(Action::Discard(DraftId::from_uuid(ID)))]
    #[case(Action::ReadAgain(DraftId::from_uuid(ID)))]
    #[case(Action::More(Listing {
        list: List::Period(Some((NaiveDate::MIN.max(day(Some("20260501")).unwrap()), day(Some("20260601")).unwrap()))),
        date: day(Some("20260503")).unwrap(),
        number: u32::MAX,
    }))]
    #[case(Action::DeleteCategory { from: CategoryId(u32::MAX), to: CategoryId(u32::MAX) })]
    #[case(Action::Show(ExpenseId::from_uuid(ID)))]
    #[case(Action::ShowDraft(DraftId::from_uuid(ID)))]
    #[case(Action::Erase)]
    #[case(Action::EraseForGood)]
    #[case(Action::Approve(UserKey::new("telegram:9223372036854775807").unwrap()))]
    #[case(Action::Refuse(UserKey::new("console:1").unwrap()))]
    #[case(Action::Cancel)]
    fn survives_its_payload(#[case] action: Action) {
        let text = String::from(action.clone());
        assert!(text.len() <= MAX_PAYLOAD_BYTES && text.is_ascii(), "{text}");
        assert_eq!(text.parse(), Ok(action));
    }

    #[rstest]
    #[case("")]
    #[case("u")]
    #[case("u:12")]
    #[case("n:n")]
    #[case("a:")]
    #[case("b")]
    #[case("s:ffffffffffffffffffffffffffffffff:256")]
    #[case("m:20261301:1:a")]
    fn refuses_what_is_not_ours(#[case] text: &str) {
        assert_eq!(text.parse::<Action>(), Err(UnknownAction));
    }
}
