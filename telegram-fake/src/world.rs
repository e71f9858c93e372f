//! Who is there and what was said: the state of the server.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use crate::error::ApiError;
use crate::fault::Faults;
use crate::flood::Flood;
use crate::model::{ChatInfo, Media, Message, User};
use crate::options::Options;
use crate::params::Params;
use crate::queue::Queue;
use crate::webhook::Hook;

/// What a person sees happen in a chat.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// A new message, by anyone.
    Sent(Arc<Message>),
    /// The bot or a person changed a message; this is how it looks now.
    Edited(Arc<Message>),
    /// A message is gone.
    Deleted(i64),
    /// A pressed button was answered, with these words if any.
    Answered(Option<String>),
}

/// How somebody stands to a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Owner,
    Member,
    Left,
    Kicked,
}

impl Standing {
    pub(crate) fn status(self) -> &'static str {
        match self {
            Self::Owner => "creator",
            Self::Member => "member",
            Self::Left => "left",
            Self::Kicked => "kicked",
        }
    }
}

/// One chat.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) info: ChatInfo,
    pub(crate) bot: Standing,
    pub(crate) members: BTreeMap<i64, Standing>,
    pub(crate) moved_to: Option<i64>,
    pub(crate) topics: BTreeMap<i64, String>,
    pub(crate) messages: BTreeMap<i64, Arc<Message>>,
    pub(crate) last_id: i64,
    pub(crate) events: VecDeque<Seen>,
    /// Events that were dropped from the front since the beginning.
    pub(crate) dropped: usize,
    /// How many events a test has looked at.
    pub(crate) read: usize,
}

impl Room {
    pub(crate) fn new(info: ChatInfo, bot: Standing) -> Self {
        Self {
            info,
            bot,
            members: BTreeMap::new(),
            moved_to: None,
            topics: BTreeMap::new(),
            messages: BTreeMap::new(),
            last_id: 0,
            events: VecDeque::new(),
            dropped: 0,
            read: 0,
        }
    }

    pub(crate) fn note(&mut self, seen: Seen, keep: usize) {
        self.events.push_back(seen);
        while self.events.len() > keep {
            self.events.pop_front();
            self.dropped += 1;
        }
        while self.messages.len() > keep {
            self.messages.pop_first();
        }
    }
}

/// A person as the server knows them.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) user: User,
    pub(crate) blocked: bool,
}

/// A file that was uploaded.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) path: String,
    pub(crate) unique: String,
    pub(crate) bytes: Bytes,
}

/// All state, behind one lock.
pub(crate) struct World {
    pub(crate) options: Options,
    pub(crate) bot: User,
    pub(crate) accounts: HashMap<i64, Account>,
    pub(crate) rooms: HashMap<i64, Room>,
    pub(crate) files: HashMap<String, Stored>,
    /// Presses that wait for an answer: id → chat.
    pub(crate) presses: HashMap<String, i64>,
    pub(crate) commands: BTreeMap<(String, String), Value>,
    pub(crate) queue: Queue,
    /// Counts requests for updates; only the newest is served.
    pub(crate) poller: u64,
    pub(crate) hook: Option<Hook>,
    /// What deliveries to webhooks ended with other than well, and how often. The texts are few:
    /// statuses, and the kinds of failures of connections.
    pub(crate) refusals: BTreeMap<String, usize>,
    pub(crate) flood: Flood,
    pub(crate) faults: Faults,
    /// The time that was set, in seconds since 1970; the machine's where none was.
    pub(crate) time: Option<i64>,
    counter: u64,
}

