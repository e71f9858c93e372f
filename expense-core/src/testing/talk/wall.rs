//! The bot's messages as a chat shows them now.

use super::render;
use super::stage::{NOT_SHOWN, Told, key};
use crate::conversation::action::{Action, MAX_PAYLOAD_BYTES};
use crate::conversation::reply::{Anchor, Place, Reply};
use crate::domain::keys::MessageKey;

/// A message.
struct Shown {
    key: MessageKey,
    anchor: Option<Anchor>,
    reply: Reply,
}

/// All messages, the one that was shown or changed last at the end.
#[derive(Default)]
pub(super) struct Wall {
    messages: u32,
    shown: Vec<Shown>,
}

impl Wall {
    /// A name for the next message of anybody.
    pub(super) fn message(&mut self) -> MessageKey {
        self.messages += 1;
        key(MessageKey::new(self.messages.to_string()))
    }

    /// It is not known any more what the messages are about.
    pub(super) fn forget(&mut self) {
        self.shown.iter_mut().for_each(|shown| shown.anchor = None);
    }

    /// The buttons of the newest message that has any and says this.
    pub(super) fn buttons(&self, says: Option<&str>) -> Told<Vec<Action>> {
        let newest = self.newest(|shown| !shown.reply.buttons.is_empty(), says)?;
        Ok(actions(&newest.reply))
    }

    /// What the button of this name means on the newest message that has it and says this.
    pub(super) fn button(&self, label: &str, says: Option<&str>) -> Told<(Action, MessageKey)> {
        let named = |shown: &Shown| {
            let mut buttons = shown.reply.buttons.iter().flatten();
            let button = buttons.find(|button| button.label == label)?;
            Some(button.action.clone())
        };
        let newest = self.newest(|shown| named(shown).is_some(), says)?;
        let action = named(newest).ok_or(NOT_SHOWN)?;
        Ok((action, newest.key.clone()))
    }

    fn newest(&self, fits: impl Fn(&Shown) -> bool, says: Option<&str>) -> Told<&Shown> {
        let says = |shown: &Shown| {
            let text = shown.reply.text.to_plain();
            says.is_none_or(|says| text.contains(says))
        };
        let mut newest = self.shown.iter().rev();
        newest
            .find(|shown| fits(shown) && says(shown))
            .ok_or_else(|| NOT_SHOWN.to_owned())
    }

    /// Shows a reply where it belongs; gives it back as a script writes it.
    pub(super) fn show(&mut self, reply: Reply) -> Told<String> {
        for action in actions(&reply) {
            let payload = String::from(action.clone());
            if payload.len() > MAX_PAYLOAD_BYTES || payload.parse() != Ok(action) {
                return Err("a button's payload is not what it means".to_owned());
            }
        }
        let at = match &reply.place {
            Place::New => None,
            Place::Message(key) => self.shown.iter().rposition(|shown| shown.key == *key),
            Place::Anchor(anchor) => self
                .shown
                .iter()
                .rposition(|shown| shown.anchor.as_ref() == Some(anchor)),
        };
        let text = render::reply(&reply, at.is_some());
        let key = match at {
            Some(at) => self.shown.remove(at).key,
            None => self.message(),
        };
        let anchor = reply.anchor.clone();
        self.shown.push(Shown { key, anchor, reply });
        Ok(text)
    }
}

fn actions(reply: &Reply) -> Vec<Action> {
    let buttons = reply.buttons.iter().flatten();
    buttons.map(|button| button.action.clone()).collect()
}
