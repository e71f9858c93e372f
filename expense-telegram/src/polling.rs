//! Asking for updates: the offset confirms what is settled and nothing else.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use expense_core::conversation::event::Envelope;
use expense_core::domain::keys::ChatKey;
use expense_core::service::{Service, Tenure};
use futures::future::{Fuse, FusedFuture, FutureExt};
use futures::stream::{FuturesUnordered, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use teloxide_core::types::AllowedUpdate;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::client::{ANSWER, Client};
use crate::delivery::{Courtesy, deliver};
use crate::inbound::Inbound;
use crate::refusal::{CallError, Refusal, Remedy};
use crate::stranded;
use crate::telegram::RunError;
use crate::update::{ALLOWED_UPDATES, Numbered, Update};
use crate::window::Window;

/// How long Telegram holds a question to which it has no update yet: shorter than what common
/// proxies take for a dead connection.
const LONG_POLL: Duration = Duration::from_secs(30);
/// The most updates of one answer, see `getUpdates`.
const BATCH: usize = 100;
/// So many more have to be settled before a full window is moved: what is in it comes once more, and as
/// many fewer are on their way until then.
const STEP: usize = BATCH / 8;
/// While updates are on their way, Telegram answers at once: the shortest and the longest pause
/// before it is asked again.
const SHORT_PAUSE: Duration = Duration::from_millis(2);
const LONG_PAUSE: Duration = Duration::from_millis(250);
/// The first and the longest pause after an answer that was none.
const FIRST_RETRY: Duration = Duration::from_millis(500);
const LAST_RETRY: Duration = Duration::from_secs(30);
/// How often in a row a token has to be refused, some fifteen seconds in all, before it is believed
/// to be revoked: servers in trouble say so, too.
const REFUSALS: u32 = 6;
/// How long the end waits for what is on its way, and for the last confirmation.
const FINISH: Duration = Duration::from_millis(600);
const CONFIRM: Duration = Duration::from_millis(300);

#[derive(Serialize)]
struct GetUpdates {
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<i64>,
    limit: usize,
    timeout: u64,
    allowed_updates: [AllowedUpdate; 4],
}

#[derive(Deserialize)]
struct Updates<'a> {
    #[serde(borrow)]
    result: Vec<&'a RawValue>,
}

/// Brings updates to a service.
pub(crate) struct Poller<'a> {
    client: &'a Client,
    inbound: &'a Inbound,
    courtesy: &'a Courtesy,
    service: &'a Service,
    tenure: &'a Tenure,
    shutdown: &'a CancellationToken,
    window: Window,
    /// For each chat with an update on its way, those that come after it.
    behind: HashMap<ChatKey, VecDeque<(i64, Envelope)>>,
    /// When Telegram is asked again.
    due: Instant,
    pause: Duration,
    failures: u32,
    /// How many of the latest answers refused the token.
    refusals: u32,
}

impl Drop for Poller<'_> {
    /// Nobody waits behind a window that is not looked at any more.
    fn drop(&mut self) {
        self.service.held_up(false);
    }
}

/// Why polling ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It was to end.
    Shutdown,
    /// The turn may be another instance's: whoever polls then is told again of what was on its
    /// way, and finds by its key what was recorded.
    Replaced,
}

/// What became of an update that was brought.
struct Brought {
    update: i64,
    chat: ChatKey,
    settled: bool,
}

impl<'a> Poller<'a> {
    pub(crate) fn new(
        client: &'a Client,
        inbound: &'a Inbound,
        courtesy: &'a Courtesy,
        service: &'a Service,
        tenure: &'a Tenure,
        shutdown: &'a CancellationToken,
    ) -> Self {
        Self {
            client,
            inbound,
            courtesy,
            service,
            tenure,
            shutdown,
            window: Window::default(),
            behind: HashMap::new(),
            due: Instant::now(),
            pause: SHORT_PAUSE,
            failures: 0,
            refusals: 0,
        }
    }

