//! The service as a black box: updates in, messages out, rows in the file.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use expense_core::conversation::event::Event;
use expense_core::domain::receipt::{Confidence, Receipt};
use expense_core::memory::ocr::ScriptedReader;
use expense_core::ports::error::Result;
use expense_core::ports::ocr::{Document, Read, Reading, ReceiptOcr};
use expense_core::ports::rate::Quota;
use expense_core::service::Options;
use expense_core::testing::mocks::MockReceiptOcr;
use rust_decimal::Decimal;

use crate::app::{App, chat, text};

#[tokio::test]
async fn finds_everything_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.sqlite");
    let home = chat("home");

    let app = App::start(&file, "first").await;
    app.say(&home, "lunch 12.50").await;
    app.say(&home, "tea 2.20").await;
    app.stop().await;

    let app = App::start(&file, "second").await;
    app.say(&home, "/list").await;
    let list = app.last(&home);
    assert!(
        list.contains("lunch") && list.contains("tea") && list.contains("14.70"),
        "{list}"
    );
    app.say(&home, "/undo").await;
    assert_eq!(app.expenses(&home).await.len(), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_many_chats_at_once_and_each_update_once() {
    const CHATS: usize = 50;
    const MESSAGES: usize = 8;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.sqlite");
    let app = App::start(&file, "first").await;
    let chats: Vec<_> = (0..CHATS).map(|at| chat(&format!("many{at}"))).collect();
    let updates: Vec<_> = (0..MESSAGES)
        .flat_map(|at| {
            chats
                .iter()
                .map(move |chat| (chat, format!("thing{at} {}.25", at + 1)))
        })
        .map(|(chat, words)| app.update(chat, text(&words)))
        .collect();
    // Every update comes twice, and all of them at the same time.
    let twice = updates
        .iter()
        .chain(&updates)
        .map(|update| app.service.accept(update.clone()));
    for accepted in futures::future::join_all(twice).await {
        accepted.expect("it is accepted");
    }
    app.stop().await;

    // And once more to the next process.
    let app = App::start(&file, "second").await;
    for accepted in
        futures::future::join_all(updates.iter().map(|u| app.service.accept(u.clone()))).await
    {
        accepted.expect("it is accepted");
    }
    for chat in &chats {
        let expenses = app.expenses(chat).await;
        let numbers: BTreeSet<_> = expenses
            .iter()
            .filter_map(|expense| expense.number)
            .collect();
        let words: BTreeSet<_> = expenses
            .iter()
            .map(|expense| expense.details.description.as_str())
            .collect();
        assert_eq!(
            (expenses.len(), numbers.len(), words.len()),
            (MESSAGES, MESSAGES, MESSAGES)
        );
        let sum: Decimal = expenses
            .iter()
            .map(|expense| expense.details.money.amount())
            .sum();
        assert_eq!(sum, Decimal::new(3_800, 2));
    }
    app.stop().await;
}

#[tokio::test]
async fn decides_by_what_another_process_changed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.sqlite");
    let home = chat("home");
    let (one, other) = (
        App::start(&file, "one").await,
        App::start(&file, "other").await,
    );
    one.say(&home, "lunch 12.50").await;
    other.say(&home, "/currency USD").await;
    // The first process has a copy of a ledger that counts in euros.
    one.say(&home, "tea 2.20").await;
    let currencies: Vec<_> = one
        .expenses(&home)
        .await
        .iter()
        .map(|expense| expense.details.money.currency().code().to_owned())
        .collect();
    assert_eq!(currencies, ["USD", "EUR"]);
    // A question alone is answered by the truth, too.
    one.say(&home, "/currency CHF").await;
    other.say(&home, "/settings").await;
    let settings = other.last(&home);
    assert!(settings.contains("CHF"), "{settings}");
    one.stop().await;
    other.stop().await;
}

/// The chat began again behind the back of a process, and changed as often as before.
#[tokio::test]
async fn an_erased_ledger_lives_on_in_no_copy() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.sqlite");
    let home = chat("home");
    let (one, other) = (
        App::start(&file, "one").await,
        App::start(&file, "other").await,
    );
    one.say(&home, "/currency CHF").await;
    other.say(&home, "/forget").await;
    other.press(&home, "Erase everything").await;
    other.press(&home, "Yes, erase it").await;
    other.say(&home, "/currency JPY").await;
    one.say(&home, "tea 300").await;
    let expenses = one.expenses(&home).await;
    assert_eq!(expenses[0].details.money.currency().code(), "JPY");
    one.stop().await;
    other.stop().await;
}

/// Fails as no reader should.
struct Panics;

#[async_trait]
impl ReceiptOcr for Panics {
    async fn read(&self, document: &Document) -> Result<Read> {
        panic!("{} bytes were too much", document.bytes());
    }
}

#[tokio::test]
async fn a_reader_that_panics_costs_a_reading_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.sqlite");
    let home = chat("home");
    let app = App::start_with(&file, "one", Some(Arc::new(Panics)), Options::default()).await;
    for image in ["one photo", "another photo"] {
        let event = Event::Photo {
            attachment: app.attachments.hold(image),
            caption: String::new(),
            album: None,
        };
        let update = app.update(&home, event);
        app.service.accept(update).await.expect("it is accepted");
        app.service.idle().await;
        let asked = app.last(&home);
        assert!(asked.contains("amount"), "{asked}");
    }
    app.stop().await;
}

