//! One run: people, a transport that delivers until it is acknowledged, and a process that may
//! die and start again.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, Utc};
use rust_decimal::Decimal;
use tokio_util::sync::CancellationToken;

use super::clock::{SimulatedClock, Standstill};
use super::scenario::Scenario;
use super::screen::Screen;
use crate::conversation::decision::Policy;
use crate::conversation::event::Envelope;
use crate::conversation::question::{ExpenseFilter, Group, PageRequest, Total, TotalsQuery};
use crate::domain::attachment::Attachment;
use crate::domain::currency::Currency;
use crate::domain::exchange::Pair;
use crate::domain::keys::{ChatKey, LedgerId};
use crate::domain::ledger::{Language, Settings};
use crate::domain::limits;
use crate::domain::receipt::{Confidence, Receipt};
use crate::domain::speech::{Speech, Spoken, Transcript};
use crate::domain::text::Description;
use crate::memory::attachments::MemoryAttachments;
use crate::memory::cache::MemoryCache;
use crate::memory::categorizer::ScriptedCategorizer;
use crate::memory::fx::MemoryRates;
use crate::memory::lease::MemoryLease;
use crate::memory::ocr::ScriptedReader;
use crate::memory::queue::MemoryQueue;
use crate::memory::rate::MemoryRateLimiter;
use crate::memory::speech::ScriptedSpeech;
use crate::memory::state::MemoryState;
use crate::ports::categorizer::Categorizer;
use crate::ports::clock::Clock;
use crate::ports::fx::FxRates;
use crate::ports::jobs::Jobs;
use crate::ports::ocr::Reading;
use crate::ports::queue::UpdateQueue;
use crate::ports::rate::Quota;
use crate::ports::store::ExpenseStore;
use crate::service::{Options, Ports, Service};
use crate::testing::faulty::{Faulty, Plan};

/// How long the people of a run wait for it to end, in simulated time.
const PATIENCE: Duration = Duration::from_secs(48 * 60 * 60);
/// How often and how long apart they look whether everything was said.
const LOOKS: usize = 60;
const LOOK: Duration = Duration::from_secs(30);
const IMAGE: &[u8] = b"a photo of a receipt";
const AUDIO: &[u8] = b"a recording of a voice";

/// What outlives the process.
#[derive(Clone)]
pub struct Stores {
    /// The source of truth.
    pub store: Arc<dyn ExpenseStore>,
    /// The same as a list of work.
    pub jobs: Arc<dyn Jobs>,
}

/// What must be put in the way of the queue that a process gets: itself, unless a test breaks it.
pub type Wrap<T> = fn(Arc<T>) -> Arc<T>;

/// How a run ended.
#[derive(Debug, PartialEq)]
pub struct Ending {
    /// Every expense: number, amount with currency, description, whether it counts.
    pub expenses: Vec<(u32, String, String, bool)>,
    /// The store's own sums.
    pub totals: Vec<Total>,
    /// All that was said.
    pub said: Vec<String>,
}

/// One run of a scenario.
pub(super) struct World {
    pub(super) chat: ChatKey,
    pub(super) scenario: Scenario,
    pub(super) plan: Arc<Plan>,
    pub(super) stores: Stores,
    pub(super) threaded: bool,
    pub(super) wrap_queue: Wrap<dyn UpdateQueue>,
    pub(super) clock: Arc<SimulatedClock>,
    pub(super) screen: Arc<Screen>,
    pub(super) attachments: Arc<MemoryAttachments>,
    pub(super) photo: Attachment,
    pub(super) recording: Attachment,
    /// What is to be said, in this order.
    pub(super) expected: Vec<String>,
}

/// How far the transport has come; it outlives the process, too.
#[derive(Default)]
struct Progress {
    deed: usize,
    envelopes: Vec<Envelope>,
}

