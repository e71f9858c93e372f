//! The straight line that every update walks: look, decide, record, say.

use std::sync::Arc;

use tracing::Instrument;

use super::Inner;
use super::copies::View;
use super::trace;
use crate::conversation::decision::{Decision, Input, Step, Turn};
use crate::conversation::event::{Envelope, Event};
use crate::conversation::reply::Reply;
use crate::conversation::write::Write;
use crate::domain::access::Standing;
use crate::domain::draft::DraftState;
use crate::domain::keys::ChatKey;
use crate::domain::limits;
use crate::ports::error::{Fault, PortError, Result};
use crate::ports::jobs::JobKind;
use crate::ports::queue::Delivery;
use crate::ports::store::{Commit, Committed, Outcome, StoredSession};

/// What became of a decision.
enum Fate {
    /// It holds: this is to be said.
    Holds(Vec<Reply>),
    /// It was computed from what is not so any more.
    Stale(View),
}

impl Inner {
    /// Handles one delivery; its replies are sent or parked when it returns.
    pub(super) async fn handle(&self, delivery: &Delivery) -> Result<()> {
        let envelope = &delivery.envelope;
        let earlier = if delivery.attempt > 1 {
            let store = &self.ports.store;
            store.recorded(&envelope.chat, &envelope.key).await?
        } else {
            // The commit tells as much; that saves a read for almost every update.
            None
        };
        // A chat that has moved on is answered where it is now.
        let (chat, replies) = match earlier {
            Some(outcome) => {
                let ledger = self.ledgers.peek(&envelope.chat);
                let chat = ledger.map_or_else(|| envelope.chat.clone(), |it| it.chat.clone());
                let promised = !is_delivered_again(&envelope.event);
                (chat, self.to_say(&envelope.chat, promised, outcome))
            }
            None => self.decide(envelope).await?,
        };
        self.say(&chat, &envelope.key, replies).await
    }

    /// Decides and records, again and again while others change what it was decided by. Says
    /// where the chat is now.
    async fn decide(&self, envelope: &Envelope) -> Result<(ChatKey, Vec<Reply>)> {
        let mut view = self.view(envelope).await?;
        for _ in 0..limits::STALE_RETRIES {
            let mut decision = self.conclude(envelope, &view).await?;
            decision.session.inquiry = None;
            let same = decision.session == view.session.session;
            let moves = |write: &Write| matches!(write, Write::Move { .. });
            let chat = match decision.writes.iter().any(moves) {
                true => envelope.chat.clone(),
                false => view.ledger.chat.clone(),
            };
            let fate = if same && decision.writes.is_empty() {
                self.confirm(envelope, view, decision.replies).await?
            } else {
                self.record(envelope, view, decision, same).await?
            };
            match fate {
                Fate::Holds(replies) => return Ok((chat, replies)),
                Fate::Stale(behind) => view = self.true_view(envelope, behind).await?,
            }
        }
        let fault = Fault::Busy { retry_after: None };
        Err(PortError::new("service", "decide", fault))
    }

    /// Steps until it is decided, answering what is asked.
    async fn conclude(&self, envelope: &Envelope, view: &View) -> Result<Decision> {
        let owner = match envelope.event {
            Event::Text { .. } | Event::Edited { .. } | Event::Press(_) => {
                let standing = self.standing(&envelope.who, &envelope.chat).await?;
                standing == Standing::Owner
            }
            _ => false,
        };
        let turn = Turn {
            now: self.ports.clock.now(),
            sent_at: envelope.sent_at,
            update: envelope.key.clone(),
            chat: envelope.chat.clone(),
            who: envelope.who.clone(),
            message: envelope.message.clone(),
            ledger: Arc::clone(&view.ledger),
            policy: self.options.policy,
            scene: envelope.scene.clone(),
            name: envelope.name.clone(),
            owner,
            access: Arc::clone(&self.access),
            converts: self.ports.fx.is_some(),
            suggests: self.ports.categorizer.is_some(),
        };
        let mut session = view.session.session.clone();
        let mut input = Input::Event(envelope.event.clone());
        for _ in 0..=limits::QUESTIONS_PER_UPDATE {
            match (self.step)(&turn, session, input) {
                Step::Done(decision) => return Ok(decision),
                Step::Ask {
                    question,
                    session: asking,
                } => {
                    input = Input::Answer(self.answer(view.ledger.id, &question).await?);
                    session = asking;
                }
            }
        }
        Err(PortError::new("service", "step", Fault::Bug))
    }

