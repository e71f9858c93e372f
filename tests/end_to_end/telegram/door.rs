//! What comes through the proxies of `deploy/`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use test_servers::proxy::Proxy;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where Telegram brings updates.
pub(super) fn address(door: &Proxy) -> String {
    format!("http://127.0.0.1:{}/updates", door.port())
}

/// How a request is answered: the number, 0 where there is none.
pub(super) fn status(door: &Proxy, tls: bool, request: &[u8]) -> u16 {
    let answer = match tls {
        true => by_tls(door, request),
        false => plainly(door.port(), request),
    };
    let line = String::from_utf8_lossy(&answer).into_owned();
    let code = line.split(' ').nth(1).and_then(|code| code.parse().ok());
    code.unwrap_or(0)
}

/// What the server on this port answers until it closes the connection.
pub(super) fn plainly(port: u16, request: &[u8]) -> Vec<u8> {
    let mut answer = Vec::new();
    let asked = TcpStream::connect(("127.0.0.1", port)).and_then(|mut connection| {
        connection.set_read_timeout(Some(PATIENCE))?;
        // A server that refuses does not read all.
        let _ = connection.write_all(request);
        connection.read_to_end(&mut answer)
    });
    // What came before a connection broke is an answer.
    drop(asked);
    answer
}

/// The same through a connection that is encrypted by the certificate of this door.
fn by_tls(door: &Proxy, request: &[u8]) -> Vec<u8> {
    let mut client = Command::new("openssl")
        .args(["s_client", "-quiet", "-verify_return_error", "-CAfile"])
        .arg(door.certificate())
        .args(["-servername", "localhost", "-connect"])
        .arg(format!("127.0.0.1:{}", door.tls_port()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl is here");
    let mut input = client.stdin.take().expect("it was asked for");
    let _ = input.write_all(request);
    let answer = client.wait_with_output().expect("it ends").stdout;
    drop(input);
    answer
}
