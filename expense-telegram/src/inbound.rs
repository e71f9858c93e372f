//! An update of Telegram becomes one of ours.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use expense_core::conversation::action::Action;
use expense_core::conversation::event::{Envelope, Event, Scene};
use expense_core::domain::keys::{ChatKey, InvalidKey, MessageKey, UpdateKey, UserKey};
use expense_core::domain::person::PersonName;
use expense_core::ports::clock::Clock;
use expense_core::ports::jobs::Served;

use crate::address::Me;
use crate::files;
use crate::update::{
    CallbackQuery, Chat, ChatKind, Membership, Message, Pressed, Replied, Update, User,
};

/// What an update comes to.
#[derive(Default)]
pub(crate) struct Arrival {
    /// What is brought to the service, if it is for us.
    pub(crate) envelope: Option<Box<Envelope>>,
    /// A pressed button that waits for its answer.
    pub(crate) pressed: Option<Press>,
}

/// A pressed button.
pub(crate) struct Press {
    /// By what the answer names it.
    pub(crate) query: String,
    /// Whether the button is one of ours.
    pub(crate) known: bool,
}

/// Reads the updates of one bot.
pub(crate) struct Inbound {
    pub(crate) me: Me,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Where something happened, and who did it.
struct Origin {
    chat: ChatKey,
    who: UserKey,
    name: Option<PersonName>,
    language: Option<String>,
}

impl Inbound {
    /// What this update comes to; nothing where it is not for us. What has no form that we know
    /// is nothing, too: it is acknowledged, so that it does not come again for ever.
    pub(crate) fn read(&self, update: Update) -> Arrival {
        let id = update.update_id;
        let read = match update {
            Update {
                message: Some(message),
                ..
            } => self.message(id, *message, false),
            Update {
                edited_message: Some(message),
                ..
            } => self.message(id, *message, true),
            Update {
                callback_query: Some(query),
                ..
            } => return self.pressed(id, *query),
            Update {
                my_chat_member: Some(membership),
                ..
            } => self.membership(id, &membership),
            _ => Ok(None),
        };
        Arrival {
            envelope: read.ok().flatten().map(Box::new),
            pressed: None,
        }
    }

    /// The key under which what this update causes is recorded once.
    pub(crate) fn key(&self, update: i64) -> Result<UpdateKey, InvalidKey> {
        UpdateKey::new(format!("telegram:{}:{update}", self.me.id))
    }

    fn message(
        &self,
        id: i64,
        message: Message,
        edited: bool,
    ) -> Result<Option<Envelope>, InvalidKey> {
        let addressed = self.me.is_addressed(&message);
        let Some(scene) = scene(
            &message.chat,
            addressed,
            message.message_thread_id,
            message.is_topic_message,
        )?
        else {
            return Ok(None);
        };
        // Nobody moves a chat: the platform does.
        let moved = message.migrate_to_chat_id.map(|_| &message.chat);
        let as_chat = message.sender_chat.as_ref().or(moved);
        let Some(origin) = origin(&message.chat, message.from.as_ref(), as_chat)? else {
            return Ok(None);
        };
        let sent_at = message.edit_date.filter(|_| edited).unwrap_or(message.date);
        let key = MessageKey::new(message.message_id.to_string())?;
        let group = scene != Scene::Private;
        let Some(event) = self.event(message, group, edited)? else {
            return Ok(None);
        };
        self.envelope(id, origin, sent_at, Some(key), scene, event)
            .map(Some)
    }

    /// What a message says; nothing where it is a note of the platform, or meant for another bot.
    fn event(
        &self,
        message: Message,
        group: bool,
        edited: bool,
    ) -> Result<Option<Event>, InvalidKey> {
        if let Some(to) = message.migrate_to_chat_id {
            let to = chat_key(to)?;
            return Ok(Some(Event::Moved { to }));
        }
        if group && self.me.is_for_another(&message) {
            return Ok(None);
        }
        let said = message.text.as_deref();
        let entities = [&message.entities[..], &message.caption_entities];
        let entities = entities[usize::from(said.is_none())];
        let words = self
            .me
            .without_mention(said.or(message.caption.as_deref()), entities);
        if edited {
            return Ok(match message.text {
                Some(_) => Some(Event::Edited { text: words }),
                None => files::event(message, words, None).and_then(files::recaptioned),
            });
        }
        if message.text.is_some() {
            let reply_to = message.reply_to_message.and_then(|to| self.buttons_of(*to));
            return Ok(Some(Event::Text {
                text: words,
                reply_to,
            }));
        }
        let album = message.media_group_id.as_deref();
        let album = album.map(MessageKey::new).transpose()?;
        Ok(files::event(message, words, album))
    }

    /// The buttons of a message of ours; none where it is another's or has none.
    fn buttons_of(&self, replied: Replied) -> Option<Vec<Action>> {
        if replied.from?.id != self.me.id {
            return None;
        }
        let rows = replied.reply_markup?.inline_keyboard;
        let payloads = rows.into_iter().flatten();
        let actions = payloads.filter_map(|button| button.callback_data?.parse().ok());
        let actions: Vec<Action> = actions.collect();
        (!actions.is_empty()).then_some(actions)
    }

