//! Values for tests, each with what is usual and public fields to change it.
//!
//! They panic where a test itself is wrong, for example on an unknown currency.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use crate::conversation::event::{Envelope, Event, Scene};
use crate::conversation::write::Write;
use crate::domain::access::{Person, Role};
use crate::domain::attachment::{Attachment, Fingerprint};
use crate::domain::calendar::Zone;
use crate::domain::category::{Category, CategoryId, CategoryName, OTHERS};
use crate::domain::change::Change;
use crate::domain::currency::Currency;
use crate::domain::draft::{Draft, DraftContent, DraftFields, DraftState, ReceiptDraft};
use crate::domain::exchange::{Conversion, Rate};
use crate::domain::expense::{Details, Expense};
use crate::domain::keys::{
    ChangeId, ChatKey, DraftId, ExpenseId, LedgerId, MessageKey, UpdateKey, UserKey,
};
use crate::domain::ledger::{Language, Ledger, Settings};
use crate::domain::limits;
use crate::domain::money::Money;
use crate::domain::person::{Member, MemberId, PersonName};
use crate::domain::text::{Description, Tag};
use crate::ports::store::{Commit, StoredSession};

/// Noon of the third of May 2026, a Sunday: the time at which fixtures happen.
#[must_use]
pub fn noon() -> DateTime<Utc> {
    instant("2026-05-03T12:00:00Z")
}

/// An instant by RFC 3339.
#[must_use]
pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an RFC 3339 instant")
}

/// A day by ISO 8601.
#[must_use]
pub fn day(text: &str) -> NaiveDate {
    text.parse().expect("an ISO 8601 day")
}

/// The chat of this name.
#[must_use]
pub fn chat(name: &str) -> ChatKey {
    ChatKey::new(format!("test:{name}")).expect("a short name of visible ASCII")
}

/// The person of this name.
#[must_use]
pub fn user(name: &str) -> UserKey {
    UserKey::new(format!("test:{name}")).expect("a short name of visible ASCII")
}

/// The update of this name.
#[must_use]
pub fn key(name: &str) -> UpdateKey {
    UpdateKey::new(format!("test:{name}")).expect("a short name of visible ASCII")
}

/// The message of this name.
#[must_use]
pub fn message(name: &str) -> MessageKey {
    MessageKey::new(name).expect("a short name of visible ASCII")
}

/// The tag.
#[must_use]
pub fn tag(text: &str) -> Tag {
    Tag::new(text).expect("a tag")
}

/// An amount such as `12.50` in a currency such as `EUR`.
#[must_use]
pub fn money(amount: &str, currency: &str) -> Money {
    let amount: Decimal = amount.parse().expect("a decimal number");
    let currency = Currency::from_code(currency).expect("an ISO 4217 code");
    Money::new(amount, currency).expect("an amount of this currency")
}

/// A ledger that nothing has been stored of: euros, UTC, English.
#[must_use]
pub fn ledger(chat: &ChatKey) -> Ledger {
    Ledger::new(chat.clone(), settings("EUR"))
}

/// Settings with this currency; UTC, English.
#[must_use]
pub fn settings(currency: &str) -> Settings {
    Settings {
        currency: Currency::from_code(currency).expect("an ISO 4217 code"),
        zone: Zone::UTC,
        locale: "en".parse().expect("a locale"),
        language: Language::English,
    }
}

/// A living category.
#[must_use]
pub fn category(id: u32, name: &str) -> Category {
    Category {
        id: CategoryId(id),
        name: CategoryName::new(name).expect("a category's name"),
        merged_into: None,
    }
}

/// What was spent: on the third of May 2026, under Others, without tags.
#[must_use]
pub fn details(amount: &str, currency: &str, description: &str) -> Details {
    Details {
        money: money(amount, currency),
        description: Description::new(description),
        merchant: None,
        category: OTHERS,
        tags: Vec::new(),
        date: day("2026-05-03"),
    }
}

