//! A person who talks to the bot, in private or in a group.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::marks;
use crate::methods::chat_member;
use crate::model::{Button, ChatInfo, Media, Message, User};
use crate::shared::Shared;
use crate::world::{Account, Room, Seen, Standing, World};

/// The account in whose name anonymous administrators write.
const ANONYMOUS: i64 = 1_087_968_824;

/// One person at one place: a private chat, a group, or a topic of it.
///
/// What a person can't do (write to a group that they are not in) panics: the test is wrong.
#[derive(Clone)]
pub struct Person {
    shared: Arc<Shared>,
    id: i64,
    chat: i64,
    topic: Option<i64>,
    reply_to: Option<i64>,
    anonymous: bool,
}

impl Person {
    pub(crate) fn meet(shared: &Arc<Shared>, id: i64) -> Self {
        let mut world = shared.world();
        world.accounts.entry(id).or_insert_with(|| Account {
            user: User {
                id,
                is_bot: false,
                first_name: format!("Person {id}"),
                username: Some(format!("person_{id}")),
                language_code: Some("en".to_owned()),
            },
            blocked: false,
        });
        drop(world);
        Self {
            shared: shared.clone(),
            id,
            chat: id,
            topic: None,
            reply_to: None,
            anonymous: false,
        }
    }

    /// The person's id, which is that of their private chat as well.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The chat where this one writes.
    pub fn place(&self) -> i64 {
        self.chat
    }

    /// Takes another name.
    pub fn named(self, name: &str) -> Self {
        self.account(|account| account.user.first_name = name.to_owned());
        self
    }

    /// Uses the app in this language; `None` hides it.
    pub fn speaking(self, language: Option<&str>) -> Self {
        self.account(|account| account.user.language_code = language.map(str::to_owned));
        self
    }

    pub(crate) fn at(&self, chat: i64, topic: Option<i64>) -> Self {
        Self {
            chat,
            topic,
            ..self.clone()
        }
    }

    /// The same person, whose next messages answer this one.
    pub fn replying(&self, message: i64) -> Self {
        Self {
            reply_to: Some(message),
            ..self.clone()
        }
    }

    /// The same person as an administrator without a name.
    pub fn anonymously(&self) -> Self {
        Self {
            anonymous: true,
            ..self.clone()
        }
    }

    /// Writes this; the message's number.
    pub fn say(&self, text: &str) -> i64 {
        self.send(|_| Message {
            text: Some(text.to_owned()),
            entities: marks::find(text),
            ..Message::default()
        })
    }

    /// Answers a message.
    pub fn reply(&self, message: i64, text: &str) -> i64 {
        self.replying(message).say(text)
    }

    /// Sends a photo as the app does, in two sizes; an empty caption is none.
    pub fn photo(&self, bytes: impl Into<Bytes>, caption: &str) -> i64 {
        let bytes = bytes.into();
        self.send(|world| photo(world, bytes, caption, None))
    }

    /// Sends photos at once; the caption stands at the first. The numbers of the messages.
    pub fn album(&self, photos: Vec<Bytes>, caption: &str) -> Vec<i64> {
        let group = format!("{}", 13_000_000_000 + self.shared.world().fresh());
        let mut captions = std::iter::once(caption).chain(std::iter::repeat(""));
        let parts = photos.into_iter().map(|bytes| {
            let caption = captions.next().unwrap_or_default();
            self.part(&group, bytes, caption)
        });
        parts.collect()
    }

    /// Sends one photo of an album of this name.
    pub fn part(&self, album: &str, bytes: impl Into<Bytes>, caption: &str) -> i64 {
        let bytes = bytes.into();
        self.send(|world| photo(world, bytes, caption, Some(album.to_owned())))
    }

    /// Sends a file under its name.
    pub fn document(&self, name: &str, mime: &str, bytes: impl Into<Bytes>, caption: &str) -> i64 {
        let bytes = bytes.into();
        self.send(|world| {
            let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
            let media = world.keep(bytes, "documents", &format!(".{extension}"));
            Message {
                document: Some(Media {
                    file_name: Some(name.to_owned()),
                    mime_type: Some(mime.to_owned()),
                    ..media
                }),
                ..captioned(caption)
            }
        })
    }

    /// Speaks for so many seconds.
    pub fn voice(&self, bytes: impl Into<Bytes>, seconds: u32) -> i64 {
        let bytes = bytes.into();
        self.send(|world| Message {
            voice: Some(Media {
                duration: Some(seconds),
                mime_type: Some("audio/ogg".to_owned()),
                ..world.keep(bytes, "voice", ".oga")
            }),
            ..Message::default()
        })
    }

    /// Sends a recording of so many seconds as a file, with words below it.
    pub fn audio(&self, bytes: impl Into<Bytes>, seconds: u32, caption: &str) -> i64 {
        let bytes = bytes.into();
        self.send(|world| Message {
            audio: Some(Media {
                duration: Some(seconds),
                mime_type: Some("audio/ogg".to_owned()),
                ..world.keep(bytes, "music", ".ogg")
            }),
            ..captioned(caption)
        })
    }

    /// Sends something else: the fields of its `Message`, such as `{"dice": {…}}`.
    pub fn other(&self, fields: Value) -> i64 {
        self.send(|_| Message {
            other: Some(fields),
            ..Message::default()
        })
    }

    /// Presses the first button of a message whose words contain these. Panics if there is none.
    pub fn press(&self, message: &Message, words: &str) {
        let button = message.button(words);
        let button =
            button.unwrap_or_else(|| panic!("no button {words:?} in {:?}", message.rows()));
        self.press_button(message.message_id, &button);
    }

