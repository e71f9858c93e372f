//! Readers beside the line, in simulated time: whose turn it is, what people are told meanwhile,
//! and what comes of failures.
#![cfg(feature = "testing")]

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use expense_core::conversation::event::{Envelope, Event, ReadResult};
use expense_core::domain::keys::ChatKey;
use expense_core::domain::limits;
use expense_core::domain::receipt::Receipt;
use expense_core::domain::speech::{Speech, Spoken, Transcript};
use expense_core::domain::text::Description;
use expense_core::memory::attachments::MemoryAttachments;
use expense_core::memory::in_process::in_process;
use expense_core::memory::messenger::Outbox;
use expense_core::memory::rate::MemoryRateLimiter;
use expense_core::memory::speech::ScriptedSpeech;
use expense_core::memory::store::MemoryStore;
use expense_core::ports::categorizer::{Categorizer, Subject, Suggestion};
use expense_core::ports::clock::Clock;
use expense_core::ports::error::{Fault, PortError, Result};
use expense_core::ports::ocr::{Document, Read, Reading, ReceiptOcr};
use expense_core::ports::queue::{Buried, Delivery, DeliveryId, Settle, UpdateQueue};
use expense_core::ports::rate::Quota;
use expense_core::service::{Options, Ports, Service};
use expense_core::testing::fixtures::{chat, envelope, key, noon, user};
use expense_core::testing::simulation::SimulatedClock;
use expense_core::wrap::Wrapped;
use expense_core::wrap::fallback::FallbackOcr;
use expense_core::wrap::queue::{Pace, RequestQueue};
use rstest::rstest;
use tokio_util::sync::CancellationToken;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// A service that runs as long as the test.
struct App {
    service: Service,
    screen: Arc<Outbox>,
    attachments: Arc<MemoryAttachments>,
    clock: Arc<SimulatedClock>,
    updates: AtomicU64,
    shutdown: CancellationToken,
}

impl App {
    fn start(options: Options, change: impl FnOnce(&mut Ports)) -> Self {
        let clock = Arc::new(SimulatedClock::beginning(noon()));
        let (screen, attachments) = (
            Arc::new(Outbox::default()),
            Arc::new(MemoryAttachments::default()),
        );
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let mut ports = in_process(store, screen.clone(), attachments.clone(), clock.clone());
        change(&mut ports);
        let (service, shutdown) = (Service::new(ports, options), CancellationToken::new());
        let (running, stop) = (service.clone(), shutdown.clone());
        tokio::spawn(async move { running.run(stop).await });
        Self {
            service,
            screen,
            attachments,
            clock,
            updates: AtomicU64::new(0),
            shutdown,
        }
    }

    async fn send(&self, who: &str, event: Event) {
        let n = self.updates.fetch_add(1, Ordering::SeqCst);
        let mut update: Envelope = envelope(&chat(who), key(&format!("{n}")), "");
        update.who = user(who);
        update.sent_at = self.clock.now();
        update.event = event;
        self.service.accept(update).await.expect("it is accepted");
    }

    async fn photo(&self, who: &str, content: &str) {
        let attachment = self.attachments.hold(content.to_owned());
        let (caption, album) = (String::new(), None);
        self.send(
            who,
            Event::Photo {
                attachment,
                caption,
                album,
            },
        )
        .await;
    }

    async fn say(&self, who: &str, text: &str) {
        let (text, reply_to) = (text.to_owned(), None);
        self.send(who, Event::Text { text, reply_to }).await;
    }

    /// The messages of a person's chat, as they stand now.
    fn shown(&self, who: &str) -> Vec<String> {
        let chat: ChatKey = chat(who);
        let shown = self.screen.chat(&chat);
        shown
            .iter()
            .map(|shown| shown.outgoing.reply.text.to_plain())
            .collect()
    }

