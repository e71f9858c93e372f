//! A private Redis server.

mod cluster;
mod sentinel;
mod tls;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use self::sentinel::SILENT;
pub use self::sentinel::WATCHED;
use self::tls::Guard;
use crate::keeper::{self, KEEPER};
use crate::programs;

/// The environment variable that names the server of this run, as `redis://HOST:PORT`.
pub const VARIABLE: &str = "EXPENSE_TEST_REDIS";

const PROGRAM: &str = "redis-server";
/// How long a server may take to start.
const STARTING: Duration = Duration::from_secs(30);
/// How often it is looked whether it has started, and how long an answer may take.
const LOOK: Duration = Duration::from_millis(20);
const ANSWERING: Duration = Duration::from_secs(2);
/// Another program may take the free port first.
const ATTEMPTS: usize = 5;

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Its program was not found.
    #[error(
        "Redis is not installed: `cargo xtask test` installs it where it may, or install it \
         yourself (on Debian: apt-get install redis-server)"
    )]
    NotInstalled,
    /// It did not come up.
    #[error("the private Redis server did not start: {0}")]
    NotStarted(String),
    /// The machine refused something.
    #[error("the private Redis server can't be set up: {0}")]
    Io(#[from] std::io::Error),
}

/// A server with a folder and a port of its own, that keeps nothing on the disk. It ends with
/// this value.
#[derive(Debug)]
pub struct Server {
    program: PathBuf,
    user: Option<(u32, u32)>,
    port: u16,
    kind: Kind,
    /// Where it speaks TLS, and what it shows there.
    tls_port: u16,
    guard: Option<Arc<Guard>>,
    keeper: Option<Child>,
    folder: TempDir,
}

/// What a server is started as.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Alone,
    /// A part of a cluster, whose parts find it at this port.
    Part(u16),
    /// Of the server on this port.
    Replica(u16),
    /// Of the server on this port.
    Sentinel(u16),
}

impl Server {
    /// Starts an empty server.
    ///
    /// # Errors
    ///
    /// A [`ServerError`] that says what is missing.
    pub fn start() -> Result<Self, ServerError> {
        Self::new(Kind::Alone, None)
    }

