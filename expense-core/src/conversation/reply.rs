//! What the bot says, in no transport's words.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::command::Audience;
use crate::domain::calendar::Period;
use crate::domain::keys::{ChangeId, DraftId, ExpenseId, MessageKey, Number};

/// One message to a chat.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reply {
    /// What it says.
    pub text: Text,
    /// Its buttons, row by row.
    pub buttons: Vec<Vec<Button>>,
    /// Its files, made when it is sent.
    pub files: Vec<File>,
    /// Where it goes.
    pub place: Place,
    /// By what a later reply may find this message to edit it.
    pub anchor: Option<Anchor>,
    /// Whose commands the chat's menu offers from this message on, where that changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub menu: Option<Audience>,
    /// The topic of the chat that it belongs to: that of what it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<MessageKey>,
}

/// Where a reply goes. An edit whose message is not known any more becomes a new message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Place {
    /// A new message.
    #[default]
    New,
    /// Instead of this message.
    Message(MessageKey),
    /// Instead of the message that was sent under this anchor.
    Anchor(Anchor),
}

/// What a message is about, so that a later reply can edit it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Anchor {
    /// The message that shows this draft.
    Draft(DraftId),
    /// The message that confirms this expense.
    Expense(ExpenseId),
    /// The message that confirms all expenses of this change.
    Change(ChangeId),
}

/// A text with few accents; every transport shows them its own way.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Text(pub Vec<Span>);

/// A stretch of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Span {
    /// As it is. Line breaks are `\n`.
    Plain(String),
    /// Of weight.
    Strong(String),
    /// To be typed or copied as it stands.
    Code(String),
    /// A slot for the expense's number, filled by the commit that allots it.
    Number(ExpenseId),
}

/// A button below a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What stands on it.
    pub label: String,
    /// What pressing it means.
    pub action: Action,
}

/// A file that is made when the reply is sent, so that a stored reply stays small.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum File {
    /// All expenses of a period, or of all time, as CSV.
    Csv {
        /// The days, all when `None`.
        period: Option<Period>,
        /// The day of asking, for the name.
        today: NaiveDate,
    },
}

impl Text {
    /// Adds words at the end.
    #[must_use]
    pub fn then(mut self, text: &str) -> Self {
        match self.0.last_mut() {
            Some(Span::Plain(last)) => last.push_str(text),
            _ => self.0.push(Span::Plain(text.to_owned())),
        }
        self
    }

    /// Adds another text at the end.
    #[must_use]
    pub fn and(mut self, text: Self) -> Self {
        for span in text.0 {
            match span {
                Span::Plain(text) => self = self.then(&text),
                span => self.0.push(span),
            }
        }
        self
    }

    /// A text without accents.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self(vec![Span::Plain(text.into())])
    }

    /// Fills the slots by what `number` says and leaves those that it does not know.
    pub fn fill(&mut self, number: impl Fn(ExpenseId) -> Option<Number>) {
        for span in &mut self.0 {
            if let Span::Number(id) = span
                && let Some(number) = number(*id)
            {
                *span = Span::Plain(number.to_string());
            }
        }
    }

    /// The bare words, unfilled slots as `#…`.
    #[must_use]
    pub fn to_plain(&self) -> String {
        self.0
            .iter()
            .map(|span| match span {
                Span::Plain(text) | Span::Strong(text) | Span::Code(text) => text.as_str(),
                Span::Number(_) => "#…",
            })
            .collect()
    }
}

impl<T: Into<String>> From<T> for Text {
    fn from(text: T) -> Self {
        Self::plain(text)
    }
}

impl<T: Into<Text>> From<T> for Reply {
    fn from(text: T) -> Self {
        Self::text(text.into())
    }
}

impl Reply {
    /// With one more row of buttons.
    #[must_use]
    pub fn row(mut self, buttons: Vec<Button>) -> Self {
        self.buttons.push(buttons);
        self
    }

    /// In this place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// A new message with this text alone.
    #[must_use]
    pub fn text(text: Text) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    /// A new message of bare words.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self::text(Text::plain(text))
    }
}