    fn last(&self, who: &str) -> String {
        self.shown(who).pop().unwrap_or_default()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

/// Reads what it is shown as a merchant of that name, slowly, and remembers when it was asked.
struct Slow {
    takes: Duration,
    place: &'static str,
    asked: Mutex<Vec<(String, DateTime<Utc>)>>,
    clock: Mutex<Option<Arc<dyn Clock>>>,
}

impl Slow {
    fn new(takes: Duration, place: &'static str) -> Arc<Self> {
        Arc::new(Self {
            takes,
            place,
            asked: Mutex::default(),
            clock: Mutex::default(),
        })
    }

    fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().expect("no test panics with it");
        asked.iter().map(|(what, _)| what.clone()).collect()
    }
}

#[async_trait]
impl ReceiptOcr for Slow {
    async fn read(&self, document: &Document) -> Result<Read> {
        let name = document
            .parts
            .first()
            .map(|part| part.to_vec())
            .unwrap_or_default();
        let name = String::from_utf8(name).expect("a name");
        let now = self
            .clock
            .lock()
            .expect("no test panics with it")
            .as_ref()
            .map_or_else(noon, |clock| clock.now());
        self.asked
            .lock()
            .expect("no test panics with it")
            .push((name.clone(), now));
        tokio::time::sleep(self.takes).await;
        let receipt = Receipt {
            merchant: Some(name),
            total: Some(5.into()),
            currency: "EUR".parse().ok(),
            ..Receipt::default()
        };
        Ok(Read {
            place: self.place.to_owned(),
            reading: Reading::Receipt(Box::new(receipt)),
        })
    }
}

#[tokio::test(start_paused = true)]
async fn ten_photos_of_one_do_not_hold_up_another_who_is_told_their_place() {
    let reader = Slow::new(10 * SECOND, "here");
    let app = App::start(Options::default(), |ports| ports.ocr = Some(reader.clone()));
    for n in 0..10 {
        app.photo("anna", &format!("a{n}")).await;
    }
    tokio::time::sleep(SECOND).await;
    app.photo("bert", "b").await;
    assert_eq!(app.last("bert"), "Reading your receipt…", "at once");
    tokio::time::sleep(8 * SECOND).await;
    let told = app.last("bert");
    assert!(told.contains("You are number 2"), "{told}");
    app.service.idle().await;
    let order = reader.asked();
    assert_eq!(order.len(), 11);
    let place = order.iter().position(|name| name == "b");
    assert!(place <= Some(2), "{order:?}");
    assert!(
        app.shown("anna").iter().all(|shown| shown.starts_with('a')),
        "{:?}",
        app.shown("anna")
    );
    assert!(
        app.last("bert").starts_with("b · €5.00"),
        "{}",
        app.last("bert")
    );
    assert_eq!(
        app.shown("bert").len(),
        1,
        "every word took the same message"
    );
}

#[tokio::test(start_paused = true)]
async fn who_sends_more_than_a_model_may_be_asked_waits_and_is_told() {
    let reader = Slow::new(SECOND, "by a model");
    let quota = Quota {
        burst: 2,
        period: 60 * SECOND,
    };
    let options = Options {
        model_quota: Some(quota),
        readers: 4,
        ..Options::default()
    };
    let app = App::start(options, |ports| {
        *reader.clock.lock().expect("no test panics with it") = Some(ports.clock.clone());
        ports.ocr = Some(reader.clone());
    });
    for n in 0..12 {
        app.photo("anna", &format!("a{n}")).await;
    }
    app.photo("bert", "b").await;
    tokio::time::sleep(5 * SECOND).await;
    let waiting = app
        .shown("anna")
        .iter()
        .filter(|shown| shown.contains("You sent many"))
        .count();
    assert_eq!(waiting, 10, "{:?}", app.shown("anna"));
    assert!(app.last("bert").starts_with('b'), "{}", app.last("bert"));
    app.service.idle().await;
    assert!(
        app.shown("anna").iter().all(|shown| shown.starts_with('a')),
        "{:?}",
        app.shown("anna")
    );
    let asked = reader.asked.lock().expect("no test panics with it");
    let hers: Vec<_> = asked
        .iter()
        .filter(|(name, _)| name != "b")
        .map(|(_, at)| *at)
        .collect();
    assert_eq!(hers.len(), 12, "each is read once");
    assert!(
        hers.windows(3)
            .all(|three| three[2] - three[0] >= chrono::TimeDelta::seconds(60))
    );
}

/// A queue in which some updates are buried.
struct Grave {
    inner: Arc<dyn UpdateQueue>,
    buries: fn(&Event) -> bool,
    tried: Arc<AtomicUsize>,
}

#[async_trait]
impl UpdateQueue for Grave {
    async fn publish(&self, envelope: Envelope) -> Result<()> {
        if (self.buries)(&envelope.event) {
            self.tried.fetch_add(1, Ordering::SeqCst);
            return Err(PortError::new("queue", "publish", Fault::Bug));
        }
        self.inner.publish(envelope).await
    }

    async fn claim(&self, limit: usize, wait: Duration) -> Result<Vec<Delivery>> {
        self.inner.claim(limit, wait).await
    }

    async fn settle(&self, id: DeliveryId, settle: Settle) -> Result<()> {
        self.inner.settle(id, settle).await
    }