    /// Polls until `shutdown`, then confirms what is settled by then; or as long as the turn is
    /// surely this instance's, and confirms nothing after.
    ///
    /// # Errors
    ///
    /// Where Telegram does not know the token any more.
    pub(crate) async fn run(mut self) -> Result<Ended, RunError> {
        let mut underway = FuturesUnordered::new();
        let mut fetch = std::pin::pin!(Fuse::terminated());
        let tenure = self.tenure;
        let mut lost = std::pin::pin!(tenure.lost());
        let mut asked = None;
        self.window = Window::after(stranded::take(self.service, self.inbound.me.id).await);
        loop {
            tokio::select! {
                biased;
                () = self.shutdown.cancelled() => break,
                () = &mut lost => return Ok(Ended::Replaced),
                Some(brought) = underway.next(), if !underway.is_empty() => {
                    if let Some(next) = self.brought(brought) {
                        underway.push(self.bring(next));
                    }
                }
                fetched = &mut fetch, if !fetch.is_terminated() => {
                    if !tenure.holds() {
                        // It was paused, and what was asked for then is another's by now.
                        return Ok(Ended::Replaced);
                    }
                    for next in self.fetched(asked, fetched)? {
                        if let Some(next) = self.in_turn(next) {
                            underway.push(self.bring(next));
                        }
                    }
                }
                () = until(self.due), if fetch.is_terminated() => {
                    if !tenure.holds() {
                        return Ok(Ended::Replaced);
                    }
                    asked = self.window.offset();
                    fetch.set(self.fetch(asked).fuse());
                }
            }
        }
        let finish = async {
            while let Some(brought) = underway.next().await {
                if let Some(next) = self.brought(brought) {
                    underway.push(self.bring(next));
                }
            }
        };
        let _ = timeout(FINISH, finish).await;
        if tenure.holds() {
            let stranded = self.window.stranded();
            let leaving = stranded::leave(self.service, self.inbound.me.id, &stranded);
            tokio::join!(self.confirm(), leaving);
        }
        Ok(Ended::Shutdown)
    }