    fn pressed(&self, id: i64, query: CallbackQuery) -> Arrival {
        let action = query.data.as_deref().and_then(|data| data.parse().ok());
        let envelope = match (action, &query.message) {
            (Some(action), Some(on)) => self.press(id, &query.from, on, action).ok().flatten(),
            // Forged, from another version, or below a message that was sent through another.
            _ => None,
        };
        Arrival {
            pressed: Some(Press {
                known: envelope.is_some(),
                query: query.id,
            }),
            envelope: envelope.map(Box::new),
        }
    }

    fn press(
        &self,
        id: i64,
        from: &User,
        on: &Pressed,
        action: Action,
    ) -> Result<Option<Envelope>, InvalidKey> {
        let scene = scene(&on.chat, true, on.message_thread_id, on.is_topic_message)?;
        let (Some(scene), Some(origin)) = (scene, origin(&on.chat, Some(from), None)?) else {
            return Ok(None);
        };
        let message = MessageKey::new(on.message_id.to_string())?;
        // Telegram does not tell when a button was pressed.
        let sent_at = self.clock.now().timestamp();
        let event = Event::Press(action);
        self.envelope(id, origin, sent_at, Some(message), scene, event)
            .map(Some)
    }

    fn membership(&self, id: i64, changed: &Membership) -> Result<Option<Envelope>, InvalidKey> {
        let was_in = changed.old_chat_member.is_in();
        let event = match changed.new_chat_member.is_in() {
            true if !was_in => Event::Arrived,
            false if was_in => Event::Departed,
            _ => return Ok(None),
        };
        let scene = scene(&changed.chat, true, None, false)?;
        let origin = origin(&changed.chat, Some(&changed.from), None)?;
        let (Some(scene), Some(origin)) = (scene, origin) else {
            return Ok(None);
        };
        self.envelope(id, origin, changed.date, None, scene, event)
            .map(Some)
    }

    fn envelope(
        &self,
        id: i64,
        origin: Origin,
        sent_at: i64,
        message: Option<MessageKey>,
        scene: Scene,
        event: Event,
    ) -> Result<Envelope, InvalidKey> {
        let sent_at = DateTime::<Utc>::from_timestamp(sent_at, 0);
        Ok(Envelope {
            key: self.key(id)?,
            chat: origin.chat,
            who: origin.who,
            sent_at: sent_at.unwrap_or_else(|| self.clock.now()),
            message,
            language: origin.language,
            name: origin.name,
            scene,
            trace: None,
            event,
        })
    }
}

/// What a service serves that answers by Telegram: what the keys of its chats and people begin with.
pub const SERVED: Served = Served("telegram:");

/// A chat by its id.
pub(crate) fn chat_key(id: i64) -> Result<ChatKey, InvalidKey> {
    ChatKey::new(format!("telegram:{id}"))
}

/// The id of a chat, if it is one of Telegram's.
pub(crate) fn chat_id(key: &ChatKey) -> Option<i64> {
    key.as_str().strip_prefix(SERVED.0)?.parse().ok()
}

/// The id of a person, if they are one of Telegram's.
pub(crate) fn user_id(key: &UserKey) -> Option<i64> {
    key.as_str().strip_prefix(SERVED.0)?.parse().ok()
}

/// Among whom; nothing for channels.
fn scene(
    chat: &Chat,
    addressed: bool,
    thread: Option<i64>,
    in_topic: bool,
) -> Result<Option<Scene>, InvalidKey> {
    Ok(match chat.kind {
        ChatKind::Private => Some(Scene::Private),
        ChatKind::Group | ChatKind::Supergroup => {
            // A thread of replies has a number, too, and is no topic.
            let topic = thread.filter(|_| in_topic);
            let topic = topic
                .map(|id| MessageKey::new(id.to_string()))
                .transpose()?;
            Some(Scene::Group { addressed, topic })
        }
        ChatKind::Other => None,
    })
}

/// Who did it. Somebody who writes as a chat is that chat: anonymous administrators and channels
/// share one user each over all of Telegram. Other bots are nobody.
fn origin(
    chat: &Chat,
    from: Option<&User>,
    as_chat: Option<&Chat>,
) -> Result<Option<Origin>, InvalidKey> {
    let (id, name, language) = match (as_chat, from) {
        (Some(sender), _) => (sender.id, sender.title.clone().unwrap_or_default(), None),
        (None, Some(user)) if user.is_bot => return Ok(None),
        (None, Some(user)) => (user.id, user.full_name(), user.language_code.clone()),
        (None, None) => return Ok(None),
    };
    Ok(Some(Origin {
        chat: chat_key(chat.id)?,
        who: UserKey::new(format!("telegram:{id}"))?,
        name: PersonName::new(&name).ok(),
        language,
    }))
}

impl User {
    fn full_name(&self) -> String {
        match &self.last_name {
            Some(last) => format!("{} {last}", self.first_name),
            None => self.first_name.clone(),
        }
    }
}