    async fn buried(&self, limit: usize) -> Result<Vec<Buried>> {
        self.inner.buried(limit).await
    }
}

fn is_reading(event: &Event) -> bool {
    matches!(event, Event::Read { .. })
}

fn is_receipt(event: &Event) -> bool {
    let receipt = |result: &ReadResult| matches!(result, ReadResult::Receipt(_));
    matches!(event, Event::Read { result, .. } if receipt(result))
}

/// A reading that can't be recorded is tried a few times; then the draft asks for the amount, and
/// where even that can't be recorded it is left alone.
#[rstest]
#[case::what_was_read(is_receipt, 5, "failed")]
#[case::whatever_comes(is_reading, 10, "Reading your receipt")]
#[tokio::test(start_paused = true)]
async fn a_reading_that_is_buried_is_not_read_for_ever(
    #[case] buries: fn(&Event) -> bool,
    #[case] tries: usize,
    #[case] said: &str,
) {
    let reader = Slow::new(SECOND, "here");
    let tried = Arc::new(AtomicUsize::new(0));
    let app = App::start(Options::default(), |ports| {
        ports.ocr = Some(reader.clone());
        ports.queue = Arc::new(Grave {
            inner: ports.queue.clone(),
            buries,
            tried: tried.clone(),
        });
    });
    app.photo("anna", "a").await;
    tokio::time::sleep(20 * HOUR).await;
    assert_eq!(reader.asked().len(), limits::READING_ATTEMPTS as usize);
    assert_eq!(tried.load(Ordering::SeqCst), tries);
    assert!(app.last("anna").contains(said), "{}", app.last("anna"));
}

/// When the day of the model is used up the next reader reads, and the reply names it.
#[tokio::test(start_paused = true)]
async fn the_local_reader_reads_when_the_models_day_is_over() {
    let (model, local) = (
        Slow::new(SECOND, "by a model"),
        Slow::new(SECOND, "on this server"),
    );
    let app = App::start(Options::default(), |ports| {
        let pace = Pace {
            at_once: 4,
            depth: 10,
            per_minute: 50,
            per_day: Some(2),
        };
        let limiter = Arc::new(MemoryRateLimiter::new(ports.clock.clone()));
        let queue = RequestQueue::new("model", pace, limiter, ports.clock.clone());
        let model = Arc::new(Wrapped::ocr(model.clone(), queue));
        ports.ocr = Some(Arc::new(FallbackOcr::new(model, vec![local.clone()])));
    });
    for n in 0..3 {
        app.photo("anna", &format!("a{n}")).await;
    }
    app.service.idle().await;
    let read_at = |place: &str| {
        app.shown("anna")
            .iter()
            .filter(|shown| shown.contains(place))
            .count()
    };
    assert_eq!((read_at("by a model"), read_at("on this server")), (2, 1));
}

/// Knows that lunch is eaten out, after a while, unless it always fails.
struct Thinks {
    takes: Duration,
    fails: Option<Fault>,
    asked: AtomicUsize,
}

#[async_trait]
impl Categorizer for Thinks {
    async fn suggest(&self, _: &Subject) -> Result<Option<Suggestion>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(self.takes).await;
        match self.fails {
            Some(fault) => Err(PortError::new("categorizer", "suggest", fault)),
            None => Ok(Some(Suggestion {
                category: "Food - Dining Out".to_owned(),
                place: "by a model".to_owned(),
            })),
        }
    }
}

const A_DAY: Fault = Fault::Busy {
    retry_after: Some(Duration::from_secs(20 * 60 * 60)),
};

#[rstest]
#[case::found(None, 1, "Food - Dining Out")]
#[case::unreachable(Some(Fault::Unavailable), 5, "Others")]
#[case::refused(Some(Fault::Denied), 1, "Others")]
#[case::used_up(Some(A_DAY), 1, "Others")]
#[tokio::test(start_paused = true)]
async fn a_category_comes_after_the_reply_or_not_at_all(
    #[case] fails: Option<Fault>,
    #[case] times: usize,
    #[case] category: &str,
) {
    let thinks = Arc::new(Thinks {
        takes: 30 * SECOND,
        fails,
        asked: AtomicUsize::new(0),
    });
    let app = App::start(Options::default(), |ports| {
        ports.categorizer = Some(thinks.clone())
    });
    let began = app.clock.now();
    app.say("anna", "12.50 lunch").await;
    assert!(
        app.clock.now() - began < chrono::TimeDelta::seconds(1),
        "nobody waited"
    );
    assert!(app.last("anna").contains("Others"), "{}", app.last("anna"));
    app.service.idle().await;
    tokio::time::sleep(2 * HOUR).await;
    assert_eq!(app.shown("anna").len(), 1, "edited in place");
    assert!(app.last("anna").contains(category), "{}", app.last("anna"));
    assert_eq!(thinks.asked.load(Ordering::SeqCst), times);
    // Nothing is learned of it, and the text decides without being asked.
    app.say("anna", "7 ticket [Transportation]").await;
    app.service.idle().await;
    assert_eq!(thinks.asked.load(Ordering::SeqCst), times);
}

#[rstest]
#[case::heard(true, "taxi · €8.00")]
#[case::by_nobody(false, "I can't listen to voice notes here")]
#[tokio::test(start_paused = true)]
async fn a_voice_note_is_heard_beside_the_line(#[case] is_heard: bool, #[case] said: &str) {
    let expense = Box::new(Spoken {
        amount: Some(8.into()),
        description: Some(Description::new("taxi")),
        ..Spoken::default()
    });
    let transcript = Transcript::new("eight for a taxi");
    let speech = Speech::Expense {
        transcript,
        expense,
    };
    let listener = ScriptedSpeech::default().with("a voice", speech);
    let app = App::start(Options::default(), |ports| {
        if is_heard {
            ports.speech = Some(Arc::new(listener));
        }
    });
    let attachment = app.attachments.hold("a voice");
    let (seconds, caption) = (Some(3), String::new());
    app.send(
        "anna",
        Event::Voice {
            attachment,
            seconds,
            caption,
        },
    )
    .await;
    app.service.idle().await;
    assert!(app.last("anna").contains(said), "{}", app.last("anna"));
    assert_eq!(app.last("anna").contains("“eight for a taxi”"), is_heard);
}
