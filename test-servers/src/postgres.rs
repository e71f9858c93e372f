//! A private PostgreSQL server.

mod standby;
mod tls;

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::keeper::{self, KEEPER};
use crate::{processor, programs};

/// The environment variable that names the server of this run, as `postgres://USER@HOST:PORT`.
pub const VARIABLE: &str = "EXPENSE_TEST_POSTGRES";
/// The environment variable that names a primary and a standby of this run, both in that form,
/// with a space between them.
pub const PAIR: &str = "EXPENSE_TEST_POSTGRES_PAIR";
/// The superuser of a private server. It needs no password.
pub const SUPERUSER: &str = "expense";
/// A role that is asked for its password, once a test has made it.
pub const GUEST: &str = "guest";

/// How long a server may take to start.
const STARTING: Duration = Duration::from_secs(60);
/// How often it is looked whether it has started.
const LOOK: Duration = Duration::from_millis(20);
/// Another program may take the free port first.
const ATTEMPTS: usize = 5;

/// Whether what is committed survives a loss of power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// As in production.
    On,
    /// Quicker: for tests that do not look at it.
    Off,
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Its programs were not found.
    #[error(
        "PostgreSQL is not installed: `cargo xtask test` installs it where it may, or install \
         it yourself (on Debian: apt-get install postgresql)"
    )]
    NotInstalled,
    /// It did not come up.
    #[error("the private PostgreSQL server did not start: {0}")]
    NotStarted(String),
    /// The machine refused something.
    #[error("the private PostgreSQL server can't be set up: {0}")]
    Io(#[from] std::io::Error),
}

/// A server with a folder and a port of its own. It ends with this value.
#[derive(Debug)]
pub struct Server {
    programs: PathBuf,
    user: Option<(u32, u32)>,
    durability: Durability,
    port: u16,
    keeper: Option<Child>,
    // Removed last, when nobody writes to it any more.
    folder: TempDir,
}

impl Server {
    /// Makes an empty cluster and starts a server on it.
    ///
    /// # Errors
    ///
    /// A [`ServerError`] that says what is missing.
    pub fn start(durability: Durability) -> Result<Self, ServerError> {
        let server = Self::new(durability)?;
        server.make_cluster()?;
        server.on_a_free_port()
    }

    /// A folder for it, with nothing in it.
    fn new(durability: Durability) -> Result<Self, ServerError> {
        let programs = programs::folder().ok_or(ServerError::NotInstalled)?;
        let folder = tempfile::Builder::new().prefix("postgres-").tempdir()?;
        let user = programs::user(folder.path())?;
        if let Some((user, group)) = user {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group))?;
        }
        Ok(Self {
            programs,
            user,
            durability,
            port: 0,
            keeper: None,
            folder,
        })
    }

    fn on_a_free_port(mut self) -> Result<Self, ServerError> {
        for attempt in 1.. {
            self.port = keeper::free_port()?;
            match self.run() {
                Err(ServerError::NotStarted(_)) if attempt < ATTEMPTS => {}
                done => return done.map(|()| self),
            }
        }
        Ok(self)
    }

    /// The address of one of its databases, for the superuser.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("{}/{database}", self.address())
    }

    /// The address without a database, as [`VARIABLE`] has it.
    #[must_use]
    pub fn address(&self) -> String {
        format!("postgres://{SUPERUSER}@127.0.0.1:{}", self.port)
    }

    /// The folder of its data.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Ends it as a loss of power would, except that the machine's own caches survive: nothing is
    /// finished, nothing is written back.
    ///
    /// # Errors
    ///
    /// [`ServerError::Io`] when it can't be told.
    pub fn crash(&mut self) -> Result<(), ServerError> {
        Ok(keeper::end(&mut self.keeper, true)?)
    }

    /// Starts it again after a crash, on the same port and data.
    ///
    /// # Errors
    ///
    /// [`ServerError::NotStarted`] when it does not come up.
    pub fn start_again(&mut self) -> Result<(), ServerError> {
        self.run()
    }

    /// The processor time that all its processes have used so far.
    ///
    /// # Errors
    ///
    /// [`ServerError::Io`] where `/proc` does not tell.
    pub fn processor_time(&self) -> Result<Duration, ServerError> {
        Ok(processor::of_family(self.id()?)?)
    }

    /// The process that all its others are children of.
    fn id(&self) -> std::io::Result<u32> {
        let file = std::fs::read_to_string(self.data().join("postmaster.pid"))?;
        let id = file
            .lines()
            .next()
            .and_then(|line| line.trim().parse().ok());
        id.ok_or_else(|| std::io::ErrorKind::InvalidData.into())
    }

    fn make_cluster(&self) -> Result<(), ServerError> {
        let made = self
            .program("initdb")
            .arg("--pgdata")
            .arg(self.data())
            .args(["--username", SUPERUSER, "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C", "--no-sync", "--no-instructions"])
            .output()?;
        if !made.status.success() {
            let said = String::from_utf8_lossy(&made.stderr);
            return Err(ServerError::NotStarted(said.trim().to_owned()));
        }
        let doors = format!(
            "host all {GUEST} 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n\
             host replication {SUPERUSER} 127.0.0.1/32 trust\n"
        );
        Ok(std::fs::write(self.data().join("pg_hba.conf"), doors)?)
    }

    fn run(&mut self) -> Result<(), ServerError> {
        let log = std::fs::File::create(self.log_file())?;
        let mut keeper = Command::new("sh");
        keeper
            .args(["-c", KEEPER, "sh"])
            .arg(self.folder.path())
            .arg("QUIT")
            .arg(self.programs.join("postgres"))
            .arg("-D")
            .arg(self.data());
        for setting in self.settings() {
            keeper.args(["-c", &setting]);
        }
        keeper
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log);
        self.keeper = Some(self.unprivileged(&mut keeper).spawn()?);
        let begun = Instant::now();
        while !self.answers() {
            let keeper = self.keeper.as_mut();
            let ended = keeper.is_none_or(|keeper| !matches!(keeper.try_wait(), Ok(None)));
            // The keeper waits for its input: a server that ended shows in its log.
            if ended || begun.elapsed() > STARTING || self.gave_up() {
                let said = self.log();
                keeper::end(&mut self.keeper, true)?;
                return Err(ServerError::NotStarted(said.trim().to_owned()));
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    fn settings(&self) -> Vec<String> {
        let mut settings = vec![
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", self.port),
            "unix_socket_directories=".to_owned(),
            "max_connections=300".to_owned(),
            "shared_buffers=128MB".to_owned(),
        ];
        let durability = self.durability.settings().iter();
        settings.extend(durability.map(|setting| (*setting).to_owned()));
        settings
    }

    fn answers(&self) -> bool {
        let port = self.port.to_string();
        let asked = self
            .program("pg_isready")
            .args(["--quiet", "--host=127.0.0.1", "--port", &port])
            .status();
        asked.is_ok_and(|status| status.success())
    }

    fn gave_up(&self) -> bool {
        let said = self.log();
        said.contains("FATAL:  could not") || said.contains("database system is shut down")
    }

    /// What it has logged since it was started last.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// One of the programs that came with the server, `psql` for example, as the user who runs it.
    #[must_use]
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        self.unprivileged(&mut command);
        command
    }

    fn unprivileged<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command.current_dir(self.folder.path())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends with its input even if it can't be waited for.
        let _ = keeper::end(&mut self.keeper, false);
    }
}

/// Whether its programs are on this machine.
#[must_use]
pub fn is_installed() -> bool {
    programs::folder().is_some_and(|folder| Path::new(&folder).is_dir())
}
