//! Where a talk takes place: what happens there, and when.

use chrono::{DateTime, TimeDelta, Utc};

use super::keeping::Keeping;
use super::receipt;
use super::wall::Wall;
use crate::conversation::action::Action;
use crate::conversation::event::{Envelope, Event, Scene, Tick};
use crate::conversation::question::{Answer, DraftQuery, ExpenseFilter, PageRequest, Question};
use crate::conversation::reply::{Anchor, Reply};
use crate::domain::attachment::{Attachment, Fingerprint};
use crate::domain::currency::Currency;
use crate::domain::draft::DraftContent;
use crate::domain::exchange::Rate;
use crate::domain::keys::{ChatKey, DraftId, MessageKey, Number, UpdateKey, UserKey};
use crate::domain::ledger::{Language, Settings};
use crate::domain::person::PersonName;

/// What a script asks for is not there.
pub(super) const NOT_SHOWN: &str = "no message like that was shown";

pub(super) type Told<T = Vec<String>> = Result<T, String>;

pub(super) struct Stage {
    keeping: Keeping,
    wall: Wall,
    now: DateTime<Utc>,
    /// How long the next update is on its way.
    late: TimeDelta,
    who: UserKey,
    scene: Scene,
    updates: u32,
    /// The newest message of a person.
    written: Option<MessageKey>,
    draft: Option<DraftId>,
    pressed: Option<(Action, MessageKey)>,
    last: Option<Envelope>,
}

impl Default for Stage {
    /// Noon in Berlin in May, euros, English.
    fn default() -> Self {
        let settings = Settings {
            currency: Currency::EUR,
            zone: parsed("Europe/Berlin"),
            locale: parsed("en"),
            language: Language::English,
        };
        Self {
            keeping: Keeping::new(key(ChatKey::new("talk:1")), settings),
            wall: Wall::default(),
            now: parsed("2026-05-06T10:00:00Z"),
            late: TimeDelta::zero(),
            who: key(UserKey::new("talk:anna")),
            scene: Scene::Private,
            updates: 0,
            written: None,
            draft: None,
            pressed: None,
            last: None,
        }
    }
}

#[allow(
    clippy::panic,
    reason = "a wrong constant of this file shall stop the test"
)]
fn parsed<T: std::str::FromStr>(text: &str) -> T {
    text.parse()
        .unwrap_or_else(|_| panic!("not understood: {text}"))
}

#[allow(clippy::panic, reason = "a wrong key of a talk shall stop the test")]
pub(super) fn key<K, E>(made: Result<K, E>) -> K {
    made.unwrap_or_else(|_| panic!("this is no key"))
}

impl Stage {
    /// Lets it happen; gives back what is said then.
    pub(super) fn act(&mut self, what: &str, text: &str) -> Told {
        let (what, of) = match what.split_once(' ') {
            Some((what, of)) => (what, of.split_once(' ').map(|(_, of)| of)),
            None => (what, None),
        };
        let settings = &mut self.keeping.settings;
        match what {
            "now" => self.now = parse(text)?,
            "currency" => settings.currency = parse(text)?,
            "locale" => settings.locale = parse(text)?,
            "categorizer" => self.keeping.suggests = text == "on",
            "zone" => settings.zone = parse(text)?,
            "owner" => {
                let owner = UserKey::new(format!("talk:{text}")).map_err(|e| e.to_string())?;
                self.keeping.access.owners.insert(owner);
            }
            "in" => self.scene = scene(text)?,
            "as" => self.who = UserKey::new(format!("talk:{text}")).map_err(|e| e.to_string())?,
            "wait" => self.now += duration(text)?,
            "late" => self.late = duration(text)?,
            "restart" => self.wall.forget(),
            "redeliver" => self.redeliver()?,
            "user" => return self.write(text, None),
            "reply" => return self.write(text, Some(self.wall.buttons(of)?)),
            "edit" => {
                let text = text.to_owned();
                return self.happen(Event::Edited { text }, self.written.clone());
            }
            "caption" => return self.recaption(text),
            "press" => return self.press(text),
            "again" => {
                let (action, message) = self.pressed.clone().ok_or(NOT_SHOWN)?;
                return self.happen(Event::Press(action), Some(message));
            }
            "photo" => return self.photo(text, of),
            "voice" => return self.voice(text, of),
            "read" => return self.read(text, of),
            "waits" => return self.waits(text),
            "suggested" => return self.suggested(text),
            "limited" => {
                let retry_after_s = parse(text)?;
                return self.happen(Event::Limited { retry_after_s }, None);
            }
            "aside" => return self.aside(text),
            "arrived" => return self.happen(Event::Arrived, None),
            "denied" => {
                let asked = text == "asked";
                let strangers = self.name().map(|name| (self.who.clone(), name));
                self.keeping.strangers.extend(strangers);
                self.keeping.access.open = false;
                return self.happen(Event::Denied { asked }, None);
            }
            "code" => {
                let right = text == "right";
                return self.happen(Event::Code { right }, None);
            }
            "rates" => self.keeping.converts = text == "on",
            "rate" => return self.rate(text, of),
            "sweep" => return self.happen(Event::Tick(Tick::Sweep), None),
            _ => return Err("no such line".to_owned()),
        }
        Ok(Vec::new())
    }

