//! What ends a server when whoever started it ends.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::process::Child;

/// Ends the server when whoever started it ends, in whatever way: its input closes then. Its
/// folder, the first argument, goes with it, unless a line told before that it crashes, which it
/// does by the signal of the second argument. A signal to the whole group may not end it before
/// the server. A server that was paused goes on to end, and so do its children.
pub(crate) const KEEPER: &str = r#"folder=$1; crash=$2; shift 2
"$@" & server=$!
trap '' HUP INT TERM
end() {
    kill -"$1" "$server"
    kill -CONT $(cat "/proc/$server/task/$server/children" 2>/dev/null) "$server" 2>/dev/null
    wait "$server"
}
if read -r told; then
    end "$crash"
else
    end INT; cd /; rm -rf "$folder"
fi"#;

/// Ends the server of this keeper, if it has one, and waits for it.
pub(crate) fn end(keeper: &mut Option<Child>, crash: bool) -> std::io::Result<()> {
    let Some(mut keeper) = keeper.take() else {
        return Ok(());
    };
    if let Some(input) = keeper.stdin.as_mut().filter(|_| crash) {
        writeln!(input, "crash")?;
    }
    drop(keeper.stdin.take());
    keeper.wait()?;
    Ok(())
}

/// A port that nobody listens on at this moment.
pub(crate) fn free_port() -> std::io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}
