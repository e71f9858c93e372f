//! Who talks with the bot, where, and how they address it.

use std::collections::BTreeMap;

use telegram_fake::{Fake, Group, Message, Person};

use super::shown::Shown;

/// The first person's id; as long as any other's, so that none is the beginning of another.
const FIRST: i64 = 5_000_001;

/// Where people talk with the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Private,
    Group,
    Topic(i64),
}

/// Everybody in a talk, and the group that they share.
pub(super) struct People {
    bot: String,
    group: Group,
    topics: BTreeMap<String, i64>,
    /// Alone with the bot, by their names in the script.
    known: BTreeMap<String, Person>,
    who: String,
    place: Place,
    addressed: usize,
}

/// How something is said to the bot.
pub(super) struct Said {
    pub(super) text: String,
    /// The message that it replies to.
    pub(super) to: Option<i64>,
}

impl People {
    /// Anna, alone with the bot, and a group that she may enter.
    pub(super) fn new(fake: &Fake, topics: bool) -> Self {
        let mut people = Self {
            bot: fake.bot_name(),
            group: fake.supergroup("Flat", topics),
            topics: BTreeMap::new(),
            known: BTreeMap::new(),
            who: String::new(),
            place: Place::Private,
            addressed: 0,
        };
        people.go_on_as(fake, "anna");
        people
    }

    pub(super) fn go_on_as(&mut self, fake: &Fake, name: &str) {
        self.meet(fake, name);
        self.who = name.to_owned();
    }

    /// Their id.
    pub(super) fn meet(&mut self, fake: &Fake, name: &str) -> i64 {
        let id = FIRST + i64::try_from(self.known.len()).expect("few people");
        let person = self.known.entry(name.to_owned()).or_insert_with(|| {
            let (first, rest) = name.split_at(1);
            fake.user(id)
                .named(&format!("{}{rest}", first.to_uppercase()))
        });
        person.id()
    }

    /// From here on it is said there: `private`, `group`, or `group 7`.
    pub(super) fn go_to(&mut self, place: &str) -> Result<(), String> {
        self.place = match place.split_once(' ') {
            None if place == "private" => Place::Private,
            None if place == "group" => Place::Group,
            Some(("group", name)) => {
                let member = self.group.member(&self.known[&self.who]);
                let opened = || self.group.topic(&member, name);
                Place::Topic(*self.topics.entry(name.to_owned()).or_insert_with(opened))
            }
            _ => return Err("write private, group or group and a topic".to_owned()),
        };
        Ok(())
    }

    /// Whoever goes on, by their name in the script.
    pub(super) fn name(&self) -> &str {
        &self.who
    }

    /// Whoever goes on, where they are.
    pub(super) fn who(&self) -> Person {
        let person = &self.known[&self.who];
        match self.place {
            Place::Private => person.clone(),
            Place::Group => self.group.member(person),
            Place::Topic(topic) => self.group.in_topic(person, topic),
        }
    }

    /// The bot comes to where they are.
    pub(super) fn bring_bot(&self) {
        let person = self.who();
        match self.place {
            Place::Private => {
                person.block();
                person.unblock();
            }
            Place::Group | Place::Topic(_) => {
                self.group.kick_bot(&person);
                self.group.invite_bot(&person);
            }
        }
    }

    /// Words that the bot gets, in a group in each of the ways in which people address it: before
    /// the words, after them, by a reply, by a command with its name.
    pub(super) fn say(&mut self, text: &str, last: Option<&Shown>) -> Said {
        let text = self.with_ids(text);
        let mut said = Said { text, to: None };
        if self.place == Place::Private {
            return said;
        }
        self.addressed += 1;
        let text = &said.text;
        let command = text.split_whitespace().next().unwrap_or_default();
        let words = text.get(command.len()..).unwrap_or_default();
        let replies_to = last.filter(|last| last.to == self.who && may_reply(&last.message));
        match (self.addressed % 3, replies_to) {
            (0, _) if is_command(text) && !command.contains('@') => {
                said.text = format!("{command}@{}{words}", self.bot);
            }
            _ if is_command(text) => {}
            (0, Some(last)) => said.to = Some(last.message.message_id),
            (1, _) => said.text = format!("{text} @{}", self.bot),
            _ => said.text = self.mention(text),
        }
        said
    }

    /// Words below a file, or those of a changed message.
    pub(super) fn mention(&self, text: &str) -> String {
        match self.place {
            Place::Private => text.to_owned(),
            _ if is_command(text) => text.to_owned(),
            _ => format!("@{} {text}", self.bot),
        }
    }

    /// The bot has another name in scripts; people are decided about by ids.
    fn with_ids(&self, text: &str) -> String {
        let text = text.replace("@expensebot", &format!("@{}", self.bot));
        match text.split_once(' ') {
            Some((command @ ("/approve" | "/revoke"), of)) => {
                let of = of.replace("talk:", "telegram:");
                let id = self.known.get(&of).map(|person| person.id().to_string());
                format!("{command} {}", id.unwrap_or(of))
            }
            _ => text,
        }
    }

    /// Everybody's ids as the script has them.
    pub(super) fn in_words_of_the_script(&self, text: &str) -> String {
        let chat = format!("chat is telegram:{}", self.who().place());
        let mut text = text.replace(&chat, "chat is talk:1");
        text = text.replace(&format!("telegram:{}", self.group.id()), "talk:1");
        for (name, person) in &self.known {
            let key = format!("telegram:{}", person.id());
            text = text.replace(&key, &format!("talk:{name}"));
        }
        text.replace("telegram:", "talk:")
    }
}

/// What has no buttons is about nothing; a question that waits for a reply is answered by one.
fn may_reply(message: &Message) -> bool {
    message.rows().is_empty() || message.words().contains("as a reply to this message")
}

fn is_command(text: &str) -> bool {
    text.starts_with('/')
}