impl World {
    /// Plays the scenario to its end; `Err` says why there was none.
    pub(super) async fn play(&self) -> Result<Ending, String> {
        let lives = async {
            let mut progress = Progress::default();
            loop {
                // Whatever only the process knew is new in every life.
                let service = Service::new(self.ports(), self.options());
                tokio::select! {
                    biased;
                    () = self.plan.died() => {}
                    result = self.transport(&service, &mut progress) => return result,
                    () = service.run(CancellationToken::new()) => {}
                }
            }
        };
        match tokio::time::timeout(PATIENCE, lives).await {
            Ok(result) => result?,
            Err(_) => {
                let (said, calls) = (self.screen.said(&self.chat), self.plan.calls());
                return Err(format!(
                    "it was never settled; said {said:?} by {:?}",
                    calls.iter().take(150).collect::<Vec<_>>()
                ));
            }
        }
        Ok(self.ending().await)
    }

    /// Delivers what people do, each update until it is acknowledged, and waits for the rest.
    async fn transport(&self, service: &Service, progress: &mut Progress) -> Result<(), String> {
        while let Some(deed) = self.scenario.deeds.get(progress.deed) {
            if progress.envelopes.is_empty() {
                progress.envelopes = self.envelopes(progress.deed, deed).await;
            }
            let deliveries = progress.envelopes.iter().map(|envelope| async {
                // A transport that gets no acknowledgement delivers again.
                while service.accept(envelope.clone()).await.is_err() {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            });
            futures::future::join_all(deliveries).await;
            progress.envelopes.clear();
            progress.deed += 1;
        }
        service.idle().await;
        // What a process that died had claimed is free again after a while.
        let mut looks = 0;
        while !self.all_said() && looks < LOOKS {
            looks += 1;
            tokio::time::sleep(LOOK).await;
            service.idle().await;
        }
        Ok(())
    }

    fn all_said(&self) -> bool {
        missing(&self.expected, &self.screen.said(&self.chat), false).is_none()
    }

    fn ports(&self) -> Ports {
        let clock: Arc<dyn Clock> = self.clock.clone();
        let queue = (self.wrap_queue)(Arc::new(MemoryQueue::new(clock.clone())));
        let image = Reading::Receipt(Box::new(receipt()));
        let reader = ScriptedReader::default().with(IMAGE, image);
        let plan = &self.plan;
        let (store, jobs) = (self.stores.store.clone(), self.stores.jobs.clone());
        let (store, jobs) = if self.threaded {
            (Faulty::threaded(store, plan), Faulty::threaded(jobs, plan))
        } else {
            (Faulty::new(store, plan), Faulty::new(jobs, plan))
        };
        Ports {
            store,
            jobs,
            states: Faulty::new(Arc::new(MemoryState::new(clock.clone(), 100)), plan),
            common: Faulty::new(Arc::new(MemoryState::new(clock.clone(), 100)), plan),
            cache: Faulty::new(Arc::new(MemoryCache::new(clock.clone(), 100)), plan),
            queue: Faulty::new(queue, plan),
            wake: None,
            limiter: Faulty::new(Arc::new(MemoryRateLimiter::new(clock.clone())), plan),
            lease: Faulty::new(Arc::new(MemoryLease::new(clock.clone())), plan),
            attachments: Faulty::new(self.attachments.clone(), plan),
            ocr: Some(Faulty::new(Arc::new(reader), plan)),
            speech: Some(Faulty::new(Arc::new(listener()), plan)),
            categorizer: self.scenario.suggests.then(|| {
                let lunch = ScriptedCategorizer::default().with("lunch", "Food - Dining Out");
                Faulty::new(Arc::new(lunch), plan) as Arc<dyn Categorizer>
            }),
            fx: self.scenario.rates.then(|| {
                let faulty: Arc<dyn FxRates> = Faulty::new(Arc::new(rates()), plan);
                faulty
            }),
            messenger: Faulty::new(self.screen.clone(), plan),
            clock,
        }
    }

    fn options(&self) -> Options {
        Options {
            defaults: settings(),
            policy: Policy {
                draft_ttl: limits::DRAFT_TTL,
            },
            quota: Some(Quota {
                burst: 30,
                period: Duration::from_secs(60),
            }),
            workers: 1,
            instance: "simulation".to_owned(),
            // Nobody else is there, and days go by.
            lease: Duration::from_secs(3_600),
            // What a run of an hour would ask over and over is asked in the others.
            others_send: !self.scenario.rates,
            ..Options::default()
        }
    }

    async fn ending(&self) -> Ending {
        let ledger = LedgerId::of(&self.chat);
        let filter = ExpenseFilter {
            removed: true,
            ..ExpenseFilter::default()
        };
        let page = PageRequest {
            after: None,
            limit: limits::MAX_PAGE,
        };
        let query = TotalsQuery {
            period: None,
            categories: None,
            group: Group::None,
            into: Currency::EUR,
        };
        let _still = self.threaded.then(Standstill::begin);
        let store = &self.stores.store;
        let page = store.expenses(ledger, &filter, page).await;
        let mut expenses: Vec<_> = page
            .expect("the store itself is sound")
            .expenses
            .iter()
            .map(|expense| {
                let money = expense.details.money;
                (
                    expense.number.map_or(0, |number| number.0),
                    format!("{} {}", money.amount(), money.currency().code()),
                    expense.details.description.as_str().to_owned(),
                    !expense.removed,
                )
            })
            .collect();
        expenses.sort();
        let totals = store.totals(ledger, &query).await;
        Ending {
            expenses,
            totals: totals.expect("the store itself is sound"),
            said: self.screen.said(&self.chat),
        }
    }
}

/// The first of the expected replies that was not said, or not after those before it.
pub(super) fn missing<'a>(
    expected: &'a [String],
    said: &[String],
    in_order: bool,
) -> Option<&'a String> {
    let mut rest = said.iter();
    expected.iter().find(|reply| {
        if !in_order {
            rest = said.iter();
        }
        !rest.any(|other| other == *reply)
    })
}

