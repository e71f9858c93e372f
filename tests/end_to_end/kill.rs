//! The program itself, killed at random moments under a stream of entries.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use expense_core::conversation::question::{ExpenseFilter, PageRequest};
use expense_core::domain::keys::{ChatKey, LedgerId};
use expense_core::domain::limits;
use expense_core::ports::store::ExpenseStore;
use expense_core::testing::dice::Dice;
use expense_store_sqlite::{Config, SqliteStore};
pub(crate) use expense_tests::bot;
use serde_json::Value;

/// How often it is killed.
const KILLS: usize = 100;
/// Entries that are on their way at the same time.
const STREAM: usize = 150;
/// The longest time from the first acknowledgement to the kill, in microseconds.
const LONGEST_US: usize = 100_000;
/// The longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn nothing_acknowledged_is_lost_and_nothing_doubled_by_kills() {
    let given = std::env::var("SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or(4_711);
    eprintln!("SEED={seed}");
    let mut dice = Dice::new(seed);
    let bot = bot();
    let folder = tempfile::tempdir().unwrap();
    let mut told = Told::default();
    for _ in 0..KILLS {
        let mut chat = Chat::open(&bot, folder.path());
        told.check(&chat.export());
        chat.stream(&mut told);
        let first = chat
            .replies
            .recv_timeout(PATIENCE)
            .expect("an entry is acknowledged");
        told.acknowledge(&first);
        let wait = u64::try_from(dice.below(LONGEST_US)).unwrap_or(0);
        std::thread::sleep(Duration::from_micros(wait));
        for reply in chat.kill() {
            told.acknowledge(&reply);
        }
    }
    let mut chat = Chat::open(&bot, folder.path());
    told.check(&chat.export());
    chat.kill();
    told.check(&stored(&folder.path().join("expenses.sqlite")));
    let (sent, acknowledged) = (told.sent.len(), told.acknowledged.len());
    eprintln!("{KILLS} kills, {sent} entries sent, {acknowledged} of them acknowledged");
    assert!(
        acknowledged >= KILLS && acknowledged < sent,
        "the kills came at no good moment"
    );
}

/// What the people of this test know.
#[derive(Default)]
struct Told {
    sent: BTreeSet<String>,
    /// Entries whose reply was printed, with the number that it named.
    acknowledged: BTreeMap<String, u32>,
}

impl Told {
    /// A new entry with words of its own.
    fn next(&mut self) -> String {
        let mut rest = self.sent.len();
        let mut words = String::from("item");
        for _ in 0..4 {
            words.push(char::from(b"bcdfghjklmnpqrstvwxz"[rest % 20]));
            rest /= 20;
        }
        self.sent.insert(words.clone());
        words
    }

    /// A reply was printed: `#12 · itembbbb · €1.25 · …`.
    fn acknowledge(&mut self, reply: &Value) {
        let text = reply["reply"].as_str().unwrap_or_default();
        let mut parts = text.split(" · ");
        let number = parts
            .next()
            .and_then(|part| part.strip_prefix('#')?.parse().ok());
        let words = parts.next().filter(|words| self.sent.contains(*words));
        let (Some(number), Some(words)) = (number, words) else {
            panic!("not a confirmation: {text}");
        };
        let before = self.acknowledged.insert(words.to_owned(), number);
        assert_eq!(before, None, "{words} was confirmed twice");
    }

    /// What is kept is what was sent, each at most once, with all that was acknowledged.
    fn check(&self, kept: &[(u32, String, String)]) {
        let mut numbers = BTreeMap::new();
        for (number, amount, words) in kept {
            assert_eq!(amount, "1.25", "{words} has another amount");
            assert!(self.sent.contains(words), "{words} was never sent");
            let before = numbers.insert(words.clone(), *number);
            assert_eq!(before, None, "{words} was recorded twice");
        }
        let distinct: BTreeSet<_> = numbers.values().collect();
        assert_eq!(distinct.len(), numbers.len(), "a number was used twice");
        for (words, number) in &self.acknowledged {
            assert_eq!(
                numbers.get(words),
                Some(number),
                "{words} is not as it was confirmed"
            );
        }
    }
}

/// One life of the program.
struct Chat {
    child: Child,
    replies: Receiver<Value>,
}

impl Chat {
    fn open(bot: &Path, folder: &Path) -> Self {
        let database = folder.join("expenses.sqlite");
        let mut child = Command::new(bot)
            .args(["console", "--json"])
            .env_clear()
            .env("HOME", folder)
            .env("XDG_DATA_HOME", folder)
            .env("DATABASE_URL", format!("sqlite://{}", database.display()))
            .env("OCR", "none")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let output = BufReader::new(child.stdout.take().expect("it has an output"));
        let (sender, replies) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                // A line that a kill cut off is no reply.
                if let Ok(reply) = serde_json::from_str(&line) {
                    let _ = sender.send(reply);
                }
            }
        });
        Self { child, replies }
    }

    /// All that it has, by its own export: number, amount, description.
    fn export(&mut self) -> Vec<(u32, String, String)> {
        self.write("/export\n");
        let reply = self
            .replies
            .recv_timeout(PATIENCE)
            .expect("an export comes");
        // Where nothing is recorded there is no file.
        let Some(file) = reply["files"][0].as_str() else {
            return Vec::new();
        };
        let mut table = csv::Reader::from_path(file).expect("the file is there");
        let names = table.headers().expect("a first line").clone();
        let column = |name| names.iter().position(|known| known == name).expect(name);
        let (number, amount, words) = (column("number"), column("amount"), column("description"));
        let rows = table.records().map(|row| {
            let row = row.expect("a row");
            (
                row[number].parse().expect("a number"),
                row[amount].to_owned(),
                row[words].to_owned(),
            )
        });
        rows.collect()
    }

    /// Writes a stream of new entries without waiting for their replies.
    fn stream(&mut self, told: &mut Told) {
        let lines: String = (0..STREAM)
            .map(|_| format!("1.25 {}\n", told.next()))
            .collect();
        self.write(&lines);
    }

    fn write(&mut self, lines: &str) {
        let input = self.child.stdin.as_mut().expect("it has an input");
        input.write_all(lines.as_bytes()).expect("it reads");
        input.flush().expect("it reads");
    }

    /// Kills it (SIGKILL) and returns what it had still printed.
    fn kill(mut self) -> Vec<Value> {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
        self.replies.iter().collect()
    }
}

/// All that is in the file.
fn stored(file: &Path) -> Vec<(u32, String, String)> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = SqliteStore::open(Config::new(file))
            .await
            .expect("the file opens");
        let chat = ChatKey::new("console:1").expect("a short key");
        let (ledger, filter) = (LedgerId::of(&chat), ExpenseFilter::default());
        let mut kept = Vec::new();
        let mut page = PageRequest {
            after: None,
            limit: limits::MAX_PAGE,
        };
        loop {
            let found = store
                .expenses(ledger, &filter, page)
                .await
                .expect("it answers");
            kept.extend(found.expenses.iter().map(|expense| {
                let details = &expense.details;
                let number = expense.number.map_or(0, |number| number.0);
                let amount = details.money.amount().to_string();
                (number, amount, details.description.as_str().to_owned())
            }));
            page.after = found.next;
            if page.after.is_none() {
                store.close().await;
                return kept;
            }
        }
    })
}
