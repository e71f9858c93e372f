//! Copies of ledgers and sessions, and the truth behind them.
//!
//! A copy may be behind: whatever is decided by one is refused by the commit or found out by
//! `confirm`, and decided again by the truth.

use std::sync::Arc;

use futures::future::OptionFuture;

use super::Inner;
use crate::conversation::event::{Envelope, Scene};
use crate::conversation::write::Write;
use crate::domain::keys::ChatKey;
use crate::domain::ledger::{Ledger, Revision, Settings};
use crate::domain::limits;
use crate::ports::error::Result;
use crate::ports::state::{Saved, Version};
use crate::ports::store::{Commit, StoredSession};

/// What an update is decided by.
pub(super) struct View {
    pub(super) ledger: Arc<Ledger>,
    pub(super) session: StoredSession,
    /// The version under which the session's shared copy was found.
    copy: Option<Version>,
    /// Whether the ledger came from the store just now.
    ledger_is_true: bool,
    /// Whether the session came from the store just now.
    session_is_true: bool,
}

impl View {
    /// Whether the parts that were copies are still what the store says.
    fn agrees(&self, ledger: Option<&Option<Ledger>>, session: Option<&StoredSession>) -> bool {
        let revision = |ledger: &Option<Ledger>| {
            ledger
                .as_ref()
                .map_or(Revision(0), |ledger| ledger.revision)
        };
        ledger.is_none_or(|truth| {
            let other = truth.as_ref().filter(|truth| truth.id != self.ledger.id);
            other.is_none() && revision(truth) == self.ledger.revision
        }) && session.is_none_or(|truth| truth.version == self.session.version)
    }
}

impl Inner {
    /// The chat's ledger and session: the copies where there are any.
    pub(super) async fn view(&self, envelope: &Envelope) -> Result<View> {
        let chat = &envelope.chat;
        let known = self.ledgers.get(chat);
        let ledger = async {
            match known {
                Some(ledger) => Ok((ledger, false)),
                None => {
                    let (found, is_true) = self.sought_ledger(chat).await?;
                    Ok((self.or_first(found, envelope), is_true))
                }
            }
        };
        let session = async {
            if let Some((session, copy)) = self.resting.get(chat) {
                self.counts.sessions.count(true);
                return Ok((session, copy, false));
            }
            // A copy that can't be had or understood is no copy.
            let found = self.ports.states.load(&copy_key(chat)).await.ok().flatten();
            let copy = found.as_ref().map(|found| found.version);
            let value = found.and_then(|found| serde_json::from_slice(&found.value).ok());
            let session_is_true = value.is_none();
            self.counts.sessions.count(!session_is_true);
            let session = match value {
                Some(session) => {
                    self.resting.note(chat, &session, copy);
                    session
                }
                None => self.ports.store.session(chat).await?,
            };
            Ok((session, copy, session_is_true))
        };
        let ((ledger, ledger_is_true), (session, copy, session_is_true)) =
            futures::try_join!(ledger, session)?;
        Ok(View {
            ledger,
            session,
            copy,
            ledger_is_true,
            session_is_true,
        })
    }

    /// The chat's ledger and session from the store, in place of copies that were behind.
    pub(super) async fn true_view(&self, envelope: &Envelope, behind: View) -> Result<View> {
        let chat = &envelope.chat;
        self.drop_ledger(chat).await;
        self.resting.drop(chat);
        let (ledger, session) =
            futures::try_join!(self.stored_ledger(chat), self.ports.store.session(chat))?;
        Ok(View {
            ledger: self.or_first(ledger, envelope),
            session,
            copy: behind.copy,
            ledger_is_true: true,
            session_is_true: true,
        })
    }

    /// Whether the store still agrees with the copies that this view holds. Costs nothing where
    /// it came from the store.
    pub(super) async fn still_true(&self, chat: &ChatKey, view: &View) -> Result<bool> {
        let store = &self.ports.store;
        let ledger = OptionFuture::from((!view.ledger_is_true).then(|| store.ledger(chat)));
        let session = OptionFuture::from((!view.session_is_true).then(|| store.session(chat)));
        let (ledger, session) = futures::join!(ledger, session);
        Ok(view.agrees(ledger.transpose()?.as_ref(), session.transpose()?.as_ref()))
    }

    /// Brings the copies of the ledger up to what a commit left in the store.
    pub(super) async fn keep_ledger(&self, commit: &Commit, revision: Revision) {
        if commit.writes.iter().any(Write::moves_revision) {
            self.drop_ledger(&commit.chat).await;
            for write in &commit.writes {
                if let Write::Move { to } = write {
                    self.drop_ledger(to).await;
                }
            }
        } else if revision != commit.ledger.revision {
            let mut ledger = Ledger::clone(&commit.ledger);
            ledger.revision = revision;
            self.ledgers.put(&commit.chat, &Arc::new(ledger));
        }
    }

    /// Brings the copy of the session up to the store's, unless it is already.
    pub(super) async fn keep_session(&self, chat: &ChatKey, view: &View, session: &StoredSession) {
        if !view.session_is_true && session.version == view.session.version {
            return;
        }
        let Ok(value) = serde_json::to_vec(session) else {
            return;
        };
        let (key, ttl) = (copy_key(chat), limits::SESSION_COPY);
        match self.ports.states.save(&key, view.copy, &value, ttl).await {
            Ok(Saved::Done(copy)) => self.resting.note(chat, session, Some(copy)),
            // What is not saved is read from the store next time.
            Ok(Saved::Lost) | Err(_) => self.resting.drop(chat),
        }
    }

    /// Forgets what this process and the others believe about a chat.
    pub(super) async fn forget(&self, chat: &ChatKey, view: &View) {
        self.drop_ledger(chat).await;
        self.resting.drop(chat);
        if let Some(version) = view.copy {
            // A copy that stays is found to be behind when it is used.
            let _ = self.ports.states.clear(&copy_key(chat), version).await;
        }
    }

    /// This ledger, or the one that the chat would begin with.
    fn or_first(&self, found: Option<Arc<Ledger>>, envelope: &Envelope) -> Arc<Ledger> {
        found.unwrap_or_else(|| {
            let settings = self.first_settings(envelope);
            Arc::new(Ledger::new(envelope.chat.clone(), settings))
        })
    }

    fn first_settings(&self, envelope: &Envelope) -> Settings {
        let defaults = &self.options.defaults;
        let own = self.options.by_language && envelope.scene == Scene::Private;
        match envelope.language.as_deref().filter(|_| own) {
            Some(language) => defaults.spoken(language),
            None => defaults.clone(),
        }
    }
}

fn copy_key(chat: &ChatKey) -> String {
    format!("session/{}", chat.as_str())
}