    /// Makes sure of a decision that records nothing: that its update did nothing earlier, and
    /// that it was not decided by copies that are behind.
    async fn confirm(&self, envelope: &Envelope, view: View, replies: Vec<Reply>) -> Result<Fate> {
        let (earlier, still_true) = futures::try_join!(
            self.ports.store.recorded(&envelope.chat, &envelope.key),
            self.still_true(&envelope.chat, &view)
        )?;
        if let Some(outcome) = earlier {
            self.forget(&envelope.chat, &view).await;
            return Ok(Fate::Holds(outcome.replies));
        }
        if !still_true {
            return Ok(Fate::Stale(view));
        }
        let session = view.session.clone();
        self.keep_session(&envelope.chat, &view, &session).await;
        Ok(Fate::Holds(replies))
    }

    async fn record(
        &self,
        envelope: &Envelope,
        view: View,
        decision: Decision,
        same_session: bool,
    ) -> Result<Fate> {
        let next = (!same_session).then_some(decision.session);
        let promised = !decision.replies.is_empty() && !is_delivered_again(&envelope.event);
        let commit = Arc::new(Commit {
            key: envelope.key.clone(),
            chat: envelope.chat.clone(),
            ledger: Arc::clone(&view.ledger),
            session_seen: view.session.version,
            session: next,
            writes: decision.writes,
            replies: decision.replies,
            at: self.ports.clock.now(),
        });
        match self.commit(&commit, promised).await? {
            Committed::Recorded {
                outcome,
                session: version,
                revision,
            } => {
                self.decided(envelope, &commit.writes).await;
                self.wake_rates(&commit);
                self.wake_workers(&commit).await;
                self.keep_ledger(&commit, revision).await;
                let next = commit.session.as_ref();
                let session = next.unwrap_or(&view.session.session).clone();
                let session = StoredSession { version, session };
                self.keep_session(&envelope.chat, &view, &session).await;
                Ok(Fate::Holds(self.to_say(&envelope.chat, promised, outcome)))
            }
            Committed::Already(outcome) => {
                self.forget(&envelope.chat, &view).await;
                Ok(Fate::Holds(self.to_say(&envelope.chat, promised, outcome)))
            }
            Committed::Refused(_) => Ok(Fate::Stale(view)),
        }
    }

    /// Commits; what will be said then is promised before.
    pub(super) async fn commit(&self, commit: &Arc<Commit>, promised: bool) -> Result<Committed> {
        let began = self.ports.clock.steady();
        if promised {
            self.promise(&commit.chat, &commit.key).await?;
        }
        let committed = self.ports.store.commit(Arc::clone(commit));
        let committed = committed.instrument(trace::commit()).await?;
        let took = self.ports.clock.steady().saturating_sub(began);
        if promised && took > limits::PROMISE_SURE {
            // Whoever sends what is parked may have given the promise up meanwhile.
            self.promise(&commit.chat, &commit.key).await?;
        }
        Ok(committed)
    }

    /// What is left to say here: nothing where the outbox was promised to.
    fn to_say(&self, chat: &ChatKey, promised: bool, outcome: Outcome) -> Vec<Reply> {
        if promised {
            self.keep_promise(chat);
            Vec::new()
        } else {
            outcome.replies
        }
    }

    async fn wake_workers(&self, commit: &Commit) {
        for write in &commit.writes {
            match write {
                Write::PutDraft(draft) => {
                    if let DraftState::Waiting { from } = draft.state {
                        let trace = (self.options.tracing.current)();
                        let then = self.in_passing(from);
                        self.line.enter(&commit.chat, draft, then, trace);
                        // Before anybody hears of it.
                        self.hand_on_trace(draft.id, trace).await;
                        self.ring_for(JobKind::Reading, from);
                    }
                }
                Write::WantCategory { from, .. } => {
                    self.ring_for(JobKind::Suggestion, *from);
                }
                _ => {}
            }
        }
    }
}

/// Whether a transport keeps the update until it is settled. What the service itself found due
/// is over with its commit: its replies are promised to the outbox before, or they would be lost
/// with a process that dies in between.
fn is_delivered_again(event: &Event) -> bool {
    !matches!(
        event,
        Event::Read { .. }
            | Event::Waits { .. }
            | Event::Suggested { .. }
            | Event::Rated { .. }
            | Event::Tick(_)
    )
}
