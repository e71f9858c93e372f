//! Standbys of a private server, and what can be done to a server while it runs.

use std::process::Command;

use super::{Durability, SUPERUSER, Server, ServerError};
use crate::processor;

impl Server {
    /// Makes a standby: a server of its own that streams from this one and can be read from. The
    /// log is kept for it, also while it is down.
    ///
    /// # Errors
    ///
    /// [`ServerError::NotStarted`] when it does not come up.
    pub fn standby(&self) -> Result<Self, ServerError> {
        let standby = Self::new(self.durability)?;
        let slot = format!("standby_{}", standby.name());
        let copied = standby
            .program("pg_basebackup")
            .arg("--pgdata")
            .arg(standby.data())
            .args(["--host=127.0.0.1", "--username", SUPERUSER])
            .arg(format!("--port={}", self.port))
            .args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync"])
            .args(["--create-slot", "--slot", &slot])
            .output()?;
        if !copied.status.success() {
            let said = String::from_utf8_lossy(&copied.stderr);
            return Err(ServerError::NotStarted(said.trim().to_owned()));
        }
        standby.on_a_free_port()
    }

    /// Makes a standby the primary of a history of its own, and waits until it is.
    ///
    /// # Errors
    ///
    /// [`ServerError::NotStarted`] when it is no standby.
    pub fn promote(&self) -> Result<(), ServerError> {
        let promoted = self
            .program("pg_ctl")
            .args(["promote", "--wait", "--silent", "--pgdata"])
            .arg(self.data())
            .output()?;
        if promoted.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&promoted.stderr);
        Err(ServerError::NotStarted(said.trim().to_owned()))
    }

    /// Stops all its processes in the middle of whatever they do: connections stay, nothing is
    /// answered.
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

    /// Tells it and all its processes; itself first, so that it starts no more meanwhile.
    fn signal(&self, signal: &str) -> Result<(), ServerError> {
        let id = self.id()?;
        Command::new("kill")
            .args([signal, &id.to_string()])
            .status()?;
        let children = processor::children(id)?;
        let children = children.iter().map(ToString::to_string);
        // One that ended meanwhile needs no signal.
        Command::new("kill").arg(signal).args(children).output()?;
        Ok(())
    }

    /// What none of its kind on this machine is called.
    fn name(&self) -> String {
        let folder = self.folder.path().file_name().unwrap_or_default();
        let name = folder.to_string_lossy();
        name.chars()
            .map(|sign| sign.to_ascii_lowercase())
            .filter(char::is_ascii_alphanumeric)
            .collect()
    }
}

impl Durability {
    /// What a server is told about it.
    pub(super) fn settings(self) -> &'static [&'static str] {
        match self {
            Self::On => &[],
            Self::Off => &[
                "fsync=off",
                "full_page_writes=off",
                "synchronous_commit=off",
            ],
        }
    }
}