/// When every run begins.
pub(super) fn noon() -> DateTime<Utc> {
    let day = NaiveDate::from_ymd_opt(2026, 5, 4).unwrap_or_default();
    day.and_hms_opt(8, 0, 0).unwrap_or_default().and_utc()
}

/// What people send: a photo and a recording.
pub(super) fn attachments() -> (Arc<MemoryAttachments>, Attachment, Attachment) {
    let attachments = MemoryAttachments::default();
    let (photo, recording) = (attachments.hold(IMAGE), attachments.hold(AUDIO));
    (Arc::new(attachments), photo, recording)
}

fn listener() -> ScriptedSpeech {
    let expense = Spoken {
        amount: Some(Decimal::new(8, 0)),
        description: Some(Description::new("taxi")),
        ..Spoken::default()
    };
    let speech = Speech::Expense {
        transcript: Transcript::new("eight for a taxi"),
        expense: Box::new(expense),
    };
    ScriptedSpeech::default().with(AUDIO, speech)
}

fn settings() -> Settings {
    Settings {
        currency: "EUR".parse::<Currency>().expect("a currency"),
        zone: crate::domain::calendar::Zone::UTC,
        locale: "en".parse().expect("a locale"),
        language: Language::English,
    }
}

/// Dollars on the days before the run, the day before at half a euro.
fn rates() -> MemoryRates {
    let pair = Pair::new(Currency::USD, Currency::EUR).expect("two currencies");
    let source = "rates.test".parse().expect("a name");
    let (first, second) = (noon().date_naive() - Days::new(1), noon().date_naive());
    let factor = |text: &str| text.parse().expect("a rate");
    MemoryRates::new(source)
        .with(pair, first, factor("0.5"))
        .with(pair, second, factor("0.8868"))
}

fn receipt() -> Receipt {
    Receipt {
        merchant: Some("Corner Shop".to_owned()),
        date: NaiveDate::from_ymd_opt(2026, 5, 3),
        currency: "EUR".parse().ok(),
        total: Some(Decimal::new(4_250, 2)),
        confidence: Confidence::new(95),
        ..Receipt::default()
    }
}