#[tokio::test]
async fn reads_a_photo_beside_the_line_and_saves_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.sqlite");
    let home = chat("home");
    let receipt = Receipt {
        merchant: Some("Corner Shop".to_owned()),
        currency: "EUR".parse().ok(),
        total: Some(Decimal::new(4_250, 2)),
        confidence: Confidence::new(95),
        ..Receipt::default()
    };
    let reader = ScriptedReader::default().with("a photo", Reading::Receipt(Box::new(receipt)));
    let app = App::start_with(&file, "one", Some(Arc::new(reader)), Options::default()).await;
    let attachment = app.attachments.hold("a photo");
    let photo = Event::Photo {
        attachment,
        caption: String::new(),
        album: None,
    };
    app.service
        .accept(app.update(&home, photo.clone()))
        .await
        .unwrap();
    app.service.idle().await;
    assert!(
        app.last(&home).contains("Corner Shop"),
        "{}",
        app.last(&home)
    );
    app.press(&home, "Save").await;
    assert_eq!(app.expenses(&home).await.len(), 1);

    app.service.accept(app.update(&home, photo)).await.unwrap();
    app.service.idle().await;
    assert!(
        app.last(&home).contains("#1"),
        "not recognized: {}",
        app.last(&home)
    );
    app.stop().await;
}

#[tokio::test]
async fn a_reader_that_comes_later_reads_the_photo_that_waits() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expenses.sqlite");
    let home = chat("home");
    let receipt = Receipt {
        total: Some(Decimal::new(4_250, 2)),
        ..Receipt::default()
    };
    let mut found = vec![Reading::Receipt(Box::new(receipt)), Reading::NoReader];
    let mut reader = MockReceiptOcr::new();
    reader.expect_read().times(2).returning(move |_| {
        Ok(Read {
            place: "here".to_owned(),
            reading: found.pop().expect("it is asked twice"),
        })
    });
    let app = App::start_with(&file, "one", Some(Arc::new(reader)), Options::default()).await;
    let photo = Event::Photo {
        attachment: app.attachments.hold("a photo"),
        caption: String::new(),
        album: None,
    };
    app.service.accept(app.update(&home, photo)).await.unwrap();
    app.service.idle().await;
    assert!(
        app.last(&home).contains("What was the amount?"),
        "{}",
        app.last(&home)
    );
    app.press(&home, "Read again").await;
    app.service.idle().await;
    assert!(app.last(&home).contains("42.50"), "{}", app.last(&home));
    app.stop().await;
}

#[tokio::test]
async fn exports_what_a_spreadsheet_can_read_and_does_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::start(&folder.path().join("expenses.sqlite"), "one").await;
    let home = chat("home");
    for words in [
        "lunch 12.50 #work",
        "-20 refund shoes",
        "5 =cmd()",
        "3.20 \"Café\", große Tasse",
    ] {
        app.say(&home, words).await;
    }
    app.say(&home, "/export").await;
    let shown = app.screen.chat(&home).pop().expect("there is an answer");
    let [export] = shown.outgoing.files.as_slice() else {
        panic!("{} files", shown.outgoing.files.len());
    };
    assert!(
        export
            .bytes
            .starts_with("\u{feff}number,date,amount".as_bytes())
    );
    let mut table = csv::Reader::from_reader(export.bytes.as_ref());
    let rows: Vec<csv::StringRecord> = table.records().map(|row| row.expect("a row")).collect();
    let column = |at: usize| {
        rows.iter()
            .map(|row| row[at].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(column(0), ["4", "3", "2", "1"]);
    assert_eq!(column(2), ["3.20", "5.00", "-20.00", "12.50"]);
    assert_eq!(
        column(10),
        ["\"Café\", große Tasse", "'=cmd()", "refund shoes", "lunch"]
    );
    assert_eq!(column(12), ["", "", "", "work"]);
    app.stop().await;
}

#[tokio::test]
async fn answers_who_writes_too_much_and_records_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let quota = Some(Quota {
        burst: 2,
        period: Duration::from_secs(60),
    });
    let options = Options {
        quota,
        ..Options::default()
    };
    let file = folder.path().join("expenses.sqlite");
    let app = App::start_with(&file, "one", None, options).await;
    let home = chat("home");
    let first = app.say(&home, "lunch 12.50").await;
    app.say(&home, "tea 2.20").await;
    app.say(&home, "cake 3").await;
    assert!(
        app.last(&home).contains("try again in"),
        "{}",
        app.last(&home)
    );
    assert_eq!(app.expenses(&home).await.len(), 2);
    // An update that comes again was counted already.
    app.service.accept(first).await.unwrap();
    assert!(app.last(&home).contains("lunch"), "{}", app.last(&home));
    app.stop().await;
}

#[tokio::test]
async fn refuses_what_comes_during_shutdown() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::start(&folder.path().join("expenses.sqlite"), "one").await;
    let (service, late) = (
        app.service.clone(),
        app.update(&chat("home"), text("lunch 12.50")),
    );
    app.say(&chat("home"), "tea 2.20").await;
    app.stop().await;
    let refused = service.accept(late).await.expect_err("it came too late");
    assert!(refused.is_transient());
}