    /// Whether the books are still right.
    pub(super) fn recount(&self) -> Told<()> {
        self.keeping.recount()
    }

    fn write(&mut self, text: &str, reply_to: Option<Vec<Action>>) -> Told {
        let message = self.wall.message();
        self.written = Some(message.clone());
        let text = text.to_owned();
        self.happen(Event::Text { text, reply_to }, Some(message))
    }

    fn press(&mut self, text: &str) -> Told {
        let (label, says) = match text.rsplit_once(" on ") {
            Some((label, says)) => (label, Some(says)),
            None => (text, None),
        };
        let (action, message) = self.wall.button(label, says)?;
        self.pressed = Some((action.clone(), message.clone()));
        self.happen(Event::Press(action), Some(message))
    }

    fn voice(&mut self, text: &str, length: Option<&str>) -> Told {
        let (attachment, caption) = attached(text);
        let seconds = length.map(duration).transpose()?;
        let event = Event::Voice {
            attachment,
            seconds: seconds.and_then(|length| length.num_seconds().try_into().ok()),
            caption,
        };
        let message = self.wall.message();
        self.happen(event, Some(message))
    }

    fn photo(&mut self, text: &str, album: Option<&str>) -> Told {
        let (attachment, caption) = attached(text);
        let event = Event::Photo {
            attachment,
            caption,
            album: album.map(|album| key(MessageKey::new(album))),
        };
        let message = self.wall.message();
        self.happen(event, Some(message))
    }

    fn recaption(&mut self, text: &str) -> Told {
        let (attachment, caption) = attached(text);
        let file = attachment.fingerprint;
        self.happen(Event::Recaptioned { file, caption }, None)
    }

    fn read(&mut self, text: &str, round: Option<&str>) -> Told {
        let id = self.draft.ok_or(NOT_SHOWN)?;
        let question = Question::Draft(DraftQuery::Id(id));
        let Answer::Draft(Some(draft)) = self.keeping.answer(&question) else {
            return Err(NOT_SHOWN.to_owned());
        };
        let DraftContent::Receipt(draft) = draft.content else {
            return Err(NOT_SHOWN.to_owned());
        };
        let content = draft.parts.iter().map(|part| part.fingerprint.clone());
        let event = Event::Read {
            draft: id,
            round: round.map_or(Ok(draft.round), parse)?,
            content: content.collect(),
            place: "on this server".to_owned(),
            result: receipt::result(text)?,
        };
        self.happen(event, None)
    }

    /// `rate of 1: 0.8868 2026-05-05`
    fn rate(&mut self, text: &str, number: Option<&str>) -> Told {
        let number = Number(parse(number.unwrap_or_default())?);
        let (factor, day) = text.split_once(' ').ok_or("write a rate and its day")?;
        let filter = ExpenseFilter {
            number: Some(number),
            removed: true,
            ..ExpenseFilter::default()
        };
        let page = PageRequest {
            after: None,
            limit: 1,
        };
        let Answer::Expenses(page) = self.keeping.answer(&Question::Expenses(filter, page)) else {
            return Err(NOT_SHOWN.to_owned());
        };
        let expense = page.expenses.first().ok_or(NOT_SHOWN)?;
        let event = Event::Rated {
            expense: expense.id,
            revision: expense.revision,
            into: self.keeping.currency(),
            rate: Rate {
                factor: parse(factor)?,
                source: parse("rates.test")?,
                day: parse(day)?,
            },
        };
        self.happen(event, None)
    }

