//! Two instances over one database without Redis: what may not be known, or counted, for each alone.

use std::path::Path;
use std::time::Duration;

use expense_ocr_gemini::fake::FakeGemini;
use expense_store_postgres::testing::Database;
use telegram_fake::{Fake, Options, Person};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::super::bot::By;
use super::super::program::{Life, Program};
use super::HANG;

/// What they have in common: Telegram and a database.
struct Hamlet {
    fake: Fake,
    database: Database,
    home: TempDir,
}

impl Hamlet {
    async fn fresh() -> Self {
        Self {
            fake: Fake::start(Options::default()).await.expect("a free port"),
            database: Database::fresh().await,
            home: tempfile::tempdir().expect("a folder"),
        }
    }

    fn program(&self) -> Program {
        let database = self.database.url();
        Program::new(&self.fake, By::Webhook, self.home.path(), database)
    }

    /// Until the newest message to this person is no longer that something is being read.
    async fn answered(&self, person: &Person) -> String {
        let begun = Instant::now();
        loop {
            let replies = self.fake.chat(person.id()).replies();
            let last = replies.last().map(|message| message.words().to_owned());
            if let Some(last) = last.filter(|last| !last.starts_with("Reading")) {
                return last;
            }
            assert!(begun.elapsed() < HANG, "no answer: {:?}", replies.last());
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Starts an instance, to which Telegram brings updates from then on, and says which code it
    /// tells its operator.
    async fn invites(&self, program: &Program, name: &str) -> (Life, String) {
        let file = self.home.path().join(name);
        let life = program.start_telling(&file);
        let begun = Instant::now();
        loop {
            if let Some(code) = code(&file) {
                return (life, code);
            }
            assert!(begun.elapsed() < HANG, "it invites nobody");
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The code that was told to the operator, once its line is complete.
fn code(file: &Path) -> Option<String> {
    let told = std::fs::read_to_string(file).unwrap_or_default();
    let (_, after) = told.split_once("/start ")?;
    let (code, _) = after.split_once('\n')?;
    Some(code.to_owned())
}

/// Each tells the same one; it makes one owner, wherever it is sent, and nobody is invited after.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_code_of_the_first_owner_is_the_same_at_all_and_good_once() {
    let hamlet = Hamlet::fresh().await;
    let closed = || hamlet.program().without("OWNER_IDS").without("OPEN_TO_ALL");
    let (one, other) = (closed(), closed());
    let (one_life, code) = hamlet.invites(&one, "one").await;
    let (other_life, same) = hamlet.invites(&other, "other").await;
    assert_eq!(same, code);

    let (anna, eve) = (hamlet.fake.user(1_001), hamlet.fake.user(1_002));
    anna.say(&format!("/start {code}"));
    let said = hamlet.answered(&anna).await;
    assert!(
        said.starts_with("You are the owner of this bot now."),
        "{said}"
    );
    other_life.end();
    one_life.end();

    let told = hamlet.home.path().join("again");
    let again = one.start_telling(&told);
    eve.say(&format!("/start {code}"));
    let said = hamlet.answered(&eve).await;
    assert!(!said.contains("You are the owner"), "{said}");
    again.end();
    assert_eq!(self::code(&told), None, "somebody owns it");
    assert_eq!(hamlet.fake.violations(), Vec::<String>::new());
}

/// What one instance has asked of a model counts at the next one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_models_day_is_counted_for_all() {
    let hamlet = Hamlet::fresh().await;
    let google = FakeGemini::start().await.expect("a free port");
    google.answers(serde_json::json!({
        "kind": "receipt", "merchant": "Inn", "currency": "EUR", "total_printed": "7.25",
        "total": "7.25", "category": "Utilities",
    }));
    let once = |program: Program| {
        let program = program.reading(&google).without("GEMINI_REQUESTS_PER_DAY");
        program.with("GEMINI_REQUESTS_PER_DAY", "1")
    };
    let (one, other) = (once(hamlet.program()), once(hamlet.program()));
    let photo = |number: u8| vec![0xFF, 0xD8, 0xFF, number];

    let one_life = one.start();
    let anna = hamlet.fake.user(1_001);
    anna.photo(photo(1), "");
    let read = hamlet.answered(&anna).await;
    assert!(read.starts_with("Inn · €7.25"), "{read}");
    one_life.end();

    let other_life = other.start();
    let ben = hamlet.fake.user(1_002);
    ben.photo(photo(2), "");
    let kept = hamlet.answered(&ben).await;
    assert!(kept.contains("kept"), "{kept}");
    other_life.end();
    assert_eq!(google.requests(), 1, "the day's only one");
    assert_eq!(hamlet.fake.violations(), Vec::<String>::new());
}
