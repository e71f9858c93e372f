//! The program in front of a Bot API server of this machine.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use telegram_fake::{Fake, Options};
use tempfile::TempDir;

/// How long the program may take for anything on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// One run of it. It ends with this value.
pub(crate) struct Program {
    pub(crate) fake: Arc<Fake>,
    pub(crate) address: SocketAddr,
    home: TempDir,
    child: Option<Child>,
}

impl Program {
    /// Started with these variables beside the usual ones, and ready.
    pub(crate) async fn start(more: &[(&str, &str)]) -> Self {
        let fake = Fake::start(Options::default()).await.unwrap();
        Self::at(fake, more).await
    }

    pub(crate) async fn at(fake: Fake, more: &[(&str, &str)]) -> Self {
        Self::part("run", Arc::new(fake), more).await
    }

    /// One process of several, which is started with these words.
    pub(crate) async fn part(does: &str, fake: Arc<Fake>, more: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let log = std::fs::File::create(home.path().join("log")).unwrap();
        let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let address = free.unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_expense-bot"));
        command
            .args(does.split(' '))
            .env_clear()
            .env("HOME", home.path())
            .env("TELEGRAM_API_URL", fake.url())
            .env("TELEGRAM_BOT_TOKEN", fake.token())
            .env("OPEN_TO_ALL", "true")
            .env("OWNER_IDS", "1")
            // The pace that Telegram asks for is not what is looked at here.
            .env("TELEGRAM_MESSAGES_PER_SECOND", "0")
            .env("OCR", "none")
            .env("HTTP_ADDR", address.to_string())
            .envs(more.iter().copied())
            .stdin(Stdio::null())
            .stderr(log);
        if does == "webhook" {
            command.env("WEBHOOK_URL", format!("http://{address}/updates"));
        }
        let program = Self {
            fake,
            address,
            home,
            child: Some(command.spawn().unwrap()),
        };
        program.becomes("/readyz", "ok").await;
        program
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Status and body of an answer to GET.
    pub(crate) fn get(&self, path: &str) -> std::io::Result<(u16, String)> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: bot\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        Ok((status.unwrap_or(0), body.to_owned()))
    }

    /// Waits until this page contains this.
    pub(crate) async fn becomes(&self, path: &str, wanted: &str) {
        let begun = Instant::now();
        loop {
            let got = self.get(path);
            if got.as_ref().is_ok_and(|(_, body)| body.contains(wanted)) {
                return;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "{wanted} is not at {path}: {got:?}\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) fn metrics(&self) -> String {
        let (status, page) = self.get("/metrics").unwrap();
        assert_eq!(status, 200);
        page
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.home().join("log")).unwrap()
    }

    /// SIGTERM, and how long it took to end.
    pub(crate) fn stop(&mut self) -> Duration {
        let mut child = self.child.take().unwrap();
        let begun = Instant::now();
        let id = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        assert!(child.wait().unwrap().success(), "{}", self.log());
        begun.elapsed()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The value of one series on a page, as it is written.
pub(crate) fn value<'p>(page: &'p str, series: &str) -> Option<&'p str> {
    page.lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))
}

/// The names of all metrics that a page explains.
pub(crate) fn explained(page: &str) -> Vec<&str> {
    let types = page.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    types.filter_map(|line| line.split(' ').next()).collect()
}
