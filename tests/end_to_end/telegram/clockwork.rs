//! What no person brings about and no port of a talk: the queue before a model is too long, there
//! is no reader, a rate was found. It is told to the service in the form that its own clockwork gives it.

use chrono::{DateTime, Utc};
use expense_core::conversation::event::{Envelope, Event, ReadResult, Scene};
use expense_core::conversation::question::{ExpenseFilter, PageRequest};
use expense_core::domain::exchange::Rate;
use expense_core::domain::keys::{ChatKey, DraftId, Number, UpdateKey, UserKey};

use super::bot::Bot;

/// A chat in which it happens.
pub(super) struct Clockwork<'b> {
    pub(super) bot: &'b Bot,
    /// The chat's id.
    pub(super) chat: i64,
    pub(super) now: DateTime<Utc>,
    /// Counts what happened by itself.
    pub(super) number: u32,
}

impl Clockwork<'_> {
    /// `4 120`, `own 40`: the draft waits at this place, for so many seconds.
    pub(super) async fn waits(&self, draft: DraftId, text: &str) -> Result<(), String> {
        let (place, seconds) = text.split_once(' ').ok_or("write a place and seconds")?;
        let place = (place != "own").then(|| parsed(place)).transpose()?;
        let seconds = parsed(seconds)?;
        self.tell(Event::Waits {
            draft,
            place,
            seconds,
        })
        .await
    }

    /// This came of a round of reading that no reader was asked for.
    pub(super) async fn read(
        &self,
        draft: DraftId,
        round: u32,
        result: ReadResult,
    ) -> Result<(), String> {
        self.tell(Event::Read {
            draft,
            round,
            content: Vec::new(),
            place: String::new(),
            result,
        })
        .await
    }

    /// `0.8868 2026-05-05`: the rate of the expense of this number, and its day.
    pub(super) async fn rate(&self, number: &str, text: &str) -> Result<(), String> {
        let (factor, day) = text.split_once(' ').ok_or("write a rate and its day")?;
        let ledger = self.bot.store.read().ledger(&self.chat()).await;
        let ledger = ledger.map_err(|error| error.to_string())?;
        let ledger = ledger.ok_or("there is no ledger")?;
        let filter = ExpenseFilter {
            number: Some(Number(parsed(number)?)),
            removed: true,
            ..ExpenseFilter::default()
        };
        let one = PageRequest {
            after: None,
            limit: 1,
        };
        let page = self
            .bot
            .store
            .read()
            .expenses(ledger.id, &filter, one)
            .await;
        let page = page.map_err(|error| error.to_string())?;
        let expense = page.expenses.first().ok_or("there is no such expense")?;
        self.tell(Event::Rated {
            expense: expense.id,
            revision: expense.revision,
            into: ledger.settings.currency,
            rate: Rate {
                factor: parsed(factor)?,
                source: parsed("rates.test")?,
                day: parsed(day)?,
            },
        })
        .await
    }

    async fn tell(&self, event: Event) -> Result<(), String> {
        let key = format!("clockwork:{}", self.number);
        let envelope = Envelope {
            key: UpdateKey::new(key).expect("a key"),
            chat: self.chat(),
            who: UserKey::new("service:clockwork").expect("a key"),
            sent_at: self.now,
            message: None,
            language: None,
            name: None,
            scene: Scene::Private,
            trace: None,
            event,
        };
        let told = self.bot.service.accept(envelope).await;
        told.map_err(|error| error.to_string())
    }

    fn chat(&self) -> ChatKey {
        ChatKey::new(format!("telegram:{}", self.chat)).expect("a key")
    }
}

fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("not understood: {text}"))
}
