//! The objects of the Bot API that this server makes, field by field as its page names them.

use serde::Serialize;
use serde_json::Value;

/// A person or a bot.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct User {
    /// Never changes and never belongs to anyone else.
    pub id: i64,
    /// Whether it is a bot.
    pub is_bot: bool,
    /// The name shown.
    pub first_name: String,
    /// The public name, without `@`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The language of the person's app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_code: Option<String>,
}

/// A chat as it stands in messages.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChatInfo {
    /// Positive for a person, negative for groups.
    pub id: i64,
    /// `private`, `group` or `supergroup`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Of groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Of private chats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Of private chats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// A supergroup with topics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_forum: Option<bool>,
}

/// A part of a text with a meaning. Offsets and lengths are UTF-16 units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entity {
    /// `bold`, `bot_command`, `mention` …
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Where it begins.
    pub offset: usize,
    /// How long it is.
    pub length: usize,
    /// The address of a `text_link`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The language of a `pre` block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// A file as messages name it: photo size, document, voice or audio.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Media {
    /// Downloads it.
    pub file_id: String,
    /// The same for the same content.
    pub file_unique_id: String,
    /// Of photos, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Of photos, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Of recordings, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// Of documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Of documents and recordings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// Bytes.
    pub file_size: usize,
}

/// A message as the server sends it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Message {
    /// Counts up within the chat.
    pub message_id: i64,
    /// The topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_thread_id: Option<i64>,
    /// Set with a topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_topic_message: Option<bool>,
    /// Who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<User>,
    /// On whose behalf: an anonymous administrator writes as the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_chat: Option<ChatInfo>,
    /// Seconds since 1970.
    pub date: i64,
    /// Where.
    pub chat: ChatInfo,
    /// Seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit_date: Option<i64>,
    /// What it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to_message: Option<Box<Message>>,
    /// Binds the parts of an album.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_group_id: Option<String>,
    /// The words, without marks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The marks of the words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
    /// The words below a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// The marks of the caption.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub caption_entities: Vec<Entity>,
    /// The sizes of one photo.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub photo: Vec<Media>,
    /// A file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Media>,
    /// A voice note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<Media>,
    /// A recording that was sent as a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<Media>,
    /// A kind of content that no bot of ours knows: a sticker, a location …
    #[serde(flatten)]
    pub other: Option<Value>,
    /// The buttons, as an `InlineKeyboardMarkup`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<Value>,
}

impl Default for ChatInfo {
    fn default() -> Self {
        Self {
            id: 0,
            kind: "private",
            title: None,
            first_name: None,
            username: None,
            is_forum: None,
        }
    }
}

/// One button under a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What it says.
    pub text: String,
    /// What the bot gets when it is pressed; a link has none.
    pub data: Option<String>,
}

impl Message {
    /// The words: text or caption.
    pub fn words(&self) -> &str {
        let words = self.text.as_deref().or(self.caption.as_deref());
        words.unwrap_or_default()
    }

    /// The rows of buttons.
    pub fn rows(&self) -> Vec<Vec<Button>> {
        let rows = self.reply_markup.as_ref();
        let rows = rows.and_then(|markup| markup["inline_keyboard"].as_array());
        let button = |button: &Value| Button {
            text: button["text"].as_str().unwrap_or_default().to_owned(),
            data: button["callback_data"].as_str().map(str::to_owned),
        };
        let row = |row: &Value| -> Vec<Button> {
            let row = row.as_array().into_iter().flatten();
            row.map(button).collect()
        };
        rows.into_iter().flatten().map(row).collect()
    }

    /// The first button whose words contain these.
    pub fn button(&self, words: &str) -> Option<Button> {
        let mut buttons = self.rows().into_iter().flatten();
        buttons.find(|button| button.text.contains(words))
    }

    /// The file that it carries; of a photo the largest size.
    pub fn media(&self) -> Option<&Media> {
        let files = [&self.document, &self.voice, &self.audio];
        let file = files.into_iter().find_map(Option::as_ref);
        file.or_else(|| self.photo.last())
    }
}