    /// Waits until the answer to this command contains these words.
    fn until(&self, command: &str, words: &str) -> Result<(), ServerError> {
        let begun = Instant::now();
        while !self.command(command)?.contains(words) {
            if begun.elapsed() > STARTING {
                return Err(ServerError::NotStarted(format!("never {words}")));
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    /// Where the servers that belong to it find it.
    fn port_of_others(&self) -> u16 {
        match self.guard {
            Some(_) => self.tls_port,
            None => self.port,
        }
    }

    fn new(kind: Kind, guard: Option<Arc<Guard>>) -> Result<Self, ServerError> {
        let program = programs::named(PROGRAM).ok_or(ServerError::NotInstalled)?;
        let folder = tempfile::Builder::new().prefix("redis-").tempdir()?;
        let user = programs::user(folder.path())?;
        if let Some((user, group)) = user {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group))?;
        }
        let mut server = Self {
            program,
            user,
            port: 0,
            kind,
            tls_port: 0,
            guard,
            keeper: None,
            folder,
        };
        for attempt in 1.. {
            server.port = keeper::free_port()?;
            server.tls_port = keeper::free_port()?;
            match server.run() {
                Err(ServerError::NotStarted(_)) if attempt < ATTEMPTS => {}
                done => return done.map(|()| server),
            }
        }
        Ok(server)
    }

    /// Its address, as [`VARIABLE`] has it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// The folder of what it writes.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Kills it: what it held is lost.
    ///
    /// # Errors
    ///
    /// [`ServerError::Io`] when it can't be told.
    pub fn crash(&mut self) -> Result<(), ServerError> {
        Ok(keeper::end(&mut self.keeper, true)?)
    }

    /// Starts it again after a crash, empty, on the same port.
    ///
    /// # Errors
    ///
    /// [`ServerError::NotStarted`] when it does not come up.
    pub fn start_again(&mut self) -> Result<(), ServerError> {
        self.run()
    }

    /// Stops it in the middle of whatever it does: connections stay, nothing is answered.
    ///
    /// # Errors
    ///
    /// [`ServerError::Io`] when it can't be told.
    pub fn pause(&self) -> Result<(), ServerError> {
        self.signal("-STOP")
    }

    /// Lets it go on after a pause.
    ///
    /// # Errors
    ///
    /// [`ServerError::Io`] when it can't be told.
    pub fn go_on(&self) -> Result<(), ServerError> {
        self.signal("-CONT")
    }

    /// The first part of its answer to a command without spaces in its arguments.
    ///
    /// # Errors
    ///
    /// [`ServerError::Io`] when there is none in time.
    pub fn command(&self, command: &str) -> Result<String, ServerError> {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        connection.set_read_timeout(Some(ANSWERING))?;
        connection.write_all(format!("{command}\r\n").as_bytes())?;
        let mut answer = [0; 4_096];
        let read = connection.read(&mut answer)?;
        let answer = answer.get(..read).unwrap_or_default();
        Ok(String::from_utf8_lossy(answer).into_owned())
    }

    fn run(&mut self) -> Result<(), ServerError> {
        let log = std::fs::File::create(self.log())?;
        let mut keeper = Command::new("sh");
        keeper
            .args(["-c", KEEPER, "sh"])
            .arg(self.folder.path())
            .arg("KILL")
            .arg(&self.program);
        let guarded = self.guard.as_ref();
        let guarded = guarded.map(|guard| guard.settings(self.tls_port, self.kind));
        let guarded = guarded.unwrap_or_default();
        if let Kind::Sentinel(watched) = self.kind {
            let conf = self.folder.path().join("conf");
            std::fs::write(&conf, sentinel::configuration(self.port, watched, &guarded))?;
            self.give(&conf)?;
            keeper.args(["conf", "--sentinel"]);
        } else {
            keeper
                .args(["--bind", "127.0.0.1", "--port", &self.port.to_string()])
                .args(["--save", "", "--appendonly", "no", "--dir", "."])
                .args(["--pidfile", "pid", "--enable-debug-command", "local"]);
            for (name, value) in &guarded {
                keeper.arg(format!("--{name}")).arg(value);
            }
        }
        match self.kind {
            Kind::Alone | Kind::Sentinel(_) => {}
            Kind::Part(bus) => {
                keeper.args(["--cluster-enabled", "yes"]);
                keeper.args(["--cluster-port", &bus.to_string()]);
                keeper.args(["--cluster-node-timeout", &SILENT.to_string()]);
                keeper.args(["--repl-diskless-sync-delay", "0"]);
            }
            Kind::Replica(of) => {
                keeper.args(["--replicaof", "127.0.0.1", &of.to_string()]);
                keeper.args(["--repl-diskless-sync-delay", "0"]);
            }
        }
        if let Some((user, group)) = self.user {
            keeper.uid(user).gid(group);
        }
        keeper
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log);
        self.keeper = Some(keeper.spawn()?);
        let begun = Instant::now();
        while !self.answers() {
            if begun.elapsed() > STARTING || self.gave_up() {
                let said = std::fs::read_to_string(self.log()).unwrap_or_default();
                keeper::end(&mut self.keeper, true)?;
                return Err(ServerError::NotStarted(said.trim().to_owned()));
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    /// Whether it is this one that answers on the port.
    fn answers(&self) -> bool {
        let ours = self.process().map(|id| format!("process_id:{id}\r\n"));
        let said = self.command("INFO server");
        ours.is_ok_and(|ours| said.is_ok_and(|said| said.contains(&ours)))
    }

    fn gave_up(&self) -> bool {
        let said = std::fs::read_to_string(self.log()).unwrap_or_default();
        said.contains("Failed listening on port") || said.contains("FATAL CONFIG")
    }

    fn give(&self, file: &std::path::Path) -> std::io::Result<()> {
        match self.user {
            Some((user, group)) => std::os::unix::fs::chown(file, Some(user), Some(group)),
            None => Ok(()),
        }
    }

    fn signal(&self, signal: &str) -> Result<(), ServerError> {
        let sent = Command::new("kill")
            .args([signal, &self.process()?])
            .status()?;
        if sent.success() {
            Ok(())
        } else {
            Err(std::io::Error::from(std::io::ErrorKind::NotFound).into())
        }
    }

    fn process(&self) -> std::io::Result<String> {
        let id = std::fs::read_to_string(self.folder.path().join("pid"))?;
        Ok(id.trim().to_owned())
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends with its input even if it can't be waited for.
        let _ = keeper::end(&mut self.keeper, false);
    }
}

/// Whether its program is on this machine.
#[must_use]
pub fn is_installed() -> bool {
    programs::named(PROGRAM).is_some()
}
