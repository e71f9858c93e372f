//! The console passes the suite of frontends.

use std::io::{PipeWriter, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use expense_core::memory::clock::SystemClock;
use expense_core::testing::conformance::frontend::{FrontendBench, Person, Seen, service};
use expense_core::testing::inbox::Inbox;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::sync::CancellationToken;

use crate::{Console, Files, Input, Setup};

/// How long a test waits for the console.
const PATIENCE: Duration = Duration::from_secs(60);

/// A person at a terminal that shows one object a reply.
struct Typist {
    keyboard: Mutex<PipeWriter>,
    screen: tokio::sync::Mutex<UnboundedReceiver<String>>,
    desk: tempfile::TempDir,
}

impl Typist {
    fn types(&self, line: &str) {
        let mut keyboard = self.keyboard.lock().expect("nobody panicked");
        writeln!(keyboard, "{line}").expect("somebody listens");
    }
}

#[async_trait]
impl Person for Typist {
    async fn say(&self, words: &str) {
        self.types(words);
    }

    async fn photo(&self, bytes: Bytes, caption: &str) {
        let photo = self.desk.path().join("photo.jpg");
        std::fs::write(&photo, bytes).expect("a photo");
        self.types(&format!("photo {} {caption}", photo.display()));
    }

    async fn rewrite(&self, words: &str) {
        self.types(&format!("rewrite {words}"));
    }

    async fn reply(&self, words: &str) {
        self.types(&format!("reply {words}"));
    }

    async fn press(&self, label: &str) {
        self.types(&format!("press {label}"));
    }

    async fn sees(&self) -> Seen {
        let mut screen = self.screen.lock().await;
        let shown = tokio::time::timeout(PATIENCE, screen.recv()).await;
        let shown = shown.expect("something is shown").expect("a screen");
        let shown: serde_json::Value = serde_json::from_str(&shown).expect("an object");
        let texts = |name: &str| -> Vec<String> {
            serde_json::from_value(shown[name].clone()).expect("a list")
        };
        let content = |path: String| std::fs::read(path).expect("a saved file").into();
        Seen {
            words: shown["reply"].as_str().expect("words").to_owned(),
            buttons: texts("buttons"),
            files: texts("files").into_iter().map(content).collect(),
            edited: !shown["edits"].is_null(),
        }
    }
}

async fn fresh_frontend() -> FrontendBench {
    let desk = tempfile::tempdir().expect("a directory");
    let (shows, screen) = unbounded_channel();
    let setup = Setup {
        json: true,
        ..Setup::at(desk.path())
    };
    let show = Box::new(move |text: &str| {
        // After the test nobody looks any more.
        let _ = shows.send(text.to_owned());
        Ok(())
    });
    let console = Arc::new(Console::new(setup, Arc::new(SystemClock), show));
    let (listens, keyboard) = std::io::pipe().expect("a pipe");
    let inbox = Inbox::new();
    let service = service(&inbox, console.clone(), Arc::new(Files));
    let (chat, running) = (console.clone(), CancellationToken::new());
    let ends = running.clone().drop_guard();
    tokio::spawn(async move { chat.run(Input::pipe(listens), &service, &running).await });
    let person = Typist {
        keyboard: Mutex::new(keyboard),
        screen: tokio::sync::Mutex::new(screen),
        desk,
    };
    FrontendBench::new(Arc::new(person), console, Arc::new(Files), inbox, ends)
}

expense_core::frontend_conformance!(fresh_frontend);
