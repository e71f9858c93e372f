//! Who is let in: looked up before anything else is done with an update.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::Inner;
use crate::conversation::event::{Envelope, Event, Scene};
use crate::conversation::wording::people as words;
use crate::conversation::write::Write;
use crate::domain::access::{Role, Standing};
use crate::domain::keys::{ChatKey, UpdateKey, UserKey};
use crate::domain::limits;
use crate::domain::person::PersonName;
use crate::ports::error::Result;
use crate::ports::jobs::Parked;
use crate::ports::rate::{Quota, Take, Verdict};

/// A stranger, or a group that is not let in, hears one answer a day.
const ONE_A_DAY: Quota = Quota {
    burst: 1,
    period: Duration::from_secs(24 * 60 * 60),
};
/// Owners are asked about at most so many strangers: the others find their own way to them.
const QUESTIONS: Quota = Quota {
    burst: 20,
    period: Duration::from_secs(60 * 60),
};

/// How long it is remembered what a stranger is called.
const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What this process knows of the decisions about people, for `limits::STANDING`.
#[derive(Default)]
pub(super) struct Directory {
    known: Mutex<Option<Known>>,
    /// Counts what was decided here: what was looked up before is not kept after.
    decisions: AtomicU64,
    /// Held while it is looked up: one asks, the others wait.
    looking: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Known {
    at: DateTime<Utc>,
    decisions: u64,
    roles: Arc<HashMap<Box<str>, Role>>,
}

impl Directory {
    fn fresh(&self, now: DateTime<Utc>) -> Option<Arc<HashMap<Box<str>, Role>>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.as_ref()?;
        let age = now.signed_duration_since(known.at);
        let young =
            age >= TimeDelta::zero() && age.to_std().is_ok_and(|age| age < limits::STANDING);
        let newest = known.decisions == self.decisions.load(Ordering::SeqCst);
        (young && newest).then(|| Arc::clone(&known.roles))
    }

    /// Something was decided here.
    fn forget(&self) {
        self.decisions.fetch_add(1, Ordering::SeqCst);
    }
}

impl Inner {
    /// What was decided about people, as it was at most `limits::STANDING` ago.
    pub(super) async fn roles(&self) -> Result<Arc<HashMap<Box<str>, Role>>> {
        let directory = &self.directory;
        if let Some(roles) = directory.fresh(self.ports.clock.now()) {
            return Ok(roles);
        }
        let _looking = directory.looking.lock().await;
        let at = self.ports.clock.now();
        if let Some(roles) = directory.fresh(at) {
            return Ok(roles);
        }
        let decisions = directory.decisions.load(Ordering::SeqCst);
        let people = self.ports.store.people().await?;
        let role = |person: crate::domain::access::Person| {
            let key: Box<str> = person.who.as_str().into();
            (key, person.role)
        };
        let roles: Arc<HashMap<_, _>> = Arc::new(people.into_iter().map(role).collect());
        let known = Known {
            at,
            decisions,
            roles: Arc::clone(&roles),
        };
        *directory
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok(roles)
    }

    /// What this person may do in this chat.
    pub(super) async fn standing(&self, who: &UserKey, chat: &ChatKey) -> Result<Standing> {
        let access = &self.options.access;
        if access.owners.contains(who) {
            return Ok(Standing::Owner);
        }
        let roles = self.roles().await?;
        Ok(access.standing(who, chat, |key| roles.get(key).copied()))
    }

    /// Lets an update pass as it is, or turns it into the answer that a stranger gets. `false`:
    /// there is nothing to be said. An error lets nobody in.
    pub(super) async fn admit(&self, envelope: &mut Envelope) -> Result<bool> {
        if !is_checked(&envelope.event) {
            return Ok(true);
        }
        let Envelope { who, chat, .. } = &*envelope;
        if self.standing(who, chat).await? != Standing::Stranger {
            return Ok(true);
        }
        let asked = match (&envelope.scene, &envelope.event) {
            (Scene::Private, _) => {
                self.note_stranger(envelope).await;
                let owners = self.owners().await?;
                // Whoever came before there was an owner is asked about once there is one.
                let kind = if owners.is_empty() { "denied" } else { "asked" };
                if !self.first(kind, who.as_str(), envelope).await {
                    return Ok(false);
                }
                let expelled = self.roles().await?.contains_key(who.as_str());
                !expelled && self.ask(&owners, envelope).await
            }
            (Scene::Group { .. }, Event::Arrived) => {
                if !self.first("uninvited", chat.as_str(), envelope).await {
                    return Ok(false);
                }
                false
            }
            (Scene::Group { .. }, _) => return Ok(false),
        };
        envelope.event = Event::Denied { asked };
        Ok(true)
    }

