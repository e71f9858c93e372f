//! Where a talk takes place: books, a clock, and the messages that were shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::{receipt, render};
use crate::conversation::action::{Action, MAX_PAYLOAD_BYTES};
use crate::conversation::decision::{Decision, Input, Policy, Step, Turn};
use crate::conversation::event::{Envelope, Event, Tick};
use crate::conversation::question::{
    Answer, DraftQuery, ExpenseFilter, Group, PageRequest, Question, TotalsQuery,
};
use crate::conversation::reply::{Anchor, Place, Reply};
use crate::conversation::session::Session;
use crate::conversation::step::step;
use crate::domain::attachment::{Attachment, Fingerprint};
use crate::domain::currency::Currency;
use crate::domain::draft::DraftContent;
use crate::domain::keys::{ChatKey, DraftId, MessageKey, UpdateKey, UserKey};
use crate::domain::ledger::{Language, Ledger, Settings};
use crate::domain::limits;
use crate::memory::books::Books;
use crate::ports::store::{Commit, Committed, StoredSession};

/// A message of the bot as the chat shows it now.
struct Shown {
    key: MessageKey,
    anchor: Option<Anchor>,
    reply: Reply,
}

pub(super) struct Stage {
    books: Books,
    chat: ChatKey,
    settings: Settings,
    now: DateTime<Utc>,
    who: UserKey,
    updates: u32,
    messages: u32,
    /// The newest message of a person.
    written: Option<MessageKey>,
    shown: Vec<Shown>,
    draft: Option<DraftId>,
    last: Option<Envelope>,
}

const ALL: PageRequest = PageRequest {
    after: None,
    limit: limits::MAX_PAGE,
};

const TOTALS: TotalsQuery = TotalsQuery {
    period: None,
    categories: None,
    group: Group::None,
};

/// What a script asks for is not there.
pub(super) const NOT_SHOWN: &str = "no message like that was shown";

type Told<T = Vec<String>> = Result<T, String>;

impl Default for Stage {
    /// Noon in Berlin in May, euros, English.
    fn default() -> Self {
        Self {
            books: Books::default(),
            chat: key(ChatKey::new("talk:1")),
            settings: Settings {
                currency: Currency::EUR,
                zone: parsed("Europe/Berlin"),
                locale: parsed("en"),
                language: Language::English,
            },
            now: parsed("2026-05-06T10:00:00Z"),
            who: key(UserKey::new("talk:anna")),
            updates: 0,
            messages: 0,
            written: None,
            shown: Vec::new(),
            draft: None,
            last: None,
        }
    }
}

/// A value of this file's own, which is known to be right.
#[allow(
    clippy::panic,
    reason = "test support: a wrong constant shall stop the test"
)]
fn parsed<T: std::str::FromStr>(text: &str) -> T {
    text.parse()
        .unwrap_or_else(|_| panic!("not understood: {text}"))
}

#[allow(
    clippy::panic,
    reason = "test support: a wrong key shall stop the test"
)]
fn key<K, E>(made: Result<K, E>) -> K {
    made.unwrap_or_else(|_| panic!("this is no key"))
}

impl Stage {
    /// Lets it happen; gives back what is said then.
    pub(super) fn act(&mut self, what: &str, text: &str) -> Told {
        let (what, of) = match what.split_once(' ') {
            Some((what, of)) => (what, of.split_once(' ').map(|(_, of)| of)),
            None => (what, None),
        };
        match what {
            "now" => self.now = parse(text)?,
            "currency" => self.settings.currency = parse(text)?,
            "locale" => self.settings.locale = parse(text)?,
            "zone" => self.settings.zone = parse(text)?,
            "as" => self.who = UserKey::new(format!("talk:{text}")).map_err(|e| e.to_string())?,
            "wait" => self.now += duration(text)?,
            "restart" => self.shown.iter_mut().for_each(|shown| shown.anchor = None),
            "redeliver" => return self.redeliver(),
            "user" => return self.write(text, None),
            "reply" => {
                let buttons = self.newest(|shown| !shown.reply.buttons.is_empty(), of)?;
                let actions = actions(&self.shown[buttons].reply);
                return self.write(text, Some(actions));
            }
            "edit" => {
                let message = self.written.clone();
                return self.happen(
                    Event::Edited {
                        text: text.to_owned(),
                    },
                    message,
                );
            }
            "press" => {
                return match text.rsplit_once(" on ") {
                    Some((label, says)) => self.press(label, Some(says)),
                    None => self.press(text, None),
                };
            }
            "photo" => return self.photo(text, of),
            "read" => return self.read(text, of),
            "limited" => {
                let retry_after_s = parse(text)?;
                return self.happen(Event::Limited { retry_after_s }, None);
            }
            "sweep" => return self.happen(Event::Tick(Tick::Sweep), None),
            _ => return Err("no such line".to_owned()),
        }
        Ok(Vec::new())
    }

