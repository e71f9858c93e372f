//! The fields of Telegram's `Update` that this product reads, named as the Bot API names them.

use serde::Deserialize;
use serde::de::IgnoredAny;
use teloxide_core::types::AllowedUpdate;

/// The kinds of updates that are asked for; see [`Update`] for each.
pub(crate) const ALLOWED_UPDATES: [AllowedUpdate; 4] = [
    AllowedUpdate::Message,
    AllowedUpdate::EditedMessage,
    AllowedUpdate::CallbackQuery,
    AllowedUpdate::MyChatMember,
];

#[derive(Deserialize)]
pub(crate) struct Update {
    pub(crate) update_id: i64,
    pub(crate) message: Option<Box<Message>>,
    pub(crate) edited_message: Option<Box<Message>>,
    pub(crate) callback_query: Option<Box<CallbackQuery>>,
    pub(crate) my_chat_member: Option<Box<Membership>>,
}

/// What stays readable of an update that is not understood as a whole.
#[derive(Deserialize)]
pub(crate) struct Numbered {
    pub(crate) update_id: i64,
}

#[derive(Deserialize)]
pub(crate) struct Message {
    pub(crate) message_id: i64,
    pub(crate) message_thread_id: Option<i64>,
    #[serde(default)]
    pub(crate) is_topic_message: bool,
    pub(crate) from: Option<User>,
    pub(crate) sender_chat: Option<Chat>,
    pub(crate) chat: Chat,
    pub(crate) date: i64,
    pub(crate) edit_date: Option<i64>,
    pub(crate) media_group_id: Option<String>,
    pub(crate) reply_to_message: Option<Box<Replied>>,
    pub(crate) text: Option<String>,
    #[serde(default)]
    pub(crate) entities: Vec<Entity>,
    pub(crate) caption: Option<String>,
    #[serde(default)]
    pub(crate) caption_entities: Vec<Entity>,
    #[serde(default)]
    pub(crate) photo: Vec<File>,
    pub(crate) document: Option<File>,
    pub(crate) voice: Option<File>,
    pub(crate) audio: Option<File>,
    pub(crate) migrate_to_chat_id: Option<i64>,
    // What people send and this product has no use for. An animation is a document, too.
    pub(crate) animation: Option<IgnoredAny>,
    pub(crate) sticker: Option<IgnoredAny>,
    pub(crate) video: Option<IgnoredAny>,
    pub(crate) video_note: Option<IgnoredAny>,
    pub(crate) contact: Option<IgnoredAny>,
    pub(crate) location: Option<IgnoredAny>,
    pub(crate) poll: Option<IgnoredAny>,
    pub(crate) dice: Option<IgnoredAny>,
}

impl Message {
    /// Whether it holds something of a person's that is of no use here. Everything else without
    /// a text or a file is the platform's own note: a new title, a pinned message, a member.
    pub(crate) fn is_of_no_use(&self) -> bool {
        self.animation.is_some()
            || self.document.is_some()
            || self.sticker.is_some()
            || self.video.is_some()
            || self.video_note.is_some()
            || self.contact.is_some()
            || self.location.is_some()
            || self.poll.is_some()
            || self.dice.is_some()
    }
}

/// The message that another one replies to.
#[derive(Deserialize)]
pub(crate) struct Replied {
    pub(crate) from: Option<User>,
    pub(crate) reply_markup: Option<Keyboard>,
}

#[derive(Deserialize)]
pub(crate) struct Keyboard {
    pub(crate) inline_keyboard: Vec<Vec<Button>>,
}

#[derive(Deserialize)]
pub(crate) struct Button {
    pub(crate) callback_data: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct User {
    pub(crate) id: i64,
    #[serde(default)]
    pub(crate) is_bot: bool,
    #[serde(default)]
    pub(crate) first_name: String,
    pub(crate) last_name: Option<String>,
    pub(crate) language_code: Option<String>,
}

/// The bot's own `User`, as `getMe` tells it.
#[derive(Deserialize)]
pub(crate) struct Bot {
    pub(crate) id: i64,
    pub(crate) username: String,
    #[serde(default)]
    pub(crate) can_join_groups: bool,
    #[serde(default)]
    pub(crate) can_read_all_group_messages: bool,
}

#[derive(Deserialize)]
pub(crate) struct Chat {
    pub(crate) id: i64,
    #[serde(rename = "type")]
    pub(crate) kind: ChatKind,
    pub(crate) title: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChatKind {
    Private,
    Group,
    Supergroup,
    /// Channels, and what Telegram may think of.
    #[serde(other)]
    Other,
}

/// A stretch of a text that means something; offsets count UTF-16 units.
#[derive(Deserialize)]
pub(crate) struct Entity {
    #[serde(rename = "type")]
    pub(crate) kind: EntityKind,
    pub(crate) offset: usize,
    pub(crate) length: usize,
    pub(crate) user: Option<User>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EntityKind {
    Mention,
    BotCommand,
    TextMention,
    #[serde(other)]
    Other,
}

/// A size of a photo, a document, a voice note or a piece of music.
#[derive(Deserialize)]
pub(crate) struct File {
    pub(crate) file_id: String,
    pub(crate) file_unique_id: String,
    pub(crate) file_size: Option<u64>,
    #[serde(default)]
    pub(crate) width: u32,
    #[serde(default)]
    pub(crate) height: u32,
    pub(crate) duration: Option<u32>,
    pub(crate) mime_type: Option<String>,
    pub(crate) file_name: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct CallbackQuery {
    pub(crate) id: String,
    pub(crate) from: User,
    pub(crate) message: Option<Pressed>,
    pub(crate) data: Option<String>,
}

/// The message that a pressed button hangs on; an old one comes without its content.
#[derive(Deserialize)]
pub(crate) struct Pressed {
    pub(crate) message_id: i64,
    pub(crate) message_thread_id: Option<i64>,
    #[serde(default)]
    pub(crate) is_topic_message: bool,
    pub(crate) chat: Chat,
}

/// How the bot's own membership of a chat changed.
#[derive(Deserialize)]
pub(crate) struct Membership {
    pub(crate) chat: Chat,
    pub(crate) from: User,
    pub(crate) date: i64,
    pub(crate) old_chat_member: Member,
    pub(crate) new_chat_member: Member,
}

#[derive(Deserialize)]
pub(crate) struct Member {
    pub(crate) status: Status,
    /// Told of restricted members alone.
    pub(crate) is_member: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Creator,
    Administrator,
    Member,
    Restricted,
    Left,
    Kicked,
    #[serde(other)]
    Other,
}

impl Member {
    /// Whether the bot is in the chat.
    pub(crate) fn is_in(&self) -> bool {
        match self.status {
            Status::Creator | Status::Administrator | Status::Member => true,
            Status::Restricted => self.is_member.unwrap_or(true),
            Status::Left | Status::Kicked | Status::Other => false,
        }
    }
}