    fn fetch(
        &self,
        offset: Option<i64>,
    ) -> impl Future<Output = Result<Bytes, CallError>> + use<'a> {
        // With updates on their way there is always an answer: it repeats them.
        let wait = match self.window.unsettled() {
            0 => LONG_POLL,
            _ => Duration::ZERO,
        };
        let question = GetUpdates {
            offset,
            limit: BATCH,
            timeout: wait.as_secs(),
            allowed_updates: ALLOWED_UPDATES,
        };
        let client = self.client;
        async move {
            client
                .call_raw("getUpdates", &question, wait + ANSWER)
                .await
        }
    }

    /// What came that was not known, and when to ask again.
    fn fetched(
        &mut self,
        asked: Option<i64>,
        fetched: Result<Bytes, CallError>,
    ) -> Result<Vec<(i64, Envelope)>, RunError> {
        let read = fetched.and_then(|answer| self.read(asked, &answer));
        let (arrived, full) = match read {
            Ok(read) => read,
            Err(error) => {
                self.failed(error)?;
                return Ok(Vec::new());
            }
        };
        (self.failures, self.refusals) = (0, 0);
        self.service
            .held_up(full && arrived.is_empty() && self.window.is_held_up());
        let moves = self.window.unsettled() == 0 || self.window.confirmable() >= STEP;
        self.pause = if moves {
            Duration::ZERO
        } else if full {
            // Nothing new can show before it moves, and then it is asked at once.
            LONG_PAUSE
        } else if arrived.is_empty() {
            (self.pause * 2).clamp(SHORT_PAUSE, LONG_PAUSE)
        } else {
            SHORT_PAUSE
        };
        self.due = Instant::now() + self.pause;
        Ok(arrived)
    }

    /// What came that was not known, and whether more may be behind it.
    fn read(
        &mut self,
        asked: Option<i64>,
        answer: &[u8],
    ) -> Result<(Vec<(i64, Envelope)>, bool), CallError> {
        let updates: Updates<'_> = serde_json::from_slice(answer).map_err(|_| {
            let refusal = Refusal::read(answer).map(CallError::Refused);
            refusal.unwrap_or(CallError::Garbled)
        })?;
        if let Some(offset) = asked {
            self.window.confirm(offset);
        }
        let numbered = updates.result.iter().map(|raw| {
            let number = serde_json::from_str::<Numbered>(raw.get());
            number.map(|numbered| (numbered.update_id, *raw))
        });
        let numbered: Result<Vec<_>, _> = numbered.collect();
        let mut arrived = Vec::new();
        for (id, raw) in numbered.map_err(|_| CallError::Garbled)? {
            if !self.window.admit(id) {
                continue;
            }
            match self.envelope(id, raw) {
                Some(envelope) => arrived.push((id, *envelope)),
                None => self.window.settle(id),
            }
        }
        Ok((arrived, updates.result.len() >= BATCH))
    }

    /// What the update comes to; nothing where it is not for us or can't be understood.
    fn envelope(&self, id: i64, raw: &RawValue) -> Option<Box<Envelope>> {
        match serde_json::from_str::<Update>(raw.get()) {
            Ok(update) => {
                let arrival = self.inbound.read(update);
                if let Some(press) = arrival.pressed {
                    self.courtesy.answer(press);
                }
                arrival.envelope
            }
            Err(_) => {
                let update = self.inbound.me.hashed(id);
                tracing::error!(update, "an update can't be understood and is passed over");
                None
            }
        }
    }

    /// An answer that is none: says why, and when it is worth another try.
    fn failed(&mut self, error: CallError) -> Result<(), RunError> {
        self.failures = self.failures.saturating_add(1);
        let again = FIRST_RETRY * 2u32.saturating_pow(self.failures.min(10) - 1);
        let mut wait = again.min(LAST_RETRY);
        let remedy = match &error {
            CallError::Refused(refusal) => Some(refusal.remedy()),
            _ => None,
        };
        self.refusals = match remedy {
            Some(Remedy::Token) => self.refusals + 1,
            _ => 0,
        };
        match remedy {
            Some(Remedy::Token) if self.refusals >= REFUSALS => return Err(RunError::Token),
            Some(Remedy::Conflict) => tracing::warn!(
                "another process takes this bot's updates, by getUpdates or by a webhook: \
                 stop one of them; this one waits"
            ),
            Some(Remedy::Wait(asked)) => {
                wait = asked;
                tracing::warn!(%error, "Telegram asks to wait");
            }
            _ => tracing::warn!(%error, failures = self.failures, "no updates can be fetched"),
        }
        self.due = Instant::now() + wait;
        Ok(())
    }

    /// The update, if no earlier one of its chat is on its way; else it waits behind that.
    fn in_turn(&mut self, next: (i64, Envelope)) -> Option<(i64, Envelope)> {
        match self.behind.get_mut(&next.1.chat) {
            Some(behind) => {
                behind.push_back(next);
                None
            }
            None => {
                self.behind.insert(next.1.chat.clone(), VecDeque::new());
                Some(next)
            }
        }
    }

    fn bring(
        &self,
        (update, envelope): (i64, Envelope),
    ) -> impl Future<Output = Brought> + use<'a> {
        let (service, shutdown) = (self.service, self.shutdown);
        async move {
            let chat = envelope.chat.clone();
            let settled = deliver(service, envelope, shutdown).await;
            Brought {
                update,
                chat,
                settled,
            }
        }
    }

    /// Notes what became of an update; the next of its chat, where one waits.
    fn brought(&mut self, brought: Brought) -> Option<(i64, Envelope)> {
        if !brought.settled {
            // It comes again, and so does what is behind it, in order.
            return None;
        }
        self.window.settle(brought.update);
        if self.window.unsettled() == 0 || self.window.confirmable() >= STEP {
            self.pause = SHORT_PAUSE;
            if self.failures == 0 {
                self.due = Instant::now();
            }
        }
        let next = self.behind.get_mut(&brought.chat)?.pop_front();
        if next.is_none() {
            self.behind.remove(&brought.chat);
        }
        next
    }

    /// Confirms what is settled, so that the next process does not see it again.
    async fn confirm(&self) {
        let Some(offset) = self.window.offset() else {
            return;
        };
        let question = GetUpdates {
            offset: Some(offset),
            limit: 1,
            timeout: 0,
            allowed_updates: ALLOWED_UPDATES,
        };
        let confirmed = self.client.call_raw("getUpdates", &question, CONFIRM).await;
        if let Err(error) = confirmed {
            tracing::warn!(%error, "the last updates could not be confirmed: they come again");
        }
    }
}

/// A timer is a millisecond late or two: where it is time already there is none.
async fn until(due: Instant) {
    if due > Instant::now() {
        sleep_until(due).await;
    }
}