    fn waits(&mut self, text: &str) -> Told {
        let (place, seconds) = text.split_once(' ').ok_or("write a place and seconds")?;
        let event = Event::Waits {
            draft: self.draft.ok_or(NOT_SHOWN)?,
            place: (place != "own").then(|| parse(place)).transpose()?,
            seconds: parse(seconds)?,
        };
        self.happen(event, None)
    }

    fn suggested(&mut self, category: &str) -> Told {
        let wanted = self.keeping.wanted.clone().ok_or("no category is wanted")?;
        let event = Event::Suggested {
            expense: wanted.id,
            description: wanted.details.description,
            merchant: wanted.details.merchant,
            category: category.to_owned(),
            place: "by a model".to_owned(),
        };
        self.happen(event, None)
    }

    fn happen(&mut self, event: Event, message: Option<MessageKey>) -> Told {
        self.updates += 1;
        self.now += TimeDelta::seconds(1);
        let envelope = Envelope {
            key: key(UpdateKey::new(format!("talk:{}", self.updates))),
            chat: self.keeping.chat(),
            who: self.who.clone(),
            sent_at: self.now,
            message,
            language: None,
            name: self.name(),
            scene: self.scene.clone(),
            trace: None,
            event,
        };
        self.now += std::mem::replace(&mut self.late, TimeDelta::zero());
        self.last = Some(envelope.clone());
        let replies = self.keeping.handle(&envelope, self.now)?;
        replies.into_iter().map(|reply| self.show(reply)).collect()
    }

    /// Something that is said to others in a group.
    fn aside(&mut self, text: &str) -> Told {
        let addressed = self.scene.clone();
        if let Scene::Group { addressed, .. } = &mut self.scene {
            *addressed = false;
        }
        let said = self.write(text, None);
        self.scene = addressed;
        said
    }

    /// What the platform calls whoever goes on: in a group, their key with a large letter.
    fn name(&self) -> Option<PersonName> {
        let called = self.who.as_str().strip_prefix("talk:")?;
        let (first, rest) = called.split_at_checked(1)?;
        let name = format!("{}{rest}", first.to_uppercase());
        PersonName::new(&name.replace('_', " ")).ok()
    }

    fn show(&mut self, reply: Reply) -> Told<String> {
        if let Some(Anchor::Draft(id)) = reply.anchor {
            self.draft = Some(id);
        }
        self.wall.show(reply)
    }

    /// The last update again, as if nobody had seen it.
    fn redeliver(&mut self) -> Told<()> {
        let envelope = self.last.clone().ok_or(NOT_SHOWN)?;
        let before = self.keeping.everything();
        self.keeping.handle(&envelope, self.now)?;
        if self.keeping.everything() == before {
            Ok(())
        } else {
            Err("an update that came twice did something twice".to_owned())
        }
    }
}

/// What is attached by this name, and the caption after it.
fn attached(text: &str) -> (Attachment, String) {
    let (name, caption) = text.split_once(' ').unwrap_or((text, ""));
    let attachment = Attachment {
        reference: name.to_owned(),
        fingerprint: Fingerprint(name.to_owned()),
        bytes: None,
    };
    (attachment, caption.to_owned())
}

fn parse<T: std::str::FromStr>(text: &str) -> Told<T> {
    text.parse().map_err(|_| format!("not understood: {text}"))
}

fn scene(text: &str) -> Told<Scene> {
    match text.split_once(' ') {
        None if text == "private" => Ok(Scene::Private),
        None if text == "group" => Ok(Scene::Group {
            addressed: true,
            topic: None,
        }),
        Some(("group", topic)) => Ok(Scene::Group {
            addressed: true,
            topic: Some(MessageKey::new(topic).map_err(|e| e.to_string())?),
        }),
        _ => Err("write private, group or group and a topic".to_owned()),
    }
}

fn duration(text: &str) -> Told<TimeDelta> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: i64 = parse(number)?;
    match unit.trim().chars().next() {
        Some('s') => Ok(TimeDelta::seconds(number)),
        Some('m') => Ok(TimeDelta::minutes(number)),
        Some('h') => Ok(TimeDelta::hours(number)),
        Some('d') => Ok(TimeDelta::days(number)),
        _ => Err("write for example 11m, 3h or 2d".to_owned()),
    }
}
