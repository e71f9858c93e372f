//! The console passes the suite of frontends.

use std::io::{PipeWriter, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use expense_core::memory::clock::ManualClock;
use expense_core::ports::messenger::Rendered;
use expense_core::testing::conformance::frontend::{FrontendBench, Person, Seen, service};
use expense_core::testing::fixtures::noon;
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
    /// The message of the bot that was shown last.
    newest: Mutex<u64>,
    clock: Arc<ManualClock>,
    desk: tempfile::TempDir,
}

impl Typist {
    fn types(&self, line: impl AsRef<[u8]>) {
        let mut keyboard = self.keyboard.lock().expect("nobody panicked");
        let line = [line.as_ref(), b"\n"].concat();
        keyboard.write_all(&line).expect("somebody listens");
    }

    /// A file on the desk.
    fn keep(&self, name: &str, content: Bytes) -> PathBuf {
        let path = self.desk.path().join(name);
        std::fs::write(&path, content).expect("a file");
        path
    }

    /// A name that no file on the desk has.
    fn unused(&self) -> String {
        let files = std::fs::read_dir(self.desk.path()).expect("a directory");
        format!("{}.jpg", files.count())
    }
}

#[async_trait]
impl Person for Typist {
    async fn at(&self, now: DateTime<Utc>) {
        self.clock.set(now);
    }

    async fn say(&self, words: &str) {
        self.types(words);
    }

    async fn photo(&self, content: Bytes, caption: &str) {
        self.file(&self.unused(), content, caption).await;
    }

    async fn album(&self, photos: Vec<Bytes>, caption: &str) {
        let photos = photos.into_iter();
        let photos = photos.map(|photo| self.keep(&self.unused(), photo));
        let photos: Vec<_> = photos.map(|path| path.display().to_string()).collect();
        self.types(format!("photo {} {caption}", photos.join(" ")));
    }

    async fn file(&self, name: &str, content: Bytes, caption: &str) {
        let file = self.keep(name, content);
        self.types(format!("photo {} {caption}", file.display()));
    }

    async fn voice(&self, content: Bytes) {
        let file = self.keep("note.ogg", content);
        self.types(format!("voice {}", file.display()));
    }

    async fn nonsense(&self) {
        self.types(b"\xff\xfe");
    }

    async fn rewrite(&self, words: &str) {
        self.types(format!("rewrite {words}"));
    }

    async fn reply(&self, words: &str) {
        let newest = *self.newest.lock().expect("nobody panicked");
        self.types(format!("reply @{newest} {words}"));
    }

    async fn press(&self, label: &str) {
        self.types(format!("press {label}"));
    }

    async fn sees(&self) -> Seen {
        let mut screen = self.screen.lock().await;
        let shown = tokio::time::timeout(PATIENCE, screen.recv()).await;
        let shown = shown.expect("something is shown").expect("a screen");
        let shown: serde_json::Value = serde_json::from_str(&shown).expect("an object");
        *self.newest.lock().expect("nobody panicked") = shown["id"].as_u64().expect("a number");
        let texts = |name: &str| -> Vec<String> {
            serde_json::from_value(shown[name].clone()).expect("a list")
        };
        let file = |path: String| {
            let path = PathBuf::from(path);
            let name = path.file_name().expect("a name").to_string_lossy();
            Rendered {
                name: name.into_owned(),
                bytes: std::fs::read(&path).expect("a saved file").into(),
            }
        };
        Seen {
            words: shown["reply"].as_str().expect("words").to_owned(),
            buttons: texts("buttons"),
            files: texts("files").into_iter().map(file).collect(),
            edited: !shown["edits"].is_null(),
        }
    }

    async fn turn_away(&self) {
        self.screen.lock().await.close();
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
        let shown = shows.send(text.to_owned());
        shown.map_err(|_| std::io::ErrorKind::BrokenPipe.into())
    });
    let clock = Arc::new(ManualClock::at(noon()));
    let console = Arc::new(Console::new(setup, clock.clone(), show));
    let (listens, keyboard) = std::io::pipe().expect("a pipe");
    let inbox = Inbox::new();
    let service = service(&inbox, console.clone(), Arc::new(Files));
    let (chat, running) = (console.clone(), CancellationToken::new());
    let ends = running.clone().drop_guard();
    tokio::spawn(async move { chat.run(Input::pipe(listens), &service, &running).await });
    let person = Typist {
        keyboard: Mutex::new(keyboard),
        screen: tokio::sync::Mutex::new(screen),
        newest: Mutex::default(),
        clock,
        desk,
    };
    FrontendBench::new(Arc::new(person), console, Arc::new(Files), inbox, ends)
}

expense_core::frontend_conformance!(fresh_frontend);
