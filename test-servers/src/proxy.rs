//! A private reverse proxy, nginx or HAProxy, with a configuration of whoever starts it.

use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::keeper::{self, KEEPER};
use crate::{certificate, programs};

/// How long a proxy may take to start.
const STARTING: Duration = Duration::from_secs(30);
/// How often it is looked whether it has started.
const LOOK: Duration = Duration::from_millis(20);
/// Another program may take a free port first.
const ATTEMPTS: usize = 5;

/// Which proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// nginx.
    Nginx,
    /// HAProxy.
    Haproxy,
}

/// What a configuration may name.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// A folder of the proxy's own, which it may write to.
    pub folder: &'a Path,
    /// A certificate for `localhost` with its key, in one PEM file.
    pub certificate: &'a Path,
    /// A free port, on which it has to listen without TLS.
    pub port: u16,
    /// Another one.
    pub tls_port: u16,
}

/// Why there is no proxy.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// Its program was not found.
    #[error(
        "{0} is not installed: `cargo xtask test` installs it where it may, or install it \
         yourself (on Debian: apt-get install {0})"
    )]
    NotInstalled(&'static str),
    /// It did not come up.
    #[error("the private proxy did not start: {0}")]
    NotStarted(String),
    /// The machine refused something.
    #[error("the private proxy can't be set up: {0}")]
    Io(#[from] std::io::Error),
}

/// A proxy with a folder and ports of its own. It ends with this value.
#[derive(Debug)]
pub struct Proxy {
    kind: Kind,
    program: PathBuf,
    user: Option<(u32, u32)>,
    port: u16,
    tls_port: u16,
    keeper: Option<Child>,
    folder: TempDir,
}

impl Kind {
    /// The name of its program, which is that of its package, too.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
        }
    }

    /// Whether its program is on this machine.
    #[must_use]
    pub fn is_installed(self) -> bool {
        self.program().is_some()
    }

    /// Debian keeps both where only root's `PATH` leads.
    fn program(self) -> Option<PathBuf> {
        let beside = Path::new("/usr/sbin").join(self.name());
        programs::named(self.name()).or_else(|| beside.is_file().then_some(beside))
    }

    fn arguments(self, configuration: &Path) -> Vec<&Path> {
        match self {
            Self::Nginx => vec![Path::new("-c"), configuration],
            Self::Haproxy => vec![Path::new("-db"), Path::new("-f"), configuration],
        }
    }
}

impl Proxy {
    /// Starts it with what `configure` gives as the text of its configuration. nginx has to be
    /// told to stay in the foreground and to log to its standard error.
    ///
    /// # Errors
    ///
    /// A [`ProxyError`] that says what is missing.
    pub fn start(kind: Kind, configure: impl Fn(Place) -> String) -> Result<Self, ProxyError> {
        let program = kind
            .program()
            .ok_or(ProxyError::NotInstalled(kind.name()))?;
        let folder = tempfile::Builder::new().prefix(kind.name()).tempdir()?;
        let user = programs::user(folder.path())?;
        make_certificate(folder.path())?;
        let mut proxy = Self {
            kind,
            program,
            user,
            port: 0,
            tls_port: 0,
            keeper: None,
            folder,
        };
        for attempt in 1.. {
            (proxy.port, proxy.tls_port) = (keeper::free_port()?, keeper::free_port()?);
            match proxy.run(&configure) {
                Err(ProxyError::NotStarted(_)) if attempt < ATTEMPTS => {}
                done => return done.map(|()| proxy),
            }
        }
        Ok(proxy)
    }

    /// The port without TLS.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The port with TLS.
    #[must_use]
    pub fn tls_port(&self) -> u16 {
        self.tls_port
    }

    /// The certificate that it shows, with its key.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        shown(self.folder.path())
    }

    /// Ends it in the middle of what it does; its ports stay free for it.
    ///
    /// # Errors
    ///
    /// [`ProxyError::Io`] when it can't be told.
    pub fn crash(&mut self) -> Result<(), ProxyError> {
        Ok(keeper::end(&mut self.keeper, true)?)
    }

    /// Starts it again after a crash, with the same configuration on the same ports.
    ///
    /// # Errors
    ///
    /// [`ProxyError::NotStarted`] when it does not come up.
    pub fn start_again(&mut self) -> Result<(), ProxyError> {
        self.launch()
    }

    /// What it has logged.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn run(&mut self, configure: &impl Fn(Place) -> String) -> Result<(), ProxyError> {
        let folder = self.folder.path();
        let configuration = folder.join("configuration");
        let text = configure(Place {
            folder,
            certificate: &shown(folder),
            port: self.port,
            tls_port: self.tls_port,
        });
        std::fs::write(&configuration, text)?;
        self.launch()
    }

    fn launch(&mut self) -> Result<(), ProxyError> {
        let folder = self.folder.path();
        // nginx opens it a second time: neither may write over what the other wrote.
        std::fs::write(folder.join("log"), "")?;
        let log = std::fs::OpenOptions::new()
            .append(true)
            .open(folder.join("log"))?;
        self.give_away()?;
        let mut keeper = Command::new("sh");
        keeper
            .args(["-c", KEEPER, "sh"])
            .arg(folder)
            // Nginx' workers would outlive a master that is killed.
            .arg("TERM")
            // What a shell starts beside itself ignores the signal that ends it, and HAProxy
            // leaves it at that.
            .args(["env", "--default-signal=INT"])
            .arg(&self.program)
            .args(self.kind.arguments(&folder.join("configuration")));
        if let Some((user, group)) = self.user {
            keeper.uid(user).gid(group);
        }
        keeper
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log);
        self.keeper = Some(keeper.spawn()?);
        let begun = Instant::now();
        while !self.answers() {
            if begun.elapsed() > STARTING || self.gave_up() {
                keeper::end(&mut self.keeper, true)?;
                return Err(ProxyError::NotStarted(self.log().trim().to_owned()));
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    /// Lets whoever runs it have the folder and what is in it.
    fn give_away(&self) -> std::io::Result<()> {
        let Some((user, group)) = self.user else {
            return Ok(());
        };
        let folder = self.folder.path();
        std::os::unix::fs::chown(folder, Some(user), Some(group))?;
        for entry in std::fs::read_dir(folder)?.flatten() {
            std::os::unix::fs::chown(entry.path(), Some(user), Some(group))?;
        }
        Ok(())
    }

    fn answers(&self) -> bool {
        let open = |port| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        open(self.port) && open(self.tls_port)
    }

    fn gave_up(&self) -> bool {
        let said = self.log();
        said.contains("[emerg]") || said.contains("[ALERT]")
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // It ends with its input even if it can't be waited for.
        let _ = keeper::end(&mut self.keeper, false);
    }
}

fn shown(folder: &Path) -> PathBuf {
    folder.join("localhost.pem")
}

fn make_certificate(folder: &Path) -> std::io::Result<()> {
    let made = certificate::itself(folder)?;
    let both = [std::fs::read(made.certificate)?, std::fs::read(made.key)?].concat();
    std::fs::write(shown(folder), both)
}