    fn message(&mut self) -> MessageKey {
        self.messages += 1;
        key(MessageKey::new(self.messages.to_string()))
    }

    fn write(&mut self, text: &str, reply_to: Option<Vec<Action>>) -> Told {
        let message = self.message();
        self.written = Some(message.clone());
        let text = text.to_owned();
        self.happen(Event::Text { text, reply_to }, Some(message))
    }

    fn newest(&self, fits: impl Fn(&Shown) -> bool, says: Option<&str>) -> Told<usize> {
        self.shown
            .iter()
            .rposition(|shown| {
                let text = shown.reply.text.to_plain();
                fits(shown) && says.is_none_or(|says| text.contains(says))
            })
            .ok_or_else(|| NOT_SHOWN.to_owned())
    }

    fn press(&mut self, label: &str, says: Option<&str>) -> Told {
        let named = |reply: &Reply| {
            let buttons = reply.buttons.iter().flatten();
            buttons
                .filter(|button| button.label == label)
                .map(|button| button.action.clone())
                .next()
        };
        let at = self.newest(|shown| named(&shown.reply).is_some(), says)?;
        let action = named(&self.shown[at].reply).ok_or("no such button")?;
        let message = self.shown[at].key.clone();
        self.happen(Event::Press(action), Some(message))
    }

    fn photo(&mut self, text: &str, album: Option<&str>) -> Told {
        let (name, caption) = text.split_once(' ').unwrap_or((text, ""));
        let message = self.message();
        let event = Event::Photo {
            attachment: Attachment {
                reference: name.to_owned(),
                fingerprint: Fingerprint(name.to_owned()),
                bytes: None,
            },
            caption: caption.to_owned(),
            album: album.map(|album| key(MessageKey::new(album))),
        };
        self.happen(event, Some(message))
    }

    fn read(&mut self, text: &str, round: Option<&str>) -> Told {
        let id = self.draft.ok_or(NOT_SHOWN)?;
        let ledger = self.ledger().id;
        let draft = self.books.draft(ledger, &DraftQuery::Id(id));
        let Some(DraftContent::Receipt(draft)) = draft.map(|draft| draft.content) else {
            return Err(NOT_SHOWN.to_owned());
        };
        let round = round.map_or(Ok(draft.round), parse)?;
        let content = draft.parts.iter().map(|part| part.fingerprint.clone());
        let event = Event::Read {
            draft: id,
            round,
            content: content.collect(),
            place: "on this server".to_owned(),
            result: receipt::result(text)?,
        };
        self.happen(event, None)
    }

    fn happen(&mut self, event: Event, message: Option<MessageKey>) -> Told {
        self.updates += 1;
        self.now += TimeDelta::seconds(1);
        let envelope = Envelope {
            key: key(UpdateKey::new(format!("talk:{}", self.updates))),
            chat: self.chat.clone(),
            who: self.who.clone(),
            sent_at: self.now,
            message,
            language: None,
            event,
        };
        self.last = Some(envelope.clone());
        let replies = self.handle(&envelope)?;
        replies.into_iter().map(|reply| self.show(reply)).collect()
    }

    /// The last update again, as if nobody had seen it.
    fn redeliver(&mut self) -> Told {
        let envelope = self.last.clone().ok_or(NOT_SHOWN)?;
        let before = self.everything();
        self.handle(&envelope)?;
        if self.everything() != before {
            return Err("an update that came twice did something twice".to_owned());
        }
        Ok(Vec::new())
    }

