//! The bot's messages, as a script writes them.

use expense_core::conversation::action::Action;
use telegram_fake::{Button, Message};

/// The bot's messages, the one that was shown or changed last at the end.
#[derive(Default)]
pub(super) struct Wall(Vec<Shown>);

/// A message, and to whom it was shown.
pub(super) struct Shown {
    pub(super) message: Message,
    pub(super) to: String,
}

impl Wall {
    pub(super) fn show(&mut self, message: Message, to: &str) {
        let (chat, id) = (message.chat.id, message.message_id);
        self.0
            .retain(|other| (other.message.chat.id, other.message.message_id) != (chat, id));
        let to = to.to_owned();
        self.0.push(Shown { message, to });
    }

    pub(super) fn last(&self) -> Option<&Shown> {
        self.0.last()
    }

    /// The newest message that fits and says this.
    pub(super) fn newest(
        &self,
        fits: impl Fn(&Message) -> bool,
        says: Option<&str>,
    ) -> Result<Message, String> {
        let says = |shown: &Message| says.is_none_or(|says| shown.words().contains(says));
        let mut newest = self.0.iter().rev().map(|shown| &shown.message);
        let found = newest.find(|shown| fits(shown) && says(shown));
        found
            .cloned()
            .ok_or_else(|| "no message like that was shown".to_owned())
    }
}

/// The button of this name.
pub(super) fn named(message: &Message, label: &str) -> Option<Button> {
    let mut buttons = message.rows().into_iter().flatten();
    buttons.find(|button| button.text == label)
}

/// What the buttons mean.
pub(super) fn actions(message: &Message) -> impl Iterator<Item = Action> {
    let buttons = message.rows().into_iter().flatten();
    buttons.filter_map(|button| button.data?.parse().ok())
}

/// A message as a script writes it.
pub(super) fn text(message: &Message) -> String {
    let mut text = message.words().to_owned();
    if message.document.is_some() {
        text.push_str("   <csv>");
    }
    let rows: Vec<String> = message
        .rows()
        .iter()
        .map(|row| {
            let labels: Vec<String> = row.iter().map(|b| format!("[{}]", b.text)).collect();
            labels.join(" ")
        })
        .collect();
    match rows.as_slice() {
        [row] => text.push_str(&format!("   {row}")),
        rows => text.extend(rows.iter().map(|row| format!("\n{row}"))),
    }
    text
}