    /// Presses a button, also one that is no longer shown.
    pub fn press_button(&self, message: i64, button: &Button) {
        let mut world = self.shared.world();
        let id = format!("{}", 4_000_000_000_000 + world.fresh());
        let shown = world
            .rooms
            .get(&self.chat)
            .and_then(|room| room.messages.get(&message));
        let shown = match shown {
            Some(shown) => json!(**shown),
            // What is too old or gone is told without content.
            None => json!({ "chat": self.info(&world), "message_id": message, "date": 0 }),
        };
        let query = json!({
            "id": id,
            "from": self.user(&world),
            "message": shown,
            "chat_instance": format!("{}", self.chat),
            "data": button.data,
        });
        world.presses.insert(id, self.chat);
        let update = world.update(self.chat, "callback_query", &query);
        drop(world);
        self.shared.made(update);
    }

    /// Changes the words of a message of theirs. Panics if it isn't there.
    pub fn edit(&self, message: i64, text: &str) {
        let mut world = self.shared.world();
        let (keep, now) = (world.options.history, world.now());
        let room = world.rooms.get_mut(&self.chat).expect("the chat is there");
        let changed = room
            .messages
            .get_mut(&message)
            .expect("the message is there");
        let changed = Arc::make_mut(changed);
        if changed.text.is_some() {
            changed.text = Some(text.to_owned());
            changed.entities = marks::find(text);
        } else {
            changed.caption = Some(text.to_owned());
            changed.caption_entities = marks::find(text);
        }
        changed.edit_date = Some(now);
        let changed = Arc::new(changed.clone());
        room.note(Seen::Edited(changed.clone()), keep);
        let update = world.update(self.chat, "edited_message", &*changed);
        drop(world);
        self.shared.made(update);
    }

    /// Blocks the bot.
    pub fn block(&self) {
        self.set_blocked(true);
    }

    /// Lets the bot write again.
    pub fn unblock(&self) {
        self.set_blocked(false);
    }

    fn set_blocked(&self, blocked: bool) {
        self.account(|account| account.blocked = blocked);
        let (old, new) = match blocked {
            true => (Standing::Member, Standing::Kicked),
            false => (Standing::Kicked, Standing::Member),
        };
        let mut world = self.shared.world();
        let change = membership(&world, self.info(&world), self.user(&world), old, new);
        let update = world.update(self.id, "my_chat_member", &change);
        drop(world);
        self.shared.made(update);
    }

    /// A message of theirs goes into the chat and to the bot.
    fn send(&self, make: impl FnOnce(&mut World) -> Message) -> i64 {
        let mut world = self.shared.world();
        let message = make(&mut world);
        let message = self.signed(&mut world, message);
        let message = world.post(self.chat, message).expect("the chat is there");
        let update = world.update(self.chat, "message", &*message);
        drop(world);
        self.shared.made(update);
        message.message_id
    }

    fn signed(&self, world: &mut World, message: Message) -> Message {
        let info = self.info(world);
        let room = world.rooms.entry(self.chat);
        let room = room.or_insert_with(|| Room::new(info, Standing::Member));
        let replied = self
            .reply_to
            .map(|id| room.messages.get(&id).expect("the message is there"));
        let replied = replied.map(|replied| {
            Box::new(Message {
                reply_to_message: None,
                ..Message::clone(replied)
            })
        });
        Message {
            from: Some(self.user(world)),
            sender_chat: self.anonymous.then(|| self.info(world)),
            message_thread_id: self.topic,
            reply_to_message: replied,
            ..message
        }
    }

    fn user(&self, world: &World) -> User {
        if self.anonymous {
            return User {
                id: ANONYMOUS,
                is_bot: true,
                first_name: "Group".to_owned(),
                username: Some("GroupAnonymousBot".to_owned()),
                language_code: None,
            };
        }
        let account = world.accounts.get(&self.id);
        account.expect("the person was met").user.clone()
    }

    fn info(&self, world: &World) -> ChatInfo {
        if let Some(room) = world.rooms.get(&self.chat) {
            return room.info.clone();
        }
        assert_eq!(self.chat, self.id, "groups are there before people");
        let user = self.user(world);
        ChatInfo {
            id: self.id,
            first_name: Some(user.first_name),
            username: user.username,
            ..ChatInfo::default()
        }
    }

    fn account(&self, change: impl FnOnce(&mut Account)) {
        let mut world = self.shared.world();
        change(
            world
                .accounts
                .get_mut(&self.id)
                .expect("the person was met"),
        );
    }
}

/// The `ChatMemberUpdated` of the bot itself.
pub(crate) fn membership(
    world: &World,
    chat: ChatInfo,
    by: User,
    old: Standing,
    new: Standing,
) -> Value {
    json!({
        "chat": chat,
        "from": by,
        "date": world.now(),
        "old_chat_member": chat_member(&world.bot, old),
        "new_chat_member": chat_member(&world.bot, new),
    })
}

fn captioned(caption: &str) -> Message {
    Message {
        caption: (!caption.is_empty()).then(|| caption.to_owned()),
        caption_entities: marks::find(caption),
        ..Message::default()
    }
}

fn photo(world: &mut World, bytes: Bytes, caption: &str, album: Option<String>) -> Message {
    let size = |media: Media, width, height| Media {
        width: Some(width),
        height: Some(height),
        ..media
    };
    let thumbnail = bytes.slice(..bytes.len().min(64));
    let small = size(world.keep(thumbnail, "photos", ".jpg"), 90, 67);
    let large = size(world.keep(bytes, "photos", ".jpg"), 1280, 960);
    Message {
        photo: vec![small, large],
        media_group_id: album,
        ..captioned(caption)
    }
}