    /// The kept sums are those of the expenses, and a session survives being kept.
    pub(super) fn recount(&self) -> Told<()> {
        let ledger = self.ledger().id;
        let page = self.books.page(ledger, &ExpenseFilter::default(), ALL);
        let mut sums = BTreeMap::<Currency, (i128, u64)>::new();
        for expense in &page.expenses {
            let sum = sums.entry(expense.details.money.currency()).or_default();
            sum.0 += i128::from(expense.details.money.minor());
            sum.1 += 1;
        }
        let kept = self.books.totals(ledger, &TOTALS).into_iter();
        let kept = kept.map(|total| (total.currency, (total.minor, total.count)));
        if sums != kept.collect() {
            return Err("the kept sums are not those of the expenses".to_owned());
        }
        let session = self.books.session(&self.chat).session;
        let text = serde_json::to_string(&session).map_err(|error| error.to_string())?;
        let again: Session = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        if again == session {
            Ok(())
        } else {
            Err("a session came back from its text as another".to_owned())
        }
    }

    fn everything(&self) -> Vec<Answer> {
        let questions = [
            Question::Expenses(ExpenseFilter::default(), ALL),
            Question::Totals(TOTALS),
            Question::Tags,
        ];
        let ledger = self.ledger().id;
        let answers = questions
            .iter()
            .map(|asked| self.books.answer(ledger, asked));
        answers.collect()
    }

    fn ledger(&self) -> Ledger {
        self.books
            .ledger(&self.chat)
            .cloned()
            .unwrap_or_else(|| Ledger::new(self.chat.clone(), self.settings.clone()))
    }

    fn handle(&mut self, envelope: &Envelope) -> Told<Vec<Reply>> {
        if let Some(outcome) = self.books.recorded(&envelope.chat, &envelope.key) {
            return Ok(outcome.replies);
        }
        let stored = self.books.session(&self.chat);
        let turn = Turn {
            now: self.now,
            sent_at: envelope.sent_at,
            update: envelope.key.clone(),
            chat: envelope.chat.clone(),
            who: envelope.who.clone(),
            message: envelope.message.clone(),
            ledger: Arc::new(self.ledger()),
            policy: Policy {
                draft_ttl: limits::DRAFT_TTL,
            },
        };
        let mut input = Input::Event(envelope.event.clone());
        let mut session = stored.session.clone();
        for _ in 0..=limits::QUESTIONS_PER_UPDATE {
            match step(&turn, session, input) {
                Step::Done(decision) => return self.commit(&turn, &stored, decision),
                Step::Ask {
                    question,
                    session: asked,
                    ..
                } => {
                    input = Input::Answer(self.books.answer(turn.ledger.id, &question));
                    session = asked;
                }
            }
        }
        Err("this asks more than an update may".to_owned())
    }

    fn commit(
        &mut self,
        turn: &Turn,
        stored: &StoredSession,
        decision: Decision,
    ) -> Told<Vec<Reply>> {
        let changed = decision.session != stored.session;
        if !changed && decision.writes.is_empty() {
            return Ok(decision.replies);
        }
        let commit = Commit {
            key: turn.update.clone(),
            chat: turn.chat.clone(),
            ledger: Arc::clone(&turn.ledger),
            session_seen: stored.version,
            session: changed.then_some(decision.session),
            writes: decision.writes,
            replies: decision.replies,
            at: turn.now,
        };
        match self.books.commit(&commit) {
            Committed::Recorded { outcome, .. } => Ok(outcome.replies),
            other => Err(format!("the books refused: {other:?}")),
        }
    }

    fn show(&mut self, reply: Reply) -> Told<String> {
        for action in actions(&reply) {
            let payload = String::from(action.clone());
            if payload.len() > MAX_PAYLOAD_BYTES || payload.parse() != Ok(action) {
                return Err("a button's payload is not what it means".to_owned());
            }
        }
        if let Some(Anchor::Draft(id)) = reply.anchor {
            self.draft = Some(id);
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
        self.shown.push(Shown {
            key,
            anchor: reply.anchor.clone(),
            reply,
        });
        Ok(text)
    }
}

fn actions(reply: &Reply) -> Vec<Action> {
    let buttons = reply.buttons.iter().flatten();
    buttons.map(|button| button.action.clone()).collect()
}

fn parse<T: std::str::FromStr>(text: &str) -> Told<T> {
    text.parse().map_err(|_| format!("not understood: {text}"))
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
