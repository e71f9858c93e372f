//! A group with its members.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::model::{ChatInfo, Message, User};
use crate::person::{Person, membership};
use crate::shared::Shared;
use crate::world::{Room, Standing, World};

/// A group chat in which the bot is, or was.
#[derive(Clone)]
pub struct Group {
    shared: Arc<Shared>,
    id: i64,
}

impl Group {
    pub(crate) fn new(shared: &Arc<Shared>, id: i64) -> Self {
        Self {
            shared: shared.clone(),
            id,
        }
    }

    /// The chat's id.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Makes the person a member, of which the bot is not told, and takes them there. The first
    /// one owns the group.
    pub fn member(&self, person: &Person) -> Person {
        self.with(|room| {
            let standing = match room.members.is_empty() {
                true => Standing::Owner,
                false => Standing::Member,
            };
            room.members.entry(person.id()).or_insert(standing);
        });
        person.at(self.id, None)
    }

    /// The person writing in a topic.
    pub fn in_topic(&self, person: &Person, topic: i64) -> Person {
        self.member(person).at(self.id, Some(topic))
    }

    /// Somebody opens a topic; its number is that of the message that tells of it.
    pub fn topic(&self, by: &Person, name: &str) -> i64 {
        let created = json!({ "forum_topic_created": { "name": name, "icon_color": 7_322_096 } });
        let id = by.at(self.id, None).other(created);
        self.with(|room| room.topics.insert(id, name.to_owned()));
        id
    }

    /// Somebody enters, by themselves, and the chat is told.
    pub fn join(&self, person: &Person) -> Person {
        let member = self.member(person);
        let user = self.user(person.id());
        member.other(json!({ "new_chat_members": [user] }));
        member
    }

    /// Somebody leaves, and the chat is told.
    pub fn leave(&self, person: &Person) {
        self.with(|room| room.members.insert(person.id(), Standing::Left));
        let user = self.user(person.id());
        person
            .at(self.id, None)
            .other(json!({ "left_chat_member": user }));
    }

    /// A member brings the bot in.
    pub fn invite_bot(&self, by: &Person) {
        self.bot_becomes(by, Standing::Member);
        let bot = self.shared.world().bot.clone();
        by.at(self.id, None)
            .other(json!({ "new_chat_members": [bot] }));
    }

    /// A member throws the bot out.
    pub fn kick_bot(&self, by: &Person) {
        self.bot_becomes(by, Standing::Kicked);
    }

    fn bot_becomes(&self, by: &Person, standing: Standing) {
        let by = self.user(by.id());
        let mut world = self.shared.world();
        let room = world.rooms.get_mut(&self.id).expect("the group is there");
        let before = std::mem::replace(&mut room.bot, standing);
        let info = room.info.clone();
        let change = membership(&world, info, by, before, standing);
        let update = world.update(self.id, "my_chat_member", &change);
        drop(world);
        self.shared.made(update);
    }

    /// The group becomes a supergroup with another id. Both chats are told.
    pub fn migrate(&self) -> Group {
        let mut world = self.shared.world();
        let number = i64::try_from(world.fresh()).unwrap_or(i64::MAX);
        let to = -1_002_000_000_000 - number;
        let old = world.rooms.get_mut(&self.id).expect("the group is there");
        let info = ChatInfo {
            id: to,
            kind: "supergroup",
            ..old.info.clone()
        };
        let mut room = Room::new(info, old.bot);
        room.members = old.members.clone();
        world.rooms.insert(to, room);
        let updates = [
            tell(&mut world, self.id, json!({ "migrate_to_chat_id": to })),
            tell(&mut world, to, json!({ "migrate_from_chat_id": self.id })),
        ];
        if let Some(old) = world.rooms.get_mut(&self.id) {
            old.moved_to = Some(to);
        }
        drop(world);
        for update in updates {
            self.shared.made(update);
        }
        Group::new(&self.shared, to)
    }

    fn with<T>(&self, change: impl FnOnce(&mut Room) -> T) -> T {
        let mut world = self.shared.world();
        change(world.rooms.get_mut(&self.id).expect("the group is there"))
    }

    fn user(&self, id: i64) -> User {
        let world = self.shared.world();
        let account = world.accounts.get(&id);
        account.expect("the person was met").user.clone()
    }
}

/// A message that the platform itself writes.
fn tell(world: &mut World, chat: i64, fields: Value) -> Option<bytes::Bytes> {
    let group = User {
        id: 1_087_968_824,
        is_bot: true,
        first_name: "Group".to_owned(),
        username: Some("GroupAnonymousBot".to_owned()),
        language_code: None,
    };
    let message = Message {
        from: Some(group),
        other: Some(fields),
        ..Message::default()
    };
    let message = world.post(chat, message).ok()?;
    world.update(chat, "message", &*message)
}
