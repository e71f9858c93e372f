//! The program itself, as an operator starts it.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use expense_ocr_gemini::fake::FakeGemini;
use telegram_fake::Fake;

use super::bot::By;

/// How the program is started, as often as it has to be.
#[derive(Clone)]
pub(super) struct Program {
    program: PathBuf,
    folder: PathBuf,
    variables: Vec<(&'static str, String)>,
}

/// One life of it.
pub(super) struct Life(Child);

impl Program {
    /// Open to everyone, without readers and without limits, with this database.
    pub(super) fn new(fake: &Fake, by: By, folder: &Path, database: String) -> Self {
        let mut variables = vec![
            ("TELEGRAM_API_URL", fake.url()),
            ("TELEGRAM_BOT_TOKEN", fake.token()),
            ("TELEGRAM_MESSAGES_PER_SECOND", "0".to_owned()),
            ("RATE_LIMIT_PER_MINUTE", "0".to_owned()),
            ("OPEN_TO_ALL", "true".to_owned()),
            ("OWNER_IDS", "1".to_owned()),
            ("OCR", "none".to_owned()),
            ("LOG", "error".to_owned()),
            ("DATABASE_URL", database),
        ];
        if by == By::Webhook {
            // The port stays the same from life to life.
            let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
            let address = port.expect("a free port");
            variables.extend([
                ("TELEGRAM_MODE", "webhook".to_owned()),
                ("HTTP_ADDR", address.to_string()),
                ("WEBHOOK_URL", format!("http://{address}/updates")),
                ("WEBHOOK_SECRET", "known_to_all_instances".to_owned()),
            ]);
        }
        Self {
            program: crate::kill::bot(),
            folder: folder.to_owned(),
            variables,
        }
    }

    /// Has photos and voice notes read by this model, without limits.
    pub(super) fn reading(mut self, google: &FakeGemini) -> Self {
        self.variables.retain(|(name, _)| *name != "OCR");
        self.variables.extend([
            ("OCR", "gemini".to_owned()),
            ("GEMINI_API_KEY", FakeGemini::KEY.to_owned()),
            ("GEMINI_API_URL", google.url().to_string()),
            ("GEMINI_REQUESTS_PER_MINUTE", "100000".to_owned()),
            ("GEMINI_REQUESTS_PER_DAY", "1000000".to_owned()),
        ]);
        self
    }

    /// Listens here, and has Telegram bring updates to another address, which leads here.
    pub(super) fn behind(mut self, door: &str, address: SocketAddr) -> Self {
        self.variables
            .retain(|(name, _)| !["HTTP_ADDR", "WEBHOOK_URL"].contains(name));
        self.variables.extend([
            ("HTTP_ADDR", address.to_string()),
            ("WEBHOOK_URL", door.to_owned()),
        ]);
        self
    }

    /// One of several instances, which share this Redis and replace each other within this time.
    pub(super) fn sharing(mut self, redis: String, term: Duration) -> Self {
        let term = format!("{}ms", term.as_millis());
        let shared = [
            ("REDIS_URL", redis),
            ("LEASE_TTL", term),
            // So that everything is counted.
            ("RATE_LIMIT_PER_MINUTE", "1000000".to_owned()),
        ];
        self.variables.extend(shared);
        self
    }

    /// With one more variable.
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    /// The same without a variable.
    pub(super) fn without(&self, name: &str) -> Self {
        let mut other = self.clone();
        other.variables.retain(|(other, _)| *other != name);
        other
    }

    pub(super) fn start(&self) -> Life {
        self.start_as(&["run"])
    }

    /// Starts it; what it tells its operator goes into this file.
    pub(super) fn start_telling(&self, file: &Path) -> Life {
        let told = std::fs::File::create(file).expect("a file");
        Life(
            self.command(&["run"])
                .stderr(told)
                .spawn()
                .expect("it starts"),
        )
    }

    /// Starts it with these words.
    pub(super) fn start_as(&self, words: &[&str]) -> Life {
        Life(self.command(words).spawn().expect("the program starts"))
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(words)
            .env_clear()
            .env("HOME", &self.folder)
            .env("XDG_DATA_HOME", &self.folder)
            .envs(self.variables.clone())
            .stdin(Stdio::null());
        command
    }
}

impl Life {
    /// Whether it ended by itself.
    pub(super) fn has_ended(&mut self) -> bool {
        self.0.try_wait().expect("it is ours").is_some()
    }

    /// SIGTERM: it finishes what it has, and has ended when this returns.
    pub(super) fn end(mut self) {
        self.signal("-TERM");
        self.0.wait().expect("it ends");
    }

    /// It does nothing any more, but keeps all that it has.
    pub(super) fn pause(&self) {
        self.signal("-STOP");
    }

    /// It goes on after a pause.
    pub(super) fn go_on(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.0.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.is_ok_and(|sent| sent.success()), "it is ours");
    }

    /// SIGKILL: it has no time for anything. Panics if it had ended by itself.
    pub(super) fn kill(mut self) {
        assert!(!self.has_ended(), "it ended by itself");
        self.0.kill().expect("it can be killed");
        self.0.wait().expect("it ends");
    }

    /// SIGTERM: it finishes what it has begun.
    pub(super) fn terminate(&self) {
        self.signal("-TERM");
    }

    /// How it ended, where it has.
    pub(super) fn status(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().expect("it is ours")
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
