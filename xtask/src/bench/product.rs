//! The bot as it is measured: with everything on but the limits that a measurement would meet.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;

use super::target;
use super::under_load::Server;
use crate::shell::Result;

/// It asks for its updates.
pub(super) fn command(program: &Path, server: &Server, database: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env("DATABASE_URL", database)
        .env("TELEGRAM_API_URL", &server.url)
        .env("TELEGRAM_BOT_TOKEN", &server.token)
        .env("XDG_DATA_HOME", target().join("bench-data"))
        .env("OWNER_IDS", "1")
        .env("RATE_LIMIT_PER_MINUTE", "0")
        .env("TELEGRAM_MESSAGES_PER_SECOND", "0")
        .env("LOG", "error");
    match server.people() {
        Some(people) => command.env("ALLOWED_USER_IDS", people),
        None => command.env("OPEN_TO_ALL", "true"),
    };
    command
}

/// It listens at an address, and is brought its updates to one that leads there.
pub(super) fn brought(mut command: Command, at: SocketAddr, door: SocketAddr) -> Command {
    command
        .env("HTTP_ADDR", at.to_string())
        .env("WEBHOOK_URL", format!("http://{door}/updates"))
        .env("WEBHOOK_MAX_CONNECTIONS", "100");
    command
}

/// An address of this machine that nothing listens at.
pub(super) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
