//! A private RabbitMQ broker.

mod cluster;
mod tls;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::keeper::{self, KEEPER};
use crate::{certificate, programs};

/// The environment variable that names the broker of this run, as `amqp://HOST:PORT`.
pub const VARIABLE: &str = "EXPENSE_TEST_RABBITMQ";

/// Debian keeps the scripts that run as whoever calls them beside each version.
const DEBIAN: &str = "/usr/lib/rabbitmq/lib";
/// How long a broker may take to start: it is slow, and tests share the machine.
const STARTING: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(50);
const ANSWERING: Duration = Duration::from_secs(2);
/// Another program may take a free port first.
const ATTEMPTS: usize = 3;
/// What a client of AMQP 0.9.1 begins with.
const HELLO: &[u8] = b"AMQP\x00\x00\x09\x01";
/// Runs the broker and kills it when told to end in whatever way: nothing of it is kept.
const RUNNER: &str = r#""$@" & broker=$!
echo "$broker" > pid
trap 'kill -KILL "$broker"' INT TERM
wait "$broker"; wait "$broker""#;
/// What a shell starts beside itself ignores the signal that ends it, unless it is told.
const HEEDING: [&str; 2] = ["env", "--default-signal=INT"];

/// Why there is no broker.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Its program was not found.
    #[error(
        "RabbitMQ is not installed: `cargo xtask test` installs it where it may, or install it \
         yourself (on Debian: apt-get install rabbitmq-server)"
    )]
    NotInstalled,
    /// It did not come up.
    #[error("the private RabbitMQ broker did not start: {0}")]
    NotStarted(String),
    /// It was asked something and refused.
    #[error("rabbitmqctl failed: {0}")]
    Refused(String),
    /// The machine refused something.
    #[error("the private RabbitMQ broker can't be set up: {0}")]
    Io(#[from] std::io::Error),
}

/// A broker with a folder, a node name and ports of its own. What was confirmed survives a crash,
/// and all of it ends with this value.
#[derive(Debug)]
pub struct Server {
    scripts: PathBuf,
    user: Option<(u32, u32)>,
    ports: Ports,
    names: Option<Child>,
    /// Whether another broker keeps the names.
    is_joining: bool,
    keeper: Option<Child>,
    folder: TempDir,
}

#[derive(Debug, Clone, Copy)]
struct Ports {
    amqp: u16,
    distribution: u16,
    names: u16,
    /// Where it speaks TLS, if it does.
    tls: Option<u16>,
}

impl Server {
    /// Starts an empty broker.
    ///
    /// # Errors
    ///
    /// A [`ServerError`] that says what is missing.
    pub fn start() -> Result<Self, ServerError> {
        Self::start_with(None, false)
    }