impl World {
    pub(crate) fn new(options: Options) -> Self {
        let id = options.token.split(':').next();
        let bot = User {
            id: id.and_then(|id| id.parse().ok()).unwrap_or(1),
            is_bot: true,
            first_name: "Expenses".to_owned(),
            username: Some("expenses_test_bot".to_owned()),
            language_code: None,
        };
        Self {
            bot,
            accounts: HashMap::new(),
            rooms: HashMap::new(),
            files: HashMap::new(),
            presses: HashMap::new(),
            commands: BTreeMap::new(),
            queue: Queue::new(options.deliveries.clone(), options.shuffle, options.seed),
            poller: 0,
            hook: None,
            refusals: BTreeMap::new(),
            flood: Flood::new(options.limits.clone()),
            faults: Faults::default(),
            time: None,
            counter: 0,
            options,
        }
    }

    /// A number that was never given out.
    pub(crate) fn fresh(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// Seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.time.unwrap_or_else(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            since.map_or(0, |since| {
                i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
            })
        })
    }

    /// The chat that a call names, if the bot may write there.
    pub(crate) fn target(&self, params: &Params) -> Result<i64, ApiError> {
        if params.get("chat_id").is_none() {
            return Err(ApiError::bad("chat_id is empty"));
        }
        let not_found = || ApiError::bad("chat not found");
        let chat = params.int("chat_id").ok_or_else(not_found)?;
        let blocked = self.accounts.get(&chat).map(|account| account.blocked);
        if blocked == Some(true) {
            return Err(ApiError::forbidden("bot was blocked by the user"));
        }
        let Some(room) = self.rooms.get(&chat) else {
            return Err(match blocked {
                Some(_) => ApiError::forbidden("bot can't initiate conversation with a user"),
                None => not_found(),
            });
        };
        if let Some(to) = room.moved_to {
            return Err(ApiError::migrated(to));
        }
        let kind = room.info.kind;
        match room.bot {
            Standing::Kicked => Err(ApiError::forbidden(&format!(
                "bot was kicked from the {kind} chat"
            ))),
            Standing::Left => Err(ApiError::forbidden(&format!(
                "bot is not a member of the {kind} chat"
            ))),
            Standing::Owner | Standing::Member => Ok(chat),
        }
    }

    pub(crate) fn room(&mut self, chat: i64) -> Result<&mut Room, ApiError> {
        let room = self.rooms.get_mut(&chat);
        room.ok_or_else(|| ApiError::bad("chat not found"))
    }

    /// Puts a message into its chat, with the next number, the time and the chat filled in.
    pub(crate) fn post(
        &mut self,
        chat: i64,
        mut message: Message,
    ) -> Result<Arc<Message>, ApiError> {
        let (keep, now) = (self.options.history, self.now());
        let room = self.room(chat)?;
        room.last_id += 1;
        message.message_id = room.last_id;
        message.date = now;
        message.chat = room.info.clone();
        message.is_topic_message = message.message_thread_id.map(|_| true);
        let message = Arc::new(message);
        room.messages.insert(message.message_id, message.clone());
        room.note(Seen::Sent(message.clone()), keep);
        Ok(message)
    }

    /// An update for the bot, if it wants this kind: its bytes.
    pub(crate) fn update(
        &mut self,
        chat: i64,
        kind: &'static str,
        payload: &impl Serialize,
    ) -> Option<Bytes> {
        let wanted = self.queue.wants(kind);
        wanted.then(|| self.queue.push(chat, kind, payload))
    }

    /// Keeps a file; the same content has the same unique name.
    pub(crate) fn keep(&mut self, bytes: Bytes, folder: &str, extension: &str) -> Media {
        let number = self.fresh();
        let unique = {
            use std::hash::{DefaultHasher, Hash, Hasher};
            let mut hasher = DefaultHasher::new();
            bytes.hash(&mut hasher);
            format!("AQAD{:016x}", hasher.finish())
        };
        let media = Media {
            file_id: format!("AgACAgIAAxkBAAI{number:08}"),
            file_unique_id: unique.clone(),
            file_size: bytes.len(),
            ..Media::default()
        };
        let path = format!("{folder}/file_{number}{extension}");
        let stored = Stored {
            path,
            unique,
            bytes,
        };
        self.files.insert(media.file_id.clone(), stored);
        media
    }
}