    /// Remembers what a stranger is called, for an owner who decides about them.
    async fn note_stranger(&self, envelope: &Envelope) {
        if let Some(name) = &envelope.name {
            let (key, name) = (stranger_key(&envelope.who), name.as_str().as_bytes());
            // Forgotten, they are known by their id alone.
            let _ = self.ports.cache.put(&key, name, REMEMBERED).await;
        }
    }

    /// What this stranger is called, if it is remembered.
    pub(super) async fn stranger(&self, who: &UserKey) -> Option<PersonName> {
        let found = self.ports.cache.get(&stranger_key(who)).await;
        let name = String::from_utf8(found.ok().flatten()?).ok()?;
        PersonName::new(&name).ok()
    }

    /// Whether this is the first of the day, also when it is delivered again. Silence where that
    /// can't be counted.
    async fn first(&self, kind: &str, whose: &str, envelope: &Envelope) -> bool {
        let take = Take {
            bucket: format!("{kind}/{whose}"),
            token: Some(envelope.key.as_str().to_owned()),
            at: Some(envelope.sent_at),
        };
        match self.ports.limiter.take(&take, ONE_A_DAY).await {
            Ok(verdict) => verdict == Verdict::Allowed,
            Err(error) => {
                super::counts::error(&error);
                tracing::warn!(%error, "a stranger got no answer: it could not be counted");
                false
            }
        }
    }

    /// Those who decide about others: the configured ones first.
    pub(super) async fn owners(&self) -> Result<Vec<UserKey>> {
        let roles = self.roles().await?;
        let decided = roles.iter().filter(|(_, role)| **role == Role::Owner);
        let decided = decided.filter_map(|(key, _)| UserKey::new(&**key).ok());
        let configured = self.options.access.owners.iter().cloned();
        Ok(configured.chain(decided).collect())
    }

    /// Asks owners about a stranger, each where they are alone with the bot; tells whether anybody
    /// was asked.
    async fn ask(&self, owners: &[UserKey], envelope: &Envelope) -> bool {
        if owners.is_empty() {
            return false;
        }
        let take = Take {
            bucket: "strangers".to_owned(),
            token: Some(envelope.key.as_str().to_owned()),
            at: Some(envelope.sent_at),
        };
        if !matches!(
            self.ports.limiter.take(&take, QUESTIONS).await,
            Ok(Verdict::Allowed)
        ) {
            return false;
        }
        let question = words::asks(&envelope.who, envelope.name.as_ref());
        let mut asked = false;
        for owner in owners.iter().take(limits::OWNERS_ASKED) {
            asked |= self.tell(owner, &envelope.key, question.clone()).await;
        }
        asked
    }

    /// What follows from decisions that were recorded: this process forgets what it knew, and
    /// whoever was let in hears of it, if they were not before, under another key.
    pub(super) async fn decided(&self, envelope: &Envelope, writes: &[Write]) {
        let moved = matches!(envelope.event, Event::Moved { .. });
        for write in writes {
            let Write::PutPerson(person) = write else {
                continue;
            };
            self.directory.forget();
            if person.role == Role::Admitted && !moved {
                let key = &envelope.key;
                self.tell(&person.who, key, words::WELCOME.into()).await;
            }
        }
    }

    /// Says something to a person where they are alone with the bot, as soon as it can be sent.
    async fn tell(
        &self,
        who: &UserKey,
        key: &UpdateKey,
        reply: crate::conversation::reply::Reply,
    ) -> bool {
        let Some(chat) = (self.options.private_chat)(who) else {
            return false;
        };
        let parked = Parked {
            key: key.clone(),
            chat,
            first: 0,
            replies: vec![reply],
        };
        let told = self.park(&parked, Duration::ZERO).await;
        if let Err(error) = &told {
            super::counts::error(error);
            tracing::warn!(%error, "somebody could not be told about a decision");
        }
        told.is_ok()
    }
}

/// What a transport found out by itself is not a person's doing: a chat that moved takes its
/// ledger along, whoever is allowed in it.
fn is_checked(event: &Event) -> bool {
    match event {
        Event::Text { .. }
        | Event::Edited { .. }
        | Event::Recaptioned { .. }
        | Event::Photo { .. }
        | Event::Voice { .. }
        | Event::Press(_)
        | Event::Arrived
        | Event::Unsupported => true,
        Event::Departed
        | Event::Moved { .. }
        | Event::Read { .. }
        | Event::Rated { .. }
        | Event::Waits { .. }
        | Event::Suggested { .. }
        | Event::Tick(_)
        | Event::Limited { .. }
        | Event::Denied { .. }
        | Event::Code { .. } => false,
    }
}

fn stranger_key(who: &UserKey) -> String {
    format!("stranger/{}", who.as_str())
}

/// The usual rule of platforms: a person's own chat has the person's key.
pub(super) fn same_key(who: &UserKey) -> Option<ChatKey> {
    ChatKey::new(who.as_str()).ok()
}