    /// Starts an empty broker, which can find the other one, and speaks TLS, too, or does not.
    fn start_with(other: Option<&Self>, speaks_tls: bool) -> Result<Self, ServerError> {
        let scripts = scripts().ok_or(ServerError::NotInstalled)?;
        let folder = tempfile::Builder::new().prefix("rabbitmq-").tempdir()?;
        let user = programs::user(folder.path())?;
        if let Some((user, group)) = user {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group))?;
        }
        let mut server = Self {
            scripts,
            user,
            ports: Ports::free(speaks_tls)?,
            names: None,
            is_joining: other.is_some(),
            keeper: None,
            folder,
        };
        if speaks_tls {
            certificate::in_folder(server.folder.path(), server.user)?;
        }
        for attempt in 1.. {
            if let Some(other) = other {
                server.ports.names = other.ports.names;
                server.share_cookie_of(other)?;
            }
            match server.run() {
                Err(ServerError::NotStarted(_)) if attempt < ATTEMPTS => {
                    server.ports = Ports::free(speaks_tls)?;
                }
                done => return done.map(|()| server),
            }
        }
        Ok(server)
    }

    /// The name that it has among nodes.
    fn node(&self) -> String {
        format!("test-{}@localhost", self.ports.amqp)
    }

    /// Its address, as [`VARIABLE`] has it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("amqp://127.0.0.1:{}", self.ports.amqp)
    }

    /// The port that it listens at.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.ports.amqp
    }

    /// The folder of what it writes.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Kills it in the middle of whatever it does.
    ///
    /// # Errors
    ///
    /// [`ServerError::Io`] when it can't be told.
    pub fn crash(&mut self) -> Result<(), ServerError> {
        Ok(keeper::end(&mut self.keeper, true)?)
    }

    /// Starts it again after a crash, with what it had on the disk, on the same port.
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
        self.signal("-STOP")?;
        // One of its threads has to run to stop the others.
        let state = format!("/proc/{}/stat", self.process()?);
        let begun = Instant::now();
        while begun.elapsed() < STARTING
            && std::fs::read_to_string(&state).is_ok_and(|stat| !stat.contains(") T "))
        {
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    /// Lets it go on after a pause.
    ///
    /// # Errors
    ///
    /// [`ServerError::Io`] when it can't be told.
    pub fn go_on(&self) -> Result<(), ServerError> {
        self.signal("-CONT")
    }

    /// Makes its disk count as full, or as free again: while it is full, nobody may publish.
    ///
    /// # Errors
    ///
    /// [`ServerError::Refused`] with what it said.
    pub fn disk_is_full(&self, full: bool) -> Result<(), ServerError> {
        let least = if full { "900000GB" } else { "1MB" };
        self.control(&["set_disk_free_limit", least]).map(|_| ())
    }

    /// What `rabbitmqctl` says to these words. It takes a second or two.
    ///
    /// # Errors
    ///
    /// [`ServerError::Refused`] with what it said.
    pub fn control(&self, words: &[&str]) -> Result<String, ServerError> {
        let said = self
            .command(&self.scripts.join("rabbitmqctl"))
            .args(["--quiet", "--timeout", "30"])
            .args(words)
            .output()?;
        if said.status.success() {
            Ok(String::from_utf8_lossy(&said.stdout).into_owned())
        } else {
            let why = String::from_utf8_lossy(&said.stderr).trim().to_owned();
            Err(ServerError::Refused(why))
        }
    }

    /// The id of its process.
    ///
    /// # Errors
    ///
    /// Where it never ran.
    pub fn process(&self) -> std::io::Result<u32> {
        let id = std::fs::read_to_string(self.folder.path().join("pid"))?;
        id.trim().parse().map_err(std::io::Error::other)
    }

    fn run(&mut self) -> Result<(), ServerError> {
        self.write_settings()?;
        if self.names.is_none() && !self.is_joining {
            self.names = Some(self.start_names()?);
        }
        let log = std::fs::File::create(self.log())?;
        let mut keeper = self.command(Path::new("sh"));
        keeper
            .args(["-c", KEEPER, "sh"])
            .arg(self.folder.path())
            .arg("TERM")
            .args(HEEDING)
            .args(["sh", "-c", RUNNER, "sh"])
            .arg(self.scripts.join("rabbitmq-server"))
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

    /// The name server of this broker alone. Its keeper ends it.
    fn start_names(&self) -> std::io::Result<Child> {
        let program = programs::named("epmd").unwrap_or_else(|| PathBuf::from("epmd"));
        let nothing = self.folder.path().join("names");
        self.command(Path::new("sh"))
            .args(["-c", KEEPER, "sh"])
            .arg(nothing)
            .arg("KILL")
            .args(HEEDING)
            .arg(program)
            .args(["-port", &self.ports.names.to_string()])
            .args(["-address", "127.0.0.1"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
    }

    fn write_settings(&self) -> std::io::Result<()> {
        let amqp = self.ports.amqp;
        let mut settings = format!(
            "listeners.tcp.1 = 127.0.0.1:{amqp}\n\
             disk_free_limit.absolute = 1MB\n\
             raft.wal_max_size_bytes = 16777216\n\
             log.console.level = warning\n"
        );
        if let Some(port) = self.ports.tls {
            settings.push_str(&self.tls_settings(port));
        }
        let folder = self.folder.path();
        std::fs::write(folder.join("rabbitmq.conf"), settings)?;
        std::fs::write(folder.join("enabled_plugins"), "[].\n")
    }

    /// A command that knows this broker and no other.
    fn command(&self, program: &Path) -> Command {
        let folder = self.folder.path();
        let mut command = Command::new(program);
        command
            .current_dir(folder)
            .env("HOME", folder)
            .env("RABBITMQ_NODENAME", self.node())
            .env("RABBITMQ_CONF_ENV_FILE", "/dev/null")
            .env("RABBITMQ_CONFIG_FILE", folder.join("rabbitmq.conf"))
            .env(
                "RABBITMQ_ENABLED_PLUGINS_FILE",
                folder.join("enabled_plugins"),
            )
            .env("RABBITMQ_MNESIA_BASE", folder.join("data"))
            .env("RABBITMQ_LOG_BASE", folder.join("logs"))
            .env("RABBITMQ_LOGS", "-")
            .env("RABBITMQ_PID_FILE", folder.join("rabbit.pid"))
            .env("RABBITMQ_DIST_PORT", self.ports.distribution.to_string())
            .env("ERL_EPMD_PORT", self.ports.names.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            // The script gives its place to the broker, whose id is then known.
            .env("RUNNING_UNDER_SYSTEMD", "true")
            .env("ERL_CRASH_DUMP_SECONDS", "0");
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    /// Whether it greets whoever connects.
    fn answers(&self) -> bool {
        let greeting = || -> std::io::Result<u8> {
            let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.ports.amqp))?;
            connection.set_read_timeout(Some(ANSWERING))?;
            connection.write_all(HELLO)?;
            let mut first = [0];
            connection.read_exact(&mut first)?;
            Ok(first[0])
        };
        // A frame of a method, and not its own hello, which refuses ours.
        greeting().is_ok_and(|first| first == 1)
    }

    fn gave_up(&mut self) -> bool {
        let ended = self.keeper.as_mut().map(Child::try_wait);
        !matches!(ended, Some(Ok(None)))
    }

    fn signal(&self, signal: &str) -> Result<(), ServerError> {
        let process = self.process()?.to_string();
        let sent = Command::new("kill").args([signal, &process]).status()?;
        if sent.success() {
            Ok(())
        } else {
            Err(std::io::Error::from(std::io::ErrorKind::NotFound).into())
        }
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // They end with their input even if they can't be waited for.
        let _ = keeper::end(&mut self.keeper, false);
        let _ = keeper::end(&mut self.names, false);
    }
}

impl Ports {
    fn free(with_tls: bool) -> std::io::Result<Self> {
        Ok(Self {
            tls: with_tls.then(keeper::free_port).transpose()?,
            amqp: keeper::free_port()?,
            distribution: keeper::free_port()?,
            names: keeper::free_port()?,
        })
    }
}

/// Whether its program is on this machine.
#[must_use]
pub fn is_installed() -> bool {
    scripts().is_some()
}

/// The folder of scripts that run as whoever calls them: that of Debian's newest, else of `PATH`.
fn scripts() -> Option<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let debian = versions
        .map(|entry| entry.path().join("sbin"))
        .filter(|folder| folder.join("rabbitmq-server").is_file())
        .max();
    debian.or_else(|| Some(programs::named("rabbitmq-server")?.parent()?.to_owned()))
}