/// A new expense of Anna's, the `index`-th that the update causes.
#[must_use]
pub fn expense(ledger: LedgerId, update: &UpdateKey, index: usize, details: Details) -> Expense {
    Expense {
        id: ExpenseId::derive(ledger, update, index),
        number: None,
        revision: 1,
        removed: false,
        change: ChangeId::derive(ledger, update, 0),
        details,
        conversion: None,
        origin: None,
        draft: None,
        paid_by: user("anna"),
        entered_by: user("anna"),
        recorded_at: noon(),
    }
}

/// The expense with other details, or removed, as the write that brings it there.
#[must_use]
pub fn amend(before: &Expense, change: impl FnOnce(&mut Expense)) -> Write {
    let mut after = before.clone();
    after.revision += 1;
    change(&mut after);
    Write::AmendExpense {
        before: Box::new(before.clone()),
        after: Box::new(after),
    }
}

/// What `money` is worth in another currency at a service's rate of the third of May 2026.
#[must_use]
pub fn conversion(money: Money, into: &str, factor: &str) -> Conversion {
    let rate = Rate {
        factor: factor.parse().expect("a rate"),
        source: "rates.test".parse().expect("a source"),
        day: day("2026-05-03"),
    };
    let into = Currency::from_code(into).expect("an ISO 4217 code");
    Conversion::new(money, into, rate).expect("an amount of this currency")
}

/// A photo by this name, whose fingerprint it is, too.
#[must_use]
pub fn photo(name: &str) -> Attachment {
    Attachment {
        reference: name.to_owned(),
        fingerprint: Fingerprint(name.to_owned()),
        bytes: None,
    }
}

/// A draft of Anna's that waits for the reading of one photo, due at once.
#[must_use]
pub fn draft(ledger: LedgerId, update: &UpdateKey, photo: Attachment) -> Draft {
    let receipt = ReceiptDraft {
        parts: vec![photo],
        album: None,
        content: Vec::new(),
        round: 1,
        read_at: None,
        receipt: None,
        voice: None,
        fields: DraftFields::default(),
        by_person: Vec::new(),
        topic: None,
    };
    Draft {
        id: DraftId::derive(ledger, update, 0),
        expense: ExpenseId::derive(ledger, update, 0),
        revision: 1,
        opened_by: user("anna"),
        paid_by: user("anna"),
        origin: None,
        expires_at: noon() + limits::DRAFT_TTL,
        state: DraftState::Waiting { from: noon() },
        content: DraftContent::Receipt(Box::new(receipt)),
    }
}

/// A change of Anna's without effects.
#[must_use]
pub fn change(ledger: LedgerId, update: &UpdateKey) -> Change {
    Change {
        id: ChangeId::derive(ledger, update, 0),
        by: user("anna"),
        at: noon(),
        effects: Vec::new(),
        undone: false,
    }
}

/// What was decided about somebody.
#[must_use]
pub fn person(name: &str, role: Role) -> Person {
    Person {
        who: user(name),
        role,
        name: None,
        since: noon(),
    }
}

/// A member by this key and name.
#[must_use]
pub fn member(id: u32, who: &str, name: &str) -> Member {
    Member {
        id: MemberId(id),
        who: user(who),
        name: PersonName::new(name).expect("a name"),
    }
}

/// A commit that was computed from this ledger and session and leaves the session as it is.
#[must_use]
pub fn commit(
    key: UpdateKey,
    ledger: &Ledger,
    session: &StoredSession,
    writes: Vec<Write>,
) -> Commit {
    Commit {
        key,
        chat: ledger.chat.clone(),
        ledger: Arc::new(ledger.clone()),
        session_seen: session.version,
        session: None,
        writes,
        replies: Vec::new(),
        at: noon(),
    }
}

/// A message of Anna's.
#[must_use]
pub fn envelope(chat: &ChatKey, key: UpdateKey, text: &str) -> Envelope {
    Envelope {
        key,
        chat: chat.clone(),
        who: user("anna"),
        sent_at: noon(),
        message: None,
        language: None,
        name: None,
        scene: Scene::Private,
        trace: None,
        event: Event::Text {
            text: text.to_owned(),
            reply_to: None,
        },
    }
}
